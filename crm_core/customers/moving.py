"""Rows that refer to one customer made to refer to another, wherever they are; each change is told as an image, so that it can be undone.

What only points to the customer moves in one statement for each table. Where two rows may not be alike, each is looked at: of a number that
both have one stays, and it is the one that is in use.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Table, select, update

from crm_core.customers import images, references
from crm_core.customers.contact_points import is_current
from crm_core.customers.images import Image
from crm_core.customers.references import Reference
from crm_core.customers.relations import today
from crm_core.records.change import Acting

_ITS_OWN = frozenset({"id", "position", "created_at", "row_version"})


def move(conn: Connection, acting: Acting, survivor_id: str, merged_id: str) -> Iterable[Image]:
    """All that refers to the merged one is the survivor's, but rows that would be doubles."""
    for reference in references.to_parties(conn):
        if reference.custom:
            yield from _in_custom(conn, reference, survivor_id, merged_id)
        elif references.unique_groups(reference.table, reference.column):
            yield from _one_by_one(conn, acting, reference, survivor_id, merged_id)
        else:
            yield from images.point(conn, reference.table, reference.column, merged_id, survivor_id)


def _one_by_one(
    conn: Connection, acting: Acting, reference: Reference, survivor_id: str, merged_id: str
) -> Iterable[Image]:
    table, column = reference.table, reference.column
    for row in images.read(conn, table, column == merged_id):
        other = _in_the_way(conn, reference, row, {**row, column.name: survivor_id})
        change = None
        if other is not None and "undone_at" in row and row["at"] > other["at"]:
            # of two words on the same number the last holds
            change = images.change(
                conn, table, other, {"undone_at": acting.now, "undone_by": acting.origin.name}
            )
        elif other is not None:
            if _takes_its_place(table, row, other, acting.now):
                change = images.change(conn, table, other, _worth(reference, row, other))
            if change is not None:
                yield change
            continue  # the survivor has the same number, identifier, ...: the other's stays with the other
        if change is not None:
            yield change
        moved = images.change(conn, table, row, {column.name: survivor_id})
        if moved is not None:
            yield moved


def _in_the_way(
    conn: Connection, reference: Reference, row: Mapping[str, Any], changed: Mapping[str, Any]
) -> dict[str, Any] | None:
    """The row that may not have its like."""
    table = reference.table
    for unique in references.unique_groups(table, reference.column):
        mine = images.by_key(table, images.key_of(table, row), conn)
        if unique.where is not None and not images.read(conn, table, mine & unique.where):
            continue  # rows such as this one may be many
        same = {column.name: changed[column.name] for column in unique.columns}
        if None in same.values():
            continue
        like = images.by_key(table, same, conn)
        found = images.read(conn, table, like if unique.where is None else like & unique.where)
        if found:
            return found[0]
    return None


def _takes_its_place(table: Table, row: Mapping[str, Any], other: Mapping[str, Any], now: float) -> bool:
    """Whether the survivor's is removed, wrong or out of its dates, and the other's is not: nobody's number is lost by a merge."""
    if "deleted_at" not in row or row["deleted_at"] is not None:
        return False
    if other["deleted_at"] is not None:
        return True
    return "invalid_since" in row and is_current(row, today(now)) and not is_current(other, today(now))


def _worth(reference: Reference, row: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    kept = _ITS_OWN | {reference.column.name}
    values = {name: value for name, value in row.items() if name not in kept}
    return values | {"row_version": other["row_version"] + 1}


def _in_custom(conn: Connection, of: Reference, survivor_id: str, merged_id: str) -> Iterable[Image]:
    custom: Any = of.table.c.custom
    keys = list(of.table.primary_key.columns)
    query = select(*keys, custom).where(custom[of.custom].as_string() == merged_id)
    for row in conn.execute(query).all():
        key = {column.name: value for column, value in zip(keys, row, strict=False)}
        before = images.read(conn, of.table, images.by_key(of.table, key, conn))[0]
        where = images.by_key(of.table, key, conn)
        conn.execute(update(of.table).where(where).values(custom={**row.custom, of.custom: survivor_id}))
        after = images.read(conn, of.table, where)[0]
        yield Image(
            table=of.table.name,
            key=key,
            before={"custom": before["custom"]},
            after={"custom": after["custom"]},
        )
