"""Legs into interaction events: what Asterisk says of channels becomes what the router needs to know. Sans-I/O.

A call's interaction is `tl-` + the caller's channel id, so any event of the caller's channel names it; the agent's leg
carries the offer it was rung for, so a late event of an old offer is recognised as one and changes nothing.

                 offering          LegAnswered           HungUp(either)
    WAITING ---------------> OFFERED ---------> CONNECTED --------------> OVER: WorkEnded(by who asked first)
       ^  ^---- CameBack -------'                 |   ^  |
       |        (OfferFailed)          reattaching|   |LegAnswered
       |                                          v   |  |
       '---- CameBack: Returned ------------ REATTACHING |
       '---- CameBack(ANSWER): Returned -----------------'
    HoldSaid in CONNECTED: HoldBegan, HoldEnded. HungUp(leg) while it asks, or of three, ends nothing: the dialplan says what follows.
    HungUp(caller) in WAITING or OFFERED: CustomerLeft. QueueAnswered in WAITING: Adopted, CONNECTED.
    HungUp(leg) by rtp_timeout ends nothing: the dialplan takes that caller back, and every other one it hangs up.
"""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from cti.ami.actions import FAR
from cti.ami.events import (
    Bridged,
    CallEvent,
    CameBack,
    ConferenceSaid,
    ConsultSaid,
    DeviceSaid,
    FaxOver,
    HangupAsked,
    HoldSaid,
    HungUp,
    LegAnswered,
    LegRang,
    MessageLeft,
    NotReached,
    QueueAnswered,
    Unclaimed,
    WatchSaid,
)
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
    Reached,
    Returned,
    Unreached,
    WorkEnded,
)
from routing.core.model import AgentId, By, Device, InteractionId, OfferId, Outcome, Seconds

_PREFIX = "tl-"
PHONE_LOST = "phone_lost"
RTP_TIMEOUT = "44"
"""The cause with which Asterisk ends a leg whose phone went silent (requested circuit not available)."""

OUTCOMES: Mapping[str, Outcome] = {
    "BUSY": Outcome.DECLINED,
    "NOANSWER": Outcome.NO_ANSWER,
    "CHANUNAVAIL": Outcome.UNREACHABLE,
}
"""DIALSTATUS of a Dial that did not connect; whatever is not here (CONGESTION, INVALIDARGS) is FAILED."""

UNREACHED: Mapping[str, str] = {"BUSY": "busy", "NOANSWER": "no_answer"}
"""DIALSTATUS of a customer who was not reached; whatever is not here is `failed`."""

CAUSES: Mapping[str, str] = {
    "1": "wrong_number",  # unallocated
    "22": "wrong_number",  # changed
    "28": "wrong_number",  # incomplete, or no number at all
    "17": "busy",
    "18": "no_answer",
    "19": "no_answer",
    "21": "refused",
    "34": "congestion",
    "38": "congestion",
    "41": "congestion",
    "42": "congestion",
}
"""The cause that the network gave (ITU-T Q.850) says more than DIALSTATUS, which knows neither a wrong number nor a refusal."""

DEVICES: Mapping[str, Device] = {
    "NOT_INUSE": Device.REACHABLE,
    "INUSE": Device.IN_USE,
    "BUSY": Device.IN_USE,
    "RINGING": Device.IN_USE,
    "RINGINUSE": Device.IN_USE,
    "ONHOLD": Device.IN_USE,
}
"""Asterisk's device states; UNAVAILABLE, INVALID and UNKNOWN are UNREACHABLE."""


class Place(StrEnum):
    """Where a call is, as far as its channels tell."""

    WAITING = "waiting"
    OFFERED = "offered"
    CONNECTED = "connected"
    REATTACHING = "reattaching"
    OVER = "over"


