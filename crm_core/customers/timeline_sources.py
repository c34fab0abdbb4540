"""What a customer's time line is made of, kind by kind; each obeys the rights of its own rows."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, cast, func, or_, select, true
from sqlalchemy.types import Text

from crm_core import rights
from crm_core.access.model import Action, Scope
from crm_core.access.scopes import readable
from crm_core.customers import relations, timeline
from crm_core.customers.timeline import Ask, Entry
from crm_core.records import known
from crm_core.records.tables import table_of
from crm_core.tables import (
    audit_detail,
    audit_event,
    case_event,
    interaction,
    letter,
    party,
    party_merge,
    party_redirect,
    queue,
    support_case,
    user_account,
)
from crm_core.tables.base import by_code_point, metadata

_I, _L, _C, _E, _A, _M = interaction.c, letter.c, support_case.c, case_event.c, audit_event.c, party_merge.c
_TOLD = ("paused", "resumed", "solved", "reopened", "breached")
"""Of a case's events those that tell its course; letters and calls in it are entries of their own."""
_CHANGES = ("created", "changed", "deleted", "put_back", "graded", "handed_over", "unmerged")
_BELONGS = ("contact_point", "party_identifier")
_EXCERPT = 300


def join() -> None:
    """All of these; a kind whose records there are not here says nothing."""
    for kind, source in (
        ("interaction", _interactions),
        ("letter", _letters),
        ("case", _cases),
        ("case_event", _case_events),
        ("task", _tasks),
        ("consent", _consents),
        ("relation", _relations),
        ("merge", _merges),
        ("change", _changes),
    ):
        timeline.add(kind, source)


def _rows(
    ask: Ask, kind: str, query: Select[Any], at: ColumnElement[Any], row_id: ColumnElement[Any]
) -> Sequence[Any]:
    placed = query.where(ask.after(kind, at, row_id))
    return ask.conn.execute(placed.order_by(at.desc(), by_code_point(row_id)).limit(ask.limit)).all()


def _interactions(ask: Ask) -> list[Entry]:
    query = (
        select(
            _I.id, _I.enqueued_at, _I.party_id, _I.medium, _I.direction, _I.subject, _I.outcome, _I.disposition, _I.note, _I.case_id,
            queue.c.name.label("queue"), user_account.c.name.label("agent"), _C.number,
        )
        .outerjoin(queue, queue.c.id == _I.queue_id)
        .outerjoin(user_account, user_account.c.id == _I.agent_id)
        .outerjoin(support_case, _C.id == _I.case_id)
        .where(_I.party_id.in_(ask.party_ids), rights.readable_interaction(ask.reader))
    )  # fmt: skip
    return [
        Entry(
            kind="interaction", id=row.id, at=row.enqueued_at, party_id=row.party_id, title=row.subject,
            detail={
                "medium": row.medium, "direction": row.direction or "in", "outcome": row.outcome, "disposition": row.disposition,
                "queue": row.queue, "agent": row.agent, "note": row.note[:_EXCERPT], "case_id": row.case_id, "case": row.number,
            },
        )
        for row in _rows(ask, "interaction", query, _I.enqueued_at, _I.id)
    ]  # fmt: skip


def _letters(ask: Ask) -> list[Entry]:
    """Those that went out, and those that came in without an interaction; one that came with one is that entry."""
    apart = or_(_L.direction == "out", _L.interaction_id.is_(None))
    of_case = support_case.alias("of_case")
    their_cases = select(_C.id).where(_C.party_id.in_(ask.party_ids))
    query = (
        select(
            _L.id,
            _L.received_at,
            func.coalesce(_L.party_id, of_case.c.party_id).label("party_id"),
            _L.direction,
            _L.subject,
            _L.text,
            _L.from_address,
            _L.to,
            _L.case_id,
            _L.interaction_id,
            user_account.c.name.label("author"),
        )
        .outerjoin(of_case, of_case.c.id == _L.case_id)
        .outerjoin(user_account, user_account.c.id == _L.author_id)
        .where(apart, or_(_L.party_id.in_(ask.party_ids), _L.case_id.in_(their_cases)), _readable_letter(ask))
    )
    return [
        Entry(
            kind="letter", id=row.id, at=row.received_at, party_id=row.party_id, title=row.subject,
            detail={
                "direction": row.direction, "from": row.from_address, "to": list(row.to), "text": row.text[:_EXCERPT],
                "author": row.author, "case_id": row.case_id, "interaction_id": row.interaction_id,
            },
        )
        for row in _rows(ask, "letter", query, _L.received_at, _L.id)
    ]  # fmt: skip


def _readable_letter(ask: Ask) -> ColumnElement[bool]:
    """As its case, else as its interaction."""
    if ask.reader.everything:
        return true()
    cases = select(_C.id).where(rights.readable_case(ask.reader))
    calls = select(_I.id).where(rights.readable_interaction(ask.reader))
    return or_(_L.case_id.in_(cases), _L.case_id.is_(None) & _L.interaction_id.in_(calls))


def _their_cases(ask: Ask) -> ColumnElement[bool]:
    return _C.party_id.in_(ask.party_ids) & readable(known.entity("case"), ask.reader)


def _cases(ask: Ask) -> list[Entry]:
    query = select(_C.id, _C.created_at, _C.party_id, _C.subject, _C.number, _C.status).where(
        _their_cases(ask)
    )
    return [
        Entry(
            kind="case", id=row.id, at=row.created_at, party_id=row.party_id, title=row.subject,
            detail={"number": row.number, "status": row.status, "case_id": row.id},
        )
        for row in _rows(ask, "case", query, _C.created_at, _C.id)
    ]  # fmt: skip


