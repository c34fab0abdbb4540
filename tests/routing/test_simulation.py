"""A centre in virtual time."""

import json
import random
from itertools import islice
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import Refused
from routing.core.forecast import Load, forecast
from routing.core.model import USUAL_ROOMS, Medium, Room
from routing.simulation import plotting, printing, summary
from routing.simulation.draws import customers, drawing
from routing.simulation.run import simulate
from routing.simulation.scenario import HOUR_S, Scenario, Spread, Stream, read
from routing.simulation.several import mean, several

AT_ONCE = {"mean_s": 1e-6, "kind": "constant"}


def scenario(**given: object) -> Scenario:
    """One queue, five agents who answer at once, 48 customers an hour of 300 seconds: 80 % busy."""
    plain = {
        "hours": 120,
        "warm_up_h": 5,
        "queue": [{"id": "q"}],
        "stream": [{"queue": "q", "per_hour": 48, "handling": {"mean_s": 300}}],
        "group": [{"name": "all", "agents": 5, "answer": AT_ONCE}],
    }
    return Scenario.model_validate(plain | given)


# -- against theory -------------------------------------------------------------------------------------------------


def test_it_waits_as_erlang_c_says() -> None:
    """Eight runs of 115 hours: theory's mean wait, share answered in time and occupancy lie in the 95 % interval (widened by a half, as one
    interval in twenty misses)."""
    runs = several(scenario(), 8)
    said = forecast(Load(per_hour=48, handling_s=300), 5, 20.0)
    of_queue = [run.queues["q", "voice"] for run in runs]
    for theory, seen in (
        (said.asa_s, mean(each.asa_s for each in of_queue)),
        (said.service_level, mean(each.service_level for each in of_queue)),
        (said.occupancy, mean(run.groups["all"].occupancy for run in runs)),
    ):
        assert seen is not None
        assert seen.half_width is not None
        assert abs(seen.value - theory) <= 1.5 * seen.half_width
        assert seen.half_width < 0.5 * theory


def test_customers_give_up_as_erlang_a_says() -> None:
    """With an exponential patience the abandoned, the service level and the wait are Erlang A's."""
    stream = {"queue": "q", "per_hour": 66, "handling": {"mean_s": 300}, "patience": {"mean_s": 120}}
    runs = several(scenario(hours=80, stream=[stream]), 6)
    said = forecast(Load(per_hour=66, handling_s=300, patience_s=120), 5, 20.0)
    found = [run.queues["q", "voice"] for run in runs]
    abandoned, in_time = mean(each.abandonment for each in found), mean(each.service_level for each in found)
    assert abandoned is not None
    assert in_time is not None
    assert abandoned.value == pytest.approx(said.abandoned, abs=0.02)
    assert in_time.value == pytest.approx(said.service_level, abs=0.03)


# -- draws ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spread",
    [Spread(mean_s=90), Spread(mean_s=90, kind="lognormal", cv=0.7), Spread(mean_s=90, kind="constant")],
)
def test_durations_have_their_mean_and_spread(spread: Spread) -> None:
    """Of 40,000 draws, the mean and the coefficient of variation are those asked for."""
    draw = drawing(spread, random.Random(3))
    drawn = [draw() for _ in range(40_000)]
    middle = sum(drawn) / len(drawn)
    variation = (sum((each - middle) ** 2 for each in drawn) / len(drawn)) ** 0.5 / middle
    assert middle == pytest.approx(90, rel=0.02)
    assert variation == pytest.approx(
        {"exponential": 1.0, "lognormal": 0.7, "constant": 0.0}[spread.kind], abs=0.03
    )


