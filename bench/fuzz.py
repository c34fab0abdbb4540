"""What Asterisk may never say, said for as long as wanted: to the framing and reading of AMI, and to the tracker of calls with the router behind it.

    python -m bench.fuzz [--minutes 60] [--seed 1]

*wire*: a stream as Asterisk sends it, with bytes changed, parts cut out, doubled and moved, lines made endless, and cut into packets anywhere. Nothing may be
raised but the refusal of a message beyond the cap; however the stream is cut, the messages are the same; each is readable.
*calls*: some callers and telephones, of whom events come in any order, doubled, with each other's channels, between commands of ours. Nothing may be raised; nobody's
end is told twice; the router takes all that is told; and once all channels are gone, nobody is busy and nothing is tracked.

Ends at the first thing found, with the seed of its case: `--seed S --cases 1` plays it again. Prints `fuzz: cases= found=`.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from random import Random

from cti.ami.events import (
    Bridged,
    CallEvent,
    CameBack,
    ConsultSaid,
    HangupAsked,
    HoldSaid,
    HungUp,
    LegAnswered,
    LegRang,
    NotReached,
    QueueAnswered,
    read,
)
from cti.ami.protocol import Framer, Message, MessageTooLong
from cti.calls import Calls, channel_of, interaction_of
from routing.core.decisions import Offer, TurnAway, Withdraw
from routing.core.events import CustomerLeft, Event, WorkEnded
from routing.core.model import AgentId, By, InteractionId, OfferId, WorkState
from tests.routing.scene import Scene, agent, queue

CAP_BYTES = 20_000
"""Small, so that messages beyond it come often."""
HEADERS = (
    "Event: {event}", "Uniqueid: {channel}", "DestUniqueid: {leg}", "Linkedid: {channel}", "Channel: PJSIP/{phone}-0000002a",
    "DestChannel: PJSIP/{phone}-0000002b", "DialStatus: {status}", "ChanVariable: TL_OFFER={offer}", "DestChanVariable: TL_OFFER={offer}",
    "UserEvent: TrunklineBack", "UserEvent: TrunklineHold", "Offer: {offer}", "Timestamp: {at}", "Cause: {cause}", "Device: PJSIP/{phone}", "State: {status}",
    "CallerIDName: {text}", "Interface: PJSIP/{phone}", "MemberName: {text}", "ActionID: {text}", "Response: Success", "{text}",
)  # fmt: skip
EVENTS = (
    "DialState", "DialEnd", "UserEvent", "HangupRequest", "Hangup", "AgentConnect", "DeviceStateChange", "Hold", "Unhold", "BridgeEnter", "Newchannel", "Status", "FullyBooted",
)  # fmt: skip
TEXTS = (
    "",
    "Ann",
    "王小明",
    "a: b",
    "=",
    "x,Event: Hangup",
    "\u202e",
    "\x00",
    "9" * 400,
    "-1e999",
    "nan",
    "inf",
    "1.7",
    "\ud83d".encode("utf-8", "replace").decode(),
)
STATUSES = (
    "RINGING",
    "ANSWER",
    "BUSY",
    "NOANSWER",
    "CHANUNAVAIL",
    "CONGESTION",
    "NOT_INUSE",
    "INUSE",
    "WHATEVER",
    "",
)


class Found(Exception):
    """Something that must not be."""


def must(holds: bool, words: str) -> None:
    """Say what is wrong when it does not hold."""
    if not holds:
        raise Found(words)


# -- the wire ----------------------------------------------------------------------------------------------------------


def stream(dice: Random) -> bytes:
    """As Asterisk would say it, more or less."""
    blocks = ["Asterisk Call Manager/11.0.0\r\nResponse: Success"]
    for _ in range(dice.randint(1, 12)):
        words = {
            "event": dice.choice(EVENTS), "channel": f"t-1.{dice.randint(1, 5)}", "leg": f"t-1.{dice.randint(1, 9)}", "phone": dice.choice(("1001", "trunk", "")),
            "status": dice.choice(STATUSES), "offer": f"tl-t-1.{dice.randint(1, 5)}/{dice.randint(1, 3)}", "at": dice.choice(("1.5", "x", *TEXTS)),
            "cause": dice.choice(("16", "44", "x")), "text": dice.choice(TEXTS),
        }  # fmt: skip
        lines = dice.choices(HEADERS, k=dice.randint(1, 14))
        blocks.append("\r\n".join([HEADERS[0], *lines]).format(**words))
    return "\r\n\r\n".join([*blocks, ""]).encode("utf-8", "replace")


def spoilt(dice: Random, data: bytes) -> bytes:
    """With a few things wrong."""
    out = bytearray(data)
    for _ in range(dice.randint(0, 6)):
        at, length = dice.randrange(len(out) + 1), dice.randint(0, 60)
        match dice.randrange(6):
            case 0:
                out[at : at + length] = b""
            case 1:
                out[at:at] = out[at : at + length]
            case 2:
                out[at:at] = dice.randbytes(length)
            case 3:
                out[at:at] = dice.choice(
                    (b"\r\n", b"\r\n\r\n", b"\n", b"\r", b"Event: Hangup\r\n", b"\xff\xfe", b": ", b"=")
                ) * dice.randint(1, 3)
            case 4:
                out[at:at] = dice.choice((b"A", b"\x00", b"\xe7")) * dice.choice((1_000, CAP_BYTES + 10))
            case _:
                there = dice.randrange(len(out) + 1)
                out[there:there] = out[at : at + length]
    return bytes(out)


def framed(pieces: Sequence[bytes]) -> tuple[list[Message], bool]:
    """The messages, and whether one was refused."""
    framer, messages = Framer(CAP_BYTES), []
    try:
        for piece in pieces:
            messages += framer.feed(piece)
    except MessageTooLong:
        return messages, True
    return messages, False


def wire_case(dice: Random) -> None:
    """One stream."""
    data = spoilt(dice, stream(dice))
    cuts = sorted(dice.randrange(len(data) + 1) for _ in range(dice.randint(0, 30)))
    pieces = [data[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    messages, refused = framed(pieces)
    single, refused_too = framed(
        [data[at : at + 1] for at in range(len(data))] if len(data) < 4000 else pieces
    )
    if not refused and not refused_too:
        must(
            [each.headers for each in messages] == [each.headers for each in single],
            "cut otherwise, the messages are others",
        )
    for message in messages:
        event = read(message, 5.0)
        must(event is None or event.at == event.at, "a time that is none")
        for name, value in message.headers.items():
            must(message[name] == value, f"{name!r} alone is not what it is among all")


# -- the tracker -------------------------------------------------------------------------------------------------------


class Exchange:
    """A router and a tracker, and an Asterisk that says what it likes."""

    def __init__(self, dice: Random) -> None:
        self.dice, self.at = dice, 0.0
        self.scene = Scene([queue()], [agent("ann"), agent("bob")])
        self.scene.ready("ann", "bob")
        self.calls = Calls({"1001": AgentId("ann"), "1002": AgentId("bob")}.get)
        self.callers = [f"t-1.{number}" for number in range(1, 5)]
        self.legs = [f"t-2.{number}" for number in range(1, 9)]
        self.offers: list[OfferId] = [OfferId("tl-t-1.1/9")]
        self.ended: list[InteractionId] = []

    def step(self) -> None:
        """Something happens."""
        match self.dice.randrange(10):
            case 0:
                self._come(self.dice.choice(self.callers))
            case 1:
                self._command()
            case 2:
                self._tell(self.scene.later(self.dice.choice((0.1, 1.0, 20.0, 400.0))).decisions)
            case _:
                event = self._said()
                for _ in range(self.dice.choice((1, 1, 1, 2))):
                    self.hear(event)

    def hear(self, event: CallEvent) -> None:
        """Asterisk says this."""
        told: list[Event] = self.calls.take(event)
        for one in told:
            if isinstance(one, CustomerLeft | WorkEnded):
                must(one.interaction not in self.ended, f"{one.interaction} ended twice")
                self.ended.append(one.interaction)
        if told:
            self._tell(self.scene.tell(*told).decisions)

    def _come(self, channel: str) -> None:
        name = interaction_of(channel)
        if name in self.ended or self.calls.get(name) is not None:
            return
        self.calls.arrived(name, recorded=self.dice.random() < 0.5)
        self._tell(self.scene.call(name).decisions)

    def _tell(self, decisions: Sequence[Offer | Withdraw | TurnAway]) -> None:
        for one in decisions:
            match one:
                case Offer():
                    self.offers.append(one.offer)
                    if self.calls.may_be_led(one.interaction, one.offer):
                        self.calls.offering(one.interaction, one.offer)
                case Withdraw():
                    self.calls.withdrawn(one.interaction, one.offer)
                case TurnAway():
                    pass

    def _command(self) -> None:
        """What people at consoles ask of a talk, when it may be asked."""
        name = interaction_of(self.dice.choice(self.callers))
        call = self.calls.talk(name)
        if call is None or call.offer is None:
            return
        match self.dice.randrange(6):
            case 0:
                self.calls.ending(name, By.AGENT, self.at)
            case 1:
                time_ = self.calls.reattaching(name, call.offer)
                if self.dice.random() < 0.5:
                    self.calls.gave_up_reattaching(name, time_)
            case 2:
                before = self.calls.passed_on(call)
                self.calls.put_back(before)
            case 3:
                self.calls.three_now(call)
            case 4:
                self.calls.two_again(call)
            case _:
                call.consults = True

    def _said(self) -> CallEvent:
        dice = self.dice
        self.at += dice.random()
        caller, leg, offer, at = (
            dice.choice(self.callers),
            dice.choice(self.legs),
            dice.choice(self.offers[-6:]),
            self.at,
        )
        channel = dice.choice((caller, leg))
        kinds: tuple[Callable[[], CallEvent], ...] = (
            lambda: LegRang(caller=caller, leg=leg, offer=offer, at=at),
            lambda: LegRang(caller=caller, leg=leg, offer=offer, at=at),
            lambda: LegAnswered(caller=caller, leg=leg, offer=offer, at=at),
            lambda: LegAnswered(caller=caller, leg=leg, offer=offer, at=at),
            lambda: LegAnswered(caller=caller, leg=leg, offer=offer, at=at),
            lambda: CameBack(caller=caller, offer=offer, dial_status=dice.choice(STATUSES), at=at),
            lambda: HangupAsked(channel=channel, at=at),
            lambda: HungUp(channel=channel, at=at, cause=dice.choice(("16", "44", "", "x"))),
            lambda: QueueAnswered(caller=caller, leg=leg, interface=dice.choice(("PJSIP/1001", "PJSIP/9", "Local/x")), at=at),
            lambda: HoldSaid(channel=channel, held=dice.random() < 0.5, ours=dice.random() < 0.5, at=at),
            lambda: Bridged(caller=caller, at=at),
            lambda: NotReached(interaction=interaction_of(caller), dial_status=dice.choice(STATUSES), cause=dice.choice(("16", "44", "x")), at=at),
            lambda: ConsultSaid(leg=leg, dial_status=dice.choice(STATUSES), at=at),
        )  # fmt: skip
        return dice.choice(kinds)()

    def end(self) -> None:
        """Every channel goes, time passes: what is left is wrong."""
        for channel in (*self.legs, *self.callers):
            self.at += 0.01
            self.hear(HungUp(channel=channel, at=self.at, cause="16"))
        for _ in range(60):
            self._tell(self.scene.later(30.0).decisions)
        must(not self.calls.interactions, f"still tracked: {self.calls.interactions}")
        open_ones = {
            name for name in self.scene.router.centre.interactions if channel_of(name) in self.callers
        }
        must(not open_ones, f"still open: {open_ones}")
        for name, state in self.scene.router.centre.agents.items():
            must(state.work is WorkState.IDLE, f"{name} is {state.work}")


def calls_case(dice: Random) -> None:
    """Some minutes of an exchange."""
    exchange = Exchange(dice)
    for _ in range(dice.randint(1, 80)):
        exchange.step()
    exchange.end()


CASES = (wire_case, calls_case)


def run(seed: int, *, cases: int | None, until: float) -> tuple[int, str]:
    """How many cases were played, and what was found ("": nothing). Each case has a seed of its own."""
    number = 0
    while (cases is None or number < cases) and time.monotonic() < until:
        for case in CASES:
            try:
                case(Random(seed + number))
            except Exception:  # noqa: BLE001 - whatever it is, it is found
                return number, f"{case.__name__}, --seed {seed + number} --cases 1\n{traceback.format_exc()}"
        number += 1
        if number % 20_000 == 0:
            print(f"{number} cases", file=sys.stderr, flush=True)
    return number, ""


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--minutes", type=float, default=60.0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--cases", type=int, default=None)
    asked = options.parse_args()
    played, found = run(asked.seed, cases=asked.cases, until=time.monotonic() + asked.minutes * 60)
    print(found, end="")
    print(f"\nfuzz: cases={played} found={int(bool(found))}")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