def _case_events(ask: Ask) -> list[Entry]:
    event_id = cast(_E.seq, Text)
    query = (
        select(
            event_id.label("id"),
            _E.at,
            _C.party_id,
            _C.subject,
            _C.number,
            _C.id.label("case_id"),
            _E.kind,
            _E.milestone,
        )
        .join(support_case, _C.id == _E.case_id)
        .where(_E.kind.in_(_TOLD), _their_cases(ask))
    )
    return [
        Entry(
            kind="case_event", id=row.id, at=row.at, party_id=row.party_id, title=row.subject,
            detail={"number": row.number, "event": row.kind, "case_id": row.case_id, "milestone": row.milestone},
        )
        for row in _rows(ask, "case_event", query, _E.at, event_id)
    ]  # fmt: skip


def _tasks(ask: Ask) -> list[Entry]:
    """What is to be done stands at the time for which it is planned, what is done at the time when it was."""
    entity = known.named("task")
    if entity is None:
        return []
    row = table_of(entity).c
    at = func.coalesce(row.done_at, row.due_at, row.created_at)
    query = (
        select(
            row.id,
            at.label("at"),
            row.party_id,
            row.subject,
            row.kind,
            row.status,
            user_account.c.name.label("owner"),
        )
        .outerjoin(user_account, user_account.c.id == row.owner_id)
        .where(row.party_id.in_(ask.party_ids), readable(entity, ask.reader))
    )
    return [
        Entry(
            kind="task", id=each.id, at=each.at, party_id=each.party_id, title=each.subject,
            detail={"kind": each.kind, "status": each.status, "owner": each.owner},
            planned=each.status not in ("done", "cancelled"),
        )
        for each in _rows(ask, "task", query, at, row.id)
    ]  # fmt: skip


def _consents(ask: Ask) -> list[Entry]:
    entity = known.entity("consent")
    row = table_of(entity).c
    query = select(row.id, row.at, row.party_id, row.purpose, row.channel, row.state).where(
        row.party_id.in_(ask.party_ids), readable(entity, ask.reader)
    )
    return [
        Entry(
            kind="consent", id=each.id, at=each.at, party_id=each.party_id, title="",
            detail={"purpose": each.purpose, "channel": each.channel, "state": each.state},
        )
        for each in _rows(ask, "consent", query, row.at, row.id)
    ]  # fmt: skip


def _relations(ask: Ask) -> list[Entry]:
    """When a relation was entered; when it begins and ends is told with it."""
    row, one, other = relations.table().c, party.alias("one"), party.alias("the_other")
    theirs = select(party.c.id).where(readable(known.entity("party"), ask.reader))
    query = (
        select(row.id, row.created_at, row.type, row.role, row.valid_from, row.valid_until, row.from_id, row.to_id,
               one.c.name.label("one"), other.c.name.label("other"))
        .join(one, one.c.id == row.from_id)
        .join(other, other.c.id == row.to_id)
        .where(
            or_(row.from_id.in_(ask.party_ids), row.to_id.in_(ask.party_ids)),
            row.deleted_at.is_(None), row.from_id.in_(theirs), row.to_id.in_(theirs),
        )
    )  # fmt: skip
    return [
        Entry(
            kind="relation", id=each.id, at=each.created_at, party_id=each.from_id if each.from_id in ask.party_ids else each.to_id,
            title=f"{each.one} · {each.other}",
            detail={
                "type": each.type, "one": each.one, "other": each.other, "role": each.role,
                "valid_from": each.valid_from, "valid_until": each.valid_until,
            },
        )
        for each in _rows(ask, "relation", query, row.created_at, row.id)
    ]  # fmt: skip


def _merges(ask: Ask) -> list[Entry]:
    query = select(party_merge).where(_M.survivor_id.in_(ask.party_ids))
    return [
        Entry(
            kind="merge", id=row.id, at=row.at, party_id=row.survivor_id, title=row.merged_name,
            detail={"merged_id": row.merged_id, "by": row.by_name, "undone_at": row.undone_at},
        )
        for row in _rows(ask, "merge", query, _M.at, _M.id)
    ]  # fmt: skip


def _changes(ask: Ask) -> list[Entry]:
    """What was written about them, by the audit chain; values of fields that one may not read are left out."""
    event_id = cast(_A.seq, Text)
    redirected = select(party_redirect.c.from_id).where(party_redirect.c.to_id.in_(ask.party_ids))
    own = (_A.entity == "party") & or_(_A.object_id.in_(ask.party_ids), _A.object_id.in_(redirected))
    belonging = [
        (_A.entity == name)
        & _A.object_id.in_(
            select(metadata.tables[name].c.id).where(metadata.tables[name].c.party_id.in_(ask.party_ids))
        )
        for name in _BELONGS
        if ask.reader.scope(name, Action.READ) is not Scope.NONE
    ]
    query = (
        select(event_id.label("id"), _A.at, _A.actor, _A.action, _A.entity, _A.object_id, audit_detail.c.body)
        .outerjoin(audit_detail, audit_detail.c.seq == _A.seq)
        .where(_A.action.in_(_CHANGES), or_(own, *belonging))
    )
    return [
        Entry(
            kind="change", id=row.id, at=row.at, party_id=row.object_id if row.entity == "party" else ask.party_ids[0],
            title=row.action,
            detail={"by": row.actor, "action": row.action, "entity": row.entity, "changes": _changed(ask, row)},
        )
        for row in _rows(ask, "change", query, _A.at, event_id)
    ]  # fmt: skip


def _changed(ask: Ask, row: Any) -> dict[str, Any]:
    if row.body is None:
        return {}
    changes = json.loads(row.body).get("changes") or {}
    hidden = ask.reader.hidden(row.entity)
    return {name: values for name, values in changes.items() if name not in hidden}
