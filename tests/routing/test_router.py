"""Who is offered what, and what frees whom."""

import pytest

from routing.core.decisions import Offer, Withdraw
from routing.core.events import (
    Accepted,
    Adopted,
    Arrived,
    ConsoleChanged,
    CustomerLeft,
    DeviceChanged,
    OfferFailed,
    Rang,
    Returned,
    StatusChosen,
    WorkEnded,
    WrapUpEnded,
)
from routing.core.facts import Abandoned, Finished, Offered, OfferEnded, StatusChanged, WrappedUp
from routing.core.model import (
    AgentId,
    By,
    Device,
    InteractionId,
    Medium,
    OfferId,
    Outcome,
    Phase,
    QueueId,
    Status,
    WorkState,
)
from routing.core.router import Router
from routing.core.state import REMEMBERED_CLOSED, Centre
from routing.core.timers import RESTORED_GRACE_S, VOICE_LATENESS_S
from tests.routing.scene import BESIDE_CALLS, START, Scene, agent, kinds, nothing, offers, present, queue


def talking(*agents: str, **rules: float) -> Scene:
    """Every named agent talks with a caller named after them."""
    scene = Scene([queue(**rules)], [agent(name) for name in agents])
    for name in agents:
        scene.ready(name)
        scene.call(f"with-{name}")
        scene.rang(f"with-{name}")
        scene.accept(f"with-{name}")
    return scene


# -- matching --------------------------------------------------------------------------------------------------------


def test_a_caller_is_offered_to_a_free_agent_in_the_same_turn() -> None:
    """An arrival and its offer are one turn, with deadline and ring time of the queue."""
    scene = Scene([queue(ring_s=12.0)])
    scene.ready("ann")
    turn = scene.call("c1")
    assert kinds(turn.facts) == ["Enqueued", "Offered"]
    assert turn.decisions == (
        Offer(
            offer=OfferId("c1/1"),
            interaction=InteractionId("c1"),
            agent=AgentId("ann"),
            medium=Medium.VOICE,
            deadline=scene.now + 12.0,
            ring_s=12.0,
        ),
    )
    assert scene.agent("ann").work is WorkState.OFFERED


def test_a_freed_agent_gets_the_next_caller_in_the_same_turn() -> None:
    """The end of a conversation without after-contact work and the next offer are one turn."""
    scene = talking("ann", wrap_up_s=0.0)
    scene.call("c2")
    turn = scene.end("with-ann")
    assert kinds(turn.facts) == ["Finished", "Offered"]
    assert offers(turn) == [("c2", "ann")]
    assert scene.gone("with-ann")


def test_the_longest_idle_agent_is_asked_first() -> None:
    """Of two free agents the one who became ready earlier gets the caller."""
    scene = Scene()
    scene.ready("bob", "ann")
    assert offers(scene.call("c1")) == [("c1", "bob")]
    assert offers(scene.call("c2")) == [("c2", "ann")]


def test_an_agent_with_a_letter_comes_after_one_with_nothing() -> None:
    """The least busy come first, however long the other is idle."""
    scene = Scene()
    scene.ready("ann")
    scene.letter("m1")
    scene.accept("m1")
    scene.ready("bob")
    turn = scene.call("c1")
    assert offers(turn) == [("c1", "bob")]
    assert turn.facts[-1] == Offered(
        offer=OfferId("c1/1"),
        interaction=InteractionId("c1"),
        queue=QueueId("q"),
        agent=AgentId("bob"),
        deadline=scene.now + 20.0,
        passed_over=((AgentId("ann"), "less_busy"),),
        at=scene.now,
    )
    assert offers(scene.call("c2")) == [("c2", "ann")], "who works on a letter may be offered a call"


def test_ages_order_the_queue_across_media_and_queues() -> None:
    """One agent, three queues, two media: the oldest comes first, whatever it is."""
    scene = Scene([queue("a"), queue("b"), queue("c")], [agent("ann", letters=3)])
    scene.tell(
        scene.arrival("young", "a", age_s=10),
        scene.arrival("letter", "b", Medium.EMAIL, age_s=30),
        scene.arrival("old", "c", age_s=20),
    )
    assert offers(scene.ready("ann")) == [("letter", "ann")]
    assert offers(scene.accept("letter")) == [("old", "ann")]


