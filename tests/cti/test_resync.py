"""Asterisk's picture beside the router's, after each connect."""

import pytest

from cti.ami.protocol import Message
from cti.calls import Place
from cti.resync import Findings, astray, forgotten, left_alone, left_over, read_standings, reconcile
from routing.core.events import (
    Accepted,
    Adopted,
    ConferenceBegan,
    ConferenceEnded,
    ConsultEnded,
    ConsultReached,
    CustomerLeft,
    Event,
    HoldBegan,
    HoldEnded,
    MessageWanted,
    OfferFailed,
    Rang,
    Returned,
    WorkEnded,
)
from routing.core.model import AgentId, By, InteractionId, Medium, OfferId, Outcome, Phase, QueueId
from routing.core.presence import Conference, Consult, Work

ONE, OFFER = InteractionId("tl-ast-1.1"), OfferId("tl-ast-1.1/1")
ANN, BOB = AgentId("ann"), AgentId("bob")
PHONES = {"1001": ANN, "1002": BOB}
NOW = 100.0


def work(phase: Phase, **changes: object) -> Work:
    agent = None if phase is Phase.WAITING else ANN
    offer = OFFER if phase is Phase.OFFERED else None
    fields: dict[str, object] = {
        "id": ONE, "medium": Medium.VOICE, "queue": QueueId("q"), "enqueued_at": 50.0, "priority_points": 0,
        "arrival": 1, "phase": phase, "agent": agent, "offer": offer,
    }  # fmt: skip
    return Work(**(fields | changes))  # type: ignore[arg-type]


def caller(
    context: str, *, bridge: str = "", offer: str = "", answered: str = "(null)", **more: str
) -> Message:
    return Message(
        {
            "Event": "Status", "Channel": "PJSIP/trunk-00000001", "Uniqueid": "ast-1.1", "Linkedid": "ast-1.1",
            "Context": context, "BridgeID": bridge, "ChannelStateDesc": "Up", "CallerIDNum": "+886912345678",
            "CallerIDName": "<unknown>", "Variable/TL_ID": "tl-ast-1.1", "Variable/TL_ENQUEUED": "50.125",
            "Variable/TL_NUMBER": "100", "Variable/TL_OFFER": offer or "(null)", "Variable/TL_ANSWERED": answered,
        }
        | more
    )  # fmt: skip


def phone(extension: str = "1001", *, bridge: str = "", state: str = "Up") -> Message:
    return Message(
        {
            "Event": "Status", "Channel": f"PJSIP/{extension}-00000002", "Uniqueid": "ast-1.2", "Linkedid": "ast-1.1",
            "Context": "trunkline-agents", "BridgeID": bridge, "ChannelStateDesc": state,
        }
    )  # fmt: skip


def compare(channels: list[Message], *works: Work) -> Findings:
    return reconcile(read_standings(channels), works, PHONES.get, NOW)


def kept(extension: str = "1001") -> Message:
    return Message({**phone(extension).headers, "Context": "trunkline-kept"})


def asking(bridge: str) -> Message:
    return Message({**phone(bridge=bridge).headers, "Context": "trunkline-consult"})


def asked(bridge: str) -> Message:
    return Message({**phone("1002", bridge=bridge).headers, "Uniqueid": "ast-1.3"})


def three(extension: str, number: int, bridge: str = "b") -> Message:
    own = {"Context": THREE, "Uniqueid": f"ast-1.{number}", "Variable/TL_OF": "tl-ast-1.1"}
    return Message({**phone(extension, bridge=bridge).headers, **own})


def with_leg(leg: str) -> Message:
    return caller(ASIDE, **{"Variable/TL_LEG": leg})


HOLD, CONNECT, FALLBACK = "trunkline-hold", "trunkline-connect", "trunkline-fallback"
ASIDE, THREE, TOGETHER = "trunkline-aside", "trunkline-three", "trunkline-together"
IN_THREE = caller(
    THREE, bridge="b", offer=OFFER, answered="90.5", **{"Variable/TL_LEG": "PJSIP/1001-00000002"}
)
TALK = caller(CONNECT, bridge="b", offer=OFFER, answered="90.5")

