"""Where other systems trip (the table is in `test_edge_cases`): offers, work, restarts."""

from typing import Any

import pytest

from routing.core.decisions import Withdraw
from routing.core.events import Accepted, Adopted, CustomerLeft, Event, Returned
from routing.core.facts import Abandoned, Connected, Finished, OfferEnded, Requeued, WrappedUp
from routing.core.model import (
    AgentId,
    By,
    Choice,
    Device,
    InteractionId,
    Medium,
    Outcome,
    Phase,
    Status,
    WorkState,
)
from routing.core.router import Router
from routing.core.timers import VOICE_LATENESS_S
from tests.routing.scene import Scene, agent, kinds, nothing, offers, queue, step


def ringing(*, rang: bool = True, **rules: Any) -> Scene:
    """Two agents are ready, and the first is being offered a call that is 40 s old."""
    scene = Scene([queue(**rules)])
    scene.ready("ann", "bob")
    scene.now += 60
    scene.call("c", age_s=40)
    if rang:
        scene.rang("c")
    return scene


def talking(**rules: Any) -> Scene:
    """The first of two agents talks with a caller."""
    scene = ringing(**rules)
    scene.accept("c")
    scene.now += 100
    return scene


# -- 7 and 8: how an offer ends without an answer ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "missed", "pauses"),
    [
        (Outcome.NO_ANSWER, 1, False),
        (Outcome.DECLINED, 0, True),
        (Outcome.UNREACHABLE, 0, True),
        (Outcome.FAILED, 0, True),
    ],
)
def test_07_only_what_rang_and_was_not_answered_is_missed(
    outcome: Outcome, missed: int, pauses: bool
) -> None:
    """Where two may be missed, one does not pause; a refusal and a phone that fails pause at once and count as none. The caller is offered on."""
    scene = ringing(missed_at_most=2)
    turn = scene.fail("c", outcome)
    assert offers(turn) == [("c", "bob")]
    assert scene.work("c").enqueued_at == scene.now - 40
    assert scene.agent("ann").missed == missed
    assert (scene.agent("ann").status is Status.PAUSED) == pauses


def test_07_a_deadline_is_a_missed_call_only_if_it_rang() -> None:
    """A phone that was never reached is a failure, not somebody who does not answer."""
    for rang, outcome in ((True, Outcome.NO_ANSWER), (False, Outcome.FAILED)):
        scene = ringing(rang=rang, ring_s=20.0)
        turn = scene.later(20.0 + VOICE_LATENESS_S)
        (ended,) = (fact for fact in turn.facts if isinstance(fact, OfferEnded))
        assert ended.outcome is outcome


def test_07_a_phone_that_registers_anew_while_it_rings_keeps_the_offer() -> None:
    """Gone and back within the ringing: the same offer, the same deadline, and the answer counts."""
    scene = ringing()
    before = scene.work("c")
    for device in (Device.UNREACHABLE, Device.REACHABLE):
        assert not scene.device("ann", device).decisions
    assert scene.work("c") == before
    assert Connected in map(type, scene.accept("c").facts)


def test_07_coming_back_to_ready_begins_to_count_anew() -> None:
    """Two missed in a row pause; after a pause of one's own the first is the first again."""
    scene = Scene([queue(missed_at_most=2)], [agent("ann")])
    scene.ready("ann")
    for number in range(2):
        scene.call(f"c{number}")
        scene.fail(f"c{number}", Outcome.NO_ANSWER)
        assert scene.agent("ann").status is Status.READY
        scene.status("ann", Status.PAUSED, "lunch")
        scene.leave(f"c{number}")
        scene.status("ann", Status.READY)


@pytest.mark.parametrize("choice", Choice)
def test_08_a_caller_who_hangs_up_while_it_rings_is_no_miss_of_the_agents(choice: Choice) -> None:
    """The agent is ready, at the idle time and the count of misses they had; the phone is stopped; one caller is abandoned, once."""
    scene = Scene([queue(choice=choice)])
    scene.ready("ann")
    before = scene.agent("ann")
    scene.now += 50
    scene.call("c")
    scene.rang("c")
    scene.now += 5
    turn = scene.leave("c")
    assert kinds(turn.facts) == ["OfferEnded", "Abandoned"]
    assert [type(one) for one in turn.decisions] == [Withdraw]
    after = scene.agent("ann")
    assert (after.status, after.idle_since, after.missed) == (Status.READY, before.idle_since, before.missed)
    assert nothing(scene.leave("c"))
    assert nothing(scene.later(600)), "and no deadline of the offer is left"
    assert len([fact for fact in scene.facts if isinstance(fact, Abandoned)]) == 1


