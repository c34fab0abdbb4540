"""Records that lack what they must have: on the list until somebody has completed them, and off it in the very moment they are."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, select, tuple_, update

from config.errors import Kind, Refused
from crm_core.access.reader import Reader
from crm_core.access.scopes import readable
from crm_core.many import ManyRows
from crm_core.paging import Page, from_cursor, to_cursor
from crm_core.records import known
from crm_core.records.change import Change
from crm_core.records.declared import CUSTOM_PREFIX, Field
from crm_core.records.shape import declared, named_columns, shape_of
from crm_core.tables import contact_point, party, repair_item
from crm_core.tables.base import metadata

CONTACT: Mapping[str, tuple[str, ...]] = {
    "contact": ("phone", "sms", "email", "fax", "postal", "web_id"),
    "phone": ("phone", "sms"),
    "email": ("email",),
    "postal": ("postal",),
}
"""What may be required beside fields: a way to reach them, by kinds any of which will do."""
_I, _P = repair_item.c, party.c
_NEW = ManyRows(repair_item, "party_id", "lacking", "since")
_EMPTY: tuple[Any, ...] = (None, "", (), [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Incomplete:
    """A customer and what the record lacks, by field."""

    party_id: str
    name: str
    kind: str
    lacking: tuple[str, ...]
    since: float


def required(conn: Connection) -> dict[str, list[str]]:
    """By kind of customer what a record must have."""
    row = metadata.tables["repair_rule"].c
    query = (
        select(row.kind, row.lacking)
        .where(row.active.is_(True), row.deleted_at.is_(None))
        .order_by(row.lacking)
    )
    found: dict[str, list[str]] = {}
    for each in conn.execute(query):
        found.setdefault(each.kind, []).append(each.lacking)
    return found


def look(conn: Connection, party_id: str, now: float) -> None:
    """After a change: onto the list, or off it."""
    rows = conn.execute(select(party).where(_P.id == party_id, _P.deleted_at.is_(None))).all()
    keep(conn, [party_id], lacking(conn, rows, required(conn)), now)


def look_after(conn: Connection, changes: Sequence[Change], now: float) -> None:
    """The same for many at once, from what was written: a new record is not on the list yet, and nothing is read again."""
    rules = required(conn)
    there = {each.id: each.after for each in changes if each.after.get("deleted_at") is None}
    found = _lacking(conn, there, rules)
    listed_before = [each.id for each in changes if each.before is not None]
    _keep(conn, _on_list(conn, listed_before), found, now)


def lacking(
    conn: Connection, rows: Sequence[Any], rules: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """What these records (of `party`) lack; complete ones are not in it."""
    values = [named_columns(row) for row in rows]
    return _lacking(conn, {each["id"]: {**(each["custom"] or {}), **each} for each in values}, rules)


def _lacking(
    conn: Connection, records: Mapping[str, Mapping[str, Any]], rules: Mapping[str, Sequence[str]]
) -> dict[str, tuple[str, ...]]:
    """`records`: values of all fields, by id."""
    names = {name for of_kind in rules.values() for name in of_kind}
    if not records or not names:
        return {}
    fields = {each.name: each for each in _fields(conn, names)}
    reached = _reached(conn, list(records)) if names & set(CONTACT) else {}

    def has(party_id: str, record: Mapping[str, Any], name: str) -> bool:
        if name in CONTACT:
            return bool(reached.get(party_id, set()) & set(CONTACT[name]))
        field = fields.get(name)
        # a field that was taken away since the rule was made is not missing
        return field is None or not field.is_for(record["kind"]) or record.get(name) not in _EMPTY

    found = {
        party_id: tuple(name for name in rules.get(record["kind"], ()) if not has(party_id, record, name))
        for party_id, record in records.items()
    }
    return {party_id: lacks for party_id, lacks in found.items() if lacks}


def _fields(conn: Connection, names: Set[str]) -> Sequence[Field]:
    of = known.entity("party")
    return (
        shape_of(conn, of).fields if any(name.startswith(CUSTOM_PREFIX) for name in names) else declared(of)
    )


def keep(conn: Connection, looked_at: Sequence[str], found: Mapping[str, tuple[str, ...]], now: float) -> int:
    """Bring the list in step with what was found of these; how many are on it."""
    _keep(conn, _on_list(conn, looked_at), found, now)
    return len(found)


def _on_list(conn: Connection, party_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    if not party_ids:
        return {}
    query = select(_I.party_id, _I.lacking).where(_I.party_id.in_(party_ids))
    return {each.party_id: each.lacking for each in conn.execute(query)}


def _keep(
    conn: Connection,
    on_list: Mapping[str, tuple[str, ...]],
    found: Mapping[str, tuple[str, ...]],
    now: float,
) -> None:
    gone = [party_id for party_id in on_list if party_id not in found]
    if gone:
        conn.execute(delete(repair_item).where(_I.party_id.in_(gone)))
    new = [
        {"party_id": party_id, "lacking": names, "since": now}
        for party_id, names in found.items()
        if party_id not in on_list
    ]
    _NEW.run(conn, new)
    for party_id, names in found.items():
        if on_list.get(party_id, names) != names:
            conn.execute(update(repair_item).where(_I.party_id == party_id).values(lacking=names))


def listed(
    conn: Connection, reader: Reader, *, limit: int = 50, cursor: str | None = None
) -> Page[Incomplete]:
    """Those that they may read, the longest incomplete first."""
    query = (
        select(_I.party_id, _P.name, _P.kind, _I.lacking, _I.since)
        .join(party, _P.id == _I.party_id)
        .where(readable(known.entity("party"), reader))
    )
    if cursor is not None:
        since, last = from_cursor(cursor, 2)
        query = query.where(tuple_(_I.since, _I.party_id) > tuple_(_moment(since), last))
    rows = conn.execute(query.order_by(_I.since, _I.party_id).limit(limit + 1)).all()
    last_row = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=tuple(Incomplete(**row._asdict()) for row in rows[:limit]),
        next_cursor=to_cursor(repr(last_row.since), last_row.party_id) if last_row else None,
    )


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise Refused("cursor.unknown", Kind.INVALID, pointer="/cursor") from error


def _reached(conn: Connection, ids: Sequence[str]) -> dict[str, set[str]]:
    point = contact_point.c
    query = select(point.party_id, point.kind).where(
        point.party_id.in_(ids), point.deleted_at.is_(None), point.invalid_since.is_(None)
    )
    found: dict[str, set[str]] = {}
    for each in conn.execute(query):
        found.setdefault(each.party_id, set()).add(each.kind)
    return found
