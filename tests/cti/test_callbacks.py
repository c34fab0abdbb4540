"""Calling back: which numbers, what Asterisk is asked, what follows from what it says, and what a gap leaves behind."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Asterisk
from crm_core.guard.plan import from_settings, may_dial
from cti.ami import actions
from cti.ami.actions import FAR, Action
from cti.ami.events import CallEvent, CameBack, HangupAsked, HungUp, LegAnswered, LegRang, NotReached, read
from cti.ami.protocol import Message, UnsafeText
from cti.calls import Call, Calls, Place
from cti.resync import missing
from routing.core.events import (
    Accepted,
    CustomerLeft,
    Event,
    OfferFailed,
    Rang,
    Reached,
    Unreached,
    WorkEnded,
)
from routing.core.model import By, Outcome, Phase
from tests.cti.test_calls import ANN, ANSWERED, CALLER, CALLER_GONE, LEG, LEG_GONE, OFFER, ONE, RANG, run
from tests.cti.test_resync import CONNECT, caller, compare, phone, work

THEIRS = "ast-1.4"
REACHED = LegAnswered(caller=f"{CALLER}{FAR}", leg=THEIRS, offer="", at=4.0)
BUSY = NotReached(interaction=ONE, dial_status="BUSY", cause="17", at=4.0)
AGENT_ASKS, CUSTOMER_ASKS = HangupAsked(channel=LEG, at=7.0), HangupAsked(channel=THEIRS, at=7.0)
FAR_GONE = HungUp(channel=f"{CALLER}{FAR}", at=7.5)


def calling() -> Calls:
    calls = Calls({"1001": ANN}.get)
    calls.offering(ONE, OFFER, calls_back=True)
    return calls


def test_who_is_yet_to_answer_is_neither_held_nor_passed_on() -> None:
    """The agent is there alone; once the customer has answered it is a talk like any other."""
    calls = calling()
    run(calls, [ANSWERED])
    assert calls.talk(ONE) is None
    run(calls, [REACHED])
    assert calls.talk(ONE) is calls.get(ONE)


ACCEPTED, TOLD = Accepted(offer=OFFER, at=3.0), Reached(interaction=ONE, at=4.0)
STORIES: dict[str, tuple[list[CallEvent], list[Event]]] = {
    "the customer ends it": (
        [RANG, ANSWERED, REACHED, CUSTOMER_ASKS, FAR_GONE, LEG_GONE, CALLER_GONE],
        [Rang(offer=OFFER, at=2.0), ACCEPTED, TOLD, WorkEnded(interaction=ONE, by=By.CUSTOMER, at=7.0)],
    ),
    "the agent ends it": (
        [ANSWERED, REACHED, AGENT_ASKS, LEG_GONE, FAR_GONE, CALLER_GONE],
        [ACCEPTED, TOLD, WorkEnded(interaction=ONE, by=By.AGENT, at=7.0)],
    ),
    "busy": (
        [ANSWERED, BUSY, FAR_GONE, LEG_GONE, CALLER_GONE],
        [ACCEPTED, Unreached(interaction=ONE, reason="busy", at=4.0)],
    ),
    "busy, told before the agent's answer": (
        [BUSY, ANSWERED, LEG_GONE, CALLER_GONE],
        [Accepted(offer=OFFER, at=4.0), Unreached(interaction=ONE, reason="busy", at=4.0)],
    ),
    "reached, told before the agent's answer": (
        [REACHED, ANSWERED, LEG_GONE, CALLER_GONE],
        [ACCEPTED, Reached(interaction=ONE, at=3.0), WorkEnded(interaction=ONE, by=By.AGENT, at=8.0)],
    ),
    "the agent gives up": (
        [ANSWERED, AGENT_ASKS, LEG_GONE, FAR_GONE, CALLER_GONE],
        [ACCEPTED, WorkEnded(interaction=ONE, by=By.AGENT, at=7.0)],
    ),
    "the agent does not answer": (
        [RANG, CameBack(caller=CALLER, offer=OFFER, dial_status="NOANSWER", at=4.0), CALLER_GONE],
        [
            Rang(offer=OFFER, at=2.0),
            OfferFailed(offer=OFFER, outcome=Outcome.NO_ANSWER, at=4.0),
            CustomerLeft(interaction=ONE, at=9.0),
        ],
    ),
}


@pytest.mark.parametrize("story", STORIES)
def test_what_follows_from_what_is_said(story: str) -> None:
    said, follows = STORIES[story]
    assert run(calling(), said) == follows


STEPS: list[CallEvent] = [
    LegRang(caller=f"{CALLER}{FAR}", leg=THEIRS, offer="", at=3.5),
    *(RANG, ANSWERED, REACHED, BUSY, AGENT_ASKS, CUSTOMER_ASKS, FAR_GONE, LEG_GONE, CALLER_GONE),
]


@given(st.lists(st.sampled_from(STEPS), max_size=14))
def test_whatever_is_said_in_whatever_order_nothing_follows_twice(steps: list[CallEvent]) -> None:
    """Nobody is both reached and not, and nothing follows the end."""
    news = run(calling(), [step for step in steps for _ in range(2)])
    kinds = [type(one) for one in news]
    assert all(kinds.count(kind) <= 1 for kind in (Accepted, Reached, Unreached, WorkEnded, CustomerLeft))
    assert not (Reached in kinds and Unreached in kinds)
    assert kinds.count(WorkEnded) + kinds.count(CustomerLeft) <= 1


def test_callers_on_the_line_are_not_reached() -> None:
    """Words about another's call mean nothing to theirs."""
    calls = Calls({"1001": ANN}.get)
    calls.offering(ONE, OFFER)
    assert run(calls, [REACHED, BUSY]) == []
    assert run(Calls({}.get), [REACHED, BUSY]) == []


