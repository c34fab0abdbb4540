"""Merges taken back: every row as it was, and whatever was changed since is told and left as it is now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, or_, select, update

from config.errors import Kind, Refused
from crm_core import audit
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.customers import images, merge
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.tables import party_merge, party_merge_image

_M = party_merge.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What was made one, by whom, and whether it was taken back."""

    id: str
    survivor_id: str
    merged_id: str
    survivor_name: str
    merged_name: str
    at: float
    by_name: str
    undone_at: float | None
    undone_by: str | None


_COLUMNS = [_M[name] for name in Merge.__dataclass_fields__]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedSince:
    """A row that was changed or removed after the merge: these columns were left as they are now (none: the row is gone)."""

    table: str
    key: Mapping[str, Any]
    columns: tuple[str, ...]


def of_party(conn: Connection, party_id: str) -> list[Merge]:
    """Those that this customer came out of or went into, the latest first."""
    mine = or_(_M.survivor_id == party_id, _M.merged_id == party_id)
    rows = conn.execute(select(*_COLUMNS).where(mine).order_by(_M.at.desc(), _M.id.desc()).limit(100))
    return [Merge(**row._asdict()) for row in rows]


def of_id(conn: Connection, merge_id: str) -> Merge:
    """`Refused` for an unknown one."""
    row = conn.execute(select(*_COLUMNS).where(_M.id == merge_id)).one_or_none()
    if row is None:
        raise Refused("merge.unknown", Kind.MISSING, id=merge_id[:100])
    return Merge(**row._asdict())


def undo(conn: Connection, acting: Acting, merge_id: str) -> list[ChangedSince]:
    """Take a merge back. `Refused` for an unknown one, one that was undone, and one of whose customers was merged again since: the later
    one is undone first."""
    done = _must_be_undoable(conn, acting.reader, merge_id)
    row = party_merge_image.c
    query = select(party_merge_image).where(row.merge_id == merge_id).order_by(row.position.desc())
    changed = [told for image in conn.execute(query).all() for told in _put_back(conn, image)]
    stamps = {"undone_at": acting.now, "undone_by": acting.origin.name}
    conn.execute(update(party_merge).where(_M.id == merge_id).values(**stamps))
    merge.indexed(conn, acting, done.survivor_id, done.merged_id)
    detail = {
        "merge": merge_id,
        "changed_since": [[each.table, dict(each.key), list(each.columns)] for each in changed],
    }
    for party_id in (done.survivor_id, done.merged_id):
        audit.record(
            conn,
            audit.Entry(
                at=acting.now,
                origin=acting.origin,
                action="unmerged",
                entity="party",
                object_id=party_id,
                detail=detail,
            ),
        )
    return changed


def _must_be_undoable(conn: Connection, reader: Reader, merge_id: str) -> Any:
    entity = known.entity("party")
    lists.must(reader, entity, Action.DELETE)
    done = conn.execute(select(party_merge).where(_M.id == merge_id)).one_or_none()
    if done is None:
        raise Refused("merge.unknown", Kind.MISSING, id=merge_id[:100])
    lists.must_reach(conn, reader, entity, done.survivor_id, Action.UPDATE)
    if done.undone_at is not None:
        raise Refused("merge.undone")
    both = (done.survivor_id, done.merged_id)
    later = select(_M.id).where(
        _M.id != merge_id,
        _M.undone_at.is_(None),
        or_(_M.survivor_id.in_(both), _M.merged_id.in_(both)),
        or_(_M.at > done.at, (_M.at == done.at) & (_M.id > merge_id)),
    )
    if (after := conn.execute(later.order_by(_M.at.desc())).scalars().first()) is not None:
        raise Refused("merge.later_first", merge=after)
    return done


def _put_back(conn: Connection, image: Any) -> Iterator[ChangedSince]:
    """Rows as they were, but for columns that are not as the merge left them."""
    table = images.named(image.table_name)
    if images.is_of_many(image.key):
        others, gone = images.point_back(conn, table, image.key, image.before, image.after)
        for keys, columns in ((others, tuple(image.before)), (gone, ())):
            yield from (ChangedSince(table=table.name, key=key, columns=columns) for key in keys)
    elif (told := _put_one_back(conn, table, image)) is not None:
        yield told


def _put_one_back(conn: Connection, table: Table, image: Any) -> ChangedSince | None:
    found = images.read(conn, table, images.by_key(table, image.key, conn))
    if not found:
        return _restore_gone(conn, table, image)
    if image.before is None:
        images.unmake(conn, table, image.key)
        return None
    row = found[0]
    if not image.after:
        return ChangedSince(table=table.name, key=image.key, columns=tuple(image.before))
    changed = images.differing(row, image.after)
    # a row that was written since has a version of its own, and a moment: these are no change that anybody made
    stamps = {"updated_at", "row_version"}
    restored = {name: value for name, value in image.before.items() if name not in changed}
    if restored:
        images.write(conn, table, image.key, restored)
    told = tuple(sorted(set(changed) - stamps)) or tuple(sorted(changed))
    return ChangedSince(table=table.name, key=image.key, columns=told) if changed else None


def _restore_gone(conn: Connection, table: Any, image: Any) -> ChangedSince | None:
    """A row that the merge itself took off is made again; one that somebody removed since stays removed."""
    if image.before is not None and not image.after:
        images.make(conn, table, image.before)
        return None
    if image.before is None:
        return None
    return ChangedSince(table=table.name, key=image.key, columns=())
