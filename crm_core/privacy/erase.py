"""Erasing a person: what is theirs alone goes, what tells of them in the house's own work loses its words and keeps its figures, and the audit
chain keeps that it happened. One unit: all of it or nothing, but for what nothing leads to (`forget`)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from config.errors import Refused
from crm_core.customers import redirects
from crm_core.faxes import kept as faxes
from crm_core.privacy import forget
from crm_core.privacy.links import OF_CASE, OF_INTERACTION, blank, entity_of, links, wordy
from crm_core.privacy.person import CARRIERS, Person, among, among_keys, person, speaking
from crm_core.recordings import kept
from crm_core.records import known
from crm_core.search import index, sources
from crm_core.tables import (
    audit_detail,
    audit_event,
    interaction,
    letter,
    party,
    search_document,
)
from crm_core.tables.base import metadata

_OURS = frozenset({("interaction", "entry_address"), ("letter", "message_id")})
"""Words that are the house's own, or that something else is told by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How many rows went, and how many lost their words."""

    removed: int
    blanked: int


def erase(conn: Connection, party_id: str) -> Erased:
    """Erase the person, in the caller's unit, with the records that were merged into this one. `Refused` while somebody holds their data
    (privacy.held)."""
    former = [erase(conn, each) for each in redirects.forget_former(conn, party_id)]
    found = person(conn, party_id)
    _must_not_be_held(conn, found)
    blanked = blank_carried(conn, found.carried, {"party_id": None}) + blank_speaking(
        conn, found.carried, found.own
    )
    kept.forget(conn, found.carried[OF_INTERACTION])
    faxes.forget(conn, interaction_ids=found.carried[OF_INTERACTION], case_ids=found.carried[OF_CASE])
    for entity in known.every():
        if entity.erased is not None:
            entity.erased(conn, found.carried)
    _forget_in_search(conn, found)
    _forget_in_audit(conn, found)
    forget.note(conn, found, {row_id for _, row_id in _objects(found)})
    _let_go(conn, found)
    return Erased(
        removed=_remove(conn, found) + sum(each.removed for each in former),
        blanked=blanked + sum(each.blanked for each in former),
    )


def _must_not_be_held(conn: Connection, found: Person) -> None:
    row = metadata.tables["legal_hold"].c
    live = select(row.id).where(row.party_id == found.id, row.released_at.is_(None), row.deleted_at.is_(None))
    if conn.execute(live).first() is not None:
        raise Refused("privacy.held")


def blank_carried(conn: Connection, carried: Mapping[str, Iterable[str]], also: Mapping[str, Any]) -> int:
    """Take the words of these cases, interactions and letters; their times, queues and results stay."""
    done = 0
    for kind, table in CARRIERS.items():
        values: dict[str, Any] = _blanks(table) | dict(also)
        if table is interaction and "party_id" in also:
            values["match"] = "none"
        if table is letter:
            # unique among sent letters, and quoted by answers: replaced by something that tells nothing
            values |= {"message_id": letter.c.id, "sha256": ""}
        for condition in among(table.c.id, carried.get(kind, ())):
            done += conn.execute(update(table).where(condition).values(**values)).rowcount
    return done


def blank_speaking(
    conn: Connection,
    carried: Mapping[str, Iterable[str]],
    without: Mapping[Table, set[tuple[Any, ...]]] = MappingProxyType({}),
) -> int:
    """Take the words of what tells of these cases and interactions; rows `without`, by primary key, go as a whole."""
    done = 0
    for link in speaking():
        values = _blanks(link.table)
        if not values:
            continue
        own = without.get(link.table, set())
        keys = link.table.primary_key.columns
        for condition in among(link.column, carried.get(link.kind, ())):
            told = {tuple(row) for row in conn.execute(select(*keys).where(condition))} - own
            for some in among_keys(link.table, told):
                done += conn.execute(update(link.table).where(some).values(**values)).rowcount
    return done


def _blanks(table: Table) -> dict[str, Any]:
    keys = set(table.primary_key.columns)
    kept = {column.name for column in wordy(table) if column in keys or (table.name, column.name) in _OURS}
    return {column.name: blank(column) for column in wordy(table) if column.name not in kept}


def _let_go(conn: Connection, found: Person) -> None:
    """Whatever only points to what goes, and may point to nothing, does so."""
    gone = {"party": {found.id}}
    for table, keys in found.own.items():
        entity = entity_of(table)
        if entity is not None:
            gone.setdefault(entity, set()).update(str(key[0]) for key in keys)
    for link in links():
        if not link.required and link.kind in gone:
            # also in rows that go: those that a cycle ties together are let go first
            for condition in among(link.column, gone[link.kind]):
                conn.execute(update(link.table).where(condition).values({link.column.name: None}))


def _remove(conn: Connection, found: Person) -> int:
    """Children before what they refer to."""
    done = 0
    for table in reversed(metadata.sorted_tables):
        keys = found.own.get(table)
        if keys:
            for some in among_keys(table, keys):
                done += conn.execute(delete(table).where(some)).rowcount
    conn.execute(delete(party).where(party.c.id == found.id))
    return done + 1


def _forget_in_search(conn: Connection, found: Person) -> None:
    for kind, row_id in _objects(found):
        if kind in sources.kinds():
            index.forget(conn, kind, row_id)
    document = search_document.c
    for column, kind in ((document.case_id, OF_CASE), (document.interaction_id, OF_INTERACTION)):
        for condition in among(column, found.carried[kind]):
            for row in conn.execute(select(document.kind, document.source_id).where(condition)).all():
                index.forget(conn, row.kind, row.source_id)


def _objects(found: Person) -> Iterable[tuple[str, str]]:
    """What an audit event or a document of search may be about."""
    yield "party", found.id
    for kind, ids in found.carried.items():
        for row_id in ids:
            yield kind, row_id
            if kind == OF_INTERACTION:
                yield "note", row_id
    for table, keys in found.own.items():
        entity = entity_of(table)
        if entity is not None:
            yield from ((entity, str(key[0])) for key in keys)


def _forget_in_audit(conn: Connection, found: Person) -> None:
    """Details of what was done to their rows. The chain itself stays; lists, searches and exports that name them: see `forget`."""
    event, detail = audit_event.c, audit_detail.c
    seqs: set[int] = set()
    by_entity: dict[str, set[str]] = {}
    for kind, row_id in _objects(found):
        by_entity.setdefault(kind, set()).add(row_id)
    for kind, ids in by_entity.items():
        for condition in among(event.object_id, ids):
            seqs.update(conn.execute(select(event.seq).where(event.entity == kind, condition)).scalars())
    listed = sorted(seqs)
    for start in range(0, len(listed), 500):
        conn.execute(delete(audit_detail).where(detail.seq.in_(listed[start : start + 500])))