# -- 9 and 10: what crosses on the wire ----------------------------------------------------------------------------------


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("first", ["answer", "hang-up"])
def test_09_a_hang_up_and_an_answer_that_cross_have_one_ending(first: str, together: bool) -> None:
    """Whichever is told first counts, in one batch or in two: answered and ended by the caller, or abandoned; never both, and the agent is freed."""
    scene = ringing(wrap_up_s=0.0)
    events: list[Event] = [
        Accepted(offer=scene.offer("c"), at=scene.now),
        CustomerLeft(interaction=InteractionId("c"), at=scene.now),
    ]
    if first == "hang-up":
        events.reverse()
    for batch in [events] if together else [[one] for one in events]:
        scene.tell(*batch)
    answered = [fact for fact in scene.facts if isinstance(fact, Connected)]
    abandoned = [fact for fact in scene.facts if isinstance(fact, Abandoned)]
    assert (len(answered), len(abandoned)) == ((1, 0) if first == "answer" else (0, 1))
    assert scene.gone("c")
    assert scene.agent("ann").work is WorkState.IDLE


def test_09_an_agent_who_answers_and_drops_loses_nobody() -> None:
    """Answered, and the phone died before they were together: the caller waits at the old age and goes to the next."""
    scene = ringing()
    scene.accept("c")
    scene.device("ann", Device.UNREACHABLE)
    turn = scene.tell(Returned(interaction=InteractionId("c"), at=scene.now, reason="phone_died"))
    assert offers(turn) == [("c", "bob")]
    assert scene.work("c").enqueued_at == scene.now - 40
    assert scene.agent("ann").holds == ()


def test_10_one_offer_at_a_time_and_a_late_answer_of_another_is_none() -> None:
    """The first agent's answer comes after their offer was taken back: no talk, no miss, no wrap-up; the second one's counts."""
    scene = ringing()
    late = Accepted(offer=scene.offer("c"), at=scene.now)
    scene.status("ann", Status.PAUSED)
    before = scene.agent("ann")
    assert scene.work("c").agent == "bob"
    assert nothing(scene.tell(late))
    assert scene.agent("ann") == before
    scene.accept("c")
    assert (scene.agent("bob").holds, scene.agent("ann").holds) == (("c",), ())


def test_10_answered_elsewhere_is_no_miss() -> None:
    """Found talking with another while it rings: whoever was ringing is free, has missed nothing, and wraps nothing up."""
    scene = ringing()
    turn = scene.tell(Adopted(interaction=InteractionId("c"), agent=AgentId("bob"), at=scene.now))
    (ended,) = (fact for fact in turn.facts if isinstance(fact, OfferEnded))
    assert ended.outcome is Outcome.WITHDRAWN
    ann = scene.agent("ann")
    assert (ann.work, ann.missed, ann.status) == (WorkState.IDLE, 0, Status.READY)
    scene.end("c")
    assert scene.agent("ann").work is WorkState.IDLE
    assert scene.agent("bob").work is WorkState.WRAP_UP


# -- 11 and 12: what happens while it rings ------------------------------------------------------------------------------


@pytest.mark.parametrize("away", [Status.PAUSED, Status.SIGNED_OUT])
def test_11_who_goes_away_while_it_rings_has_missed_nothing(away: Status) -> None:
    """The offer goes to the next agent in the same turn, at its old age, and the one who left it is not counted as not answering."""
    scene = ringing()
    turn = scene.status("ann", away, "lunch")
    assert offers(turn) == [("c", "bob")]
    assert scene.agent("ann").missed == 0
    assert scene.agent("ann").reason == "lunch"
    assert scene.work("c").enqueued_at == scene.now - 40


@pytest.mark.parametrize("medium", Medium)
def test_11_a_call_that_is_none_of_ours_occupies_the_agent(medium: Medium) -> None:
    """A phone in use by somebody's own call is offered neither a call nor a letter, until it is put down."""
    scene = Scene(agents=[agent("ann")])
    scene.ready("ann")
    scene.device("ann", Device.IN_USE)
    assert not offers(scene.tell(scene.arrival("c", medium=medium)))
    assert offers(scene.device("ann", Device.REACHABLE)) == [("c", "ann")]