@dataclass(slots=True, kw_only=True)
class Call:
    """One caller's channel. `leg` is the agent's channel while there is one; `ended` the first sign of its end. Of who is called back, whose place
    a channel of ours has (`calls_back`), `far` is their own channel once they answered. `held`: the caller hears music while the agent is still theirs;
    `aside`: because we led both apart, not because the telephone holds them. `consults`: the agent's leg calls somebody meanwhile, `other` is their channel once
    they answered. `three`: all of them talk, `joining`: they are being led to it. `entering`: a bridge is about to take the leg that waited beside them.
    `recorded`: a talk that begins is."""

    interaction: InteractionId
    place: Place = Place.WAITING
    offer: OfferId | None = None
    leg: str = ""
    far: str = ""
    rang: bool = False
    reattached: int = 0
    answered_at: Seconds | None = None
    calls_back: bool = False
    held: bool = False
    aside: bool = False
    consults: bool = False
    other: str = ""
    recorded: bool = False
    joining: bool = False
    three: bool = False
    entering: bool = False
    ended: tuple[By, Seconds] | None = None

    @property
    def out(self) -> bool:
        """We called them."""
        return self.calls_back or bool(self.far)


def why_unreached(dial_status: str, cause: str) -> str:
    """In one word. That nobody answered in time is our own doing, which has no cause."""
    said = UNREACHED.get(dial_status, "failed")
    return said if said == "no_answer" else CAUSES.get(cause, said)


def channel_of(interaction: InteractionId) -> str:
    """The caller's channel id."""
    return interaction.removeprefix(_PREFIX)


def interaction_of(channel: str) -> InteractionId:
    """The interaction of a caller's channel id."""
    return InteractionId(_PREFIX + channel)


def extension_in(device: str) -> str:
    """`1001` of the device `PJSIP/1001` or the channel `PJSIP/1001-0000002a`; empty for other technologies."""
    technology, _, rest = device.partition("/")
    return rest.partition("-")[0] if technology == "PJSIP" else ""


