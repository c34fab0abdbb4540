"""What names an erased person and hangs on nothing of theirs: searches and lists in the audit trail, answers that are kept for repeated
requests, cells of imported files.

Whole tables are read for it. So the erasure only notes whom to look for, in its own unit; the looking is done afterwards on a reader, a
stretch at a time, and what is found goes in small units. The note goes last: a server that dies goes on with it.
"""

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    case,
    cast,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from config.ids import new_id
from crm_core.privacy.person import Person, among, among_keys
from crm_core.privacy.spoken import Spoken, spoken
from crm_core.records.filters import escaped
from crm_core.store import Store
from crm_core.tables import answered_request, audit_detail, audit_event, forgetting, import_row
from crm_core.transfer.told import CHANGED_SINCE

STRETCH = 20_000
"""Rows that one look goes over."""
AT_ONCE = 200
"""Rows of one unit."""
_E, _D, _A, _R = audit_event.c, audit_detail.c, answered_request.c, import_row.c
Keys = list[tuple[Any, ...]]
Look = Callable[[Connection], Keys]


class Take(Protocol):
    """What becomes of rows that were found."""

    def __call__(self, conn: Connection, found: Keys) -> None: ...


def note(conn: Connection, found: Person, ids: Iterable[str]) -> None:
    """In the unit that erases: whom to look for."""
    about = {"party_id": found.id, "name": found.name, "reached": sorted(found.words), "ids": sorted(ids)}
    conn.execute(insert(forgetting).values(id=new_id(), about=about))


async def forget(store: Store) -> int:
    """Look for all who were noted; how many rows went or lost their words."""
    done = 0
    for each in await store.read(lambda c: c.execute(select(forgetting)).all()):
        whom = spoken(**each.about)
        for look, take in await store.read(partial(_looks, whom=whom)):
            found = await store.read(look)
            for start in range(0, len(found), AT_ONCE):
                await store.write(partial(take, found=found[start : start + AT_ONCE]))
            done += len(found)
        await store.write(partial(_noted_no_more, note_id=each.id))
    return done


def _noted_no_more(conn: Connection, note_id: str) -> None:
    conn.execute(delete(forgetting).where(forgetting.c.id == note_id))


def _looks(conn: Connection, whom: Spoken) -> list[tuple[Look, Take]]:
    """Where to look, stretch by stretch, and what becomes of what is found."""
    last = conn.execute(select(func.max(_D.seq))).scalar() or 0
    looks: list[tuple[Look, Take]] = [
        (partial(_in_audit, whom=whom, first=first), _drop_details) for first in range(1, last + 1, STRETCH)
    ]
    looks.append((partial(_in_answers, whom=whom), _drop_answers))
    for batch, rows in conn.execute(select(_R.batch, func.max(_R.row)).group_by(_R.batch)).all():
        looks += [
            (partial(_in_import, whom=whom, batch=batch, first=first), _blank_rows)
            for first in range(0, rows + 1, STRETCH)
        ]
    return looks


def _in_audit(conn: Connection, whom: Spoken, first: int) -> Keys:
    """Of lists, searches, exports: what was done to a row is found by the row."""
    query = (
        select(_D.seq, _D.body)
        .join(audit_event, _E.seq == _D.seq)
        .where(_D.seq.between(first, first + STRETCH - 1), _E.object_id.is_(None), _may_name(_D.body, whom))
    )
    return [(row.seq,) for row in conn.execute(query) if whom.named_in(json.loads(row.body))]


def _drop_details(conn: Connection, found: Keys) -> None:
    conn.execute(delete(audit_detail).where(or_(*among_keys(audit_detail, found))))


def _in_answers(conn: Connection, whom: Spoken) -> Keys:
    query = select(_A.user_id, _A.key, _A.body).where(_may_name(cast(_A.body, Text), whom))
    return [(row.user_id, row.key) for row in conn.execute(query) if whom.named_in(row.body)]


def _drop_answers(conn: Connection, found: Keys) -> None:
    conn.execute(delete(answered_request).where(or_(*among_keys(answered_request, found))))


def _in_import(conn: Connection, whom: Spoken, batch: int, first: int) -> Keys:
    """What an update of their rows replaced, and the cells of rows that were not taken."""
    spelt = or_(_may_name(_R.before, whom), _may_name(_R.given, whom), *among(_R.record_id, whom.ids))
    query = select(_R.batch, _R.row, _R.record_id, _R.before, _R.given).where(
        _R.batch == batch,
        _R.row.between(first, first + STRETCH - 1),
        or_(_R.before.is_not(None), _R.given.is_not(None)),
        spelt,
    )
    return [(row.batch, row.row) for row in conn.execute(query) if _names(row, whom)]


def _names(row: Any, whom: Spoken) -> bool:
    told = [json.loads(text) for text in (row.before, row.given) if text is not None]
    return row.record_id in whom.ids or any(whom.named_in(each) for each in told)


def _blank_rows(conn: Connection, found: Keys) -> None:
    """Without what was before there is nothing to go back to: the import is taken back without these."""
    kept = case((_R.before.is_not(None), CHANGED_SINCE), else_=_R.undo)
    blank = {"given": None, "before": None, "params": None, "undo": func.coalesce(_R.undo, kept)}
    conn.execute(update(import_row).where(or_(*among_keys(import_row, found))).values(**blank))


def _may_name(body: Any, whom: Spoken) -> ColumnElement[bool]:
    """What the database can tell, in whatever case and in both spellings of JSON: more than what is meant."""
    spelt = {each for text in whom.spellings for each in (text.lower(), json.dumps(text)[1:-1].lower())}
    return or_(false(), *(func.lower(body).like(f"%{escaped(each)}%", escape="\\") for each in sorted(spelt)))
