"""Sign-off: approvers decide in their order, each decision is kept, and the last one lets the step pass."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import notifications
from crm_core.casework import activity, hierarchy
from crm_core.casework.lifecycle import Approver, Move
from crm_core.paging import columns
from crm_core.records.change import Acting
from crm_core.tables import approval, support_case, user_account

APPROVED, REJECTED, WITHDRAWN = "approved", "rejected", "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One place in the order. `kind` and `who`: a user or a role; `turn`: it is theirs to decide now."""

    id: str
    request_id: str
    case_id: str
    state_from: str
    state_to: str
    position: int
    kind: str
    who: str
    asked_at: float
    asked_by: str | None
    turn: bool
    decision: str | None
    decided_at: float | None
    decided_by: str | None
    note: str


def ask(conn: Connection, acting: Acting, case: Row[Any], wanted: Move, note: str) -> str:
    """Begin the round; the request's id. `Refused` while another one of the case is open, and when an approver cannot be found."""
    if pending(conn, case.id):
        raise Refused("approval.pending", number=case.number)
    request = new_id()
    for position, each in enumerate(wanted.needs.approvers):
        kind, who = _resolved(conn, case, each)
        conn.execute(
            insert(approval).values(
                id=new_id(),
                request_id=request,
                case_id=case.id,
                state_from=wanted.start,
                state_to=wanted.end,
                position=position,
                kind=kind,
                who=who,
                asked_at=acting.now,
                asked_by=acting.reader.user_id or None,
                changes={"note": note},
                turn=position == 0,
            )
        )
    activity.record(
        conn, case.id, acting.now, "approval_asked", acting.reader.user_id, to=wanted.end, note=note
    )
    _tell_next(conn, request, case, acting.now)
    return request


def pending(conn: Connection, case_id: str) -> list[Approval]:
    """The open round of a case, in its order; nothing: there is none."""
    row = approval.c
    last = (
        select(row.request_id).where(row.case_id == case_id, row.turn).order_by(row.asked_at.desc()).limit(1)
    )
    request = conn.execute(last).scalar_one_or_none()
    return [] if request is None else _round(conn, request)


def of_case(conn: Connection, case_id: str) -> list[Approval]:
    """All rounds, the latest first, each in its order."""
    row = approval.c
    query = select(*_COLUMNS).where(row.case_id == case_id)
    query = query.order_by(row.asked_at.desc(), row.request_id, row.position)
    return [Approval(**columns(each)) for each in conn.execute(query)]


def mine(conn: Connection, user_id: str, role: str) -> list[Approval]:
    """What waits for this person's decision, the oldest first."""
    row = approval.c
    own = ((row.kind == "user") & (row.who == user_id)) | ((row.kind == "role") & (row.who == role))
    query = select(*_COLUMNS).where(row.turn, own).order_by(row.asked_at).limit(100)
    return [Approval(**columns(each)) for each in conn.execute(query)]


def place(conn: Connection, approval_id: str) -> Approval:
    """One place of a round; `Refused` when there is none."""
    found = conn.execute(select(*_COLUMNS).where(approval.c.id == approval_id)).one_or_none()
    if found is None:
        raise Refused("approval.unknown", Kind.MISSING, id=approval_id[:100])
    return Approval(**columns(found))


def decide(conn: Connection, acting: Acting, approval_id: str, decision: str, note: str) -> Approval | None:
    """Decide what is one's own to decide. The place whose approval ends the round is returned; None: others still follow, or it was
    rejected."""
    row = approval.c
    here = place(conn, approval_id)
    _must_be_theirs(conn, here, acting.reader.user_id)
    decided = {"decision": decision, "decided_at": acting.now, "decided_by": acting.reader.user_id}
    done = conn.execute(
        update(approval).where(row.id == here.id, row.turn).values(turn=False, note=note, **decided)
    )
    if done.rowcount == 0:
        raise Refused("approval.decided")
    activity.record(
        conn,
        here.case_id,
        acting.now,
        decision,
        acting.reader.user_id,
        to=here.state_to,
        place=here.position + 1,
        note=note,
    )
    case = conn.execute(select(support_case).where(support_case.c.id == here.case_id)).one()
    if decision == REJECTED:
        _tell_asker(conn, here, case, "case.rejected", acting.now)
        return None
    following = update(approval).where(row.request_id == here.request_id, row.position == here.position + 1)
    if conn.execute(following.values(turn=True)).rowcount:
        _tell_next(conn, here.request_id, case, acting.now)
        return None
    _tell_asker(conn, here, case, "case.approved", acting.now)
    return here


def withdraw(conn: Connection, case_id: str, now: float, actor_id: str | None) -> None:
    """The case went on otherwise: what was asked for from where it stood is nobody's to decide any more."""
    row = approval.c
    open_rounds = select(row.request_id).where(row.case_id == case_id, row.turn)
    requests = list(conn.execute(open_rounds).scalars())
    conn.execute(
        update(approval)
        .where(row.request_id.in_(requests), row.decision.is_(None))
        .values(turn=False, decision=WITHDRAWN, decided_at=now, decided_by=actor_id)
    )


_COLUMNS = [approval.c[name] for name in Approval.__dataclass_fields__]


def _round(conn: Connection, request: str) -> list[Approval]:
    query = select(*_COLUMNS).where(approval.c.request_id == request).order_by(approval.c.position)
    return [Approval(**columns(each)) for each in conn.execute(query)]


def _resolved(conn: Connection, case: Row[Any], each: Approver) -> tuple[str, str]:
    if each.kind != "head":
        return each.kind, each.who
    head = hierarchy.head_above(conn, case.team_id, each.levels)
    if head is None:
        raise Refused("approval.no_head", number=case.number)
    return "user", head


def _must_be_theirs(conn: Connection, here: Approval, user_id: str) -> None:
    role = conn.execute(select(user_account.c.role).where(user_account.c.id == user_id)).scalar_one_or_none()
    theirs = here.who == (user_id if here.kind == "user" else role)
    if not theirs:
        raise Refused("approval.not_yours", Kind.FORBIDDEN)
    if not here.turn:
        raise Refused("approval.decided" if here.decision else "approval.not_your_turn")
    if here.asked_by == user_id:
        # four eyes: nobody signs off what they asked for
        raise Refused("approval.own", Kind.FORBIDDEN)


def _tell_next(conn: Connection, request: str, case: Row[Any], now: float) -> None:
    for each in _round(conn, request):
        if each.turn:
            people = [each.who] if each.kind == "user" else hierarchy.of_role(conn, each.who)
            notifications.tell(conn, people, now, "case.approval_asked", "case", case.id, number=case.number)


def _tell_asker(conn: Connection, here: Approval, case: Row[Any], code: str, now: float) -> None:
    if here.asked_by:
        notifications.tell(conn, [here.asked_by], now, code, "case", case.id, number=case.number)