def test_the_dialplan_s_word_is_read() -> None:
    said = Message(
        {
            "Event": "UserEvent",
            "UserEvent": "TrunklineUnreached",
            "Interaction": ONE,
            "DialStatus": "BUSY",
            "Cause": "17",
        }
        | {"Uniqueid": f"{CALLER}{FAR}", "Timestamp": "4.0"}
    )
    assert read(said, 9.0) == BUSY


# -- numbers and actions -------------------------------------------------------------------------------------------------

USUAL: Any = Asterisk.model_fields["callback_numbers"].default


@pytest.mark.parametrize(
    ("number", "prefixes", "allowed"),
    [
        ("0912345678", USUAL, True),
        ("0223456789", USUAL, True),
        ("0204123456", USUAL, False),  # a dear one
        ("0015551234567", USUAL, False),  # abroad
        ("+886912345678", USUAL, False),  # as the trunk does not send it, unless somebody says so
        ("+886912345678", ("+886", "!+886204"), True),
        ("+886204123456", ("+886", "!+886204"), False),
        ("0912345678", (), False),
        ("0912345678", ("!", "09"), True),
        ("", USUAL, False),
        ("anonymous", ("",), False),
        ("0912345678&PJSIP/evil", ("",), False),
        ("٠٩١٢", ("",), False),
        ("0" * 17, ("",), False),
    ],
)
def test_which_numbers_are_called(number: str, prefixes: tuple[str, ...], allowed: bool) -> None:
    """The longest beginning decides; what begins with none is not called."""
    assert may_dial(from_settings(prefixes), number) is allowed


def call_back(**given: Any) -> Action:
    usual = {
        "extension": "1001", "number": "0912345678", "from_number": "100", "queue": "q-1", "offer": OFFER, "ring_s": 20.0, "age": 50.0, "recorded": False,
    }  # fmt: skip
    return actions.call_back(given.pop("channel", CALLER), **(usual | given))


def test_the_agent_is_rung_in_the_customer_s_place() -> None:
    """By a channel with the very id that the caller's had, so that the interaction is the same."""
    said = call_back().headers
    assert {("ChannelId", CALLER), ("OtherChannelId", f"{CALLER}{FAR}"), ("Exten", "1001")} <= set(said)
    variables = [value for name, value in said if name == "Variable"]
    assert "TL_AGENT=1001" in variables
    assert f"TL_ID=tl-{CALLER}" in variables
    assert "TL_CALL_TO=0912345678" in variables
    assert ("Variable", "TL_NUMBER=") in call_back(from_number="").headers


