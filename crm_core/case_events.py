"""What happened in a case that its clocks depend on: appended in the unit that records the thing itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Double, bindparam, func, insert, select, update

from crm_core import policies
from crm_core.casework import telling
from crm_core.contracts import case_contract
from crm_core.prepared import Prepared
from crm_core.rules import events as rules
from crm_core.rules.model import Trigger
from crm_core.sla.clock import CaseEvent, Happened
from crm_core.tables import case_event, support_case

MILESTONES = ("warned", "breached")
_OF_A_STATUS: dict[tuple[str, str], tuple[Happened, ...]] = {
    ("open", "pending"): (Happened.PAUSED,),
    ("open", "solved"): (Happened.SOLVED,),
    ("open", "closed"): (Happened.SOLVED,),
    ("pending", "open"): (Happened.RESUMED,),
    ("pending", "solved"): (Happened.SOLVED,),
    ("pending", "closed"): (Happened.SOLVED,),
    ("solved", "open"): (Happened.REOPENED,),
    ("solved", "pending"): (Happened.REOPENED, Happened.PAUSED),
    ("closed", "open"): (Happened.REOPENED,),
    ("closed", "pending"): (Happened.REOPENED, Happened.PAUSED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseHistory:
    """A case's events in the order in which they were written, the last terms that were recorded, and the milestones
    that were told. `has_begun`: False for cases from before there were events."""

    events: tuple[CaseEvent, ...]
    policy_version: str | None
    milestones: frozenset[str]

    @property
    def has_begun(self) -> bool:
        return bool(self.events)


def record(
    conn: Connection,
    case_id: str,
    kind: Happened,
    at: float,
    *,
    interaction_id: str | None = None,
    agent_id: str | None = None,
    policy_version: str | None = None,
    told: bool = True,
) -> None:
    """Append it, and have the case's clocks looked at now. Not `told`: it is no news, only entered where it belongs."""
    append(
        conn,
        case_id,
        kind,
        at,
        interaction_id=interaction_id,
        agent_id=agent_id,
        policy_version=policy_version,
    )
    _looking(kind).run(conn, {"of_id": case_id, "to_at": at})
    if told and kind is Happened.CUSTOMER_WROTE:
        rules.happened(conn, "case", case_id, Trigger.CUSTOMER_WROTE, at)
        telling.tell(conn, case_id, at, "customer_wrote", None, {}, owner_too=True)


def append(
    conn: Connection,
    case_id: str,
    kind: Happened,
    at: float,
    *,
    interaction_id: str | None = None,
    agent_id: str | None = None,
    policy_version: str | None = None,
) -> None:
    """No more than append it: the case's row says already that its clocks are to be looked at."""
    _APPEND.run(
        conn,
        {
            "case_id": case_id,
            "kind": kind,
            "at": at,
            "interaction_id": interaction_id,
            "agent_id": agent_id,
            "policy_id": policy_version,
        },
    )


_APPENDED = ("case_id", "kind", "at", "interaction_id", "agent_id", "policy_id")
_APPEND = Prepared(insert(case_event).values({name: bindparam(name) for name in _APPENDED}))


@cache
def _looking(kind: Happened) -> Prepared:
    """A case's clocks are to be looked at, after this."""
    at = bindparam("to_at", type_=Double)
    values = {"sla_look_at": at, "waiting_since": _waiting(kind, at)}
    return Prepared(update(support_case).where(support_case.c.id == bindparam("of_id")).values(values))


def _waiting(kind: Happened, at: ColumnElement[float]) -> ColumnElement[Any] | None:
    """Since when the customer waits for a word, after this."""
    match kind:
        case Happened.OPENED:
            return at
        case Happened.CUSTOMER_WROTE:
            return func.coalesce(support_case.c.waiting_since, at)
        case Happened.AGENT_ANSWERED | Happened.SOLVED:
            return None
        case _:
            return support_case.c.waiting_since


def record_status(conn: Connection, case_id: str, old: str, new: str, at: float) -> None:
    """What a change of status means to the clocks; the same status again means nothing."""
    for kind in _OF_A_STATUS.get((old, new), ()):
        record(conn, case_id, kind, at)


def record_terms(conn: Connection, case_id: str, at: float) -> None:
    """Let the policy hold that fits the case now, if that is another one than so far."""
    so_far = history(conn, case_id)
    case_contract.settle(conn, case_id, at)
    wanted = policies.version_for(conn, policies.match_of(conn, case_id))
    if so_far.has_begun and wanted != so_far.policy_version:
        record(conn, case_id, Happened.TERMS_CHANGED, at, policy_version=wanted)


def history(conn: Connection, case_id: str) -> CaseHistory:
    """One case's events."""
    return histories(conn, [case_id])[case_id]


def histories(conn: Connection, case_ids: Sequence[str]) -> dict[str, CaseHistory]:
    """The events of several cases in one query."""
    row = case_event.c
    query = (
        select(row.case_id, row.kind, row.at, row.policy_id, row.milestone)
        .where(row.case_id.in_(list(case_ids)))
        .order_by(row.case_id, row.seq)
    )
    events: dict[str, list[CaseEvent]] = {case_id: [] for case_id in case_ids}
    versions: dict[str, str | None] = {}
    milestones: dict[str, set[str]] = {case_id: set() for case_id in case_ids}
    for each in conn.execute(query):
        if each.kind in MILESTONES:
            milestones[each.case_id].add(each.milestone)
            continue
        kind = Happened(each.kind)
        terms = policies.terms(conn, each.policy_id) if each.policy_id else None
        events[each.case_id].append(CaseEvent(kind=kind, at=each.at, terms=terms))
        if kind in (Happened.OPENED, Happened.TERMS_CHANGED):
            versions[each.case_id] = each.policy_id
    return {
        case_id: CaseHistory(
            events=tuple(events[case_id]),
            policy_version=versions.get(case_id),
            milestones=frozenset(milestones[case_id]),
        )
        for case_id in case_ids
    }
