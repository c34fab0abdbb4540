"""What an agent may be offered now: one capacity for every medium.

An item takes a kind of room (`model.Room`). An agent has that room while they are at work on nothing that the item may not join, on fewer of
its medium than they may be, and its load fits beside the load of what goes on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from routing.core.model import USUAL_ROOMS, AgentRule, Device, Medium, QueueId, QueueRule, Room, Status
from routing.core.presence import AgentState

SITUATIONS = 10_000
"""So many situations of agents are remembered with what they leave room for; a centre has a few dozen."""

_BUSY: Mapping[Medium, str] = {
    Medium.VOICE: "busy_call",
    Medium.CHAT: "busy_chat",
    Medium.EMAIL: "busy_letters",
}
_FULL: Mapping[Medium, str] = {
    Medium.VOICE: "busy_call",
    Medium.CHAT: "chats_full",
    Medium.EMAIL: "letters_full",
}


@dataclass(frozen=True, slots=True, eq=False)
class Openings:
    """What an agent has room for: `reasons` says of each kind of room, by its number, why not (empty: they have it), `rooms` which they have."""

    reasons: tuple[str, ...]
    rooms: frozenset[int]


class Rooms:
    """Every kind of room that a configuration has, by number, and what agents have of them."""

    def __init__(self, queues: Iterable[QueueRule]) -> None:
        rules = tuple(queues)
        asked = (rule.room(medium) for rule in rules for medium in Medium)
        self._kinds = tuple(dict.fromkeys((*USUAL_ROOMS.values(), *asked)))
        numbers = {room: number for number, room in enumerate(self._kinds)}
        self._usual = {medium: numbers[room] for medium, room in USUAL_ROOMS.items()}
        self._numbers = {(medium, rule.id): numbers[rule.room(medium)] for rule in rules for medium in Medium}
        self._known: dict[object, Openings] = {}
        self._for_nothing = {
            reason: Openings((reason,) * len(self._kinds), frozenset()) for reason in _UNAVAILABLE
        }
        self.numbers = range(len(self._kinds))

    def number(self, medium: Medium, queue: QueueId) -> int:
        """The room that an item of this medium and queue takes; of a queue without a rule the usual one."""
        return self._numbers.get((medium, queue), self._usual[medium])

    def of(self, agent: AgentState, rule: AgentRule) -> Openings:
        """What this agent has room for. Few situations differ, so it is a look-up."""
        if agent.status is not Status.READY or not agent.console or agent.offer is not None or agent.wrap_ups:
            return self._for_nothing[_unavailable(agent)]
        number = self.number
        at_work = [number(medium, queue) for medium, queue in agent.at_work]
        at_work.sort()
        situation = agent.device, rule.letters_at_once, rule.chats_at_once, rule.load_at_most, *at_work
        known = self._known.get(situation)
        if known is None:
            if len(self._known) >= SITUATIONS:
                self._known.clear()
            known = self._known[situation] = self._look(agent.device, rule, at_work)
        return known

    def _look(self, device: Device, rule: AgentRule, at_work: Sequence[int]) -> Openings:
        held = [self._kinds[number] for number in at_work]
        reasons = tuple(_no_room(room, device, rule, held) for room in self._kinds)
        return Openings(reasons, frozenset(number for number, reason in enumerate(reasons) if not reason))


def at_once(rule: AgentRule, medium: Medium) -> int:
    """How many of a medium the agent may be at work on."""
    match medium:
        case Medium.VOICE:
            return 1
        case Medium.CHAT:
            return rule.chats_at_once
        case _:
            return rule.letters_at_once


_UNAVAILABLE = (Status.PAUSED.value, Status.SIGNED_OUT.value, "no_console", "live_offer", "wrap_up")


def _unavailable(agent: AgentState) -> str:
    if agent.status is not Status.READY:
        return agent.status.value
    if not agent.console:
        return "no_console"
    if agent.offer is not None:
        return "live_offer"
    return "wrap_up" if agent.wrap_ups else ""


def _no_room(room: Room, device: Device, rule: AgentRule, at_work: Sequence[Room]) -> str:
    """Why an available agent cannot be offered such an item, as a reason code; empty when they can."""
    media = [each.medium for each in at_work]
    kept = next((_BUSY[each] for each in _BUSY if each in media and not room.joins(each)), "")
    return kept or _no_phone(room, device, talks=Medium.VOICE in media) or _full(room, rule, at_work)


def _no_phone(room: Room, device: Device, *, talks: bool) -> str:
    if device is Device.IN_USE and not talks:
        return "phone_in_use"  # a call that is none of ours
    return "phone_unreachable" if room.medium is Medium.VOICE and device is Device.UNREACHABLE else ""


def _full(room: Room, rule: AgentRule, at_work: Sequence[Room]) -> str:
    if sum(each.medium is room.medium for each in at_work) >= at_once(rule, room.medium):
        return _FULL[room.medium]
    goes_on = sum(each.load for each in at_work if each.medium not in room.pauses)
    return "load_full" if goes_on + room.load > rule.load_at_most else ""
