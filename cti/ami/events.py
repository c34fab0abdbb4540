"""The AMI events that say something about calls, as types. What is not here is not looked at."""

from collections.abc import Callable
from dataclasses import dataclass

from cti.ami.protocol import Message

_CAUSE_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class LegRang:
    """The agent's phone rings for this offer."""

    caller: str
    leg: str
    offer: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LegAnswered:
    """It was answered; caller and agent are being bridged."""

    caller: str
    leg: str
    offer: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CameBack:
    """The dialplan took the caller back to hold. `dial_status` is DIALSTATUS; ANSWER means the agent's phone died."""

    caller: str
    offer: str
    dial_status: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HangupAsked:
    """One side of a call hung up; the first of its channels that says so is who ended it."""

    channel: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp:
    """The channel is gone. `cause` is its Q.850 number."""

    channel: str
    at: float
    cause: str = ""

    @property
    def q850(self) -> int | None:
        """None where Asterisk names none: 0 is its word for "not set"."""
        known = self.cause.isascii() and self.cause.isdigit() and len(self.cause) <= _CAUSE_DIGITS
        return int(self.cause) or None if known else None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueAnswered:
    """A phone answered a caller of the fallback queue."""

    caller: str
    leg: str
    interface: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReached:
    """A customer whom we called did not answer. `dial_status` is DIALSTATUS, `cause` HANGUPCAUSE (ITU-T Q.850)."""

    interaction: str
    dial_status: str
    cause: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSaid:
    """On hold, or not any more. `ours`: the dialplan says so of the caller's channel; else somebody's phone did it itself, at the channel named."""

    channel: str
    held: bool
    ours: bool
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridged:
    """A caller who was led back to a leg that waited beside them is in one bridge with it."""

    caller: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultSaid:
    """An agent's leg talks no more, or never did, with whom it called beside a caller on hold. `dial_status` is DIALSTATUS."""

    leg: str
    dial_status: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceSaid:
    """The caller is in one bridge with the agent and whom they had called; or talks with one of them alone again, as the other has `gone` (`agent`,
    `third`). `cause`: why the agent's leg ended."""

    caller: str
    gone: str
    cause: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchSaid:
    """A supervisor's phone is at an agent's talk, in this way."""

    leg: str
    interaction: str
    watcher: str
    mode: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclaimed:
    """A caller went to hold without the server having taken note."""

    caller: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLeft:
    """A caller who was asked for a message has left one, or hung up before."""

    caller: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FaxOver:
    """A fax has come or gone, or did not: the spool has what there is to know."""

    channel: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSaid:
    """A device's state, in Asterisk's words."""

    device: str
    state: str
    at: float


CallEvent = (
    LegRang
    | LegAnswered
    | CameBack
    | HangupAsked
    | HungUp
    | QueueAnswered
    | NotReached
    | HoldSaid
    | Bridged
    | ConsultSaid
    | ConferenceSaid
    | WatchSaid
    | Unclaimed
    | MessageLeft
    | FaxOver
    | DeviceSaid
)


def read(message: Message, now: float) -> CallEvent | None:
    """Translate; None for events that say nothing about calls. `now` is used where Asterisk sent no timestamp."""
    reader = _READERS.get(message.event)
    return reader(message, message.at or now) if reader else None


def _dial_state(message: Message, at: float) -> CallEvent | None:
    if message["DialStatus"] != "RINGING":
        return None
    caller, leg = message["Uniqueid"], message["DestUniqueid"]
    return LegRang(caller=caller, leg=leg, offer=message["DestChanVariable/TL_OFFER"], at=at)


def _dial_end(message: Message, at: float) -> CallEvent | None:
    if message["DialStatus"] != "ANSWER":
        return None
    caller, leg = message["Uniqueid"], message["DestUniqueid"]
    return LegAnswered(caller=caller, leg=leg, offer=message["DestChanVariable/TL_OFFER"], at=at)


