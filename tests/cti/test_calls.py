"""Legs into interaction events: what follows from what Asterisk says, and that nothing follows twice."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.ami.events import (
    Bridged,
    CallEvent,
    CameBack,
    ConsultSaid,
    DeviceSaid,
    HangupAsked,
    HoldSaid,
    HungUp,
    LegAnswered,
    LegRang,
    QueueAnswered,
    Unclaimed,
    read,
)
from cti.ami.protocol import Message
from cti.calls import Call, Calls, Place, extension_in, interaction_of
from routing.core.events import (
    Accepted,
    Adopted,
    ConferenceEnded,
    ConsultEnded,
    ConsultReached,
    CustomerLeft,
    DeviceChanged,
    Event,
    HoldBegan,
    HoldEnded,
    OfferFailed,
    Rang,
    Returned,
    WorkEnded,
)
from routing.core.model import AgentId, By, Device, InteractionId, OfferId, Outcome

CALLER, LEG, LEG2 = "ast-1.1", "ast-1.2", "ast-1.3"
ONE = InteractionId("tl-ast-1.1")
OFFER, SECOND = OfferId("tl-ast-1.1/1"), OfferId("tl-ast-1.1/2")
ANN = AgentId("ann")

RANG = LegRang(caller=CALLER, leg=LEG, offer=OFFER, at=2.0)
ANSWERED = LegAnswered(caller=CALLER, leg=LEG, offer=OFFER, at=3.0)
REANSWERED = LegAnswered(caller=CALLER, leg=LEG2, offer=OFFER, at=5.0)
PHONE_DIED = CameBack(caller=CALLER, offer=OFFER, dial_status="ANSWER", at=6.0)
AGENT_ASKS, CUSTOMER_ASKS = HangupAsked(channel=LEG, at=7.0), HangupAsked(channel=CALLER, at=7.0)
LEG_GONE, CALLER_GONE = HungUp(channel=LEG, at=8.0), HungUp(channel=CALLER, at=9.0)
TAKEN = QueueAnswered(caller=CALLER, leg=LEG, interface="PJSIP/1001", at=4.0)


def came_back(status: str, offer: str = OFFER) -> CameBack:
    return CameBack(caller=CALLER, offer=offer, dial_status=status, at=4.0)


def known() -> Calls:
    calls = Calls({"1001": ANN}.get)
    calls.arrived(ONE)
    return calls


def offered() -> Calls:
    calls = known()
    calls.offering(ONE, OFFER)
    return calls


def run(calls: Calls, events: Sequence[CallEvent]) -> list[Event]:
    return [news for event in events for news in calls.take(event)]


ENDED_BY = {
    "customer": ([CUSTOMER_ASKS, AGENT_ASKS, LEG_GONE, CALLER_GONE], By.CUSTOMER, 7.0),
    "agent": ([AGENT_ASKS, LEG_GONE, CUSTOMER_ASKS, CALLER_GONE], By.AGENT, 7.0),
    "agent, without a request": ([LEG_GONE, CALLER_GONE], By.AGENT, 8.0),
    "customer, without a request": ([CALLER_GONE], By.CUSTOMER, 9.0),
}


@pytest.mark.parametrize("case", ENDED_BY)
def test_a_whole_call_and_who_ended_it(case: str) -> None:
    """Rings, is answered, ends: by the side whose channel spoke first, at that moment."""
    tail, by, at = ENDED_BY[case]
    assert run(offered(), [RANG, ANSWERED, *tail]) == [
        Rang(offer=OFFER, at=2.0),
        Accepted(offer=OFFER, at=3.0),
        WorkEnded(interaction=ONE, by=by, at=at),
    ]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("BUSY", Outcome.DECLINED),
        ("NOANSWER", Outcome.NO_ANSWER),
        ("CHANUNAVAIL", Outcome.UNREACHABLE),
        ("CONGESTION", Outcome.FAILED),
        ("INVALIDARGS", Outcome.FAILED),
    ],
)
def test_an_offer_that_fails_says_how(status: str, outcome: Outcome) -> None:
    """Each way a Dial can fail is one outcome, and the caller waits."""
    calls = offered()
    assert run(calls, [RANG, came_back(status)])[1:] == [OfferFailed(offer=OFFER, outcome=outcome, at=4.0)]
    call = calls.get(ONE)
    assert call is not None
    assert call.place is Place.WAITING
    assert run(calls, [CALLER_GONE]) == [CustomerLeft(interaction=ONE, at=9.0)]


def test_a_telephone_that_never_rang_is_not_the_agents_fault() -> None:
    """Whether it does not answer at all or says at once that nobody is there."""
    assert run(offered(), [came_back("NOANSWER")]) == [
        OfferFailed(offer=OFFER, outcome=Outcome.UNREACHABLE, at=4.0)
    ]


@pytest.mark.parametrize(("channel", "ours"), [(CALLER, True), (LEG, False)])
def test_hold_is_told_once_by_us_or_by_the_telephone(channel: str, ours: bool) -> None:
    """Of a talk alone; what is over is over, and a new leg is not on hold."""
    calls = offered()
    begins = HoldSaid(channel=channel, held=True, ours=ours, at=4.0)
    ends = HoldSaid(channel=channel, held=False, ours=ours, at=5.0)
    assert run(calls, [begins]) == [], "nobody talks yet"
    run(calls, [ANSWERED])
    assert run(calls, [begins, begins]) == [HoldBegan(interaction=ONE, at=4.0)]
    call = calls.get(ONE)
    assert call is not None
    assert (call.held, call.aside) == (True, ours)
    assert run(calls, [ends, ends]) == [HoldEnded(interaction=ONE, at=5.0)]
    assert run(calls, [HoldSaid(channel=CALLER, held=True, ours=False, at=6.0)]) == [], (
        "the customer's own phone"
    )
    run(calls, [begins])
    calls.reattaching(ONE, OFFER)
    run(calls, [REANSWERED])
    assert (call.held, call.aside) == (False, False)


def test_a_leg_is_about_to_be_in_a_bridge_until_it_is() -> None:
    """From our word that both talk again, by whichever way; a telephone that holds has left no bridge."""
    calls = offered()
    run(calls, [ANSWERED])
    call = calls.get(ONE)
    assert call is not None
    held, back = (HoldSaid(channel=CALLER, held=each, ours=True, at=4.0) for each in (True, False))
    there = Bridged(caller=CALLER, at=4.1)
    assert [(run(calls, [each]), call.entering)[1] for each in (held, back, there)] == [False, True, False]
    assert [(run(calls, [each]), call.entering)[1] for each in (held, back, held)] == [False, True, False]
    run(
        calls,
        [back, there, *(HoldSaid(channel=LEG, held=each, ours=False, at=5.0) for each in (True, False))],
    )
    assert not call.entering
    calls.three_now(call)
    calls.two_again(call)
    assert call.entering
    run(calls, [there])
    calls.two_again(call)
    assert not call.entering, "told twice"
    calls.handed_over(call, LEG2, to_agent=True)
    assert call.entering
    run(calls, [there, Bridged(caller="nobody's", at=5.0)])
    assert not call.entering


@pytest.mark.parametrize(
    ("status", "reason"), [("BUSY", "busy"), ("NOANSWER", "no_answer"), ("CHANUNAVAIL", "failed")]
)
def test_whom_an_agent_asks_answers_or_does_not(status: str, reason: str) -> None:
    """Each is told once; an agent whose phone ends meanwhile has not hung up on the caller."""
    calls = offered()
    run(calls, [ANSWERED, HoldSaid(channel=CALLER, held=True, ours=True, at=4.0)])
    call = calls.get(ONE)
    assert call is not None
    over = ConsultSaid(leg=LEG, dial_status=status, at=6.0)
    assert run(calls, [over]) == [], "nobody was called"
    call.consults = True
    assert run(calls, [over, over]) == [ConsultEnded(interaction=ONE, reason=reason, at=6.0)]
    call.consults = True
    answered = LegAnswered(caller=LEG, leg=LEG2, offer="", at=7.0)
    assert run(calls, [answered, answered]) == [ConsultReached(interaction=ONE, at=7.0)]
    assert call.other == LEG2
    assert run(calls, [AGENT_ASKS, LEG_GONE]) == []
    back = CameBack(caller=CALLER, offer=OFFER, dial_status="ANSWER", at=9.0)
    assert run(calls, [back]) == [Returned(interaction=ONE, reason="phone_lost", at=9.0)]


def test_three_at_a_talk() -> None:
    """The agent's hang-up ends nothing then, the dialplan goes on; alone with the agent again it is a talk like any other, and so told once."""
    calls = offered()
    run(calls, [ANSWERED, HoldSaid(channel=CALLER, held=True, ours=True, at=4.0)])
    call = calls.get(ONE)
    assert call is not None
    call.consults, call.joining, call.other = True, True, LEG2
    calls.three_now(call)
    assert (call.held, call.aside, call.consults, call.joining, call.other) == (
        False,
        False,
        False,
        False,
        LEG2,
    )
    held, resumed = (HoldSaid(channel=LEG, held=each, ours=False, at=4.5) for each in (True, False))
    assert run(calls, [held, resumed]) == [
        HoldBegan(interaction=ONE, at=4.5),
        HoldEnded(interaction=ONE, at=4.5),
    ], "a telephone holds"
    assert (call.three, call.other) == (True, LEG2)
    assert run(calls, [AGENT_ASKS, LEG_GONE]) == []
    alone = HoldSaid(channel=CALLER, held=False, ours=True, at=5.0)
    assert run(calls, [alone, alone]) == [ConferenceEnded(interaction=ONE, reason="ended", at=5.0)]
    assert (call.three, call.other) == (False, "")
    calls.three_now(call)
    assert run(calls, [CALLER_GONE]) == [WorkEnded(interaction=ONE, by=By.AGENT, at=AGENT_ASKS.at)]