def test_priority_points_are_worth_seconds_of_waiting() -> None:
    """Ten points overtake five seconds of age and do not overtake fifteen."""
    scene = Scene(agents=[agent("ann")])
    scene.call("oldest", age_s=15)
    scene.call("old", age_s=5)
    scene.call("dear", points=10)
    assert [work.id for work in scene.router.centre.waiting(QueueId("q"))] == ["oldest", "dear", "old"]
    assert offers(scene.ready("ann")) == [("oldest", "ann")]


def test_equal_ages_are_served_in_order_of_arrival() -> None:
    """The arrival number breaks ties."""
    scene = Scene(agents=[agent("ann")])
    scene.tell(scene.arrival("second-by-name"), scene.arrival("first-by-name"))
    assert offers(scene.ready("ann")) == [("second-by-name", "ann")]


def test_skills_need_their_level() -> None:
    """A level too low, a missing skill and another queue are reasons; the one who fits is asked."""
    scene = Scene(
        [queue("zh", needs=[("zh", 5)])],
        [
            agent("low", skills=[("zh", 4)]),
            agent("none", skills=[("en", 9)]),
            agent("elsewhere", skills=[("zh", 9)], queues=["other"]),
            agent("fits", skills=[("zh", 5)], queues=["zh"]),
        ],
    )
    scene.ready("low", "none", "elsewhere", "fits")
    turn = scene.call("c1", "zh")
    assert offers(turn) == [("c1", "fits")]
    offered = turn.facts[-1]
    assert isinstance(offered, Offered)
    assert dict(offered.passed_over) == {"low": "skill", "none": "skill", "elsewhere": "queue"}


def test_a_waiting_item_that_nobody_can_take_blocks_nobody() -> None:
    """An older caller whom the free agent cannot serve does not hold up a younger one whom they can."""
    scene = Scene(
        [queue("zh", needs=[("zh", 1)]), queue("en", needs=[("en", 1)])], [agent("ann", skills=[("en", 1)])]
    )
    scene.call("old", "zh", age_s=100)
    scene.call("young", "en")
    assert offers(scene.ready("ann")) == [("young", "ann")]


def test_a_queue_without_a_rule_keeps_its_callers_until_there_is_one() -> None:
    """An unknown queue drops nobody: the caller waits, may leave, and is offered once the queue is configured."""
    scene = Scene(agents=[agent("ann")])
    scene.ready("ann")
    assert not offers(scene.call("c1", "new"))
    scene.call("c2", "new")
    assert kinds(scene.leave("c1").facts) == ["Abandoned"]
    turn = scene.router.configure([queue("new")], scene.agents, scene.now)
    assert offers(turn) == [("c2", "ann")]


def test_several_arrivals_and_agents_in_one_batch_are_matched_in_order() -> None:
    """Events of one batch are all taken in before anything is offered."""
    scene = Scene()
    events = (
        scene.arrival("young"),
        scene.arrival("old", age_s=9),
        *present("ann", START),
        *present("bob", START + 1),
    )
    assert offers(scene.tell(*events)) == [("old", "ann"), ("young", "bob")]


def test_passed_over_is_complete_up_to_twenty() -> None:
    """Thirty free agents: twenty of those not chosen are named."""
    scene = Scene(agents=[agent(f"a{n:02}") for n in range(30)])
    scene.ready(*(f"a{n:02}" for n in range(30)))
    offered = scene.call("c1").facts[-1]
    assert isinstance(offered, Offered)
    assert len(offered.passed_over) == 20
    assert set(dict(offered.passed_over).values()) == {"longer_idle"}
    assert "a00" not in dict(offered.passed_over)


