"""Two customers made one, so that it can be undone.

The survivor keeps its id. Field by field somebody chooses whose value stays; everything that refers to the other is moved, wherever it is;
the other is removed and its id leads to the survivor from then on. Each row that is touched is kept as it was, raw, in the same unit.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import audit, jobs
from crm_core.access.model import Action
from crm_core.customers import images, moving, redirects, repair
from crm_core.customers.images import Image
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.records.shape import shape_of
from crm_core.search import index
from crm_core.tables import (
    duplicate_candidate,
    interaction,
    interaction_match,
    party,
    party_merge,
    party_merge_image,
    party_redirect,
    repair_item,
)
from crm_core.tables.base import metadata
from crm_core.tables.work import STILL_OPEN

REINDEX = "reindex_people"
PEOPLE_AT_ONCE = 50
_UNTOUCHED = frozenset(
    {"id", "created_at", "updated_at", "row_version", "deleted_at", "custom", "sought", "kind"}
)


def merge(
    conn: Connection, acting: Acting, survivor_id: str, merged_id: str, choice: Iterable[str] = ()
) -> str:
    """Make two one; the id of the merge. `choice` names the fields whose value comes from the one that goes; what the survivor lacks
    comes from there anyway. `Refused` for customers of different kinds, or that somebody may not change."""
    survivor_id = redirects.survivor_of(conn, survivor_id) or survivor_id
    merged_id = redirects.survivor_of(conn, merged_id) or merged_id
    survivor, merged = _both(conn, acting, survivor_id, merged_id)
    fields = _chosen(conn, acting, survivor, merged, frozenset(choice))
    done: list[Image] = [*moving.move(conn, acting, survivor_id, merged_id)]
    done += _tidied(conn, survivor_id)
    done += _settled(conn, survivor_id, merged_id, acting.now)
    done += _gone(conn, survivor_id, merged_id, acting.now)
    done += _of_survivor(conn, survivor_id, merged_id, fields, acting.now)
    done += _of_list(conn, survivor_id, merged_id, acting.now)
    merge_id = _kept(conn, acting, survivor, merged, done)
    indexed(conn, acting, survivor_id, merged_id)
    detail = {
        "merge": merge_id,
        "merged": merged_id,
        "taken": sorted(fields),
        "rows": sum(each.rows for each in done),
    }
    for party_id in (survivor_id, merged_id):
        entry = audit.Entry(
            at=acting.now,
            origin=acting.origin,
            action="merged",
            entity="party",
            object_id=party_id,
            detail=detail,
        )
        audit.record(conn, entry)
    return merge_id


def _both(conn: Connection, acting: Acting, survivor_id: str, merged_id: str) -> tuple[Any, Any]:
    entity = known.entity("party")
    lists.must(acting.reader, entity, Action.DELETE)
    if survivor_id == merged_id:
        raise Refused("merge.same", Kind.INVALID, pointer="/merged_id")
    for party_id, action in ((survivor_id, Action.UPDATE), (merged_id, Action.DELETE)):
        lists.row_of(conn, entity, party_id)
        lists.may(conn, acting.reader, entity, party_id, action)
    survivor, merged = (lists.row_of(conn, entity, each) for each in (survivor_id, merged_id))
    if survivor.kind != merged.kind:
        raise Refused("merge.kinds", Kind.INVALID, pointer="/merged_id")
    return survivor, merged


def _chosen(
    conn: Connection, acting: Acting, survivor: Any, merged: Any, choice: frozenset[str]
) -> dict[str, str]:
    """The columns and custom fields that come from the merged one, by name: `column` or `custom`."""
    shape = shape_of(conn, known.entity("party"))
    fields = {field.name: field for field in shape.fields if field.name not in _UNTOUCHED}
    unknown = choice - set(fields)
    if unknown:
        raise Refused("field.unknown", Kind.INVALID, pointer="/take", field=min(unknown)[:100])
    taken = {}
    for name, field in fields.items():
        mine, theirs = (lists.values_of(row, [field])[name] for row in (survivor, merged))
        lacking = mine in (None, "", ()) and theirs not in (None, "", ())
        if (name in choice or lacking) and mine != theirs:
            taken[name] = "custom" if field.custom else "column"
    return taken


def _tidied(conn: Connection, survivor_id: str) -> Iterable[Image]:
    """Nobody works for, reports to or belongs to themselves, and one number of a kind is preferred."""
    relation = metadata.tables["relationship"]
    own = (relation.c.from_id == survivor_id) & (relation.c.to_id == survivor_id)
    for row in images.read(conn, relation, own & relation.c.deleted_at.is_(None)):
        image = images.change(conn, relation, row, {"deleted_at": row["updated_at"]})
        if image is not None:
            yield image
    yield from _one_primary(conn, survivor_id)


def _one_primary(conn: Connection, survivor_id: str) -> Iterable[Image]:
    for name, column, kind in (("contact_point", "party_id", "kind"), ("relationship", "from_id", "type")):
        table = metadata.tables[name]
        mine = (table.c[column] == survivor_id) & table.c.is_primary.is_(True) & table.c.deleted_at.is_(None)
        seen: set[str] = set()
        for row in sorted(images.read(conn, table, mine), key=lambda each: (each["created_at"], each["id"])):
            if row[kind] in seen:
                image = images.change(conn, table, row, {"is_primary": False})
                if image is not None:
                    yield image
            seen.add(row[kind])


def _settled(conn: Connection, survivor_id: str, merged_id: str, now: float) -> Iterable[Image]:
    """The pair is decided."""
    row = duplicate_candidate.c
    a, b = sorted((survivor_id, merged_id))
    for each in images.read(conn, duplicate_candidate, (row.party_a == a) & (row.party_b == b)):
        image = images.change(conn, duplicate_candidate, each, {"state": "merged", "decided_at": now})
        if image is not None:
            yield image


def _gone(conn: Connection, survivor_id: str, merged_id: str, now: float) -> Iterable[Image]:
    (before,) = images.read(conn, party, party.c.id == merged_id)
    image = images.change(
        conn, party, before, {"deleted_at": now, "updated_at": now, "row_version": before["row_version"] + 1}
    )
    if image is not None:
        yield image
    redirect = {"from_id": merged_id, "to_id": survivor_id, "at": now}
    images.make(conn, party_redirect, redirect)
    yield Image(table=party_redirect.name, key={"from_id": merged_id}, before=None, after=redirect)


def _of_survivor(
    conn: Connection, survivor_id: str, merged_id: str, fields: Mapping[str, str], now: float
) -> Iterable[Image]:
    (row,) = images.read(conn, party, party.c.id == survivor_id)
    (other,) = images.read(conn, party, party.c.id == merged_id)
    values = {name: other[name] for name, where in fields.items() if where == "column"}
    if "name" in values:
        values["sought"] = other["sought"]
    if values.get("organisation_id", row["organisation_id"]) == survivor_id:
        values["organisation_id"] = None
    values |= {"updated_at": now, "row_version": row["row_version"] + 1}
    image = images.change(conn, party, row, values)
    if image is not None:
        yield image
    custom = [name for name, where in fields.items() if where == "custom"]
    if custom:
        yield _custom_of_survivor(conn, survivor_id, merged_id, custom)


def _custom_of_survivor(conn: Connection, survivor_id: str, merged_id: str, names: Iterable[str]) -> Image:
    values = {
        row.id: row.custom
        for row in conn.execute(
            select(party.c.id, party.c.custom).where(party.c.id.in_((survivor_id, merged_id)))
        )
    }
    both = {**values[survivor_id], **{name: values[merged_id].get(name) for name in names}}
    before = images.read(conn, party, party.c.id == survivor_id)[0]["custom"]
    conn.execute(update(party).where(party.c.id == survivor_id).values(custom=both))
    after = images.read(conn, party, party.c.id == survivor_id)[0]["custom"]
    return Image(
        table=party.name, key={"id": survivor_id}, before={"custom": before}, after={"custom": after}
    )


def _of_list(conn: Connection, survivor_id: str, merged_id: str, now: float) -> Iterable[Image]:
    """The repair list: the survivor is looked at anew; what that did is kept like everything else."""
    where = repair_item.c.party_id.in_((survivor_id, merged_id))
    before = {row["party_id"]: row for row in images.read(conn, repair_item, where)}
    repair.look(conn, survivor_id, now)
    repair.look(conn, merged_id, now)
    after = {row["party_id"]: row for row in images.read(conn, repair_item, where)}
    for party_id in sorted({*before, *after}):
        if before.get(party_id) != after.get(party_id):
            yield Image(
                table=repair_item.name,
                key={"party_id": party_id},
                before=before.get(party_id),
                after=after.get(party_id) or {},
            )


def _kept(conn: Connection, acting: Acting, survivor: Any, merged: Any, done: Iterable[Image]) -> str:
    merge_id = new_id()
    conn.execute(
        insert(party_merge).values(
            id=merge_id,
            survivor_id=survivor.id,
            merged_id=merged.id,
            survivor_name=survivor.name,
            merged_name=merged.name,
            at=acting.now,
            by_id=acting.reader.user_id or None,
            by_name=acting.origin.name,
        )
    )
    rows = [
        {
            "merge_id": merge_id,
            "position": position,
            "table_name": image.table,
            "key": dict(image.key),
            "before": None if image.before is None else dict(image.before),
            "after": dict(image.after),
        }
        for position, image in enumerate(done)
    ]
    conn.execute(insert(party_merge_image), rows)
    return merge_id


def indexed(conn: Connection, acting: Acting, *party_ids: str) -> None:
    """Search follows: both, and the people who have the one as their organisation's name. Of many people as a job, step by step: whoever
    calls meanwhile does not wait for an organisation's ten thousand."""
    people = select(party.c.id).where(party.c.organisation_id.in_(party_ids)).limit(PEOPLE_AT_ONCE + 1)
    found = list(conn.execute(people).scalars())
    index.refresh_many(conn, "party", [*party_ids, *found[:PEOPLE_AT_ONCE]])
    if len(found) > PEOPLE_AT_ONCE:
        jobs.ask(conn, acting, REINDEX, {"organisations": sorted(party_ids)})


def next_people(conn: Connection, organisations: Sequence[str], after: str) -> list[str]:
    """The next whose words in the index name one of these organisations."""
    row = party.c
    query = select(row.id).where(row.organisation_id.in_(list(organisations)), row.id > after)
    return list(conn.execute(query.order_by(row.id).limit(PEOPLE_AT_ONCE)).scalars())


def count_people(conn: Connection, organisations: Sequence[str]) -> int:
    query = select(func.count()).where(party.c.organisation_id.in_(list(organisations)))
    number: int = conn.execute(query).scalar_one()
    return number


def open_interactions(conn: Connection, *party_ids: str) -> list[str]:
    """What is open and may be one of these customers': screens that show it are told."""
    row, match = interaction.c, interaction_match.c
    matched = select(match.interaction_id).where(
        match.interaction_id == row.id, match.party_id.in_(party_ids)
    )
    query = select(row.id).where(STILL_OPEN, or_(row.party_id.in_(party_ids), matched.exists()))
    return list(conn.execute(query).scalars())
