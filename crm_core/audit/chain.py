"""The chain: each event's hash covers the one before, so that what was changed, taken out or put in afterwards shows.

What an event tells in detail (values before and after, filters, addresses) is a row of its own, of which the chain holds only a salted
digest: erasing a person takes the detail away and leaves the chain whole.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select, update

from crm_core.many import ManyRows
from crm_core.tables import audit_detail, audit_event, audit_head, inserting

GENESIS = "0" * 64
_AT_ONCE = 1000
_SALT = 16
"""Bytes."""
_E, _H = audit_event.c, audit_head.c
_told = json.JSONEncoder(ensure_ascii=True, default=str, separators=(",", ":")).encode
_EVENT, _DETAIL = ManyRows(audit_event), ManyRows(audit_detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who acts, and from where. `via`: console, api, import, portal, command, system; `request_id` is the answer's."""

    user_id: str | None
    name: str
    via: str
    address: str = ""
    request_id: str = ""


THE_SYSTEM = Origin(user_id=None, name="system", via="system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was done: `entity` and `object_id` say to what; `detail` is JSON."""

    at: float
    origin: Origin
    action: str
    entity: str
    object_id: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How far the chain holds: the number of events, and the first that is wrong (None: all are right)."""

    events: int
    broken_at: int | None


def record(conn: Connection, entry: Entry) -> int:
    """Append an event in the caller's unit; its place in the chain."""
    return record_all(conn, [entry])


def record_all(conn: Connection, entries: Sequence[Entry]) -> int:
    """Append events in this order, in few statements; the place of the last."""
    conn.execute(
        inserting(conn, audit_head).values(name="audit", seq=0, hash=GENESIS).on_conflict_do_nothing()
    )
    # the update comes first: on PostgreSQL it holds the row until the commit, so that two nodes append one after another
    moved = update(audit_head).values(seq=_H.seq + len(entries)).returning(_H.seq, _H.hash)
    head = conn.execute(moved).one()
    events: list[dict[str, Any]] = []
    details: list[dict[str, Any]] = []
    previous, chance = head.hash, os.urandom(_SALT * len(entries))
    for place, entry in enumerate(entries):
        seq = head.seq - len(entries) + 1 + place
        salt, body = chance[_SALT * place : _SALT * (place + 1)], _body(entry)
        values = {
            "seq": seq,
            "at": entry.at,
            "actor_id": entry.origin.user_id,
            "actor": entry.origin.name,
            "via": entry.origin.via,
            "action": entry.action,
            "entity": entry.entity,
            "object_id": entry.object_id,
            "digest": _digest(salt, body),
            "previous": previous,
        }
        previous = _hash(values)
        events.append(values | {"hash": previous})
        details.append({"seq": seq, "salt": salt, "body": body})
    if entries:
        _EVENT.run(conn, events)
        _DETAIL.run(conn, details)
        conn.execute(update(audit_head).values(hash=previous))
    return int(head.seq)


def verify(conn: Connection) -> Verdict:
    """Walk the whole chain; details that are there must match their digests, and the last event must be the head."""
    previous, expected = GENESIS, 0
    for row in _events(conn):
        expected += 1
        if row.seq != expected or row.previous != previous or not _intact(row):
            return Verdict(events=expected, broken_at=expected)
        previous = row.hash
    head = conn.execute(select(_H.seq, _H.hash)).one_or_none()
    whole = (0, GENESIS) if head is None else (head.seq, head.hash)
    return Verdict(events=expected, broken_at=None if whole == (expected, previous) else expected + 1)


def _events(conn: Connection) -> Iterator[Row[Any]]:
    """All in order, some at a time: a chain of years is not held in memory."""
    detail = audit_detail.c
    query = (
        select(audit_event, detail.salt, detail.body)
        .outerjoin(audit_detail, detail.seq == _E.seq)
        .order_by(_E.seq)
    )
    place = 0
    while rows := conn.execute(query.where(_E.seq > place).limit(_AT_ONCE)).all():
        yield from rows
        place = rows[-1].seq


def _intact(row: Row[Any]) -> bool:
    values = {name: getattr(row, name) for name in _COVERED}
    told = row.salt is None or _digest(row.salt, row.body) == row.digest
    return bool(told and _hash(values) == row.hash)


_COVERED = ("seq", "at", "actor_id", "actor", "via", "action", "entity", "object_id", "digest", "previous")


def _hash(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(_told([values[name] for name in _COVERED]).encode()).hexdigest()


def _digest(salt: bytes, body: str) -> str:
    return hashlib.sha256(salt + body.encode()).hexdigest()


def _body(entry: Entry) -> str:
    origin = {"address": entry.origin.address, "request_id": entry.origin.request_id}
    told = dict(entry.detail) | {name: value for name, value in origin.items() if value}
    return _told(told)