def test_11_a_call_of_ones_own_taken_while_it_rings_keeps_the_next_away() -> None:
    """The offer is refused by the busy phone; while the private call lasts nothing else comes."""
    scene = ringing(missed_at_most=9)
    scene.device("ann", Device.IN_USE)
    assert offers(scene.fail("c", Outcome.NO_ANSWER)) == [("c", "bob")]
    scene.call("d")
    assert scene.work("d").phase is Phase.WAITING
    assert offers(scene.device("ann", Device.REACHABLE)) == [("d", "ann")]


def test_12_a_step_that_comes_due_while_it_rings_leaves_the_offer() -> None:
    """Whoever is being asked is asked to the end; after that the step counts, at once."""
    scene = Scene(
        [queue(needs=[("zh", 5)], relaxation=(step(10, drop=["zh"]),))],
        [agent("ann", skills=[("zh", 5)]), agent("bob")],
    )
    scene.ready("ann", "bob")
    scene.call("c", age_s=5)
    scene.rang("c")
    assert not scene.later(10).decisions
    assert scene.work("c").agent == "ann"
    assert offers(scene.fail("c", Outcome.DECLINED)) == [("c", "bob")]


def test_12_a_wait_for_somebody_that_ends_while_it_rings_leaves_the_offer() -> None:
    """The preferred agent rings beyond the time that they were waited for, and may still answer."""
    scene = Scene()
    scene.ready("ann", "bob")
    scene.call("c", preferred="bob", preferred_wait_s=5)
    scene.rang("c")
    assert not scene.later(10).decisions
    assert Connected in map(type, scene.accept("c").facts)
    assert scene.agent("bob").holds == ("c",)


# -- 13 and 15: work and after it ----------------------------------------------------------------------------------------


def test_13_a_call_that_went_to_another_agent_is_wrapped_up_by_that_one() -> None:
    """Found with another agent: the first is free at once, without wrap-up; talk and wrap-up are the second's."""
    scene = talking()
    turn = scene.tell(Adopted(interaction=InteractionId("c"), agent=AgentId("bob"), at=scene.now))
    assert [type(fact) for fact in turn.facts] == [Requeued, Connected]
    assert scene.agent("ann").work is WorkState.IDLE
    scene.now += 60
    (ended,) = scene.end("c").facts
    assert isinstance(ended, Finished)
    assert ended.agent == "bob"
    assert [one.id for one in scene.router.centre.agents.values() if one.wrap_ups] == ["bob"]


def test_13_a_call_that_goes_back_to_its_queue_has_its_old_place() -> None:
    """Before those who came during the talk; whoever gave it back does not wrap it up."""
    scene = talking()
    scene.status("bob", Status.PAUSED)
    scene.call("later")
    scene.status("ann", Status.PAUSED)
    scene.tell(Returned(interaction=InteractionId("c"), at=scene.now, reason="returned"))
    assert scene.agent("ann").work is WorkState.IDLE
    assert offers(scene.status("bob", Status.READY)) == [("c", "bob")]


def test_15_the_queue_of_the_call_says_how_long_its_wrap_up_is() -> None:
    """Of an agent's two queues each has its own, and during it neither offers them anything."""
    scene = Scene([queue("short", wrap_up_s=5.0), queue("long", wrap_up_s=50.0)], [agent("ann")])
    scene.ready("ann")
    for name, lasts_s in (("long", 50.0), ("short", 5.0)):
        scene.call(name, name)
        scene.accept(name)
        scene.end(name)
        assert scene.work(name).wrap_up_until == scene.now + lasts_s
        for to in ("short", "long"):
            assert not offers(scene.call(f"{name}-{to}", to))
            scene.leave(f"{name}-{to}")
        scene.later(lasts_s)
        assert scene.agent("ann").work is WorkState.IDLE


def test_15_without_wrap_up_the_next_comes_in_the_same_turn() -> None:
    """A queue whose wrap-up is nothing frees the agent with the hang-up."""
    scene = talking(wrap_up_s=0.0)
    scene.status("bob", Status.PAUSED)
    scene.call("next")
    assert offers(scene.end("c")) == [("next", "ann")]


