"""Cases along their life cycle: which steps there are, what each still asks for, and the step itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from config.errors import Kind, Refused
from crm_core import case_events
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.casework import activity, approvals, forms, types
from crm_core.casework.approvals import Approval
from crm_core.casework.lifecycle import DONE, OPEN, Move, Standing, State, unmet
from crm_core.casework.types import CaseType
from crm_core.records import known, rows
from crm_core.records.change import Acting
from crm_core.records.lists import may
from crm_core.records.shape import named_columns
from crm_core.rules import events
from crm_core.rules.model import Trigger
from crm_core.search import index
from crm_core.tables import support_case, user_account


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A step from where a case stands. `faults`: why it cannot be made yet; `of_class`: where it leads."""

    move: Move
    of_class: str
    faults: tuple[Refused, ...]

    @property
    def needs_approval(self) -> bool:
        return bool(self.move.needs.approvers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """`asked`: it waits for approval (the request's id) and stays where it was."""

    state: str
    status: str
    asked: str | None = None


def steps(conn: Connection, reader: Reader, case_id: str) -> list[Offered]:
    """All steps of the table, with what each still asks of this person."""
    row = row_of(conn, case_id)
    kind = types.of(conn, row.type_id)
    standing = _standing(conn, row, reader.user_id)
    here = kind.lifecycle.standing(row.state, row.status)
    return [_offered(kind, each, standing) for each in kind.lifecycle.steps(here.name)]


def move(  # noqa: PLR0917 - a step with what belongs to it
    conn: Connection,
    acting: Acting,
    case_id: str,
    to: str,
    changes: Mapping[str, Any] | None = None,
    note: str = "",
) -> Moved:
    """Make a step, with the fields that it asks for in the same unit. `Refused` for a step that the table has not, and for what it still
    needs; one that needs approval is asked for."""
    before = row_of(conn, case_id)
    _must_be_live(before)
    may(conn, acting.reader, known.entity("case"), case_id, Action.UPDATE)
    kind = types.of(conn, before.type_id)
    here = kind.lifecycle.standing(before.state, before.status)
    wanted = kind.lifecycle.move(here.name, to)
    if wanted is None:
        raise Refused("case.move_unknown", pointer="/to", start=here.name, end=to[:60])
    if "type_id" in (changes or {}):
        # the step was chosen from the table of the type that it has
        raise Refused("case.move_type", Kind.INVALID, pointer="/type_id")
    if changes:
        rows.patch(conn, acting, known.entity("case"), case_id, changes)
    row = row_of(conn, case_id)
    _must_be_met(kind, wanted, _standing(conn, row, acting.reader.user_id))
    if wanted.needs.approvers:
        asked = approvals.ask(conn, acting, row, wanted, note)
        return Moved(state=here.name, status=row.status, asked=asked)
    return _enter(conn, row, kind, wanted.end, acting.now, acting.reader.user_id, note=note)


def approved(conn: Connection, asked: Approval, now: float, actor_id: str) -> Moved:
    """The step that the last approver let pass, from where it was asked for; its needs may have gone meanwhile."""
    case_id, to = asked.case_id, asked.state_to
    row = row_of(conn, case_id)
    _must_be_live(row)
    kind = types.of(conn, row.type_id)
    here = kind.lifecycle.standing(row.state, row.status)
    if here.name != asked.state_from or kind.lifecycle.move(here.name, to) is None:
        raise Refused("case.move_unknown", start=here.name, end=to[:60])
    return _enter(conn, row, kind, to, now, actor_id, note="", why="approved")


def towards(conn: Connection, case_id: str, status: str, now: float, actor_id: str | None) -> Moved:
    """The first step to a state of this class whose needs are met; where it is of that class already, nothing."""
    row = row_of(conn, case_id)
    _must_be_live(row)
    kind = types.of(conn, row.type_id)
    here = kind.lifecycle.standing(row.state, row.status)
    if row.status == status:
        return Moved(state=here.name, status=status)
    if here.of_class == status:
        # its table has no state of the class that it is of
        return _enter(conn, row, kind, here.name, now, actor_id)
    ways = kind.lifecycle.towards(here.name, status)
    if not ways:
        raise Refused("case.move_unknown", pointer="/status", start=here.name, end=status)
    standing = _standing(conn, row, actor_id or "")
    free = [each for each in ways if not _faults(kind, each, standing) and not each.needs.approvers]
    if not free:
        _must_be_met(kind, ways[0], standing)
        raise Refused("case.move_needs_approval", pointer="/status", start=here.name, end=ways[0].end)
    return _enter(conn, row, kind, free[0].end, now, actor_id)


def by_customer(conn: Connection, case_id: str, now: float) -> None:
    """The customer wrote: what waited or was done goes on where the table says."""
    row = row_of(conn, case_id)
    kind = types.of(conn, row.type_id)
    here = kind.lifecycle.standing(row.state, row.status)
    goal = kind.lifecycle.state(kind.lifecycle.on_customer)
    if row.status == OPEN or goal is None or (goal.name == here.name and goal.of_class == row.status):
        touch(conn, case_id, now)
    else:
        _enter(conn, row, kind, goal.name, now, None, why="customer_wrote")


def by_reply(conn: Connection, case_id: str, now: float, actor_id: str | None) -> None:
    """We wrote: an open case waits for the customer where the table says so."""
    row = row_of(conn, case_id)
    kind = types.of(conn, row.type_id)
    here = kind.lifecycle.standing(row.state, row.status)
    goal = kind.lifecycle.state(kind.lifecycle.on_reply or "")
    if row.status in DONE or goal is None or (goal.name == here.name and goal.of_class == row.status):
        touch(conn, case_id, now)
    else:
        _enter(conn, row, kind, goal.name, now, actor_id, why="replied")


def touch(conn: Connection, case_id: str, now: float) -> None:
    conn.execute(update(support_case).where(support_case.c.id == case_id).values(updated_at=now))


def row_of(conn: Connection, case_id: str) -> Row[Any]:
    row = conn.execute(select(support_case).where(support_case.c.id == case_id)).one_or_none()
    if row is None:
        raise Refused("case.unknown", Kind.MISSING, id=case_id[:100])
    return row


def _must_be_live(row: Row[Any]) -> None:
    if row.merged_into_id is not None:
        raise Refused("case.merged", number=row.number)


def _enter(  # noqa: PLR0917 - a step with what belongs to it
    conn: Connection,
    row: Row[Any],
    kind: CaseType,
    to: str,
    now: float,
    actor_id: str | None,
    *,
    note: str = "",
    why: str = "",
) -> Moved:
    goal = kind.lifecycle.state(to)
    if goal is None:
        raise Refused("case.move_unknown", end=to[:60])
    values = {
        "state": goal.name,
        "status": goal.of_class,
        "updated_at": now,
        "row_version": row.row_version + 1,
    }
    values |= _ends(row, goal, now)
    approvals.withdraw(conn, row.id, now, actor_id)
    conn.execute(update(support_case).where(support_case.c.id == row.id).values(**values))
    case_events.record_status(conn, row.id, row.status, goal.of_class, now)
    if goal.of_class not in DONE and row.status in DONE:
        case_events.record_terms(conn, row.id, now)
    started = kind.lifecycle.standing(row.state, row.status).name
    more = {name: text for name, text in (("note", note), ("why", why)) if text}
    data = {"from": started, "to": goal.name, "class": goal.of_class} | more
    activity.record(conn, row.id, now, "moved", actor_id, **data)
    changes = events.differences(named_columns(row), values)
    entered = {"state": goal.name, "class": goal.of_class, "changes": changes}
    events.happened(conn, "case", row.id, Trigger.STATUS_ENTERED, now, entered)
    events.happened(conn, "case", row.id, Trigger.CHANGED, now, entered)
    index.refresh(conn, "case", row.id)
    return Moved(state=goal.name, status=goal.of_class)


def _ends(row: Row[Any], goal: State, now: float) -> dict[str, Any]:
    """When it was done, and how often it came back."""
    if goal.of_class in DONE and row.status not in DONE:
        return {"solved_at": now}
    if goal.of_class not in DONE and row.status in DONE:
        return {"solved_at": None, "reopened_count": row.reopened_count + 1}
    return {}


def _offered(kind: CaseType, each: Move, standing: Standing) -> Offered:
    goal = kind.lifecycle.state(each.end)
    of_class = "" if goal is None else goal.of_class
    return Offered(move=each, of_class=of_class, faults=_faults(kind, each, standing))


def _faults(kind: CaseType, each: Move, standing: Standing) -> tuple[Refused, ...]:
    """The move's own needs, and those of the form in the state that it leads to."""
    lacking = forms.missing(kind.form, standing.values.get("form") or {}, each.end)
    named = tuple(
        Refused(
            "case.move_needs_field",
            Kind.INVALID,
            pointer=fault.pointer,
            field=fault.pointer.removeprefix("/").replace("/", "."),
        )
        for fault in lacking
    )
    own = unmet(each.needs, standing)
    told = {fault.pointer for fault in own if fault.pointer}
    return (*own, *(fault for fault in named if fault.pointer not in told))


def _must_be_met(kind: CaseType, each: Move, standing: Standing) -> None:
    faults = _faults(kind, each, standing)
    if faults:
        raise faults[0]


def _standing(conn: Connection, row: Row[Any], user_id: str) -> Standing:
    query = select(user_account.c.role).where(user_account.c.id == user_id)
    # the program itself is nobody's inferior
    role = conn.execute(query).scalar_one_or_none() or "admin"
    return Standing(
        values=types.judged_by(named_columns(row)),
        resolution=bool(row.resolution or row.resolution_code),
        mover=user_id,
        role=role,
        owner=row.owner_id,
    )
