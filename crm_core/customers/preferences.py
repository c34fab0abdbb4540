"""Whether somebody is contacted now, later or not at all, as they wish and allowed. Pure: one answer for letters, calls and campaigns.

What answers the customer's own words (`RECEIPT`) goes at any hour; all else keeps to their hours and to what they asked to be spared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm_core.customers import times
from crm_core.customers.consent import SERVICE, Verdict

RECEIPT = "receipt"
"""The purpose of what answers something that the customer has just written or done. The other purposes are those of consents."""


class Outcome(StrEnum):
    GO = "go"
    WAIT = "wait"
    NO = "no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How a customer wants to be reached. `opted_out`: the number or address that is meant is not to be used; `zone`: of their clock."""

    channel: str | None = None
    language: str | None = None
    times: Mapping[str, Any] | None = None
    zone: str = "UTC"
    do_not_contact: bool = False
    opted_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`reason` is a code: given, not_needed, hours; or withdrawn, never_given, do_not_contact, opted_out, gone, no_hours.
    `until`: when to go on while it waits. `instead`: the channel that they like better than this one, which forbids nothing."""

    outcome: Outcome
    reason: str
    until: float | None = None
    instead: str | None = None


def consent_for(purpose: str) -> str:
    """The purpose that the customer's consent is asked for."""
    return SERVICE if purpose == RECEIPT else purpose


def decide(wishes: Wishes, said: Verdict, *, medium: str, purpose: str, now: float) -> Decision:
    """`said`: what consent says of this medium and `consent_for(purpose)`."""
    instead = wishes.channel if wishes.channel not in (None, medium) else None
    if not said.allowed:
        return Decision(outcome=Outcome.NO, reason=said.reason, instead=instead)
    if purpose == RECEIPT:
        return Decision(outcome=Outcome.GO, reason=said.reason, instead=instead)
    if wishes.do_not_contact or wishes.opted_out:
        why = "do_not_contact" if wishes.do_not_contact else "opted_out"
        return Decision(outcome=Outcome.NO, reason=why, instead=instead)
    until = times.next_good(wishes.times, wishes.zone, now)
    if until is None:
        return Decision(outcome=Outcome.NO, reason="no_hours", instead=instead)
    if until > now:
        return Decision(outcome=Outcome.WAIT, reason="hours", until=until, instead=instead)
    return Decision(outcome=Outcome.GO, reason=said.reason, instead=instead)
