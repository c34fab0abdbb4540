"""A recorded period once more: as it was under the rules it had, and otherwise under others."""

import random
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from config.clock import SystemClock
from config.errors import Refused
from crm_core import ledger
from crm_core.store import Store
from routing.core.events import Adopted
from routing.core.facts import Abandoned, Connected, Enqueued, Fact, Finished, Offered, StatusChanged
from routing.core.model import AgentId, AgentRule, Choice, Device, InteractionId, Outcome, QueueRule, Status
from routing.core.words import Need
from routing.recorder import StoreLedger, fact_of
from routing.simulation import comparison, other_rules
from routing.simulation.draws import HOUR_S
from routing.simulation.other_rules import Named
from routing.simulation.outcome import Tally
from routing.simulation.recorded import Record, take_apart
from routing.simulation.replay import Replayed, replay
from routing.simulation.run import _Run
from routing.simulation.scenario import Scenario
from tests.routing import test_machine
from tests.routing.busy import Dice
from tests.routing.scene import Scene, agent, queue
from tests.routing.test_faults import Rolled, T
from tests.routing.test_machine import Day

DAY = Scenario.model_validate(
    {
        "hours": 5,
        "queue": [
            {
                "id": "zh",
                "needs": {"zh": 5},
                "relaxation": [{"after_s": 40, "lower": {"zh": 2}}],
                "choice": "best_level",
                "missed_at_most": 2,
            },
            {"id": "en", "needs": {"en": 1}, "choice": "fewest_skills", "priority_points": 10},
        ],
        "stream": [
            {
                "queue": name,
                "medium": medium,
                "per_hour": per_hour,
                "handling": {"mean_s": 200, "kind": "lognormal", "cv": 0.8},
                "wrap_up": {"mean_s": 30},
            }
            | ({"patience": {"mean_s": 120}} if medium == "voice" else {})
            for name, medium, per_hour in (("zh", "voice", 60), ("en", "voice", 50), ("en", "email", 20))
        ],
        "group": [
            {
                "name": "both",
                "agents": 3,
                "skills": {"zh": 7, "en": 5},
                "no_answer": 0.1,
                "letters_at_once": 2,
            },
            {"name": "zh", "agents": 2, "skills": {"zh": 3}, "breaks": [[1, 1.5]], "no_answer": 0.05},
            {"name": "en", "agents": 3, "skills": {"en": 8}, "to_h": 4, "answer": {"mean_s": 5}},
        ],
    }
)
QUEUES = tuple(one.rule() for one in DAY.queue)
AGENTS = tuple(rule for group in DAY.group for rule in group.rules())
TODAY = Named(
    queues={rule.id: rule for rule in QUEUES},
    agents={rule.id: rule for rule in AGENTS},
    skills=frozenset({"zh", "en"}),
)


class _Kept(Tally):
    """Keeps the facts of a simulated day, which stands here for a real one."""

    facts: list[Fact]

    def see(self, fact: Fact) -> None:
        self.facts.append(fact)


def lived(seed: int = 1) -> list[Fact]:
    run = _Run(DAY, seed, estimates=False)
    kept = _Kept({}, {}, (), counted_from=0.0)
    kept.facts = []
    run._tally = kept
    run.outcome()
    return kept.facts


def offers(facts: Sequence[Fact]) -> list[tuple[str, str, float, int]]:
    return [(one.offer, one.agent, one.at, one.steps) for one in facts if isinstance(one, Offered)]


@pytest.fixture
async def store(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Store]:
    opened = Store(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'ledger.db')}")
    opened.open()
    yield opened
    await opened.close()


async def read_back(store: Store, begin: float, end: float) -> Record:
    entries = await store.read(lambda conn: ledger.period(conn, begin, end))
    return take_apart([fact_of(entry) for entry in entries], begin, end)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_under_its_own_rules_a_period_goes_as_it_went(store: Store, seed: int) -> None:
    """Every offer of the ledger again, to the same agent at the same moment after as many steps: of the whole day, and of two hours from its middle, which begin
    with calls that ring, talk and wrap up."""
    facts = lived(seed)
    writer = StoreLedger(store, SystemClock())
    await writer.append(facts, await writer.take())
    for begin, end in ((0.0, 5 * HOUR_S), (1.2 * HOUR_S, 3.2 * HOUR_S)):
        record = await read_back(store, begin, end)
        again = replay(record, QUEUES, AGENTS)
        recorded = [one for one in facts if begin <= one.at < end]
        assert len(offers(recorded)) > 150
        assert offers(again.facts) == offers(recorded)
        for kind in (Abandoned, Connected, Finished):
            assert [one for one in again.facts if isinstance(one, kind)] == [
                one for one in recorded if isinstance(one, kind)
            ]
        assert not again.beyond
        assert not again.unknown_work


