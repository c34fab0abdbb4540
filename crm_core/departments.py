"""Who and what belongs to which department. Whoever asks reads the tree as it is now, so that what is moved takes all that is its along."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from config.errors import Kind, Refused
from crm_core import audit
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.records.tables import table_of
from crm_core.tables import queue, user_account


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """`parent` is the next one above that there still is; `depth` how many of those there are."""

    id: str
    name: str
    parent: str | None
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A row of the tree: `path` names those above and itself (`/a/b/`)."""

    id: str
    name: str
    path: str
    removed: bool = False
    code: str = ""


class Tree:
    """Departments as they stand, parents first and names in their order. What belongs to a removed one belongs to the next above it."""

    def __init__(self, units: Iterable[Unit]) -> None:
        rows = {unit.id: unit for unit in units}
        there = {each for each, unit in rows.items() if not unit.removed}
        self._lines = {
            each: tuple(name for name in unit.path.split("/") if name in there) for each, unit in rows.items()
        }
        names = {each: unit.name for each, unit in rows.items()}
        ordered = sorted(there, key=lambda each: [(names[name], name) for name in self._lines[each]])
        self.all = {each: self._department(names[each], each) for each in ordered}
        self._called: dict[str, dict[str, None]] = {}
        for unit in sorted(rows.values(), key=lambda one: one.removed):
            for word in filter(None, (unit.code, unit.name)):
                self._called.setdefault(word.casefold(), {})[unit.id] = None

    def line(self, unit_id: str | None) -> tuple[str, ...]:
        """A department and all above it, from the top down; nothing where it leads nowhere."""
        return self._lines.get(unit_id, ()) if unit_id else ()

    def home(self, unit_id: str | None) -> str | None:
        """The department itself, or what there is in its place."""
        return next(reversed(self.line(unit_id)), None)

    def called(self, word: str) -> frozenset[str]:
        """The departments with this name or code; of one that was removed what there is in its place."""
        known = self._called.get(word.casefold(), {})
        there = [each for each in known if each in self.all]
        return frozenset(there or filter(None, map(self.home, known)))

    def leading_to(self, unit_ids: Iterable[str]) -> Iterator[Department]:
        """Those that have one of these at or below them."""
        wanted = {name for each in unit_ids for name in self.line(each)}
        return (unit for each, unit in self.all.items() if each in wanted)

    def _department(self, name: str, unit_id: str) -> Department:
        *above, _ = self._lines[unit_id]
        return Department(id=unit_id, name=name, parent=above[-1] if above else None, depth=len(above))


def tree(conn: Connection) -> Tree:
    """All departments."""
    row: Any = _table().c
    query = select(row.id, row.name, row.path, row.deleted_at, row.code)
    return Tree(
        Unit(
            id=each.id,
            name=each.name,
            path=each.path or "",
            removed=each.deleted_at is not None,
            code=each.code or "",
        )
        for each in conn.execute(query)
    )


def of_queues(conn: Connection) -> Mapping[str, str]:
    """The departments of the queues that have one."""
    query = select(queue.c.id, queue.c.team_id).where(queue.c.team_id.is_not(None))
    return {row.id: row.team_id for row in conn.execute(query)}


def of_users(conn: Connection) -> Mapping[str, str]:
    """The departments of the users who have one."""
    row = user_account.c
    query = select(row.id, row.team_id).where(row.team_id.is_not(None))
    return {each.id: each.team_id for each in conn.execute(query)}


def may_see(reader: Reader) -> None:
    """`Refused` for those who may not read departments."""
    lists.must(reader, known.entity("org_unit"), Action.READ)


def set_of_queue(conn: Connection, acting: Acting, queue_id: str, unit_id: str | None) -> None:
    """Have a queue belong to a department, or to none. Whoever does it may change the one that it leaves and the one that it comes to."""
    entity = known.entity("org_unit")
    lists.must(acting.reader, entity, Action.UPDATE)
    row = conn.execute(select(queue.c.team_id).where(queue.c.id == queue_id)).one_or_none()
    if row is None:
        raise Refused("queue.unknown", Kind.MISSING, id=queue_id[:100])
    if unit_id is not None and unit_id not in tree(conn).all:
        raise Refused("team.unknown", Kind.INVALID, pointer="/department_id", given=unit_id[:100])
    if row.team_id == unit_id:
        return
    for each in (row.team_id, unit_id):
        if each is not None:
            lists.may(conn, acting.reader, entity, each, Action.UPDATE)
    conn.execute(update(queue).where(queue.c.id == queue_id).values(team_id=unit_id))
    audit.record(
        conn,
        audit.Entry(
            at=acting.now,
            origin=acting.origin,
            action="changed",
            entity="queue",
            object_id=queue_id,
            detail={"changes": {"team_id": [row.team_id, unit_id]}},
        ),
    )


def _table() -> Any:
    return table_of(known.entity("org_unit"))