def _user_event(message: Message, at: float) -> CallEvent | None:
    reader = _USER_EVENTS.get(message["UserEvent"])
    return reader(message, at) if reader else None


def _came_back(message: Message, at: float) -> CallEvent:
    offer, dial_status = message["Offer"], message["DialStatus"]
    return CameBack(caller=message["Uniqueid"], offer=offer, dial_status=dial_status, at=at)


def _not_reached(message: Message, at: float) -> CallEvent:
    return NotReached(
        interaction=message["Interaction"],
        dial_status=message["DialStatus"],
        cause=message["Cause"],
        at=at,
    )


def _held(message: Message, at: float) -> CallEvent:
    held = message["UserEvent"] == "TrunklineHeld"
    return HoldSaid(channel=message["Uniqueid"], held=held, ours=True, at=at)


def _bridged(message: Message, at: float) -> CallEvent:
    return Bridged(caller=message["Uniqueid"], at=at)


def _consult_over(message: Message, at: float) -> CallEvent:
    return ConsultSaid(leg=message["Uniqueid"], dial_status=message["DialStatus"], at=at)


def _conference(message: Message, at: float) -> CallEvent:
    return ConferenceSaid(caller=message["Uniqueid"], gone=message["Gone"], cause=message["Cause"], at=at)


def _watched(message: Message, at: float) -> CallEvent:
    interaction, watcher = message["Interaction"], message["Watcher"]
    leg = message["Uniqueid"]
    return WatchSaid(leg=leg, interaction=interaction, watcher=watcher, mode=message["Mode"], at=at)


def _unclaimed(message: Message, at: float) -> CallEvent:
    return Unclaimed(caller=message["Uniqueid"], at=at)


def _message_left(message: Message, at: float) -> MessageLeft:
    return MessageLeft(caller=message["Uniqueid"], at=at)


def _fax_over(message: Message, at: float) -> FaxOver:
    return FaxOver(channel=message["Uniqueid"], at=at)


def _hangup_asked(message: Message, at: float) -> CallEvent:
    return HangupAsked(channel=message["Uniqueid"], at=at)


def _hung_up(message: Message, at: float) -> CallEvent:
    return HungUp(channel=message["Uniqueid"], at=at, cause=message["Cause"])


def _agent_connect(message: Message, at: float) -> CallEvent:
    caller, leg = message["Uniqueid"], message["DestUniqueid"]
    return QueueAnswered(caller=caller, leg=leg, interface=message["Interface"], at=at)


def _device(message: Message, at: float) -> CallEvent:
    return DeviceSaid(device=message["Device"], state=message["State"], at=at)


def _hold(message: Message, at: float) -> CallEvent:
    return HoldSaid(channel=message["Uniqueid"], held=message.event == "Hold", ours=False, at=at)


_USER_EVENTS: dict[str, Callable[[Message, float], CallEvent]] = {
    "TrunklineBack": _came_back,
    "TrunklineUnreached": _not_reached,
    "TrunklineHeld": _held,
    "TrunklineResumed": _held,
    "TrunklineConsultOver": _consult_over,
    "TrunklineThree": _conference,
    "TrunklineThreeOver": _conference,
    "TrunklineWatch": _watched,
    "TrunklineUnclaimed": _unclaimed,
    "TrunklineMessage": _message_left,
    "TrunklineFax": _fax_over,
}
_READERS: dict[str, Callable[[Message, float], CallEvent | None]] = {
    "DialState": _dial_state,
    "DialEnd": _dial_end,
    "UserEvent": _user_event,
    "HangupRequest": _hangup_asked,
    "SoftHangupRequest": _hangup_asked,
    "Hangup": _hung_up,
    "AgentConnect": _agent_connect,
    "DeviceStateChange": _device,
    "Hold": _hold,
    "Unhold": _hold,
    "BridgeEnter": _bridged,
}