def test_reasons_name_what_keeps_an_agent_from_a_call() -> None:
    """Each state in which an agent takes no call has its own code; the signed-out were not considered."""
    names = ["free", "paused", "away", "ringing", "talks", "wraps", "own_call", "no_phone", "out"]
    scene = Scene(agents=[agent(name) for name in names])
    for name in ("talks", "wraps"):
        scene.ready(name)
        scene.call(f"with-{name}")
        scene.accept(f"with-{name}")
    scene.end("with-wraps")
    scene.ready("ringing")
    scene.letter("m1")
    scene.ready("paused", "away", "own_call", "no_phone", "free", "out")
    scene.status("paused", Status.PAUSED, "lunch")
    scene.console("away", here=False)
    scene.device("own_call", Device.IN_USE)
    scene.device("no_phone", Device.UNREACHABLE)
    scene.status("out", Status.SIGNED_OUT)
    offered = scene.call("c1").facts[-1]
    assert isinstance(offered, Offered)
    assert dict(offered.passed_over) == {
        "paused": "paused",
        "away": "no_console",
        "ringing": "live_offer",
        "talks": "busy_call",
        "wraps": "wrap_up",
        "own_call": "phone_in_use",
        "no_phone": "phone_unreachable",
    }


# -- letters ---------------------------------------------------------------------------------------------------------


def test_letters_fill_an_agent_up_to_their_number() -> None:
    """Two letters at once, not three; the third comes when one is done."""
    scene = Scene([queue(wrap_up_s=0.0)], [agent("ann", letters=2)])
    scene.ready("ann")
    for name in ("m1", "m2"):
        assert offers(scene.letter(name)) == [(name, "ann")]
        scene.accept(name)
    assert not offers(scene.letter("m3"))
    assert scene.agent("ann").work is WorkState.LETTERS
    assert offers(scene.end("m1")) == [("m3", "ann")]


def test_a_talking_agent_gets_letters_only_where_the_queue_allows_it() -> None:
    """A room beside calls lets a letter through, also while the phone says in use; others wait for the end."""
    scene = Scene(
        [queue("q", wrap_up_s=0.0), queue("beside", rooms=[BESIDE_CALLS])], [agent("ann", letters=2)]
    )
    scene.ready("ann")
    scene.call("c1")
    scene.accept("c1")
    scene.device("ann", Device.IN_USE)
    assert not offers(scene.letter("m1"))
    assert offers(scene.letter("m2", "beside")) == [("m2", "ann")]
    scene.accept("m2")
    assert scene.agent("ann").work is WorkState.TALKING
    scene.end("c1")
    assert scene.work("m1").phase is Phase.WAITING, "the phone is still in use"
    assert offers(scene.device("ann", Device.REACHABLE)) == [("m1", "ann")]


def test_letters_need_no_phone() -> None:
    """An agent whose phone is unreachable writes on; a private call keeps letters away too."""
    scene = Scene(agents=[agent("ann")])
    scene.ready("ann")
    scene.device("ann", Device.IN_USE)
    assert not offers(scene.letter("m1"))
    assert offers(scene.device("ann", Device.UNREACHABLE)) == [("m1", "ann")]


# -- how offers end --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "reason", "withdrawn"),
    [
        (Outcome.DECLINED, "declined", True),
        (Outcome.NO_ANSWER, "no_answer", False),
        (Outcome.UNREACHABLE, "phone_failed", False),
        (Outcome.FAILED, "phone_failed", True),
    ],
)
def test_a_failed_offer_pauses_the_agent_and_keeps_the_place(
    outcome: Outcome, reason: str, withdrawn: bool
) -> None:
    """The agent is not ready, with the reason; the caller waits on at the old age and goes to the next agent."""
    scene = Scene()
    scene.ready("ann")
    scene.call("c1", age_s=7)
    before = scene.work("c1")
    turn = scene.fail("c1", outcome)
    assert (scene.agent("ann").status, scene.agent("ann").reason) == (Status.PAUSED, reason)
    assert scene.work("c1").enqueued_at == before.enqueued_at
    assert any(isinstance(one, Withdraw) for one in turn.decisions) == withdrawn
    assert offers(scene.ready("bob")) == [("c1", "bob")]
    assert scene.offer("c1") == "c1/2"