class Calls:
    """The calls that the router knows. `agent_of` finds the agent of an extension."""

    def __init__(self, agent_of: Callable[[str], AgentId | None]) -> None:
        self._agent_of = agent_of
        self._calls: dict[str, Call] = {}
        self._by_leg: dict[str, Call] = {}
        self._by_far: dict[str, Call] = {}
        self._devices: dict[AgentId, Device] = {}

    # -- what we do ------------------------------------------------------------------------------------------------

    def arrived(self, interaction: InteractionId, *, recorded: bool = False) -> None:
        """The router is being told of it; a call that is already known stays as it is."""
        self._calls.setdefault(channel_of(interaction), Call(interaction=interaction, recorded=recorded))

    def offering(
        self, interaction: InteractionId, offer: OfferId, *, recorded: bool = False, calls_back: bool = False
    ) -> None:
        """The caller is being led to an agent's phone; or it is rung for somebody to be called back."""
        call = self._calls.setdefault(channel_of(interaction), Call(interaction=interaction))
        self._unleg(call)
        call.place, call.offer, call.rang, call.calls_back = Place.OFFERED, offer, False, calls_back
        call.recorded = recorded

    def withdrawn(self, interaction: InteractionId, offer: OfferId) -> bool:
        """The offer is over by our decision; tells whether the caller is still with it and has to be led back."""
        call = self._calls.get(channel_of(interaction))
        if call is None or call.place is not Place.OFFERED or call.offer != offer:
            return False
        call.place, call.offer = Place.WAITING, None
        return True

    def answered_meanwhile(self, interaction: InteractionId, offer: OfferId) -> Seconds | None:
        """When this offer was answered, if agent and caller talk: our decision to take it back came too late."""
        call = self._calls.get(channel_of(interaction))
        talking = call is not None and call.place is Place.CONNECTED and call.offer == offer
        return call.answered_at if call is not None and talking else None

    def may_be_led(self, interaction: InteractionId, offer: OfferId) -> bool:
        """Whether the caller can be led to a phone for this offer: not while they talk, nor a second time."""
        call = self._calls.get(channel_of(interaction))
        return (
            call is None
            or call.place is Place.WAITING
            or (call.place is Place.OFFERED and call.offer != offer)
        )

    def reattaching(self, interaction: InteractionId, offer: OfferId) -> int:
        """The agent's phone is rung again; what becomes of the old leg no longer matters. Returns which time it is."""
        call = self._calls.setdefault(channel_of(interaction), Call(interaction=interaction))
        self._unleg(call)
        call.place, call.offer, call.ended = Place.REATTACHING, offer, None
        call.reattached += 1
        return call.reattached

    def gave_up_reattaching(self, interaction: InteractionId, time: int) -> bool:
        """Tells whether that time is still under way; then the caller waits again."""
        call = self._calls.get(channel_of(interaction))
        if call is None or call.place is not Place.REATTACHING or call.reattached != time:
            return False
        call.place, call.offer = Place.WAITING, None
        return True

    def passed_on(self, call: Call) -> Call:
        """The caller is being led away from their agent: what becomes of the leg no longer matters. Returns what to put back when they are not."""
        before = replace(call)
        self._unleg(call)
        call.place, call.offer, call.ended = Place.WAITING, None, None
        return before

    def handed_over(self, call: Call, leg: str, *, to_agent: bool, recorded: bool = False) -> Call:
        """The caller is being led to whom their agent had called, or who was at their talk, whose `leg` that is; what becomes of the agent's leg no longer
        matters, nor, when they are no agent of ours, of the call. Returns what to put back when they are not."""
        before, at = replace(call), call.answered_at or 0.0
        call.offer, call.recorded = None, recorded
        self._connect(call, leg, at)
        call.entering = True
        if not to_agent:
            self._unleg(call)
            call.place = Place.OVER
        return before

    def three_now(self, call: Call) -> None:
        """Caller, agent's leg and `other` are in one bridge."""
        call.three, call.joining = True, False
        call.held = call.aside = call.consults = False

    def two_again(self, call: Call) -> None:
        """`other` is not, any more."""
        call.entering = call.entering or call.three
        call.three, call.joining, call.other = False, False, ""

    def put_back(self, before: Call) -> None:
        """They were not led away; unless the caller has gone meanwhile."""
        channel = channel_of(before.interaction)
        led = self._calls.get(channel)
        if led is not None:
            self._by_leg.pop(led.leg, None)
            self._calls[channel] = self._by_leg[before.leg] = before

    def ending(self, interaction: InteractionId, by: By, at: Seconds) -> None:
        """Somebody pressed hang-up here: they ended it, whatever channel goes first."""
        call = self._calls.get(channel_of(interaction))
        if call is not None and call.ended is None:
            call.ended = (by, at)

    def forget(self, interaction: InteractionId) -> None:
        """The router could not be told: the next snapshot shows a stranger."""
        call = self._calls.pop(channel_of(interaction), None)
        if call is not None:
            self._unleg(call)

    @property
    def interactions(self) -> frozenset[InteractionId]:
        """All that are tracked."""
        return frozenset(call.interaction for call in self._calls.values())

    def get(self, interaction: InteractionId) -> Call | None:
        """The call, while its channel lives."""
        return self._calls.get(channel_of(interaction))

    def is_leg(self, channel: str) -> bool:
        """Of an agent, in a talk."""
        return channel in self._by_leg

    def talk(self, interaction: InteractionId) -> Call | None:
        """The call, while its customer and an agent talk; whoever is called back does once they have answered."""
        call = self.get(interaction)
        if call is None or call.place is not Place.CONNECTED or not call.leg:
            return None
        return None if call.calls_back and not call.far else call

    def replace(self, calls: Iterable[Call], known_before: AbstractSet[InteractionId]) -> None:
        """Know what a snapshot showed; of the rest only calls stay that were not known before it was asked for."""
        kept = [call for call in self._calls.values() if call.interaction not in known_before]
        shown = [self._remembering(call) for call in calls]
        self._calls = {channel_of(call.interaction): call for call in (*kept, *shown)}
        self._by_leg = {call.leg: call for call in self._calls.values() if call.leg}
        self._by_far = {call.far: call for call in self._calls.values() if call.far}

    def _remembering(self, call: Call) -> Call:
        """What no snapshot tells: how often the phone was rung again, and who asked first for the end."""
        known = self._calls.get(channel_of(call.interaction))
        if known is not None:
            call.reattached = known.reattached
            call.far = known.far
            if known.leg == call.leg:
                call.ended = known.ended
        return call

    def forget_devices(self) -> None:
        """After this every device that speaks is news."""
        self._devices.clear()

    def device_of(self, event: DeviceSaid) -> tuple[AgentId, Device] | None:
        """Whose phone this is and in which state; None for phones that are nobody's."""
        agent = self._agent_of(extension_in(event.device))
        return None if agent is None else (agent, DEVICES.get(event.state, Device.UNREACHABLE))

    # -- what Asterisk says ----------------------------------------------------------------------------------------

    def take(self, event: CallEvent) -> list[Event]:  # noqa: PLR0911 - one line an event
        """Tell the router's events that follow; an event that does not fit (late, doubled, of others) gives none."""
        match event:
            case LegRang():
                return self._rang(event)
            case LegAnswered():
                return self._answered(event)
            case CameBack():
                return self._came_back(event)
            case HangupAsked():
                self._note_end(event.channel, event.at)
                return []
            case HungUp():
                return self._hung_up(event)
            case QueueAnswered():
                return self._queue_answered(event)
            case NotReached():
                return self._not_reached(event)
            case HoldSaid():
                return self._hold_said(event)
            case Bridged():
                return self._bridged(event)
            case ConsultSaid():
                return self._consult_said(event)
            case DeviceSaid():
                return self._device(event)
            case Unclaimed() | MessageLeft() | FaxOver() | WatchSaid() | ConferenceSaid():
                return []
        assert_never(event)

    def _rang(self, event: LegRang) -> list[Event]:
        call = self._calls.get(event.caller)
        if call is None or call.place is not Place.OFFERED or call.offer != event.offer or call.rang:
            return []
        call.rang = True
        return [Rang(offer=call.offer, at=event.at)]

    def _answered(self, event: LegAnswered) -> list[Event]:
        if event.caller.endswith(FAR):
            return self._reached(event)
        if event.caller in self._by_leg:
            return self._consult_reached(event)
        call = self._calls.get(event.caller)
        if call is None or call.offer is None or call.offer != event.offer:
            return []
        if call.place is Place.REATTACHING:
            self._connect(call, event.leg, event.at)
            return []
        if call.place is not Place.OFFERED:
            return []
        self._connect(call, event.leg, event.at)
        accepted = Accepted(offer=call.offer, at=event.at, recorded=call.recorded)
        return [accepted, Reached(interaction=call.interaction, at=event.at)] if call.far else [accepted]

    def _reached(self, event: LegAnswered) -> list[Event]:
        call = self._calls.get(event.caller.removesuffix(FAR))
        if call is None or not call.calls_back or call.far or call.place is Place.OVER:
            return []
        call.far = event.leg
        self._by_far[event.leg] = call
        if call.place is Place.OFFERED:  # the agent's answer is told a moment later than they were called
            return []
        return [Reached(interaction=call.interaction, at=event.at)]

    def _not_reached(self, event: NotReached) -> list[Event]:
        call = self._calls.get(channel_of(InteractionId(event.interaction)))
        if call is None or not call.calls_back or call.far or call.place is Place.OVER:
            return []
        self._unleg(call)
        untold = call.offer if call.place is Place.OFFERED else None  # see `_reached`
        call.place = Place.OVER  # the agent is free now, not when all channels are down
        unreached = Unreached(
            interaction=call.interaction, reason=why_unreached(event.dial_status, event.cause), at=event.at
        )
        return [Accepted(offer=untold, at=event.at), unreached] if untold else [unreached]

    def _came_back(self, event: CameBack) -> list[Event]:
        call = self._calls.get(event.caller)
        if call is None or (call.offer or "") != event.offer:
            return []
        answered = event.dial_status == "ANSWER"
        match call.place:
            case Place.OFFERED if call.offer and not answered:
                outcome = OUTCOMES.get(event.dial_status, Outcome.FAILED)
                if outcome is Outcome.NO_ANSWER and not call.rang:  # nobody can have heard it
                    outcome = Outcome.UNREACHABLE
                news: Event = OfferFailed(offer=call.offer, outcome=outcome, at=event.at)
            case Place.CONNECTED if answered:
                news = Returned(interaction=call.interaction, at=event.at, reason=PHONE_LOST)
            case Place.REATTACHING:
                news = Returned(interaction=call.interaction, at=event.at, reason=PHONE_LOST)
            case _:
                return []
        self._unleg(call)
        call.place, call.offer, call.ended = Place.WAITING, None, None
        return [news]

    def _hold_said(self, event: HoldSaid) -> list[Event]:
        # a customer whose own telephone holds us is not on hold here
        call = (self._calls if event.ours else self._by_leg).get(event.channel)
        if call is None or call.place is not Place.CONNECTED:
            return []
        if event.ours:
            call.entering = not event.held
        if (
            call.three and event.ours and not event.held
        ):  # alone with the agent again, before anybody has left
            self.two_again(call)
            return [ConferenceEnded(interaction=call.interaction, reason="ended", at=event.at)]
        if call.held is event.held:
            return []
        call.held, call.aside = event.held, event.held and event.ours
        if not call.held:
            call.consults, call.joining = False, False
            call.other = call.other if call.three else ""
        if event.held:
            return [HoldBegan(interaction=call.interaction, at=event.at)]
        return [HoldEnded(interaction=call.interaction, at=event.at)]

    def _bridged(self, event: Bridged) -> list[Event]:
        call = self._calls.get(event.caller)
        if call is not None:
            call.entering = False
        return []

    def _consult_reached(self, event: LegAnswered) -> list[Event]:
        call = self._by_leg.get(event.caller)
        if call is None or not call.consults or call.other:
            return []
        call.other = event.leg
        return [ConsultReached(interaction=call.interaction, at=event.at)]

    def _consult_said(self, event: ConsultSaid) -> list[Event]:
        call = self._by_leg.get(event.leg)
        if call is None or not call.consults:
            return []
        reason = "ended" if call.other else UNREACHED.get(event.dial_status, "failed")
        call.consults, call.other = False, ""
        return [ConsultEnded(interaction=call.interaction, reason=reason, at=event.at)]

    def _note_end(self, channel: str, at: Seconds) -> None:
        if (call := self._calls.get(channel)) is not None:
            call.ended = call.ended or (By.CUSTOMER, at)
        elif (call := self._by_leg.get(channel)) is not None:
            call.ended = call.ended or (By.AGENT, at)
        elif (call := self._by_far.get(channel)) is not None:
            call.ended = call.ended or (By.CUSTOMER, at)

    def _hung_up(self, event: HungUp) -> list[Event]:
        self._note_end(event.channel, event.at)
        call = self._calls.pop(event.channel, None)
        if call is None:
            return self._leg_gone(event)
        self._unleg(call)
        self._by_far.pop(call.far, None)
        by, at = call.ended or (By.CUSTOMER, event.at)
        if call.place is Place.OVER:
            return []
        if call.place in {Place.CONNECTED, Place.REATTACHING}:
            return [WorkEnded(interaction=call.interaction, by=by, at=at, cause=event.q850)]
        return [CustomerLeft(interaction=call.interaction, at=at, cause=event.q850)]

    def _leg_gone(self, event: HungUp) -> list[Event]:
        """The agent is free now, not when the dialplan has looked at the cause and hung the caller up."""
        call = self._by_leg.get(event.channel)
        if call is None or call.place is not Place.CONNECTED or event.cause == RTP_TIMEOUT:
            return []
        if (
            call.consults or call.three
        ):  # they have not hung up on the caller: the dialplan takes them back, or goes on
            return []
        self._unleg(call)
        call.place = Place.OVER
        by, at = call.ended or (By.AGENT, event.at)
        return [WorkEnded(interaction=call.interaction, by=by, at=at, cause=event.q850)]

    def _queue_answered(self, event: QueueAnswered) -> list[Event]:
        call, agent = self._calls.get(event.caller), self._agent_of(extension_in(event.interface))
        if call is None or call.place is not Place.WAITING or agent is None:
            return []
        call.offer = None
        self._connect(call, event.leg, event.at)
        adopted = Adopted(interaction=call.interaction, agent=agent, at=event.at, recorded=call.recorded)
        return [adopted]

    def _device(self, event: DeviceSaid) -> list[Event]:
        of_agent = self.device_of(event)
        if of_agent is None or self._devices.get(of_agent[0]) is of_agent[1]:
            return []
        agent, device = of_agent
        self._devices[agent] = device
        return [DeviceChanged(agent=agent, device=device, at=event.at)]

    def _connect(self, call: Call, leg: str, at: Seconds) -> None:
        self._unleg(call)
        call.place, call.leg, call.answered_at, call.ended = Place.CONNECTED, leg, at, None
        self._by_leg[leg] = call

    def _unleg(self, call: Call) -> None:
        self._by_leg.pop(call.leg, None)
        call.leg, call.held, call.aside, call.consults, call.other = "", False, False, False, ""
        call.joining = call.three = call.entering = False
