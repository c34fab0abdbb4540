"""Macros: shown before they are done, and done as one unit: all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from config.errors import Kind, Refused
from crm_core.access.model import Action
from crm_core.casework import activity, customer_letters, moving, texts
from crm_core.casework.post import Post
from crm_core.casework.texts import Filled, Place
from crm_core.records import known, rows
from crm_core.records.change import Acting
from crm_core.records.lists import may
from crm_core.records.shape import shape_of, value_of
from crm_core.records.tables import table_of
from crm_core.records.values import shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a macro would do here. `changes`: by field before and after; `reply`: filled in; `faults`: why its step cannot be made yet."""

    name: str
    changes: Mapping[str, tuple[Any, Any]]
    state: str | None
    faults: tuple[Refused, ...]
    reply: Filled | None
    note: str | None
    tasks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What it did."""

    changed: tuple[str, ...]
    state: str | None
    letter_id: str | None
    tasks: tuple[str, ...]


def offered(conn: Connection, case_id: str) -> list[Any]:
    """Those for this case's type and queue, by name."""
    case = moving.row_of(conn, case_id)
    row = table_of(known.entity("macro")).c
    query = select(row.id, row.name).where(
        row.deleted_at.is_(None),
        row.active,
        or_(row.case_type_id.is_(None), row.case_type_id == case.type_id),
        or_(row.queue_id.is_(None), row.queue_id == case.queue_id),
    )
    return [*conn.execute(query.order_by(row.name))]


def preview(conn: Connection, acting: Acting, macro_id: str, place: Place) -> Preview:
    """All that it would do, without doing any of it."""
    macro, case_id = _macro(conn, macro_id), _case_of(place)
    row = moving.row_of(conn, case_id)
    shape = shape_of(conn, known.entity("case"))
    given = macro.changes or {}
    changes = {
        name: (shown(of, value_of(row, of)), given[name])
        for name in given
        if (of := shape.field(name)) is not None and value_of(row, of) != given[name]
    }
    text = customer_letters.text_for(conn, case_id, macro.template_id) if macro.template_id else None
    reply = texts.fill(conn, text, place, acting.now) if text else None
    return Preview(
        name=macro.name,
        changes=changes,
        state=macro.state,
        faults=_step_faults(conn, acting, case_id, macro),
        reply=reply,
        note=macro.note,
        tasks=tuple(each["subject"] for each in macro.tasks or ()),
    )


def run(
    conn: Connection,
    acting: Acting,
    macro_id: str,
    place: Place,
    *,
    post: Post,
    key: str,
    confirmed: bool = False,
) -> Ran:
    """Do it. What is refused undoes the whole unit. `confirmed`: a letter may go although the customer wants none."""
    case, case_id = known.entity("case"), _case_of(place)
    may(conn, acting.reader, case, case_id, Action.UPDATE)
    macro = _macro(conn, macro_id)
    if macro.changes:
        rows.patch(conn, acting, case, case_id, macro.changes)
    tasks = tuple(_task(conn, acting, case_id, each) for each in macro.tasks or ())
    if macro.note:
        activity.record(conn, case_id, acting.now, "note", acting.reader.user_id, note=macro.note)
    letter_id = None
    if macro.template_id:
        customer_letters.begin(conn, acting, case_id, post.zone, confirmed=confirmed)
        text = customer_letters.text_for(conn, case_id, macro.template_id)
        letter_id = post.from_template(
            conn,
            case_id=case_id,
            template_id=text,
            address=None,
            key=key,
            author_id=acting.reader.user_id,
            now=acting.now,
        )
        texts.used(conn, letter_id, [text], acting.reader.user_id, acting.now)
    state = _step(conn, acting, case_id, macro.state)
    activity.record(conn, case_id, acting.now, "macro", acting.reader.user_id, macro=macro.name)
    return Ran(changed=tuple(macro.changes or ()), state=state, letter_id=letter_id, tasks=tasks)


def _step(conn: Connection, acting: Acting, case_id: str, to: str | None) -> str | None:
    """The macro's own step comes last: whatever the reply did to the case, it ends where the macro says."""
    if not to:
        return None
    row = moving.row_of(conn, case_id)
    return row.state if row.state == to else moving.move(conn, acting, case_id, to).state


def _step_faults(conn: Connection, acting: Acting, case_id: str, macro: Row[Any]) -> tuple[Refused, ...]:
    row = moving.row_of(conn, case_id)
    if not macro.state or row.state == macro.state:
        return ()
    for each in moving.steps(conn, acting.reader, case_id):
        if each.move.end == macro.state:
            filled = {f"/{name}" for name, value in (macro.changes or {}).items() if value not in (None, "")}
            return tuple(fault for fault in each.faults if fault.pointer not in filled)
    return (Refused("case.move_unknown", start=str(row.state), end=macro.state),)


def _task(conn: Connection, acting: Acting, case_id: str, given: Mapping[str, Any]) -> str:
    due = acting.now + float(given.get("due_in_s") or 86400)
    row = moving.row_of(conn, case_id)
    values = {
        "subject": given["subject"],
        "due_at": due,
        "party_id": row.party_id,
        "about_entity": "case",
        "about_id": case_id,
    }
    return rows.create(conn, acting, known.entity("task"), values).id


def _macro(conn: Connection, macro_id: str) -> Row[Any]:
    table = table_of(known.entity("macro"))
    query = select(table).where(table.c.id == macro_id, table.c.deleted_at.is_(None), table.c.active)
    found = conn.execute(query).one_or_none()
    if found is None:
        raise Refused("macro.unknown", Kind.MISSING, id=macro_id[:100])
    return found


def _case_of(place: Place) -> str:
    if place.case_id is None:
        raise Refused("case.unknown", Kind.MISSING, id="")
    return place.case_id
