"""After each connect: what Asterisk shows beside what the router believes, and what follows from the difference. Pure.

Identity and age stand on the channels (TL_ID, TL_ENQUEUED), so that everything can be rebuilt from the two.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from enum import StrEnum

from cti.ami.actions import FAR
from cti.ami.protocol import Message, moment
from cti.calls import PHONE_LOST, Call, Place, extension_in, interaction_of
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
    Reached,
    Returned,
    WorkEnded,
)
from routing.core.model import AgentId, By, InteractionId, Medium, OfferId, Outcome, Phase, Seconds
from routing.core.presence import Work

VARIABLES = (
    "TL_ID",
    "TL_ENQUEUED",
    "TL_NUMBER",
    "TL_OFFER",
    "TL_ANSWERED",
    "TL_QUEUE",
    "TL_PARTY",
    "TL_FAR",
    "TL_REACHED",
    "TL_LEG",
    "TL_OF",
    "TL_WATCHER",
    "TL_RECORD",
    "TL_PAUSED",
    "TL_FLOW",
    "TL_LANGUAGE",
    "TL_OUT",
    "TL_PHONE",
)


KEPT, CONSULT = "trunkline-kept", "trunkline-consult"
"""The contexts in which the leg of an agent is whose caller is on hold: it waits, or calls somebody meanwhile."""


class Where(StrEnum):
    """The context in which a caller's channel is."""

    ENTRY = "trunkline-in"
    HOLD = "trunkline-hold"
    CONNECT = "trunkline-connect"
    ASIDE = "trunkline-aside"
    TOGETHER = "trunkline-together"
    THREE = "trunkline-three"
    FALLBACK = "trunkline-fallback"
    VOICEMAIL = "trunkline-voicemail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One caller as Asterisk shows them. `extension` and `leg` are of the agent's phone that talks or rings; `queue` is where the way in led
    them, `party` who they said they are (`identified/` and the customer's id), `flow` the step of an entry flow that they came to (flow/version/step),
    `language` the one that they chose. `calls_back`: a channel of ours in their place, `far` their own once they
    answered. `recorded`: their talks are; `paused`: not now, for that reason. `held`: on hold, with the agent's leg waiting beside; it `consults` whose
    channel is `other` once they answered. `three`: all talk, `whom` is the other's telephone if it is one of ours. `outside`: with somebody outside, and
    no agent."""

    interaction: InteractionId
    channel: str
    where: Where
    enqueued_at: Seconds | None
    number: str
    caller: str
    caller_name: str
    offer: str
    answered_at: Seconds | None
    queue: str = ""
    party: str = ""
    flow: str = ""
    language: str = ""
    extension: str = ""
    leg: str = ""
    talking: bool = False
    held: bool = False
    consults: bool = False
    other: str = ""
    three: bool = False
    whom: str = ""
    outside: bool = False
    ringing: bool = False
    calls_back: bool = False
    far: str = ""
    recorded: bool = False
    paused: str = ""


@dataclass(slots=True, kw_only=True)
class Findings:
    """What follows: events for the router, callers to lead back to hold, callers it has never heard of, calls to track."""

    events: list[Event] = field(default_factory=list)
    to_hold: list[str] = field(default_factory=list)
    strangers: list[Standing] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)


def read_standings(status: Iterable[Message]) -> list[Standing]:
    """The callers among the channels of a `Status` list."""
    channels = list(status)
    legs, reached = _legs(channels), _reached(channels)
    beside = {one["Linkedid"]: one for one in channels if one["Context"] in {KEPT, CONSULT}}
    theirs = {
        one["BridgeID"]: _variable(one, "TL_OF")
        for one in channels
        if one["BridgeID"] and _variable(one, "TL_OF") and not _phone(one)
    }
    found = []
    for one in channels:
        seen = _standing(one, legs, reached)
        if seen is None:
            continue
        if seen.where is Where.THREE:
            seen = _with_both(seen, _variable(one, "TL_LEG"), channels)
        elif seen.where is Where.TOGETHER and not seen.talking:
            seen = replace(seen, outside=theirs.get(one["BridgeID"]) == seen.interaction)
        found.append(_with_leg_beside(seen, beside, channels))
    return found


def _with_both(seen: Standing, leg_named: str, channels: Sequence[Message]) -> Standing:
    """Of three, which is the agent's leg and which the other's; a moment before and after they are not in one bridge."""
    members = [one for one in channels if one["Linkedid"] == seen.channel and one["Context"] == Where.THREE]
    legs = [one for one in members if one["Uniqueid"] != seen.channel]
    leg = next((one for one in legs if leg_named in {one["Channel"], one["Uniqueid"]}), None)
    other = next((one for one in legs if one is not leg), None)
    return replace(
        seen,
        extension=_phone(leg) if leg else "",
        leg=leg["Uniqueid"] if leg else "",
        talking=leg is not None,
        three=other is not None,
        other=other["Uniqueid"] if other else "",
        whom=_phone(other) if other else "",
    )


def _with_leg_beside(seen: Standing, beside: Mapping[str, Message], channels: Sequence[Message]) -> Standing:
    """Of who is on hold, the agent's leg, which may be in a bridge with somebody else."""
    leg = beside.get(seen.channel) if seen.where is Where.ASIDE else None
    if leg is None:
        return seen
    bridge, consults = leg["BridgeID"], leg["Context"] == CONSULT
    others = (one["Uniqueid"] for one in channels if bridge and one["BridgeID"] == bridge)
    return replace(
        seen,
        extension=_phone(leg),
        leg=leg["Uniqueid"],
        talking=True,
        held=True,
        consults=consults,
        other=next((one for one in others if one != leg["Uniqueid"]), "") if consults else "",
    )


def _legs(channels: Iterable[Message]) -> dict[tuple[str, str], list[Message]]:
    """The agents' channels by what ties them to a caller: with a thousand callers nobody looks at a million pairs."""
    legs: dict[tuple[str, str], list[Message]] = {}
    for one in channels:
        if _phone(one):
            tie = (one["BridgeID"], "") if one["BridgeID"] else ("", one["Linkedid"])
            legs.setdefault(tie, []).append(one)
    return legs


def _reached(channels: Iterable[Message]) -> dict[str, str]:
    """By the channel in their place, the own channel of each customer who was called back and answered."""
    everybody = list(channels)
    ends = {one["BridgeID"]: one["Uniqueid"] for one in everybody if _variable(one, "TL_REACHED")}
    ends.pop("", None)
    theirs = ((ends.get(one["BridgeID"]), one["Uniqueid"]) for one in everybody if one["BridgeID"])
    return {end.removesuffix(FAR): channel for end, channel in theirs if end is not None and channel != end}


def _standing(
    one: Message, legs: Mapping[tuple[str, str], Sequence[Message]], reached: Mapping[str, str]
) -> Standing | None:
    channel, where = one["Uniqueid"], one["Context"]
    if _variable(one, "TL_ID") != interaction_of(channel) or where not in set(Where):
        return None
    tie = (one["BridgeID"], "") if one["BridgeID"] else ("", channel)
    leg = next((other for other in legs.get(tie, ()) if other["Uniqueid"] != channel), None)
    talking = leg is not None and bool(one["BridgeID"]) and leg["BridgeID"] == one["BridgeID"]
    return Standing(
        interaction=interaction_of(channel),
        channel=channel,
        where=Where(where),
        enqueued_at=moment(_variable(one, "TL_ENQUEUED")),
        number=_variable(one, "TL_NUMBER"),
        caller=one["CallerIDNum"],
        caller_name=one["CallerIDName"],
        offer=_variable(one, "TL_OFFER"),
        answered_at=moment(_variable(one, "TL_ANSWERED")),
        queue=_variable(one, "TL_QUEUE"),
        party=_variable(one, "TL_PARTY"),
        flow=_variable(one, "TL_FLOW"),
        language=_variable(one, "TL_LANGUAGE"),
        extension=_phone(leg) if leg else "",
        leg=leg["Uniqueid"] if leg else "",
        talking=talking,
        ringing=leg is not None and leg["ChannelStateDesc"] == "Ringing",
        calls_back=bool(_variable(one, "TL_FAR")),
        far=reached.get(channel, ""),
        recorded=_variable(one, "TL_RECORD") == "1",
        paused=_variable(one, "TL_PAUSED"),
    )


def _phone(message: Message) -> str:
    """The extension of an agent's leg; of one at another server the way there is in the channel's name, and the extension in a variable of ours."""
    named = extension_in(message["Channel"])
    return named if named.isdigit() else _variable(message, "TL_PHONE")


def _variable(message: Message, name: str) -> str:
    value = message[f"Variable/{name}"]
    return "" if value == "(null)" else value


def reconcile(
    standings: Sequence[Standing],
    works: Iterable[Work],
    agent_of: Callable[[str], AgentId | None],
    now: Seconds,
) -> Findings:
    """Compare. `works` are the router's open interactions from before the snapshot was asked for: a call that came
    later is not missing from it. An offer that was never carried out is found by its call being WAITING."""
    found = Findings()
    voice = {work.id: work for work in works if work.medium is Medium.VOICE}
    seen = {standing.interaction for standing in standings}
    for standing in standings:
        _Comparison(found, agent_of, now).of(standing, voice.get(standing.interaction))
    for work in voice.values():
        if work.id not in seen:
            found.events += _gone(work, now)
    return found


def astray(
    standings: Iterable[Standing],
    known: AbstractSet[InteractionId],
    closed: Callable[[InteractionId], bool],
    *,
    deciding: bool,
) -> frozenset[InteractionId]:
    """Who waits unannounced, or in the fallback queue although we decide (again)."""
    return frozenset(
        one.interaction
        for one in standings
        if (deciding and one.where is Where.FALLBACK and not one.talking)
        or (one.interaction not in known and one.where not in _NO_STRANGERS and not closed(one.interaction))
    )


def forgotten(standings: Iterable[Standing], closed: Callable[[InteractionId], bool]) -> Sequence[Standing]:
    """Who hears music although they were turned away: we could not tell them then."""
    waiting = {Where.HOLD, Where.FALLBACK}
    return [one for one in standings if one.where in waiting and not one.talking and closed(one.interaction)]


def left_over(status: Iterable[Message]) -> list[str]:
    """Legs of agents who asked somebody and whose caller is with another now, or has gone while nobody else is in their talk. The dialplan ends them;
    these it could not: whom they talked with was taken out of a bridge that they were only about to enter. And legs of three without the caller."""
    channels = list(status)
    with_whom = {one["Uniqueid"]: _variable(one, "TL_LEG") for one in channels}
    in_bridge = Counter(one["BridgeID"] for one in channels if one["BridgeID"])
    found = []
    for one in channels:
        if one["Context"] == CONSULT and _phone(one):
            theirs = with_whom.get(one["Linkedid"])
            passed_on = theirs not in {one["Channel"], one["Uniqueid"]}
            if passed_on if theirs else in_bridge[one["BridgeID"]] == 1:
                found.append(one["Uniqueid"])
        elif one["Context"] == Where.THREE and one["Linkedid"] not in with_whom:
            found.append(one["Uniqueid"])
    return found


def left_alone(status: Iterable[Message]) -> list[str]:
    """Callers of whose conference nobody else is there any more, although the dialplan still takes it for one."""
    channels = list(status)
    in_bridge = Counter(one["BridgeID"] for one in channels if one["Context"] == Where.THREE)
    return [
        one["Uniqueid"]
        for one in channels
        if one["Context"] == Where.THREE
        and _variable(one, "TL_ID") == interaction_of(one["Uniqueid"])
        and one["BridgeID"]
        and in_bridge[one["BridgeID"]] == 1
    ]


def missing(standings: Iterable[Standing], works: Iterable[Work]) -> frozenset[InteractionId]:
    """Calls that are open for the router and stand nowhere. `works` are from before the snapshot was asked for."""
    seen = {one.interaction for one in standings}
    return frozenset(
        work.id
        for work in works
        if work.medium is Medium.VOICE and work.phase not in _OFF_THE_LINE and work.id not in seen
        if work.phase is Phase.CONNECTED or not work.callback
    )


_NO_STRANGERS = frozenset({Where.ENTRY, Where.VOICEMAIL})
_OFF_THE_LINE = frozenset({Phase.WRAP_UP, Phase.PARKED})


def _gone(work: Work, now: Seconds) -> list[Event]:
    match work.phase:
        case Phase.OFFERED if work.callback:  # whoever called us rings the phone now
            return []
        case Phase.WAITING | Phase.OFFERED:
            return [CustomerLeft(interaction=work.id, at=now)]
        case Phase.CONNECTED:
            return [WorkEnded(interaction=work.id, by=By.SYSTEM, at=now)]
        case Phase.WRAP_UP | Phase.PARKED:
            return []


@dataclass(frozen=True, slots=True)
class _Comparison:
    found: Findings
    agent_of: Callable[[str], AgentId | None]
    now: Seconds

    def of(self, seen: Standing, work: Work | None) -> None:
        agent = self.agent_of(seen.extension) if seen.talking else None
        if work is None:
            self._stranger(seen)
        elif agent is not None:
            self._talking(seen, work, agent)
        elif work.phase is Phase.CONNECTED and seen.outside:
            self.found.events.append(WorkEnded(interaction=work.id, by=By.AGENT, at=self.now))
        elif work.phase is Phase.CONNECTED:
            self._lost_agent(seen, work)
        elif seen.where is Where.VOICEMAIL:
            self._leaves_message(work)
        elif work.phase is Phase.OFFERED and work.offer is not None:
            self._offered(seen, work.offer, rang=work.rang_at is not None)
        elif work.phase is Phase.WAITING:
            self._waiting(seen)

    def _stranger(self, seen: Standing) -> None:
        """In the entry they still come to us by AGI, and who leaves a message wants nobody else; anywhere else nobody has heard of them."""
        if seen.where not in _NO_STRANGERS:
            self.found.strangers.append(seen)

    def _talking(self, seen: Standing, work: Work, agent: AgentId) -> None:
        at = seen.answered_at or self.now
        self._track(seen, Place.CONNECTED, OfferId(seen.offer) if seen.offer else None)
        if work.phase is Phase.OFFERED and work.offer == seen.offer and work.agent == agent:
            self.found.events.append(Accepted(offer=OfferId(seen.offer), at=at, recorded=seen.recorded))
        elif not (work.phase is Phase.WRAP_UP or (work.phase is Phase.CONNECTED and work.agent == agent)):
            self.found.events.append(Adopted(interaction=work.id, agent=agent, at=at, recorded=seen.recorded))
        if seen.three or work.conference is not None:
            self._three(seen, work, agent)
        elif seen.held != (work.held_at is not None and work.agent == agent):
            hold = HoldBegan if seen.held else HoldEnded
            self.found.events.append(hold(interaction=work.id, at=self.now))
        self._consulting(seen, work)
        if work.callback and seen.far:
            self.found.events.append(Reached(interaction=work.id, at=self.now))

    def _three(self, seen: Standing, work: Work, agent: AgentId) -> None:
        if seen.three and (work.conference is None or work.agent != agent):
            whom = work.consult.whom if work.consult is not None else seen.whom
            self.found.events.append(
                ConferenceBegan(interaction=work.id, whom=whom, colleague=self.agent_of(whom), at=self.now)
            )
        elif not seen.three and work.agent == agent:
            self.found.events.append(ConferenceEnded(interaction=work.id, reason="ended", at=self.now))
            if seen.held:
                self.found.events.append(HoldBegan(interaction=work.id, at=self.now))

    def _consulting(self, seen: Standing, work: Work) -> None:
        if work.consult is not None and seen.held and not seen.consults:
            self.found.events.append(ConsultEnded(interaction=work.id, reason="ended", at=self.now))
        elif work.consult is not None and seen.other and work.consult.reached_at is None:
            self.found.events.append(ConsultReached(interaction=work.id, at=self.now))

    def _lost_agent(self, seen: Standing, work: Work) -> None:
        """Connected, but nobody there: the phone is being rung again, or the dialplan has taken the caller back."""
        if seen.where is Where.CONNECT and seen.offer:
            self._track(seen, Place.REATTACHING, OfferId(seen.offer))
            return
        if seen.where is Where.THREE:  # the dialplan is about to say with whom they go on
            self._track(seen, Place.CONNECTED, OfferId(seen.offer) if seen.offer else None)
            return
        self.found.events.append(Returned(interaction=work.id, at=self.now, reason=PHONE_LOST))
        self._waiting(seen)

    def _offered(self, seen: Standing, offer: OfferId, *, rang: bool) -> None:
        if seen.offer != offer:  # decided, recorded, never carried out: whoever called us does it now
            self._track(seen, Place.WAITING, None)
        elif seen.where is Where.CONNECT:
            self._track(seen, Place.OFFERED, offer)
            if seen.ringing and not rang:
                self.found.events.append(Rang(offer=offer, at=self.now))
        else:
            self.found.events.append(OfferFailed(offer=offer, outcome=Outcome.NO_ANSWER, at=self.now))
            self._waiting(seen)

    def _leaves_message(self, work: Work) -> None:
        """They pressed the key when no server heard it. One to whom a phone was being led has left that offer."""
        wants: type[MessageWanted | CustomerLeft] = (
            MessageWanted if work.phase is Phase.WAITING else CustomerLeft
        )
        self.found.events.append(wants(interaction=work.id, at=self.now))

    def _waiting(self, seen: Standing) -> None:
        if seen.calls_back and not seen.far:
            return  # nobody is on the line, and the dialplan ends it
        self._track(seen, Place.WAITING, None)
        if seen.where not in {Where.ENTRY, Where.HOLD}:
            self.found.to_hold.append(seen.channel)

    def _track(self, seen: Standing, place: Place, offer: OfferId | None) -> None:
        leg = seen.leg if place is Place.CONNECTED else ""
        self.found.calls.append(
            Call(
                interaction=seen.interaction,
                place=place,
                offer=offer,
                leg=leg,
                far=seen.far,
                calls_back=seen.calls_back,
                held=seen.held,
                aside=seen.held,
                consults=seen.consults,
                other=seen.other,
                recorded=seen.recorded,
                three=seen.three,
                rang=seen.ringing,
                answered_at=seen.answered_at if leg else None,
            )
        )