CASES: dict[str, tuple[list[Message], Work, list[Event], list[str], Place | None]] = {
    "waits, in hold": ([caller(HOLD)], work(Phase.WAITING), [], [], Place.WAITING),
    "waits, in the entry": ([caller("trunkline-in")], work(Phase.WAITING), [], [], Place.WAITING),
    "waits, in the fallback queue": ([caller(FALLBACK)], work(Phase.WAITING), [], ["ast-1.1"], Place.WAITING),
    "waits, a fallback phone rings": (
        [caller(FALLBACK), phone(state="Ringing")], work(Phase.WAITING), [], ["ast-1.1"], Place.WAITING,
    ),
    "waits, with an offer that is over": (
        [caller(CONNECT, offer=OFFER), phone(state="Ringing")], work(Phase.WAITING), [], ["ast-1.1"], Place.WAITING,
    ),
    "waits, gone": ([], work(Phase.WAITING), [CustomerLeft(interaction=ONE, at=NOW)], [], None),
    "waits, answered in the fallback queue": (
        [caller(FALLBACK, bridge="b", answered="90.5"), phone("1002", bridge="b")],
        work(Phase.WAITING),
        [Adopted(interaction=ONE, agent=BOB, at=90.5)],
        [],
        Place.CONNECTED,
    ),
    "offered, rings": (
        [caller(CONNECT, offer=OFFER), phone(state="Ringing")],
        work(Phase.OFFERED),
        [Rang(offer=OFFER, at=NOW)],
        [],
        Place.OFFERED,
    ),
    "offered, rang already": (
        [caller(CONNECT, offer=OFFER), phone(state="Ringing")], work(Phase.OFFERED, rang_at=80.0), [], [], Place.OFFERED,
    ),
    "offered, answered meanwhile": ([TALK, phone(bridge="b")], work(Phase.OFFERED), [Accepted(offer=OFFER, at=90.5)], [], Place.CONNECTED),
    "offered, answered meanwhile, and recorded": (
        [caller(CONNECT, bridge="b", offer=OFFER, answered="90.5", **{"Variable/TL_RECORD": "1"}), phone(bridge="b")],
        work(Phase.OFFERED),
        [Accepted(offer=OFFER, at=90.5, recorded=True)],
        [],
        Place.CONNECTED,
    ),
    "waits, answered in the fallback queue, and recorded": (
        [caller(FALLBACK, bridge="b", answered="90.5", **{"Variable/TL_RECORD": "1"}), phone("1002", bridge="b")],
        work(Phase.WAITING),
        [Adopted(interaction=ONE, agent=BOB, at=90.5, recorded=True)],
        [],
        Place.CONNECTED,
    ),
    "offered, came back": (
        [caller(HOLD, offer=OFFER)],
        work(Phase.OFFERED),
        [OfferFailed(offer=OFFER, outcome=Outcome.NO_ANSWER, at=NOW)],
        [],
        Place.WAITING,
    ),
    "offered, never carried out": ([caller(HOLD)], work(Phase.OFFERED), [], [], Place.WAITING),
    "offered, gone": ([], work(Phase.OFFERED), [CustomerLeft(interaction=ONE, at=NOW)], [], None),
    "offered, another answered in the fallback": (
        [caller(FALLBACK, bridge="b", answered="90.5"), phone("1002", bridge="b")],
        work(Phase.OFFERED),
        [Adopted(interaction=ONE, agent=BOB, at=90.5)],
        [],
        Place.CONNECTED,
    ),
    "connected, talks": ([TALK, phone(bridge="b")], work(Phase.CONNECTED), [], [], Place.CONNECTED),
    "connected, on hold since we looked last": (
        [caller(ASIDE, offer=OFFER, answered="90.5"), kept()],
        work(Phase.CONNECTED),
        [HoldBegan(interaction=ONE, at=NOW)],
        [],
        Place.CONNECTED,
    ),
    "connected, on hold still": (
        [caller(ASIDE, offer=OFFER, answered="90.5"), kept()], work(Phase.CONNECTED, held_at=95.0), [], [], Place.CONNECTED,
    ),
    "connected, off hold meanwhile": (
        [caller("trunkline-together", bridge="b", offer=OFFER, answered="90.5"), phone(bridge="b")],
        work(Phase.CONNECTED, held_at=95.0),
        [HoldEnded(interaction=ONE, at=NOW)],
        [],
        Place.CONNECTED,
    ),
    "connected, asking somebody who answered meanwhile": (
        [caller(ASIDE, offer=OFFER, answered="90.5"), asking("c"), asked("c")],
        work(Phase.CONNECTED, held_at=95.0, consult=Consult("1002", 96.0)),
        [ConsultReached(interaction=ONE, at=NOW)],
        [],
        Place.CONNECTED,
    ),
    "connected, whom they asked is gone": (
        [caller(ASIDE, offer=OFFER, answered="90.5"), kept()],
        work(Phase.CONNECTED, held_at=95.0, consult=Consult("1002", 96.0, 97.0)),
        [ConsultEnded(interaction=ONE, reason="ended", at=NOW)],
        [],
        Place.CONNECTED,
    ),
    "connected, three of them, nobody has told": (
        [IN_THREE, three("1002", 3), three("1001", 2)],
        work(Phase.CONNECTED, held_at=95.0, consult=Consult("1002", 96.0, 97.0)),
        [ConferenceBegan(interaction=ONE, whom="1002", colleague=BOB, at=NOW)],
        [],
        Place.CONNECTED,
    ),
    "connected, three of them, whom they had asked is not known": (
        [IN_THREE, three("1002", 3), three("1001", 2)],
        work(Phase.CONNECTED),
        [ConferenceBegan(interaction=ONE, whom="1002", colleague=BOB, at=NOW)],
        [],
        Place.CONNECTED,
    ),
    "connected, three of them, as they were": (
        [IN_THREE, three("trunk", 3), three("1001", 2)],
        work(Phase.CONNECTED, conference=Conference("0212345678", 96.0)),
        [],
        [],
        Place.CONNECTED,
    ),
    "connected, of three the third has left": (
        [caller(TOGETHER, bridge="b", offer=OFFER, answered="90.5"), phone(bridge="b")],
        work(Phase.CONNECTED, conference=Conference("1002", 96.0, BOB)),
        [ConferenceEnded(interaction=ONE, reason="ended", at=NOW)],
        [],
        Place.CONNECTED,
    ),
    "connected, of three on hold with the agent": (
        [caller(ASIDE, offer=OFFER, answered="90.5"), kept()],
        work(Phase.CONNECTED, conference=Conference("1002", 96.0, BOB)),
        [ConferenceEnded(interaction=ONE, reason="ended", at=NOW), HoldBegan(interaction=ONE, at=NOW)],
        [],
        Place.CONNECTED,
    ),
    "connected, of three the agent has left": (
        [caller(TOGETHER, bridge="b", answered="90.5"), three("1002", 3)],
        work(Phase.CONNECTED, conference=Conference("1002", 96.0, BOB)),
        [Adopted(interaction=ONE, agent=BOB, at=90.5)],
        [],
        Place.CONNECTED,
    ),
    "connected, of three the agent has just left": (
        [caller(THREE, offer=OFFER, answered="90.5", **{"Variable/TL_LEG": "PJSIP/1001-00000002"}), three("1002", 3)],
        work(Phase.CONNECTED, conference=Conference("1002", 96.0, BOB)),
        [],
        [],
        Place.CONNECTED,
    ),
    "connected, of three the agent has left somebody outside": (
        [caller(TOGETHER, bridge="b", answered="90.5"), three("trunk-out", 3)],
        work(Phase.CONNECTED, conference=Conference("0212345678", 96.0)),
        [WorkEnded(interaction=ONE, by=By.AGENT, at=NOW)],
        [],
        None,
    ),
    "connected, on hold, and the agent's phone is gone": (
        [caller(ASIDE, offer=OFFER, answered="90.5")],
        work(Phase.CONNECTED, held_at=95.0),
        [Returned(interaction=ONE, at=NOW, reason="phone_lost")],
        ["ast-1.1"],
        Place.WAITING,
    ),
    "connected, with another now": (
        [caller(FALLBACK, bridge="b", answered="90.5"), phone("1002", bridge="b")],
        work(Phase.CONNECTED),
        [Adopted(interaction=ONE, agent=BOB, at=90.5)],
        [],
        Place.CONNECTED,
    ),
    "connected, being rung again": (
        [caller(CONNECT, offer=OFFER), phone(state="Ringing")], work(Phase.CONNECTED), [], [], Place.REATTACHING,
    ),
    "connected, in hold": (
        [caller(HOLD, offer=OFFER)],
        work(Phase.CONNECTED),
        [Returned(interaction=ONE, at=NOW, reason="phone_lost")],
        [],
        Place.WAITING,
    ),
    "connected, waits in the fallback": (
        [caller(FALLBACK)],
        work(Phase.CONNECTED),
        [Returned(interaction=ONE, at=NOW, reason="phone_lost")],
        ["ast-1.1"],
        Place.WAITING,
    ),
    "connected, gone": ([], work(Phase.CONNECTED), [WorkEnded(interaction=ONE, by=By.SYSTEM, at=NOW)], [], None),
    "wrapping up, gone": ([], work(Phase.WRAP_UP), [], [], None),
    "wrapping up, still there": ([caller(HOLD)], work(Phase.WRAP_UP), [], [], None),
    "wrapping up, still talking": ([TALK, phone(bridge="b")], work(Phase.WRAP_UP), [], [], Place.CONNECTED),
    "a letter": ([], work(Phase.WAITING, medium=Medium.EMAIL), [], [], None),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_follows(case: str) -> None:
    """One row for each pair of pictures: the events, who is led back to hold, and where the call is tracked."""
    channels, one, events, to_hold, place = CASES[case]
    found = compare(channels, one)
    assert (found.events, found.to_hold) == (events, to_hold)
    assert [call.place for call in found.calls] == ([] if place is None else [place])
    assert not found.strangers


def test_the_talking_leg_is_known() -> None:
    """After a restart the agent's hang-up is still recognised as theirs."""
    (call,) = compare([TALK, phone(bridge="b")], work(Phase.CONNECTED)).calls
    assert call.leg == "ast-1.2"


def test_strangers_are_found_with_number_and_age() -> None:
    """A caller whom nobody told us about is reported wherever they stand, but in the entry, which tells us itself."""
    (stranger,) = compare([caller(HOLD)]).strangers
    assert (stranger.number, stranger.enqueued_at, stranger.caller) == ("100", 50.125, "+886912345678")
    assert len(compare([caller(FALLBACK, bridge="b"), phone(bridge="b")]).strangers) == 1
    assert not compare([caller("trunkline-in")]).strangers


def test_other_channels_are_not_callers() -> None:
    """Phones, a demonstration's far end, channels without or with a foreign mark are left alone."""
    foreign = caller(HOLD, **{"Variable/TL_ID": "tl-other"})
    nowhere = caller("trunkline-demo-caller")
    unmarked = Message(
        {"Event": "Status", "Uniqueid": "ast-1.7", "Context": HOLD, "Channel": "PJSIP/trunk-1"}
    )
    assert read_standings([phone(), foreign, nowhere, unmarked]) == []


def test_a_bridge_with_somebody_who_is_no_agent_is_no_talk() -> None:
    """A phone that nobody has does not make a caller connected."""
    found = compare([caller(FALLBACK, bridge="b"), phone("1999", bridge="b")], work(Phase.WAITING))
    assert found.events == []


def test_odd_ages_are_none() -> None:
    """A caller without a mark of time is still a caller."""
    (standing,) = read_standings([caller(HOLD, **{"Variable/TL_ENQUEUED": "soon"})])
    assert standing.enqueued_at is None


class _Counted(dict[str, str]):
    """Headers that count how often they are looked at."""

    reads = 0

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        _Counted.reads += 1
        return super().get(name, default)


def test_the_work_of_a_snapshot_grows_with_its_channels_not_their_pairs() -> None:
    """Twice the callers are twice the work, so that a thousand who wait do not hold up those who are answered."""

    def reads(count: int) -> int:
        _Counted.reads = 0
        ids = [f"ast-1.{number}" for number in range(count)]
        waiting = [
            Message(
                _Counted(caller(HOLD, Uniqueid=one, Linkedid=one, **{"Variable/TL_ID": f"tl-{one}"}).headers)
            )
            for one in ids
        ]
        assert len(read_standings(waiting)) == count
        return _Counted.reads

    assert reads(200) <= 2.2 * reads(100)


def test_whoever_hears_music_although_they_were_turned_away_is_found() -> None:
    """The link was down when they were to be told; who talks, or waits rightly, is none of them."""
    standings = read_standings([caller(HOLD)])
    assert forgotten(standings, lambda _: True) == standings
    assert forgotten(standings, lambda _: False) == []
    on_the_way = read_standings([caller(CONNECT), caller("trunkline-in")])
    assert forgotten(on_the_way, lambda _: True) == []


@pytest.mark.parametrize(
    ("channels", "ended"),
    [
        ([with_leg("PJSIP/1001-00000002"), asking("b"), asked("b")], False),
        ([with_leg("ast-1.2"), asking("b"), asked("b")], False),
        ([with_leg("ast-1.2"), asking("b")], False),
        ([with_leg("ast-1.3"), asking("b")], True),
        ([with_leg("ast-1.3"), asking("b"), asked("b")], True),
        ([asking("b"), asked("b")], False),
        ([asking("b")], True),
        ([asking("")], False),
        ([with_leg("ast-1.3"), kept()], False),
    ],
    ids=[
        "asks", "asks, handed over to before", "whoever was asked has just gone", "handed over", "handed over, not led away",
        "the caller has gone, both talk on", "the caller has gone, nobody else is there", "the caller has gone, it rings", "waits",
    ],
)  # fmt: skip
def test_a_leg_left_over_of_a_consultation_is_found(channels: list[Message], ended: bool) -> None:
    """And no other: who is still the caller's agent, or talks with somebody after the caller has gone, is left alone."""
    assert left_over(channels) == (["ast-1.2"] if ended else [])


@pytest.mark.parametrize(
    ("channels", "legs", "callers"),
    [
        ([IN_THREE, three("1001", 2), three("1002", 3)], [], []),
        ([IN_THREE, three("1002", 3)], [], []),
        ([IN_THREE], [], ["ast-1.1"]),
        ([caller(THREE), three("1001", 2)], [], []),
        ([three("1001", 2), three("1002", 3)], ["ast-1.2", "ast-1.3"], []),
    ],
    ids=["three", "two, for a moment", "nobody else", "on the way", "the caller has gone"],
)
def test_nobody_is_left_alone_of_three(channels: list[Message], legs: list[str], callers: list[str]) -> None:
    """Should the dialplan not have gone on: a caller whom the others have left, and others whom the caller has."""
    assert (left_over(channels), left_alone(channels)) == (legs, callers)


def test_of_three_it_is_known_which_leg_is_the_agents() -> None:
    """In whatever order they are told, and also when the other is a colleague."""
    for channels in ([three("1002", 3), three("1001", 2)], [three("1001", 2), three("1002", 3)]):
        (call,) = compare([IN_THREE, *channels], work(Phase.CONNECTED)).calls
        assert (call.leg, call.other, call.three) == ("ast-1.2", "ast-1.3", True)


def test_who_leaves_a_message_wants_nobody_else() -> None:
    """They pressed the key while no server was there to hear it: neither led back to the music, nor told anything, nor a stranger."""
    leaving = [caller("trunkline-voicemail")]
    found = compare(leaving, work(Phase.WAITING))
    assert found.events == [MessageWanted(interaction=ONE, at=NOW)]
    assert (found.to_hold, found.calls) == ([], [])
    assert compare(leaving, work(Phase.OFFERED)).events == [CustomerLeft(interaction=ONE, at=NOW)]
    assert compare(leaving).strangers == []
    standings = read_standings(leaving)
    assert forgotten(standings, lambda _: True) == []
    assert not astray(standings, frozenset(), lambda _: False, deciding=True)