@pytest.mark.parametrize("to_agent", [True, False])
def test_a_caller_who_is_handed_over(to_agent: bool) -> None:
    """A colleague's hang-up ends the call; of somebody outside nothing more is told. The first agent's leg no longer matters."""
    calls = offered()
    run(calls, [ANSWERED, HoldSaid(channel=CALLER, held=True, ours=True, at=4.0)])
    call = calls.get(ONE)
    assert call is not None
    call.consults, call.other = True, LEG2
    before = calls.handed_over(call, call.other, to_agent=to_agent)
    assert (before.leg, before.other) == (LEG, LEG2)
    assert run(calls, [HoldSaid(channel=CALLER, held=False, ours=True, at=5.0), AGENT_ASKS, LEG_GONE]) == []
    ended = run(calls, [HungUp(channel=LEG2, at=10.0), CALLER_GONE])
    assert ended == ([WorkEnded(interaction=ONE, by=By.AGENT, at=10.0)] if to_agent else [])


@pytest.mark.parametrize("to_agent", [True, False])
def test_who_could_not_be_handed_over_is_with_their_agent_again(to_agent: bool) -> None:
    """Whom the agent had called may hang up then: that is no end of the call."""
    calls = offered()
    run(calls, [ANSWERED, HoldSaid(channel=CALLER, held=True, ours=True, at=4.0)])
    call = calls.get(ONE)
    assert call is not None
    call.consults, call.other = True, LEG2
    calls.put_back(calls.handed_over(call, LEG2, to_agent=to_agent))
    assert run(calls, [HungUp(channel=LEG2, at=10.0)]) == []
    over = ConsultSaid(leg=LEG, dial_status="ANSWER", at=10.1)
    assert run(calls, [over]) == [ConsultEnded(interaction=ONE, reason="ended", at=10.1)]