@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.UNREACHABLE, Outcome.FAILED])
def test_whose_phone_is_gone_is_not_to_blame(outcome: Outcome) -> None:
    """Their phone went while a call was offered: the caller goes on, they are ready still, and are offered calls when it is back."""
    scene = Scene()
    scene.ready("ann")
    scene.call("c1")
    scene.device("ann", Device.UNREACHABLE)
    scene.fail("c1", outcome)
    assert (scene.agent("ann").status, scene.work("c1").phase) == (Status.READY, Phase.WAITING)
    assert offers(scene.device("ann", Device.REACHABLE)) == [("c1", "ann")]
    scene.device("ann", Device.UNREACHABLE)
    scene.fail("c1", Outcome.DECLINED)
    assert scene.agent("ann").reason == "declined"


def test_silence_ends_a_voice_offer_after_asterisk_had_its_chance() -> None:
    """A phone that rang and nothing more heard: no answer, three seconds late, and the ringing is stopped."""
    scene = Scene([queue(ring_s=20.0)], [agent("ann")])
    scene.ready("ann")
    scene.call("c1")
    scene.rang("c1")
    assert scene.router.next_deadline() == scene.now + 20.0 + VOICE_LATENESS_S
    assert nothing(scene.later(20.0 + VOICE_LATENESS_S - 0.1))
    turn = scene.later(0.1)
    assert kinds(turn.facts) == ["OfferEnded", "StatusChanged"]
    assert scene.agent("ann").reason == "no_answer"
    assert kinds(turn.decisions) == ["Withdraw"]
    assert scene.router.next_deadline() is None


def test_an_offer_that_never_rang_is_no_missed_call() -> None:
    """The deadline of an offer that did not reach the agent says failed; a letter's deadline is not late."""
    scene = Scene([queue(ring_s=20.0)], [agent("ann")])
    scene.ready("ann")
    scene.letter("m1")
    turn = scene.later(20.0)
    assert isinstance(turn.facts[0], OfferEnded)
    assert turn.facts[0].outcome is Outcome.FAILED
    assert scene.agent("ann").reason == "phone_failed"


def test_an_answer_in_the_deadlines_turn_counts() -> None:
    """Events are judged before deadlines."""
    scene = Scene()
    scene.ready("ann")
    scene.call("c1")
    scene.now += 60
    scene.accept("c1")
    assert scene.work("c1").phase is Phase.CONNECTED
    assert nothing(scene.later(60))


def test_a_caller_who_hangs_up_costs_the_agent_nothing() -> None:
    """The offer ends as customer_left, the agent is ready with the idle time they had, the caller abandoned once."""
    scene = Scene()
    scene.ready("ann")
    before = scene.agent("ann")
    scene.now += 30
    scene.call("c1")
    scene.now += 5
    turn = scene.leave("c1")
    assert kinds(turn.facts) == ["OfferEnded", "Abandoned"]
    assert turn.decisions[0] == Withdraw(
        offer=OfferId("c1/1"),
        interaction=InteractionId("c1"),
        agent=AgentId("ann"),
        medium=Medium.VOICE,
        outcome=Outcome.CUSTOMER_LEFT,
    )
    after = scene.agent("ann")
    assert (after.status, after.idle_since, after.offer) == (Status.READY, before.idle_since, None)
    assert nothing(scene.leave("c1"))


@pytest.mark.parametrize("away", ["paused", "signed_out"])
def test_who_goes_away_during_an_offer_gives_it_back(away: str) -> None:
    """Pausing and signing out withdraw the live offer, which goes to the next agent at once."""
    scene = Scene()
    scene.ready("ann", "bob")
    scene.call("c1")
    turn = scene.status("ann", Status(away), "lunch")
    assert kinds(turn.decisions) == ["Withdraw", "Offer"]
    assert offers(turn) == [("c1", "bob")]
    ended = next(fact for fact in turn.facts if isinstance(fact, OfferEnded))
    assert ended.outcome is Outcome.WITHDRAWN


def test_a_reload_during_an_offer_keeps_it() -> None:
    """The phone rings on while the browser is gone for a moment: the offer ends by answer, deadline or pause."""
    scene = Scene()
    scene.ready("ann", "bob")
    scene.call("c1")
    turn = scene.console("ann", here=False)
    assert turn.decisions == ()
    assert not [fact for fact in turn.facts if isinstance(fact, OfferEnded)]


# -- work ------------------------------------------------------------------------------------------------------------


