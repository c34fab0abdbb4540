"""What a flow finds out beside what is keyed: hours, who calls, their contract, whose number it is. Each says the word under which the step
leads on."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from config.errors import Kind, Refused
from crm_core import calendars, identification, queues, remembered
from crm_core.contracts.allowance import Allowance, allowance
from crm_core.contracts.coverage import covering_all
from crm_core.customers.relations import today
from crm_core.flows.model import Caller, Hours, Lookup
from crm_core.identification import Candidate
from crm_core.recognition import FORMER, Match, surest
from crm_core.tables import party


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whoever calls: their number as the network says it, and who they said they are."""

    number: str
    identified: Match | None = None

    def matches(self, conn: Connection, at: float) -> Sequence[Match]:
        if self.identified is not None:
            return [self.identified]
        return remembered.by_phone(conn, self.number, day=today(at))


def hours(conn: Connection, step: Hours, at: float) -> str:
    """open, closed. `Refused` when what it opens by is not there any more."""
    calendar_id: str | None = step.calendar_id
    if step.queue_id:
        queue = queues.queue_by_id(conn, step.queue_id)
        if queue is None:
            raise Refused("queue.unknown", Kind.MISSING, id=step.queue_id)
        if queue.closed:
            return "closed"
        calendar_id = queue.calendar_id
    if not calendar_id:
        return "open"
    calendar = calendars.calendar(conn, calendar_id).calendar
    return "open" if calendar.between(at, at + 1.0) > 0 else "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spared:
    """Whether somebody is not asked who they are, and otherwise who they may be."""

    skip: bool
    among: frozenset[str]


def spared(conn: Connection, number: str, when: str, at: float) -> Spared:
    """Asking is spared to whoever calls from a trusted number and, where only the unknown are asked, to whom it surely is: one exact
    or confirmed match."""
    matches = remembered.by_phone(conn, number, day=today(at))
    best = [match for match in matches if match.strength == matches[0].strength]
    sure = len(best) == 1 and best[0].strength in ("exact", remembered.CONFIRMED)
    skip = sure and when != "always" and (when == "unknown" or remembered.is_trusted(conn, number))
    return Spared(skip=skip, among=frozenset(match.party_id for match in matches if match.strength != FORMER))


def caller(conn: Connection, step: Caller, who: Person, at: float) -> str:
    """known, unknown, vip: only whom it surely is, one exact or confirmed match."""
    known = _sure(who.matches(conn, at))
    if known is None:
        return "unknown"
    return "vip" if step.tiers and _tier(conn, known.party_id) in step.tiers else "known"


def _sure(matches: Sequence[Match]) -> Match | None:
    best = [match for match in matches if match.strength == matches[0].strength]
    telling = ("exact", remembered.CONFIRMED, identification.KEYED, identification.IDENTIFIED)
    return best[0] if len(best) == 1 and best[0].strength in telling else None


def _tier(conn: Connection, party_id: str) -> str | None:
    """Their own, else their organisation's."""
    above = party.alias("above")
    query = (
        select(func.coalesce(party.c.tier, above.c.tier))
        .outerjoin(above, above.c.id == party.c.organisation_id)
        .where(party.c.id == party_id)
    )
    found: str | None = conn.execute(query).scalar_one_or_none()
    return found


def contract(conn: Connection, who: Person, at: float) -> tuple[str, Allowance | None]:
    """covered, none, used_up; with what is left where there is a limit."""
    best = surest([(match.party_id, match.strength) for match in who.matches(conn, at)])
    found = covering_all(conn, best, at) if best else None
    if found is None:
        return "none", None
    if not found.limited:
        return "covered", None
    left = allowance(conn, found, at)
    return ("covered" if left.over is None else "used_up"), left


def named(conn: Connection, step: Lookup, keyed: str) -> Candidate | None:
    """The one customer whom these digits name, as the step asks; a customer number carries the PIN's hash that is to be proven."""
    found = identification.candidates(conn, keyed) if keyed else []
    fitting = [each for each in found if step.by in ("any", each.how)]
    return fitting[0] if len(fitting) == 1 else None