def test_who_is_passed_on_waits_and_is_put_back_when_that_fails() -> None:
    """The end of the leg is nobody's hang-up then."""
    calls = offered()
    run(calls, [ANSWERED])
    call = calls.get(ONE)
    assert call is not None
    before = calls.passed_on(call)
    assert run(calls, [AGENT_ASKS, LEG_GONE]) == []
    assert call.place is Place.WAITING
    calls.put_back(before)
    assert run(calls, [AGENT_ASKS, LEG_GONE]) == [WorkEnded(interaction=ONE, by=By.AGENT, at=7.0)]


def test_a_caller_who_leaves_while_it_rings() -> None:
    """Left, not ended: nobody had answered."""
    assert run(offered(), [RANG, CALLER_GONE]) == [
        Rang(offer=OFFER, at=2.0),
        CustomerLeft(interaction=ONE, at=9.0),
    ]


def test_late_events_of_an_old_offer_change_nothing() -> None:
    """What the first phone still says after the second offer was made is not the second's."""
    calls = offered()
    run(calls, [came_back("NOANSWER")])
    calls.offering(ONE, SECOND)
    assert run(calls, [RANG, ANSWERED, came_back("NOANSWER")]) == []
    assert run(calls, [LegAnswered(caller=CALLER, leg=LEG2, offer=SECOND, at=5.0)]) == [
        Accepted(offer=SECOND, at=5.0)
    ]