def test_after_contact_work_ends_with_a_disposition() -> None:
    """Talk, wrap-up, closed: the agent is taken by each and free after the last, with a new idle time."""
    scene = talking("ann")
    scene.now += 100
    turn = scene.end("with-ann", By.CUSTOMER)
    assert turn.facts == (
        Finished(
            interaction=InteractionId("with-ann"),
            agent=AgentId("ann"),
            by=By.CUSTOMER,
            wrap_up_until=scene.now + 30.0,
            at=scene.now,
        ),
    )
    assert (scene.agent("ann").work, scene.agent("ann").work_since) == (WorkState.WRAP_UP, scene.now)
    scene.call("c2")
    scene.now += 5
    turn = scene.wrap_up("with-ann", "ann", "solved")
    assert offers(turn) == [("c2", "ann")]
    assert scene.agent("ann").idle_since == scene.now
    assert scene.gone("with-ann")


def test_after_contact_work_ends_by_itself() -> None:
    """The deadline closes it without a disposition, at the time it was to end."""
    scene = talking("ann", wrap_up_s=15.0)
    scene.end("with-ann")
    ended_at = scene.now
    turn = scene.later(40)
    assert turn.facts == (
        WrappedUp(
            interaction=InteractionId("with-ann"), agent=AgentId("ann"), disposition="", at=ended_at + 15.0
        ),
    )
    assert scene.agent("ann").work is WorkState.IDLE


def test_a_customer_who_hangs_up_in_mid_call_ends_the_conversation() -> None:
    """CustomerLeft while connected is the end by the customer, not an abandonment; in wrap-up it is nothing."""
    scene = talking("ann")
    turn = scene.leave("with-ann")
    assert isinstance(turn.facts[0], Finished)
    assert turn.facts[0].by is By.CUSTOMER
    assert nothing(scene.leave("with-ann"))


def test_returned_work_waits_at_its_old_age() -> None:
    """A call whose agent's phone died stands before those who came later."""
    scene = talking("ann", "bob")
    scene.call("later")
    scene.device("ann", Device.UNREACHABLE)
    turn = scene.tell(Returned(interaction=InteractionId("with-ann"), at=scene.now, reason="phone_died"))
    assert kinds(turn.facts) == ["Requeued"]
    assert [work.id for work in scene.router.centre.waiting(QueueId("q"))] == ["with-ann", "later"]
    assert scene.agent("ann").work is WorkState.IDLE
    scene.end("with-bob")
    assert offers(scene.wrap_up("with-bob", "bob")) == [("with-ann", "bob")]


def test_signing_out_returns_letters_and_leaves_the_call() -> None:
    """The talk goes on, the open letter waits for somebody else, a letter in wrap-up is left to its end."""
    scene = Scene([queue(rooms=[BESIDE_CALLS])], [agent("ann", letters=2), agent("bob")])
    scene.ready("ann")
    scene.letter("m1")
    scene.accept("m1")
    scene.call("c1")
    scene.accept("c1")
    scene.letter("m2")
    scene.accept("m2")
    scene.end("m1")
    turn = scene.status("ann", Status.SIGNED_OUT)
    assert kinds(turn.facts) == ["StatusChanged", "Requeued"]
    assert scene.agent("ann").holds == ("m1", "c1")
    assert offers(scene.ready("bob")) == [("m2", "bob")]


@pytest.mark.parametrize("case", ["waiting", "offered_to_them", "offered_to_another", "with_another"])
def test_a_call_found_talking_is_adopted(case: str) -> None:
    """Whatever we believed, the call is with the agent whom Asterisk names; nothing is done to the channel."""
    scene = Scene()
    if case == "with_another":
        scene = talking("ann", "bob")
        scene.end("with-bob")
        name = "with-ann"
    else:
        name = "c1"
        if case != "waiting":
            scene.ready("bob" if case == "offered_to_them" else "ann")
        scene.call(name)
    turn = scene.tell(Adopted(interaction=InteractionId(name), agent=AgentId("bob"), at=scene.now))
    first = {
        "waiting": [],
        "offered_to_them": ["OfferEnded"],
        "offered_to_another": ["OfferEnded"],
        "with_another": ["Requeued"],
    }
    assert kinds(turn.facts) == [*first[case], "Connected"]
    assert not turn.decisions
    assert name in scene.agent("bob").holds
    assert scene.agent("ann").holds == ()
    assert nothing(scene.tell(Adopted(interaction=InteractionId(name), agent=AgentId("bob"), at=scene.now)))


