"""What somebody who waits is told, and how right it is."""

import pytest

from routing.core.estimate import USUAL_S, Seen
from routing.core.facts import Finished, Offered
from routing.core.model import AgentId, By, InteractionId, OfferId, QueueId, Status
from routing.simulation.run import simulate
from routing.simulation.scenario import Scenario
from tests.routing.scene import Scene, agent, queue


def estimate(scene: Scene, name: str) -> tuple[float, float, int] | None:
    told = scene.router.estimate(InteractionId(name))
    return None if told is None else (told.wait_s, told.position, told.agents)


def busy(scene: Scene, *names: str) -> None:
    """Each of them talks."""
    scene.ready(*names)
    for name in names:
        scene.call(f"with-{name}")
        scene.accept(f"with-{name}")


def test_places_times_handling_by_agents() -> None:
    """Two agents at work, nothing known of how long it takes: the first waits half a usual talk, the third one and a half."""
    scene = Scene()
    busy(scene, "ann", "bob")
    for name in ("one", "two", "three"):
        scene.later(1)
        scene.call(name)
    assert estimate(scene, "one") == (USUAL_S / 2, 1, 2)
    assert estimate(scene, "three") == (3 * USUAL_S / 2, 3, 2)
    scene.leave("one")
    told = estimate(scene, "three")
    assert told is not None
    assert told[1:] == (2, 2)
    assert 0.95 * USUAL_S < told[0] < USUAL_S, "one has given up, others may"


def test_nobody_at_work_promises_nothing() -> None:
    """Paused and signed out do not count, and who does not wait is told nothing."""
    scene = Scene()
    scene.call("c")
    assert estimate(scene, "c") is None
    scene.ready("ann")
    assert estimate(scene, "c") is None, "it rings"
    scene.accept("c")
    scene.call("d")
    scene.status("ann", Status.PAUSED, "lunch")
    assert estimate(scene, "d") is None


def test_others_count_by_the_agents_they_share() -> None:
    """Ahead: three of a queue that has two agents, one of whom is ours too: all four need the two of them. With nobody ahead there, ours is ours."""
    scene = Scene(
        [queue("zh", needs=[("zh", 1)]), queue("en", needs=[("en", 1)])],
        [agent("both", skills=[("zh", 1), ("en", 1)]), agent("zh", skills=[("zh", 1)]), agent("none")],
    )
    scene.ready("both", "zh")
    for number, to in enumerate(("zh", "zh")):
        scene.call(f"talk{number}", to)
        scene.accept(f"talk{number}")
    for number in range(3):
        scene.call(f"ahead{number}", "zh", age_s=10 - number)
    scene.call("mine", "en")
    assert estimate(scene, "mine") == (4 * USUAL_S / 2, 1, 1)
    scene.call("oldest", "en", age_s=30)
    assert estimate(scene, "oldest") == (USUAL_S, 1, 1)


def test_letters_are_served_side_by_side() -> None:
    scene = Scene([queue()], [agent("ann", letters=3)])
    scene.ready("ann")
    for number in range(5):
        scene.letter(f"l{number}")
        if number < 3:
            scene.accept(f"l{number}")
    assert estimate(scene, "l4") == (2 * USUAL_S / 3, 2, 3)


def test_handling_follows_what_is_seen() -> None:
    """From the offer to the end; what is declined or goes back does not count; the mean comes near what is usual now."""
    seen = Seen()
    q, ann = QueueId("q"), AgentId("ann")
    for number in range(200):
        one, at = InteractionId(f"i{number}"), 1000.0 * number
        offered = Offered(
            offer=OfferId(f"{one}/1"),
            interaction=one,
            queue=q,
            agent=ann,
            deadline=at,
            passed_over=(),
            at=at,
        )
        seen.apply(offered)
        seen.apply(Finished(interaction=one, agent=ann, by=By.AGENT, wrap_up_until=None, at=at + 60.0))
    assert abs(seen.handling_s(q) - 60.0) < 3.0
    assert seen.handling_s(QueueId("other")) == USUAL_S