def test_withdrawing_is_for_the_live_offer_only() -> None:
    """Only a caller who is with that offer now has to be led back; afterwards its answer is nobody's."""
    calls = offered()
    assert not calls.withdrawn(ONE, SECOND)
    assert not calls.withdrawn(InteractionId("tl-x"), OFFER)
    assert calls.withdrawn(ONE, OFFER)
    assert not calls.withdrawn(ONE, OFFER)
    assert run(calls, [ANSWERED]) == []


def test_a_phone_that_died_returns_the_caller() -> None:
    """The dialplan took the caller back after an answer: returned, not ended; the leg's end no longer counts."""
    calls = offered()
    assert run(calls, [ANSWERED, AGENT_ASKS, PHONE_DIED, LEG_GONE, CALLER_GONE]) == [
        Accepted(offer=OFFER, at=3.0),
        Returned(interaction=ONE, at=6.0, reason="phone_lost"),
        CustomerLeft(interaction=ONE, at=9.0),
    ]


def test_the_agent_is_free_when_their_leg_ends() -> None:
    """The work ends with the agent's leg; the caller's channel, which the dialplan ends later, says nothing new."""
    calls = offered()
    run(calls, [ANSWERED])
    assert run(calls, [AGENT_ASKS, LEG_GONE]) == [WorkEnded(interaction=ONE, by=By.AGENT, at=7.0)]
    assert run(calls, [LEG_GONE, CUSTOMER_ASKS, CALLER_GONE, CALLER_GONE]) == []
    assert calls.get(ONE) is None


def test_a_phone_that_went_silent_ends_nothing_yet() -> None:
    """A leg ended by rtp_timeout leaves the call to the dialplan, which takes the caller back."""
    calls = offered()
    run(calls, [ANSWERED])
    assert run(calls, [HungUp(channel=LEG, at=5.0, cause="44")]) == []
    assert run(calls, [PHONE_DIED]) == [Returned(interaction=ONE, at=6.0, reason="phone_lost")]


def test_reattaching_keeps_the_talk_as_one() -> None:
    """The old leg's end is no end; the new leg's is."""
    calls = offered()
    run(calls, [ANSWERED])
    calls.reattaching(ONE, OFFER)
    assert run(calls, [AGENT_ASKS, LEG_GONE, REANSWERED]) == []
    assert run(calls, [HangupAsked(channel=LEG2, at=7.5), CALLER_GONE]) == [
        WorkEnded(interaction=ONE, by=By.AGENT, at=7.5)
    ]