def test_an_arrival_and_its_adoption_in_one_batch_ring_nobody() -> None:
    """After a restart a talking caller is reported as arrived and adopted: no offer in between."""
    scene = Scene()
    scene.ready("ann", "bob")
    turn = scene.tell(
        scene.arrival("c1"), Adopted(interaction=InteractionId("c1"), agent=AgentId("bob"), at=scene.now)
    )
    assert kinds(turn.facts) == ["Enqueued", "Connected"]
    assert not turn.decisions


# -- what does not fit -----------------------------------------------------------------------------------------------


def test_events_that_do_not_fit_change_nothing() -> None:
    """Unknown ids, repeated and late events give an empty turn and leave the centre as it was."""
    scene = talking("ann", "bob")
    scene.end("with-bob")
    ann, nobody = AgentId("ann"), AgentId("nobody")
    call, wrapping, unknown = InteractionId("with-ann"), InteractionId("with-bob"), InteractionId("unknown")
    old_offer, at = OfferId("with-ann/1"), scene.now
    for event in (
        scene.arrival("with-ann"),
        CustomerLeft(interaction=unknown, at=at),
        StatusChosen(agent=nobody, status=Status.READY, at=at),
        StatusChosen(agent=ann, status=Status.READY, reason="ignored", at=at),
        ConsoleChanged(agent=ann, present=True, at=at),
        ConsoleChanged(agent=nobody, present=True, at=at),
        DeviceChanged(agent=ann, device=Device.REACHABLE, at=at),
        DeviceChanged(agent=nobody, device=Device.REACHABLE, at=at),
        Rang(offer=old_offer, at=at),
        Accepted(offer=old_offer, at=at),
        OfferFailed(offer=old_offer, outcome=Outcome.NO_ANSWER, at=at),
        OfferFailed(offer=OfferId("nonsense"), outcome=Outcome.NO_ANSWER, at=at),
        Adopted(interaction=call, agent=nobody, at=at),
        Adopted(interaction=wrapping, agent=ann, at=at),
        Adopted(interaction=unknown, agent=ann, at=at),
        Returned(interaction=wrapping, at=at, reason="late"),
        WorkEnded(interaction=wrapping, by=By.AGENT, at=at),
        WrapUpEnded(interaction=call, agent=ann, disposition="x", at=at),
        WrapUpEnded(interaction=wrapping, agent=ann, disposition="x", at=at),
    ):
        assert nothing(scene.tell(event)), event


@pytest.mark.parametrize("outcome", [Outcome.ACCEPTED, Outcome.CUSTOMER_LEFT, Outcome.WITHDRAWN])
def test_an_edge_cannot_report_an_outcome_that_is_not_a_failure(outcome: Outcome) -> None:
    """Acceptance, hang-ups and withdrawals have events of their own."""
    scene = Scene()
    scene.ready("ann")
    scene.call("c1")
    assert nothing(scene.fail("c1", outcome))


def test_a_second_ringing_is_not_recorded() -> None:
    """The first Rang of an offer counts."""
    scene = Scene()
    scene.ready("ann")
    scene.call("c1")
    assert kinds(scene.rang("c1").facts) == ["OfferRang"]
    assert nothing(scene.rang("c1"))


def test_a_late_duplicate_of_a_closed_interaction_is_no_new_customer() -> None:
    """An arrival is recognised after its end, as long as it is among the last that closed."""
    scene = Scene()
    duplicate = scene.arrival("c1")
    scene.tell(duplicate)
    scene.leave("c1")
    assert nothing(scene.tell(duplicate))
    for number in range(REMEMBERED_CLOSED):
        scene.call(f"n{number}")
        scene.leave(f"n{number}")
    assert not scene.router.centre.closed(InteractionId("c1"))


