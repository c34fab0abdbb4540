"""What an agent may be offered now: one capacity for every medium."""

from enum import StrEnum

from routing.core.model import AgentRule, Device, Medium, QueueRule, Status
from routing.core.presence import AgentState


class Slot(StrEnum):
    """The kinds of room an agent may have."""

    CALL = "call"
    LETTER = "letter"
    LETTER_BESIDE_CALL = "letter_beside_call"


def slot_of(medium: Medium, rule: QueueRule) -> Slot:
    """The room that an interaction of this medium and queue takes."""
    if medium is Medium.VOICE:
        return Slot.CALL
    return Slot.LETTER_BESIDE_CALL if rule.mail_while_talking else Slot.LETTER


def open_slots(agent: AgentState, rule: AgentRule) -> tuple[Slot, ...]:
    """Every kind of room this agent has now."""
    if _unavailable(agent):
        return ()
    return tuple(slot for slot in Slot if not _full(agent, rule, slot))


def blocked(agent: AgentState, rule: AgentRule, slot: Slot) -> str:
    """Why the agent cannot be offered such work now, as a reason code; empty when they can."""
    return _unavailable(agent) or _full(agent, rule, slot)


def _unavailable(agent: AgentState) -> str:
    if agent.status is not Status.READY:
        return agent.status.value
    if not agent.console:
        return "no_console"
    if agent.offer is not None:
        return "live_offer"
    return "wrap_up" if agent.wrap_ups else ""


def _full(agent: AgentState, rule: AgentRule, slot: Slot) -> str:
    if slot is Slot.CALL:
        return _no_call(agent)
    if agent.calls and slot is Slot.LETTER:
        return "busy_call"
    if agent.device is Device.IN_USE and not agent.calls:
        return "phone_in_use"  # a call that is none of ours
    return "letters_full" if agent.letters >= rule.letters_at_once else ""


def _no_call(agent: AgentState) -> str:
    if agent.calls:
        return "busy_call"
    match agent.device:
        case Device.REACHABLE:
            return ""
        case Device.IN_USE:
            return "phone_in_use"
        case Device.UNREACHABLE:
            return "phone_unreachable"