@pytest.mark.parametrize("status", ["NOANSWER", "CHANUNAVAIL", "ANSWER"])
def test_reattaching_that_fails_returns_the_caller(status: str) -> None:
    """Whatever the dialplan says when it takes the caller back, they wait again."""
    calls = offered()
    run(calls, [ANSWERED])
    calls.reattaching(ONE, OFFER)
    assert run(calls, [came_back(status)]) == [Returned(interaction=ONE, at=4.0, reason="phone_lost")]


def test_giving_up_a_reattach_is_for_that_time_only() -> None:
    """A watch that was set for the first reload does not end the second."""
    calls = offered()
    run(calls, [ANSWERED])
    first = calls.reattaching(ONE, OFFER)
    run(calls, [REANSWERED])
    assert not calls.gave_up_reattaching(ONE, first)
    second = calls.reattaching(ONE, OFFER)
    assert not calls.gave_up_reattaching(ONE, first)
    assert calls.gave_up_reattaching(ONE, second)
    assert not calls.gave_up_reattaching(InteractionId("tl-x"), second)


def test_a_caller_who_leaves_while_reattaching_ends_the_work() -> None:
    """They were connected; that is an end, not an abandonment."""
    calls = offered()
    run(calls, [ANSWERED])
    calls.reattaching(ONE, OFFER)
    assert run(calls, [CALLER_GONE]) == [WorkEnded(interaction=ONE, by=By.CUSTOMER, at=9.0)]


def test_hang_up_pressed_here_is_the_agents() -> None:
    """Whatever channel Asterisk ends first."""
    calls = offered()
    run(calls, [ANSWERED])
    calls.ending(ONE, By.AGENT, 6.5)
    calls.ending(ONE, By.SYSTEM, 6.6)
    calls.ending(InteractionId("tl-x"), By.AGENT, 6.5)
    assert run(calls, [CUSTOMER_ASKS, CALLER_GONE]) == [WorkEnded(interaction=ONE, by=By.AGENT, at=6.5)]


def test_answered_in_the_fallback_queue() -> None:
    """A phone of ours adopts; one that nobody has, or a caller who does not wait, changes nothing."""
    calls = known()
    assert run(calls, [QueueAnswered(caller=CALLER, leg=LEG, interface="PJSIP/9999", at=4.0)]) == []
    assert run(calls, [TAKEN, TAKEN]) == [Adopted(interaction=ONE, agent=ANN, at=4.0)]
    back = CameBack(caller=CALLER, offer="", dial_status="ANSWER", at=5.0)
    assert run(calls, [back]) == [Returned(interaction=ONE, at=5.0, reason="phone_lost")]


def test_a_talk_that_begins_is_known_to_be_recorded() -> None:
    """As it was offered, by whoever answers, and by whom it is handed over to; who it is not handed over to changes nothing."""
    calls = known()
    calls.offering(ONE, OFFER, recorded=True)
    assert run(calls, [ANSWERED]) == [Accepted(offer=OFFER, at=3.0, recorded=True)]
    call = calls.get(ONE)
    assert call is not None
    calls.put_back(calls.handed_over(call, LEG2, to_agent=True, recorded=False))
    back = calls.get(ONE)
    assert back is not None
    assert back.recorded
    calls = Calls({"1001": ANN}.get)
    calls.arrived(ONE, recorded=True)
    assert run(calls, [TAKEN]) == [Adopted(interaction=ONE, agent=ANN, at=4.0, recorded=True)]


def test_strangers_say_nothing() -> None:
    """Channels that are not our callers', and the dialplan's word that somebody is unclaimed, are no events here."""
    calls = Calls({"1001": ANN}.get)
    everything = [RANG, ANSWERED, PHONE_DIED, AGENT_ASKS, CUSTOMER_ASKS, LEG_GONE, CALLER_GONE, TAKEN]
    assert run(calls, [*everything, Unclaimed(caller=CALLER, at=1.0)]) == []