def otherwise(words: str, facts: Sequence[Fact] | None = None) -> dict[str, object]:
    record = take_apart(lived() if facts is None else facts, 0.0, 5 * HOUR_S)
    return comparison.compare(record, TODAY, other_rules.read(words, TODAY))


def row(found: dict[str, object], queue: str, medium: str = "voice") -> dict[str, dict[str, float]]:
    rows: list[dict[str, object]] = found["queues"]  # type: ignore[assignment]
    (wanted,) = (each for each in rows if (each["queue"], each["medium"]) == (queue, medium))
    return wanted  # type: ignore[return-value]


def test_nothing_other_changes_nothing() -> None:
    """An empty configuration: the same figures three times, each offer as it was, and nothing assumed."""
    found = otherwise("")
    assert found["offers_as_recorded"] == 1.0
    for each in (row(found, "zh"), row(found, "en"), row(found, "en", "email")):
        assert each["recorded"] == each["today"] == each["other"]
    nothing = {"waits_beyond_known_patience": 0, "work_of_unknown_length": 0}
    assert found["assumed"] == {"today": nothing, "other": nothing}


def test_more_who_can_are_a_shorter_wait() -> None:
    """Three more who speak Chinese: fewer of its callers give up, and those who did in truth are counted as of unknown length; the English queue pays."""
    found = otherwise("".join(f'[agent."en/{one}"]\nskills = {{ en = 8, zh = 9 }}\n' for one in (1, 2, 3)))
    zh, en = row(found, "zh"), row(found, "en")
    assert zh["other"]["offered"] == zh["today"]["offered"]
    assert zh["other"]["abandoned"] < zh["today"]["abandoned"]
    assert zh["other"]["service_level"] > zh["today"]["service_level"]
    assert en["other"]["asa_s"] != en["today"]["asa_s"]
    assumed: dict[str, dict[str, int]] = found["assumed"]  # type: ignore[assignment]
    assert assumed["other"]["work_of_unknown_length"] > 0
    assert found["changed_agents_who_were_not_there"] == []


def test_fewer_who_can_are_a_longer_wait() -> None:
    """Half of those who speak English do not any more: those of whom nobody knows how patient they are beyond it are counted."""
    found = otherwise("".join(f'[agent."en/{one}"]\nskills = {{ zh = 1 }}\n' for one in (1, 2, 3)))
    en = row(found, "en")
    assert en["other"]["service_level"] < en["today"]["service_level"]
    assumed: dict[str, dict[str, int]] = found["assumed"]  # type: ignore[assignment]
    assert assumed["other"]["waits_beyond_known_patience"] > 0
    assert en["other"]["answered"] + en["other"]["waiting"] <= en["other"]["offered"]


def test_the_text_says_what_the_data_says() -> None:
    """A line for each figure of each queue, and what was assumed."""
    found = otherwise("[queue.zh]\npriority_points = 100\nring_s = 8\n")
    text = "\n".join(comparison.lines(found))
    zh = row(found, "zh")
    assert f"{100 * zh['other']['service_level']:.1f} %" in text
    assert "replayed as configured, 100.0 % of the offers are as they were" in text
    assert "gave up in truth" in text


# -- what cannot be known ------------------------------------------------------------------------------------------------


def small(*agents: AgentRule, **rules: object) -> Scene:
    return Scene([queue(**rules)], agents or [agent("ann"), agent("bob")])  # type: ignore[arg-type]


def again(scene: Scene, queues: Sequence[QueueRule] = (), agents: Sequence[AgentRule] = ()) -> Replayed:
    record = take_apart(scene.facts, 0.0, scene.now + 1_000)
    return replay(record, queues or scene.queues, agents or scene.agents)