def test_15_wrap_up_is_not_rounded_to_seconds() -> None:
    """2.5 s end after 2.5 s: neither after two nor after three."""
    scene = talking(wrap_up_s=2.5)
    scene.end("c")
    assert nothing(scene.later(2.49))
    (over,) = scene.later(0.02).facts
    assert isinstance(over, WrappedUp)
    assert over.at == pytest.approx(scene.now - 0.01)


def test_15_a_wrap_up_that_is_ended_early_ends_once() -> None:
    """By whoever closes it (the agent or a supervisor for them): free at once, and the old deadline ends nothing more."""
    scene = talking()
    scene.end("c")
    assert kinds(scene.wrap_up("c", "ann").facts) == ["WrappedUp"]
    assert nothing(scene.wrap_up("c", "ann"))
    assert nothing(scene.later(600))


def test_15_only_its_own_agent_ends_a_wrap_up() -> None:
    """Another agent's disposition for it changes nothing."""
    scene = talking()
    scene.end("c")
    assert nothing(scene.wrap_up("c", "bob"))
    assert scene.agent("ann").work is WorkState.WRAP_UP


# -- 19 to 22: restarts, clocks, browsers ----------------------------------------------------------------------------------


def test_19_a_restart_begins_no_wrap_up_anew() -> None:
    """It ends when it was to end, however often we restart in it."""
    scene = talking(wrap_up_s=30.0)
    scene.end("c")
    ends = scene.work("c").wrap_up_until
    for seconds in (10.0, 10.0, 11.0):
        scene.now += seconds
        scene.router = Router(scene.queues, scene.agents)
        scene.router.restore(scene.facts)
        turn = scene.tell()
    (over,) = turn.facts
    assert isinstance(over, WrappedUp)
    assert over.at == ends
    assert scene.agent("ann").idle_since == ends


def test_19_a_hang_up_while_we_were_away_is_counted_when_we_hear_of_it() -> None:
    """Of one who waited: abandoned, at the time it happened; of one who talked: ended by the caller."""
    scene = talking()
    scene.status("bob", Status.PAUSED)
    scene.call("waits")
    left_at = scene.now + 20
    scene.now += 60
    scene.router = Router(scene.queues, scene.agents)
    scene.router.restore(scene.facts)
    turn = scene.tell(*(CustomerLeft(interaction=InteractionId(one), at=left_at) for one in ("waits", "c")))
    gone, ended = turn.facts[:2]
    assert isinstance(gone, Abandoned)
    assert isinstance(ended, Finished)
    assert (gone.at, ended.at, ended.by) == (left_at, left_at, By.CUSTOMER)


def test_21_a_clock_that_is_set_back_rings_nobody_twice() -> None:
    """An hour back: who rings rings on, who waits waits on, and the deadline comes when the clock is there again."""
    scene = ringing(ring_s=20.0)
    scene.call("d", age_s=20)
    scene.call("e", age_s=10)
    rings = {name: scene.work(name).offer for name in ("c", "d")}
    scene.now -= 3_600
    assert nothing(scene.tell())
    assert {name: scene.work(name).offer for name in ("c", "d")} == rings
    scene.now += 3_600 + 20.0 + VOICE_LATENESS_S
    ended = [fact.interaction for fact in scene.tell().facts if isinstance(fact, OfferEnded)]
    assert sorted(ended) == ["c", "d"]


def test_21_a_clock_that_is_set_back_counts_no_work_below_nothing() -> None:
    """A talk that ends before it began was no work: whoever else has worked at all is asked after that agent."""
    scene = talking(wrap_up_s=0.0, choice=Choice.LEAST_OCCUPIED)
    before = scene.agent("ann").lately
    scene.now -= 3_600
    scene.end("c")
    assert scene.agent("ann").lately == before


@pytest.mark.parametrize("when", ["ringing", "talking", "wrap-up"])
def test_22_a_browser_that_closes_costs_nobody_their_call(when: str) -> None:
    """Ringing, talking or wrapping up: all go on and end as they would; only what is new waits for the browser."""
    scene = ringing() if when == "ringing" else talking()
    if when == "wrap-up":
        scene.end("c")
    scene.status("bob", Status.PAUSED)
    before = scene.work("c")
    assert not scene.console("ann", here=False).decisions
    assert scene.work("c") == before
    if when == "ringing":
        scene.accept("c")
    if when != "wrap-up":
        scene.end("c")
    scene.later(60)
    assert scene.gone("c")
    assert not offers(scene.call("next"))
    assert offers(scene.console("ann", here=True)) == [("next", "ann")]