def test_devices_speak_when_they_change() -> None:
    """Once per change; unknown words are unreachable; other devices are not ours; forgetting makes all news."""
    calls = Calls({"1001": ANN}.get)

    def said(state: str, device: str = "PJSIP/1001") -> list[Event]:
        return calls.take(DeviceSaid(device=device, state=state, at=1.0))

    assert said("NOT_INUSE") == [DeviceChanged(agent=ANN, device=Device.REACHABLE, at=1.0)]
    assert said("NOT_INUSE") == []
    assert said("RINGING") == [DeviceChanged(agent=ANN, device=Device.IN_USE, at=1.0)]
    assert said("INUSE") == []
    assert said("WHATEVER") == [DeviceChanged(agent=ANN, device=Device.UNREACHABLE, at=1.0)]
    assert said("NOT_INUSE", "Queue:trunkline") == []
    assert said("NOT_INUSE", "PJSIP/trunk") == []
    calls.forget_devices()
    assert said("UNAVAILABLE") == [DeviceChanged(agent=ANN, device=Device.UNREACHABLE, at=1.0)]


def test_a_snapshot_replaces_what_was_known_before_it() -> None:
    """Calls that came after it was asked for stay; those it does not show go; legs of those it shows count."""
    calls = known()
    newer = InteractionId("tl-ast-1.9")
    calls.arrived(newer)
    talking = Call(interaction=InteractionId("tl-ast-1.5"), place=Place.CONNECTED, leg="ast-1.6")
    calls.replace([talking], frozenset({ONE}))
    assert calls.interactions == {newer, talking.interaction}
    assert run(calls, [HangupAsked(channel="ast-1.6", at=3.0), HungUp(channel="ast-1.5", at=4.0)]) == [
        WorkEnded(interaction=talking.interaction, by=By.AGENT, at=3.0)
    ]
    calls.forget(newer)
    calls.forget(newer)
    assert calls.interactions == frozenset()


STEPS: list[CallEvent] = [
    RANG,
    ANSWERED,
    came_back("NOANSWER"),
    PHONE_DIED,
    AGENT_ASKS,
    CUSTOMER_ASKS,
    LEG_GONE,
    CALLER_GONE,
    TAKEN,
    REANSWERED,
]


@given(st.lists(st.sampled_from(STEPS), max_size=12), st.integers(0, 12), st.booleans())
def test_replaying_an_end_of_the_story_tells_no_new_ending(
    steps: list[CallEvent], cut: int, reattach: bool
) -> None:
    """Asterisk may tell any part twice (events that were on their way at a snapshot): no offer is accepted or failed
    twice, no call ends twice, nothing follows its end."""
    calls = offered()
    news: list[Event] = []
    for index, step in enumerate([*steps, *steps[cut:], *steps]):
        if (
            reattach
            and index == cut
            and (call := calls.get(ONE)) is not None
            and call.place is Place.CONNECTED
        ):
            calls.reattaching(ONE, OFFER)
        news += calls.take(step)
    answers = [one for one in news if isinstance(one, Accepted | OfferFailed)]
    ends = [one for one in news if isinstance(one, CustomerLeft | WorkEnded)]
    assert len(answers) <= 1
    assert len(ends) <= 1
    assert not ends or news[-1] is ends[0]


@given(st.lists(st.sampled_from(STEPS), max_size=12))
def test_each_event_twice_is_each_event_once(steps: list[CallEvent]) -> None:
    """Doubling every event changes no answer."""
    doubled = [step for step in steps for _ in range(2)]
    assert run(offered(), steps) == run(offered(), doubled)


def test_names_of_channels_and_devices() -> None:
    """The extension is in both; anything but PJSIP has none."""
    assert extension_in("PJSIP/1001-0000002a") == "1001"
    assert extension_in("PJSIP/1001") == "1001"
    assert extension_in("Local/1001@x-1") == ""
    assert interaction_of(CALLER) == ONE


def message(**headers: str) -> Message:
    return Message({"Timestamp": "5.5"} | headers)