def test_whoever_gave_up_is_answered_where_there_is_somebody_and_needs_what_is_usual() -> None:
    """One was handled in 100 s; the one who gave up after 50 would have been served by the other agent, for as long."""
    scene = small(agent("ann", skills=[("zh", 1)]), agent("bob"), needs=[("zh", 1)], wrap_up_s=0.0)
    scene.ready("ann", "bob")
    scene.call("c1")
    scene.accept("c1")
    scene.call("c2")
    scene.later(50)
    scene.leave("c2")
    scene.later(50)
    scene.end("c1")
    assert offers(again(scene).facts) == offers(scene.facts)
    able = [scene.agents[0], replace(scene.agents[1], skills=frozenset({Need(skill="zh", level=1)}))]
    then = again(scene, agents=able)
    assert [one[:2] for one in offers(then.facts)] == [("c1/1", "ann"), ("c2/1", "bob")]
    assert then.unknown_work == {"c2"}
    (_, talk) = (one for one in then.facts if isinstance(one, Connected))
    (ended,) = (one for one in then.facts if isinstance(one, Finished) and one.interaction == "c2")
    assert ended.at - talk.at == pytest.approx(100)


def test_a_missed_offer_is_missed_again_and_the_pause_after_it_lasts_as_long() -> None:
    """By the same agent of the same call; where two may be missed there is no pause."""
    scene = small(agent("ann"))
    scene.ready("ann")
    scene.call("c1")
    scene.rang("c1")
    scene.later(20)
    scene.fail("c1", Outcome.NO_ANSWER)
    scene.later(60)
    scene.status("ann", Status.READY)
    scene.later(4)
    scene.accept("c1")
    assert again(scene).facts == scene.facts
    then = again(scene, queues=[queue(missed_at_most=2)])
    assert not [one for one in then.facts if isinstance(one, StatusChanged) and one.status is Status.PAUSED]
    first, second = (one.at for one in then.facts if isinstance(one, Offered))
    assert second - first == 20


def test_the_phone_of_whoever_takes_the_call_is_in_use() -> None:
    """What ann's phone said of the call does not keep her from another when bob takes it; what it said of her own call does."""
    scene = small(agent("ann"), agent("bob", skills=[("zh", 5)]), choice=Choice.LONGEST_IDLE, wrap_up_s=0.0)
    scene.ready("ann", "bob")
    scene.call("c1")
    scene.device("ann", Device.IN_USE)
    scene.accept("c1")
    scene.later(10)
    scene.call("c2")
    scene.accept("c2")
    scene.later(90)
    scene.end("c1")
    scene.later(1)
    scene.device("ann", Device.REACHABLE)
    assert [one[:2] for one in offers(again(scene).facts)] == [("c1/1", "ann"), ("c2/1", "bob")]
    preferring = queue(needs=[("zh", 5)], relaxation=(), wrap_up_s=0.0)
    turned = [agent("ann", skills=[("zh", 5)]), agent("bob", skills=[("zh", 9)])]
    then = again(scene, queues=[replace(preferring, choice=Choice.BEST_LEVEL)], agents=turned)
    assert [one[:2] for one in offers(then.facts)] == [("c1/1", "bob"), ("c2/1", "ann")]


def test_nobody_who_comes_late_is_seen_before() -> None:
    """A letter of yesterday that was fetched at noon is offered at noon."""
    scene = small(agent("ann"))
    scene.ready("ann")
    scene.later(100)
    scene.letter("m1", age_s=86_400)
    begin = scene.now - 200
    record = take_apart(scene.facts, begin, scene.now + 10)
    (offered,) = (one for one in replay(record, scene.queues, scene.agents).facts if isinstance(one, Offered))
    assert offered.at >= scene.now - 100
    assert len([one for one in record.facts if isinstance(one, Enqueued)]) == 1