@pytest.mark.parametrize("text", ["", "1001&SIP/evil", "1001,20", "${SHELL(x)}", "a b", "1\r\n2", "x" * 200])
@pytest.mark.parametrize(
    "build",
    [
        lambda text: call_back(channel=f"{text} "),
        lambda text: call_back(extension=text),
        lambda text: call_back(number=text),
        lambda text: call_back(from_number=f"{text}x"),
        lambda text: call_back(queue=f"{text},"),
        lambda text: call_back(offer=f"{text},"),
    ],
)
def test_hostile_values_build_nothing(build: Callable[[str], Action], text: str) -> None:
    with pytest.raises(UnsafeText):
        build(text)


# -- after a gap -----------------------------------------------------------------------------------------------------------

IN_THEIR_PLACE = {"Channel": "Local/s@trunkline-callback-00000000;1", "Variable/TL_FAR": f"ast-1.1{FAR}"}


def far_end(*, bridge: str = "", reached: str = "(null)") -> Message:
    return Message(
        {
            "Event": "Status", "Channel": "Local/s@trunkline-callback-00000000;2", "Uniqueid": f"ast-1.1{FAR}",
            "Linkedid": "ast-1.1", "Context": "trunkline-callback", "BridgeID": bridge, "ChannelStateDesc": "Up",
            "Variable/TL_ID": "tl-ast-1.1", "Variable/TL_REACHED": reached,
        }
    )  # fmt: skip


def customer(bridge: str) -> Message:
    return Message(
        {
            "Event": "Status", "Channel": "PJSIP/trunk-out-00000003", "Uniqueid": THEIRS, "Linkedid": "ast-1.1",
            "Context": "trunkline-refused", "BridgeID": bridge, "ChannelStateDesc": "Up",
        }
    )  # fmt: skip


def test_a_talk_that_was_reached_meanwhile_is_no_callback_any_more() -> None:
    """The customer answered while we were away: nobody calls them a second time, and their hang-up is known as theirs."""
    talk = caller(CONNECT, bridge="b", offer=OFFER, answered="90.5", **IN_THEIR_PLACE)
    channels = [talk, phone(bridge="b"), far_end(bridge="c", reached="95.0"), customer("c")]
    found = compare(channels, work(Phase.OFFERED, callback=True))
    assert [type(event) for event in found.events] == [Accepted, Reached]
    [call] = found.calls
    assert (call.place, call.calls_back, call.far) == (Place.CONNECTED, True, THEIRS)
    again = compare(channels, work(Phase.CONNECTED))
    assert again.events == []
    calls = Calls({"1001": ANN}.get)
    calls.replace(
        [Call(interaction=ONE, place=Place.CONNECTED, leg=LEG, far=THEIRS, calls_back=True)], frozenset()
    )
    ended = run(calls, [CUSTOMER_ASKS, LEG_GONE])
    assert ended == [WorkEnded(interaction=ONE, by=By.CUSTOMER, at=7.0)]


def test_a_customer_who_is_still_being_called_is_not_reached() -> None:
    talk = caller(CONNECT, bridge="b", offer=OFFER, answered="90.5", **IN_THEIR_PLACE)
    found = compare([talk, phone(bridge="b"), far_end()], work(Phase.CONNECTED, callback=True))
    assert found.events == []
    assert found.calls[0].far == ""


@pytest.mark.parametrize(
    ("phase", "events"),
    [
        (Phase.WAITING, []),
        (Phase.PARKED, []),
        (Phase.OFFERED, []),  # it is carried out now
        (Phase.CONNECTED, [WorkEnded]),  # which is an attempt without the customer
    ],
)
def test_nobody_on_the_line_is_nobody_missing(phase: Phase, events: list[type]) -> None:
    one = work(phase, callback=True)
    found = compare([], one)
    left = [event for event in found.events if not isinstance(event, CustomerLeft)]
    assert [type(event) for event in left] == events
    assert bool(missing([], [one])) == (phase is Phase.CONNECTED)


def test_an_attempt_that_is_over_for_us_is_left_to_end() -> None:
    """Its channel is not led to the music, where nobody would hear it."""
    ringing = caller(CONNECT, offer=OFFER, **IN_THEIR_PLACE)
    found = compare([ringing, phone(state="Ringing"), far_end()], work(Phase.WAITING, callback=True))
    assert (found.events, found.to_hold, found.calls) == ([], [], [])