@pytest.mark.parametrize(
    ("given_message", "expected"),
    [
        (
            Message({"Event": "DialState", "Timestamp": "5.5", "Uniqueid": CALLER, "DestUniqueid": LEG,
                     "DialStatus": "RINGING", "DestChanVariable/TL_OFFER": OFFER}),
            LegRang(caller=CALLER, leg=LEG, offer=OFFER, at=5.5),
        ),
        (message(Event="DialState", DialStatus="PROGRESS"), None),
        (
            message(Event="DialEnd", Uniqueid=CALLER, DestUniqueid=LEG, DialStatus="ANSWER"),
            LegAnswered(caller=CALLER, leg=LEG, offer="", at=5.5),
        ),
        (message(Event="DialEnd", DialStatus="BUSY"), None),
        (
            message(Event="UserEvent", UserEvent="TrunklineBack", Uniqueid=CALLER, Offer=OFFER, DialStatus="BUSY"),
            CameBack(caller=CALLER, offer=OFFER, dial_status="BUSY", at=5.5),
        ),
        (message(Event="UserEvent", UserEvent="TrunklineUnclaimed", Uniqueid=CALLER), Unclaimed(caller=CALLER, at=5.5)),
        (message(Event="UserEvent", UserEvent="Other"), None),
        (message(Event="HangupRequest", Uniqueid=LEG), HangupAsked(channel=LEG, at=5.5)),
        (message(Event="SoftHangupRequest", Uniqueid=LEG), HangupAsked(channel=LEG, at=5.5)),
        (Message({"Event": "Hangup", "Uniqueid": LEG}), HungUp(channel=LEG, at=1.0)),
        (message(Event="Hangup", Uniqueid=LEG, Cause="44"), HungUp(channel=LEG, at=5.5, cause="44")),
        (
            message(Event="AgentConnect", Uniqueid=CALLER, DestUniqueid=LEG, Interface="PJSIP/1001"),
            QueueAnswered(caller=CALLER, leg=LEG, interface="PJSIP/1001", at=5.5),
        ),
        (message(Event="DeviceStateChange", Device="PJSIP/1001", State="INUSE"), DeviceSaid(device="PJSIP/1001", state="INUSE", at=5.5)),
        (message(Event="FullyBooted"), None),
    ],
)  # fmt: skip
def test_messages_into_events(given_message: Message, expected: CallEvent | None) -> None:
    """Each message that concerns calls is one event, at Asterisk's time or else at ours; the rest is nothing."""
    assert read(given_message, 1.0) == expected


def test_a_snapshot_forgets_neither_who_hung_up_nor_how_often_the_phone_was_rung() -> None:
    """Between a hang-up's request and its end, and during a second reattachment, a look at the channels changes nothing."""
    calls = offered()
    run(calls, [RANG, ANSWERED, CUSTOMER_ASKS])
    calls.replace([Call(interaction=ONE, place=Place.CONNECTED, offer=OFFER, leg=LEG)], {ONE})
    assert run(calls, [LEG_GONE]) == [WorkEnded(interaction=ONE, by=By.CUSTOMER, at=7.0)]
    calls = offered()
    run(calls, [RANG, ANSWERED])
    first = calls.reattaching(ONE, OFFER)
    calls.replace([Call(interaction=ONE, place=Place.REATTACHING, offer=OFFER)], {ONE})
    assert calls.reattaching(ONE, OFFER) > first
    assert not calls.gave_up_reattaching(ONE, first)


@pytest.mark.parametrize(
    ("said", "known"), [("16", 16), ("0", None), ("", None), ("x", None), ("9999", None), ("１６", None)]
)
def test_why_a_line_ended_is_told_as_a_number_or_not_at_all(said: str, known: int | None) -> None:
    """Asterisk's cause goes with the end of the talk, and of the wait; what is no number of Q.850's kind is none."""
    calls = Calls({"1001": ANN}.get)
    calls.arrived(ONE)
    (left,) = calls.take(HungUp(channel=CALLER, at=9.0, cause=said))
    assert left == CustomerLeft(interaction=ONE, at=9.0, cause=known)
