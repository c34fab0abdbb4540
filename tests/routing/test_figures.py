"""The day's figures, by hand."""

import pytest

from routing import snapshots
from routing.core.facts import Abandoned, Connected, Enqueued, Fact, Finished, Requeued
from routing.core.figures import WAITS_TOGETHER, AgentFigures, Figures, QueueFigures
from routing.core.model import AgentId, By, InteractionId, Medium, QueueId
from routing.core.router import Router
from routing.day import day_starts
from tests.routing.scene import START, queue

Q, ANN = QueueId("q"), AgentId("ann")


def came(name: str, at: float, medium: Medium = Medium.VOICE) -> Fact:
    return Enqueued(interaction=InteractionId(name), medium=medium, queue=Q, priority_points=0, at=START + at)


def answered(name: str, at: float) -> Fact:
    return Connected(interaction=InteractionId(name), queue=Q, agent=ANN, at=START + at)


def left(name: str, at: float) -> Fact:
    return Abandoned(interaction=InteractionId(name), queue=Q, at=START + at)


def ended(name: str, at: float) -> Fact:
    return Finished(
        interaction=InteractionId(name), agent=ANN, by=By.AGENT, wrap_up_until=None, at=START + at
    )


def returned(name: str, at: float) -> Fact:
    return Requeued(interaction=InteractionId(name), agent=ANN, reason="phone_died", at=START + at)


def figures(*facts: Fact) -> Figures:
    fold = Figures(START, [queue(answer_within_s=20.0)])
    for fact in facts:
        fold.apply(fact)
    return fold


def test_a_day_counted_by_hand() -> None:
    """Five came: one answered in time, one late, one left at once, one left late, one still waits."""
    fold = figures(
        *(came(name, 0) for name in ("fast", "slow", "quick_left", "late_left", "waits")),
        left("quick_left", 5),
        answered("fast", 10),
        answered("slow", 40),
        left("late_left", 50),
    )
    mine = fold.queue(Q)
    assert mine == QueueFigures(
        offered=5, answered=2, abandoned=2, answered_in_time=1, abandoned_in_time=1, answer_wait_s=50.0
    )
    assert mine.unanswered() == 1
    assert mine.service_level() == 1 / (2 + 2 - 1), "who still waits is not judged yet"
    assert mine.average_speed_of_answer_s() == 25.0
    assert mine.abandonment() == 2 / 5
    assert fold.waits(Q, Medium.VOICE) == [10.0, 40.0]


def test_nothing_divided_by_nothing_is_not_a_number() -> None:
    """Before anyone came there is no level, no speed and no rate."""
    empty = figures().queue(Q)
    assert (empty.service_level(), empty.average_speed_of_answer_s(), empty.abandonment()) == (
        None,
        None,
        None,
    )
    assert figures().waits(Q, Medium.VOICE) == ()
    assert figures(came("c1", 0), left("c1", 1)).queue(Q).service_level() is None


def test_media_are_counted_apart_and_together() -> None:
    """A queue's letters do not change the level of its calls."""
    fold = figures(came("c1", 0), came("m1", 0, Medium.EMAIL), answered("c1", 1), answered("m1", 3600))
    assert fold.queue(Q, Medium.VOICE).service_level() == 1.0
    assert fold.queue(Q, Medium.EMAIL).service_level() == 0.0
    assert fold.queue(Q).offered == 2


def test_an_interaction_is_answered_once() -> None:
    """A returned one that is answered again, or left after that, stays one answered; the talks add up for the agent."""
    again = figures(
        came("c1", 0), answered("c1", 5), returned("c1", 65), answered("c1", 70), ended("c1", 100)
    )
    assert (again.queue(Q).answered, again.queue(Q).abandoned) == (1, 0)
    assert again.agent(ANN) == AgentFigures(handled=1, talk_s=90.0)
    gone = figures(came("c1", 0), answered("c1", 5), returned("c1", 65), left("c1", 70))
    assert (gone.queue(Q).answered, gone.queue(Q).abandoned) == (1, 0)


def test_letters_are_work_but_not_talk() -> None:
    """The time with letters is kept apart."""
    fold = figures(came("m1", 0, Medium.EMAIL), answered("m1", 5), ended("m1", 65))
    assert fold.agent(ANN) == AgentFigures(handled=1, letters_s=60.0)


def test_yesterdays_callers_are_yesterdays() -> None:
    """Who came before the day began is not counted in it, neither live nor after a restart; the work is."""
    fold = figures(came("c1", -10), answered("c1", 5), ended("c1", 35))
    assert fold.queue(Q) == QueueFigures()
    assert fold.agent(ANN) == AgentFigures(handled=1, talk_s=30.0)
    live = figures(came("c1", 10), came("c2", 200))
    live.begin_day(START + 100)
    live.apply(answered("c1", 205))
    assert live.queue(Q) == QueueFigures()
    early = figures(came("c1", -90), answered("c1", -80), ended("c1", -70))
    assert early.agent(ANN) == AgentFigures()


def test_facts_without_a_beginning_are_not_counted() -> None:
    """A history cut in two, or a fact told twice, does not make the figures lie."""
    fold = figures(
        answered("c1", 5), left("c2", 5), ended("c3", 5), came("c4", 5), came("c4", 5), ended("c4", 6)
    )
    assert fold.queue(Q) == QueueFigures(offered=1)


@pytest.mark.parametrize(
    ("zone", "moment", "start"),
    [
        ("Asia/Taipei", 1_790_000_000.0, 1_789_920_000.0),
        ("Europe/Berlin", 1_774_749_600.0, 1_774_738_800.0),
        ("Europe/Berlin", 1_774_785_600.0, 1_774_738_800.0),
    ],
)
def test_a_day_begins_at_midnight(zone: str, moment: float, start: float) -> None:
    """Also on the day that lacks an hour (2026-03-29 in Berlin)."""
    assert day_starts(zone)(moment) == start


def test_a_long_day_is_kept_as_text_and_read_again() -> None:
    """The waits of thousands, in their order; no line is longer than some hundredth of the day, so that nothing waits for its writing."""
    served = WAITS_TOGETHER * 3 + 7
    whole = figures(
        *(
            fact
            for number in range(served)
            for fact in (
                came(f"c{number}", number),
                answered(f"c{number}", number + number % 90 + 0.125),
                ended(f"c{number}", number + 200),
            )
        )
    )
    text = snapshots.written(Router([queue()], []).snapshot(whole.snapshot()))
    again = Figures(0.0)
    again.restore(snapshots.read(text).figures)
    assert again.snapshot() == whole.snapshot()
    assert list(again.waits(Q, Medium.VOICE)) == [number % 90 + 0.125 for number in range(served)]
    assert max(map(len, text.split("\n"))) < 15 * WAITS_TOGETHER
