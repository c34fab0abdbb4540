"""Everything that is kept about a person: the rows, table by table, and the words by which they may be known elsewhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select, tuple_

from config.errors import Kind, Refused
from crm_core.privacy.links import (
    OF_CASE,
    OF_INTERACTION,
    OF_LETTER,
    OF_PARTY,
    Link,
    entity_of,
    is_personal,
    links,
)
from crm_core.tables import contact_point, interaction, letter, party, support_case
from crm_core.tables.base import metadata

_AT_ONCE = 500
CARRIERS = {OF_CASE: support_case, OF_INTERACTION: interaction, OF_LETTER: letter}
"""What stays as a fact of the house's work once its words are gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`name`: theirs as it is shown. `own`: rows that are theirs alone, by table and primary key; `carried`: ids of the cases, interactions and letters that tell of them;
    `words`: names, numbers and addresses."""

    id: str
    name: str
    own: dict[Table, set[tuple[Any, ...]]] = field(default_factory=dict)
    carried: dict[str, set[str]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()


def person(conn: Connection, party_id: str) -> Person:
    """Find it all. `Refused` (MISSING) for an unknown party."""
    row = conn.execute(select(party).where(party.c.id == party_id)).one_or_none()
    if row is None:
        raise Refused("party.unknown", Kind.MISSING, id=party_id[:100])
    found = Person(id=party_id, name=row.name, words=_words(conn, row))
    every = list(links())
    for kind, table in CARRIERS.items():
        found.carried[kind] = _carried(conn, found, kind, table)
    for link in every:
        if link.kind == OF_PARTY and link.table not in (party, *CARRIERS.values()):
            _take(conn, found, every, link, [party_id])
        elif link.kind == OF_LETTER and link.table is not letter:
            _take(conn, found, every, link, sorted(found.carried[OF_LETTER]))
    _take_tasks(conn, found)
    return found


def speaking() -> list[Link]:
    """Columns of tables whose rows tell of cases and interactions, and stay. What is some customer's own goes with that one alone."""
    somebodys = {link.table for link in links() if link.kind == OF_PARTY and link.required}
    return [
        link
        for link in links()
        if link.kind in (OF_CASE, OF_INTERACTION)
        and link.table not in CARRIERS.values()
        and link.table not in somebodys
        and is_personal(link.table)
    ]


def among(column: Any, ids: Iterable[str]) -> list[ColumnElement[bool]]:
    """Conditions that together mean `column` is one of these, each short enough for a database."""
    wanted = sorted(ids)
    return [column.in_(wanted[start : start + _AT_ONCE]) for start in range(0, len(wanted), _AT_ONCE)]


def among_keys(table: Table, keys: Iterable[tuple[Any, ...]]) -> list[ColumnElement[bool]]:
    """The same for primary keys."""
    columns, wanted = tuple_(*table.primary_key.columns), sorted(keys)
    return [columns.in_(wanted[start : start + 200]) for start in range(0, len(wanted), 200)]


def _carried(conn: Connection, found: Person, kind: str, table: Table) -> set[str]:
    """Theirs by the party, and those of nobody that have their number or address; letters also by their case or interaction."""
    row = table.c
    conditions = [row.party_id == found.id]
    if kind == OF_INTERACTION:
        conditions += [row.party_id.is_(None) & each for each in among(row.customer_address, found.words)]
    if kind == OF_LETTER:
        conditions += [row.party_id.is_(None) & each for each in among(row.from_address, found.words)]
        conditions += among(row.case_id, found.carried[OF_CASE])
        conditions += among(row.interaction_id, found.carried[OF_INTERACTION])
    return {row_id for each in conditions for row_id in conn.execute(select(row.id).where(each)).scalars()}


def _take(conn: Connection, found: Person, every: Sequence[Link], link: Link, ids: Sequence[str]) -> None:
    """Rows that are theirs, and what belongs to those rows in turn."""
    keys = list(link.table.primary_key.columns)
    taken = found.own.setdefault(link.table, set())
    new: set[tuple[Any, ...]] = set()
    for condition in among(link.column, ids):
        new |= {tuple(row) for row in conn.execute(select(*keys).where(condition))} - taken
    taken |= new
    entity = entity_of(link.table)
    if not new or entity is None:
        return
    for other in every:
        if other.kind == entity and other.required and is_personal(other.table):
            _take(conn, found, every, other, [str(key[0]) for key in new])


def _take_tasks(conn: Connection, found: Person) -> None:
    """What is to be done about them, their cases and calls, and about their own rows."""
    task = metadata.tables["task"]
    about: dict[str, set[str]] = {OF_PARTY: {found.id}} | {
        kind: set(ids) for kind, ids in found.carried.items()
    }
    for table, keys in found.own.items():
        entity = entity_of(table)
        if entity is not None:
            about.setdefault(entity, set()).update(str(key[0]) for key in keys)
    taken = found.own.setdefault(task, set())
    for kind, ids in about.items():
        for condition in among(task.c.about_id, ids):
            theirs = select(task.c.id).where(task.c.about_entity == kind, condition)
            taken.update(tuple(row) for row in conn.execute(theirs))


def _words(conn: Connection, row: Any) -> frozenset[str]:
    points = contact_point.c
    reached = conn.execute(select(points.raw, points.normal).where(points.party_id == row.id)).all()
    return frozenset(word for word in (row.name, *(text for point in reached for text in point)) if word)