def test_customers_come_by_the_hour() -> None:
    """The rate of each hour is that hour's, and the last one goes on."""
    stream = Stream(queue="q", per_hour=(600, 0, 1200), handling=Spread(mean_s=60))
    counts = [0] * 4
    for each in customers(stream, 4, "1"):
        counts[int(each.at // HOUR_S)] += 1
    assert counts[1] == 0
    assert counts[0] == pytest.approx(600, rel=0.15)
    assert counts[2] == pytest.approx(1200, rel=0.15)
    assert counts[3] == pytest.approx(1200, rel=0.15)


def test_a_change_leaves_the_customers_as_they_are() -> None:
    """Longer talks or more patience bring no other arrivals: two configurations meet the same customers."""
    one = Stream(queue="q", per_hour=60, handling=Spread(mean_s=60))
    other = Stream(queue="q", per_hour=60, handling=Spread(mean_s=600), patience=Spread(mean_s=60))
    arrivals = [[each.at for each in islice(customers(stream, 10, "1"), 200)] for stream in (one, other)]
    assert arrivals[0] == arrivals[1]


# -- what agents do -------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_outcome() -> None:
    """Twice the same, figure by figure; another seed, others."""
    wish = scenario(hours=30, warm_up_h=0)
    again, another = simulate(wish), simulate(wish, 2)
    assert simulate(wish) == again
    assert again != another


def test_shifts_and_breaks_are_kept() -> None:
    """Nobody answers before the shift, in the break, or after the end; who talks at the end finishes."""
    group = {"name": "all", "agents": 40, "answer": AT_ONCE, "from_h": 1, "to_h": 4, "breaks": [[2, 3]]}
    stream = {
        "queue": "q",
        "per_hour": 60,
        "handling": {"mean_s": 60},
        "patience": {"mean_s": 30, "kind": "constant"},
    }
    found = simulate(scenario(hours=5, warm_up_h=0, group=[group], stream=[stream]))
    by_hour = found.hours["q", "voice"]
    # whoever comes in the last half minute before agents do is answered by them
    assert [by_hour[hour].answered > 0.1 * by_hour[hour].offered for hour in range(5)] == [
        False,
        True,
        False,
        True,
        False,
    ]
    assert found.groups["all"].staffed_s == pytest.approx(40 * 2 * HOUR_S, rel=0.01)


def test_offers_that_nobody_answers_come_to_somebody_else() -> None:
    """With every third offer unanswered, everyone is still served in the end, later; whoever let it ring is away for a while."""
    plain = {"name": "all", "agents": 5, "answer": AT_ONCE}
    calm = simulate(scenario(hours=40, group=[plain]))
    lazy = simulate(scenario(hours=40, group=[plain | {"no_answer": 0.33}]))
    waits = [run.queues["q", "voice"].asa_s or 0.0 for run in (calm, lazy)]
    assert waits[1] > waits[0] + 5
    assert lazy.queues["q", "voice"].answered > 0.9 * lazy.queues["q", "voice"].offered


def test_wrap_up_keeps_agents_busy() -> None:
    """After-contact work counts as work, up to the queue's longest."""
    stream = {
        "queue": "q",
        "per_hour": 24,
        "handling": {"mean_s": 300},
        "wrap_up": {"mean_s": 300, "kind": "constant"},
    }
    long = simulate(scenario(hours=100, stream=[stream]))
    short = simulate(scenario(hours=100, stream=[stream], queue=[{"id": "q", "wrap_up_s": 60}]))
    assert long.groups["all"].occupancy == pytest.approx(0.8, abs=0.04)
    assert short.groups["all"].occupancy == pytest.approx(24 * 360 / 3600 / 5, abs=0.04)


@settings(max_examples=40, deadline=None)
@given(
    per_hour=st.floats(1, 120),
    patience=st.one_of(st.none(), st.floats(5, 300)),
    agents=st.integers(1, 6),
    no_answer=st.floats(0, 0.5),
    letters=st.floats(0, 40),
    seed=st.integers(0, 1_000),
)
def test_everyone_is_counted_once(  # noqa: PLR0917 - what is drawn
    per_hour: float, patience: float | None, agents: int, no_answer: float, letters: float, seed: int
) -> None:
    """Whatever is simulated: offered is answered, abandoned and waiting; nobody works more than there is time."""
    stream = {"queue": "q", "per_hour": per_hour, "handling": {"mean_s": 200}, "wrap_up": {"mean_s": 20}}
    if patience is not None:
        stream["patience"] = {"mean_s": patience}
    mail = {"queue": "q", "medium": "email", "per_hour": letters, "handling": {"mean_s": 300}}
    group = {
        "name": "all",
        "agents": agents,
        "no_answer": no_answer,
        "breaks": [[1, 1.2]],
        "to_h": 3.5,
        "letters_at_once": 2,
    }
    found = simulate(scenario(hours=4, warm_up_h=0, stream=[stream, mail], group=[group]), seed)
    for each in found.queues.values():
        assert each.answered + each.abandoned <= each.offered
        assert len(each.waits) == each.answered
        assert each.within <= each.answered
        assert min(each.waits, default=0.0) >= 0
    assert sum(each.offered for each in found.queues.values()) == found.interactions
    work = found.groups["all"]
    assert work.busy_s <= work.staffed_s + 1e-6
    assert work.staffed_s <= agents * 4 * HOUR_S + 1e-6


# -- what is read and what is shown ---------------------------------------------------------------------------------

GOOD = """
hours = 2
[[queue]]
id = "q"
needs = {zh = 5}
[[stream]]
queue = "q"
per_hour = 30
handling = {mean_s = 60}
[[group]]
name = "g"
agents = 2
skills = {zh = 5}
"""


def test_a_scenario_says_what_items_take_of_an_agent() -> None:
    """What is not said of a medium is as usual; `mail_while_talking` adds to what is said."""
    rooms = {"email": {"load": 20}, "chat": {"load": 40, "pauses": []}}
    given = scenario(queue=[{"id": "q", "mail_while_talking": True, "rooms": rooms}])
    rule = given.queue[0].rule()
    assert rule.room(Medium.VOICE) == USUAL_ROOMS[Medium.VOICE]
    assert rule.room(Medium.EMAIL) == Room(
        medium=Medium.EMAIL, load=20, beside=frozenset({Medium.EMAIL, Medium.VOICE})
    )
    assert rule.room(Medium.CHAT) == Room(medium=Medium.CHAT, load=40, beside=frozenset({Medium.CHAT}))


def test_whoever_has_three_chats_at_once_serves_three_times_as_many() -> None:
    """Three agents with one chat each and one agent with three of them let the same customers wait as long."""
    stream = [{"queue": "q", "medium": "chat", "per_hour": 30, "handling": {"mean_s": 300}}]
    waited = [
        simulate(scenario(hours=50, stream=stream, group=[{"name": "all", "answer": AT_ONCE, **group}]), 1)
        .queues["q", "chat"]
        .asa_s
        for group in ({"agents": 3, "chats_at_once": 1}, {"agents": 1, "chats_at_once": 3})
    ]
    assert waited[0] > 0
    assert waited[0] == pytest.approx(waited[1], rel=1e-6, abs=1e-3)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("hours = 2", "hours = 0", "hours: Input should be greater than 0"),
        ("hours = 2", "hours = 2\nhuors = 3", "huors: Extra inputs are not permitted"),
        ('queue = "q"', 'queue = "p"', "there is no queue 'p'"),
        ("agents = 2", "agents = 0", "group.0.agents: Input should be greater than or equal to 1"),
        ("skills = {zh = 5}", "skills = {zh = 4}", "no group has all the skills"),
        ("agents = 2", "agents = 2\nfrom_h = 3\nto_h = 2", "to_h must be later"),
        ("agents = 2", "agents = 2\nbreaks = [[2, 1]]", "a break must end after it begins"),
        ("mean_s = 60", "mean_s = inf", "stream.0.handling.mean_s"),
        ("per_hour = 30", 'per_hour = 30\nmedium = "pigeon"', "stream.0.medium"),
        ("hours = 2", "hours = 2\nwarm_up_h = 2", "warm_up_h must be less"),
    ],
)
def test_mistakes_are_said_with_their_place(before: str, after: str, said: str) -> None:
    """Nothing is run of a scenario that is wrong, and what is wrong is named."""
    assert simulate(read(GOOD)).interactions > 0
    with pytest.raises(Refused) as caught:
        read(GOOD.replace(before, after))
    assert caught.value.code == "scenario.wrong"
    assert said in str(caught.value.params["reason"])