def test_changing_the_reason_of_a_pause_is_a_change() -> None:
    """A new reason begins a new interval; the same again does not."""
    scene = Scene()
    scene.ready("ann")
    scene.status("ann", Status.PAUSED, "lunch")
    scene.now += 60
    assert scene.status("ann", Status.PAUSED, "training").facts == (
        StatusChanged(agent=AgentId("ann"), status=Status.PAUSED, reason="training", at=scene.now),
    )
    assert nothing(scene.status("ann", Status.PAUSED, "training"))


# -- restarts and rules ----------------------------------------------------------------------------------------------


def test_a_restored_centre_goes_on() -> None:
    """A restored router has the same centre; its wrap-up ends, its offer waits for the edges, then fires."""
    scene = talking("ann", "bob")
    scene.end("with-ann")
    scene.ready("ann")
    scene.wrap_up("with-ann", "ann")
    scene.call("c3")
    scene.end("with-bob")
    again = Router(scene.queues, scene.agents)
    again.restore(scene.facts)
    assert again.centre == scene.router.centre
    later = scene.now + 100
    assert kinds(again.decide((), later).facts) == ["WrappedUp"]
    assert again.next_deadline() == later + RESTORED_GRACE_S
    assert kinds(again.decide((), later + RESTORED_GRACE_S).facts) == [
        "OfferEnded",
        "StatusChanged",
        "Offered",
    ]


def test_an_answer_given_while_we_were_away_counts() -> None:
    """The edges tell after the restart what became of the offer, and it stands."""
    scene = Scene()
    scene.ready("ann")
    scene.call("c1")
    scene.rang("c1")
    again = Router(scene.queues, scene.agents)
    again.restore(scene.facts)
    assert nothing(again.decide((), scene.now + 100))
    turn = again.decide([Accepted(offer=scene.offer("c1"), at=scene.now + 5)], scene.now + 102)
    assert kinds(turn.facts) == ["OfferEnded", "Connected"]


def test_new_rules_count_from_the_next_decision() -> None:
    """A skill given, a queue's ring time changed, an agent added and one removed: all at once, nothing held is lost."""
    scene = talking("ann")
    scene.call("c1")
    rules = [queue(ring_s=9.0)], [agent("new")]
    turn = scene.router.configure(*rules, scene.now)
    assert kinds(turn.facts) == ["StatusChanged"]
    assert (scene.agent("ann").status, scene.agent("ann").reason) == (Status.SIGNED_OUT, "removed")
    assert scene.agent("ann").holds == ("with-ann",)
    assert offers(scene.ready("new")) == [("c1", "new")]
    assert scene.work("c1").deadline == scene.now + 9.0
    assert nothing(scene.tell(DeviceChanged(agent=AgentId("ann"), device=Device.REACHABLE, at=scene.now)))
    assert kinds(scene.end("with-ann").facts) == ["Finished"]


def test_a_conversation_of_a_queue_that_is_gone_has_no_wrap_up() -> None:
    """Without a rule there is no after-contact work: the agent is free."""
    scene = talking("ann")
    scene.router.configure([queue("other")], scene.agents, scene.now)
    scene.end("with-ann")
    assert scene.gone("with-ann")
    assert scene.agent("ann").work is WorkState.IDLE


def test_facts_of_unknown_interactions_are_passed_by() -> None:
    """A history cut off at its beginning does not break the fold; a repeated beginning counts once."""
    centre = Centre()
    centre.apply(Abandoned(interaction=InteractionId("before"), queue=QueueId("q"), at=START))
    assert not centre.interactions
    scene = Scene()
    scene.call("c1")
    for fact in (*scene.facts, *scene.facts):
        centre.apply(fact)
    assert [work.arrival for work in centre.waiting(QueueId("q"))] == [1]
    assert centre != Centre()
    assert centre != "a centre"


def test_an_agent_whom_only_history_knows_is_offered_nothing() -> None:
    """Facts may name agents without a rule; they are shown, and get no work."""
    scene = Scene(agents=[agent("ann")])
    scene.ready("ann")
    again = Router(scene.queues, [agent("bob")])
    again.restore(scene.facts)
    assert AgentId("ann") in again.centre.agents
    arrived: Arrived = scene.arrival("c1")
    assert not again.decide([arrived], scene.now).decisions