def test_a_restart_knows_what_work_takes() -> None:
    scene = Scene([queue(wrap_up_s=0.0)], [agent("ann")])
    scene.ready("ann")
    scene.call("c")
    scene.accept("c")
    scene.later(40)
    scene.end("c")
    scene.call("d")
    scene.accept("d")
    scene.call("e")
    told = scene.router.estimate(InteractionId("e"))
    scene.router.restore(scene.facts)
    assert told is not None
    assert scene.router.estimate(InteractionId("e")) == told
    assert told.wait_s < USUAL_S


def day(patience_s: float, **group: object) -> Scenario:
    """Eight hours with waves of calls that are more than thirty agents can take at once."""
    return Scenario.model_validate(
        {
            "hours": 8,
            "queue": [{"id": "zh", "needs": {"zh": 1}}, {"id": "en", "needs": {"en": 1}}],
            "stream": [
                {
                    "queue": name,
                    "per_hour": [150, 260, 330, 240, 150, 280, 340, 200],
                    "handling": {"mean_s": 200, "kind": "lognormal", "cv": 0.8},
                    "wrap_up": {"mean_s": 20},
                    "patience": {"mean_s": patience_s},
                }
                for name in ("zh", "en")
            ],
            "group": [
                {"name": f"{name} {half}", "agents": agents, "skills": dict.fromkeys(name.split("+"), 1)}
                | (group if half == "a" else {})
                for name, agents in (("zh", 6), ("en", 6), ("zh+en", 3))
                for half in "ab"
            ],
        }
    )


@pytest.mark.parametrize(
    ("scenario", "at_most"),
    [
        (day(600.0), 0.65),
        (day(1800.0, breaks=[(3.5, 4.5)]), 0.5),
    ],
    ids=["customers who soon give up", "patient customers and half of the agents at lunch together"],
)
def test_less_wrong_than_an_average_of_waits(scenario: Scenario, at_most: float) -> None:
    """Over the same arrivals: the mean absolute error of what who waits is told, beside the average that app_queue announces. What is left is
    chance: how long those take who talk now."""
    found = [simulate(scenario, seed, estimates=True).estimates for seed in (1, 2, 3)]
    ours, usual, told = 0.0, 0.0, 0
    for each in found:
        assert each is not None
        ours, usual, told = ours + each.mean_error_s, usual + each.usual_mean_error_s, told + each.told
    assert told > 5000
    assert ours <= at_most * usual, found


def steady(load: float, agents: int, patience_s: float | None = None) -> Scenario:
    """Ten hours of one queue, as theory has it: exponential talks, and patience."""
    stream = {
        "queue": "q",
        "per_hour": load * agents * 3600 / 200,
        "handling": {"mean_s": 200, "kind": "exponential"},
    } | ({} if patience_s is None else {"patience": {"mean_s": patience_s}})
    return Scenario.model_validate(
        {
            "hours": 10,
            "warm_up_h": 1,
            "queue": [{"id": "q", "wrap_up_s": 0}],
            "stream": [stream],
            "group": [{"name": "all", "agents": agents}],
        }
    )


@pytest.mark.parametrize(
    "scenario",
    [steady(0.95, 20), steady(1.1, 20, 300.0)],
    ids=["patient customers", "customers who give up"],
)
def test_what_is_wrong_is_chance_alone(scenario: Scenario) -> None:
    """Where talks and patience are exponential nothing but their number says how long it takes, and no estimate can be nearer than these waits are to
    their mean: ours is off by that, within a tenth. The average of waits is off by nearly half as much again, at least."""
    found = [simulate(scenario, seed, estimates=True).estimates for seed in (1, 2)]
    ours, usual, chance = 0.0, 0.0, 0.0
    for each in found:
        assert each is not None
        ours, usual, chance = (
            ours + each.mean_error_s * each.told,
            usual + each.usual_mean_error_s * each.told,
            chance + each.chance_s * each.told,
        )
    assert 0.9 * chance < ours < 1.1 * chance, found
    assert 1.4 * ours < usual, found