# -- the other configuration -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("[queue.zz]\nring_s = 3", "queue.zz: there is no such queue"),
        ("[queue.zh]\nring_s = 0", "queue.zh.ring_s: Input should be greater than 0"),
        ("[queue.zh]\nringing = 3", "queue.zh.ringing: Extra inputs are not permitted"),
        ("[queue.zh]\nid = 'x'", "queue.zh.id: this cannot be said here"),
        ("[queue.zh]\nchoice = 'random'", "queue.zh.choice: Input should be 'longest_idle'"),
        ("[queue.zh]\nneeds = { zh = 11 }", "queue.zh.needs.zh: Input should be less than or equal to 10"),
        ("[queue.zh]\nneeds = { hz = 1 }", "queue.zh.needs: nobody has or asks for a skill 'hz'"),
        ("[agent.nobody]\nskills = {}", "agent.nobody: there is no such agent"),
        ("[agent.'zh/1']\nskills = { hz = 3 }", "agent.zh/1.skills: nobody has or asks for a skill 'hz'"),
        ("[agent.'zh/1']\nno_answer = 0.5", "agent.zh/1.no_answer: this cannot be said here"),
        ("[group.zh]\nskills = {}", "group: only [queue.NAME] and [agent.LOGIN] are understood"),
        ("queue = 3", "queue: write [queue.NAME]"),
    ],
)
def test_what_is_not_understood_is_said_with_its_place(words: str, said: str) -> None:
    with pytest.raises(Refused) as caught:
        other_rules.read(words, TODAY)
    assert caught.value.code == "replay.wrong"
    assert said in str(caught.value.params["reason"])


def test_what_is_no_toml_is_refused() -> None:
    with pytest.raises(Refused) as caught:
        other_rules.read("[queue", TODAY)
    assert caught.value.code == "replay.not_toml"


def test_only_what_is_written_is_other() -> None:
    """All else stays as it is today; a new skill may be asked for when somebody is given it."""
    found = other_rules.read(
        "[queue.zh]\nneeds = { vip = 2 }\n[agent.'zh/1']\nskills = { vip = 3 }\nletters_at_once = 4", TODAY
    )
    assert found.queues["zh"] == replace(TODAY.queues["zh"], needs=frozenset({Need(skill="vip", level=2)}))
    assert found.queues["en"] == TODAY.queues["en"]
    assert found.agents["zh/1"] == replace(
        TODAY.agents["zh/1"], skills=frozenset({Need(skill="vip", level=3)}), letters_at_once=4
    )


# -- days on which everything happens ----------------------------------------------------------------------------------------


class _Fresh(Rolled):
    """Everybody is seen when they come, and the rules stay: what the ledger can tell exactly."""

    def pick(self, things: Sequence[T]) -> T:
        picked = super().pick(things)
        return things[0] if things == range(31) else picked


class _Unhurried(Day):
    """No two things at one moment, and neither restarts nor other rules."""

    chance = random.Random(5)

    def pass_time(self, seconds: float) -> None:
        Day.pass_time(self, seconds=seconds + self.chance.random())

    def _restart(self, dice: Dice) -> None:
        self.pass_time(1.0)

    def _change(self, dice: Dice) -> None:
        self.pass_time(1.0)


def test_whatever_happened_happens_again() -> None:
    """Forty busy days of the state machine, with everything that goes wrong in them: declined, missed, hung up at each moment, returned, signed out with letters
    open. Each goes again offer by offer."""
    compared = 0
    for seed in range(40):
        day, dice = _Unhurried(), _Fresh(seed)
        day.open_shop()
        for _ in range(12):
            day.be_busy(dice, 6)
        once_more = replay(take_apart(day.facts, 0.0, day.now + 1), test_machine.QUEUES, test_machine.AGENTS)
        assert offers(once_more.facts) == offers(day.facts), seed
        compared += len(offers(day.facts))
    assert compared > 500


@pytest.mark.parametrize("was", ["waiting", "ringing", "talking"])
def test_a_call_that_was_found_at_work_is_found_again(was: str) -> None:
    """Answered without us by bob, whatever we believed: it is so in the replay, as long as it is as it was."""
    scene = small(wrap_up_s=0.0)
    if was != "waiting":
        scene.ready("ann")
    scene.call("c1")
    if was == "talking":
        scene.later(2)
        scene.accept("c1")
    scene.later(10)
    scene.tell(Adopted(interaction=InteractionId("c1"), agent=AgentId("bob"), at=scene.now))
    scene.later(30)
    scene.end("c1")
    assert again(scene).facts == scene.facts