def test_what_is_no_toml_is_refused() -> None:
    """With the parser's own words and place."""
    with pytest.raises(Refused) as caught:
        read("hours = = 2\n")
    assert caught.value.code == "scenario.not_toml"
    assert "line 1" in str(caught.value.params["reason"])


def test_the_summary_says_the_same_as_data_text_and_picture() -> None:
    """Every queue and group is in each of the three; the picture is well-formed, whatever a queue is called."""
    wish = scenario(
        hours=6,
        warm_up_h=0,
        name="<Tag> & Nacht",
        queue=[{"id": "中文 <b>"}],
        stream=[{"queue": "中文 <b>", "per_hour": (30, 0, 60), "handling": {"mean_s": 60}}],
    )
    found = summary.summary(wish, several(wish, 3))
    assert json.loads(json.dumps(found)) == found
    (queue,), (group,) = found["queues"], found["groups"]
    assert (queue["queue"], group["group"], len(queue["by_hour"])) == ("中文 <b>", "all", 6)
    assert queue["by_hour"][1]["service_level"] is None
    text = "\n".join(printing.lines(wish, found))
    assert f"{queue['offered']['value']:,.0f} ±" in text
    assert "中文 <b> voice" in text
    drawn = ET.fromstring(plotting.svg(wish, found))
    assert "中文 <b> voice" in {each.text for each in drawn.iter() if each.text}
    assert sum(each.tag.endswith("polyline") for each in drawn.iter()) >= 4
