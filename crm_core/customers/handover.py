"""Whatever belongs to somebody who leaves becomes their successor's: rows of every kind that has an owner, each told to the audit chain."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select, update

from config.errors import Kind, Refused
from crm_core import audit
from crm_core.access.model import Action, Scope
from crm_core.access.reader import Reader
from crm_core.audit import Origin
from crm_core.records import known
from crm_core.records.declared import Entity
from crm_core.records.tables import table_of
from crm_core.tables import user_account

AT_ONCE = 200


def entities(names: Sequence[str] = ()) -> list[Entity]:
    """Those whose rows have an owner; of the named ones only, where any are."""
    scoped = [entity for entity in known.every() if entity.scoped]
    unknown = set(names) - {entity.name for entity in scoped}
    if unknown:
        raise Refused("handover.entity", Kind.INVALID, pointer="/entities", given=min(unknown)[:60])
    return [entity for entity in scoped if not names or entity.name in names]


def check(conn: Connection, reader: Reader, giver: str, taker: str, names: Sequence[str]) -> list[str]:
    """What will be handed over, by entity. `Refused` unless they may change all rows of each, and unless both are people here."""
    if giver == taker:
        raise Refused("handover.same", Kind.INVALID, pointer="/to")
    for pointer, user_id in (("/from", giver), ("/to", taker)):
        found = conn.execute(select(user_account.c.active).where(user_account.c.id == user_id)).one_or_none()
        if found is None or (pointer == "/to" and not found.active):
            raise Refused("handover.user", Kind.INVALID, pointer=pointer)
    chosen = entities(names)
    for entity in chosen:
        if names and reader.scope(entity.name, Action.UPDATE) is not Scope.ALL:
            raise Refused("access.action", Kind.FORBIDDEN, entity=entity.name, action="update")
    allowed = [entity.name for entity in chosen if reader.scope(entity.name, Action.UPDATE) is Scope.ALL]
    if not allowed:
        raise Refused("access.action", Kind.FORBIDDEN, entity=chosen[0].name, action="update")
    return allowed


def count(conn: Connection, owner: str, names: Sequence[str]) -> dict[str, int]:
    """How many rows of each kind belong to somebody."""
    found = {}
    for name in names:
        row = table_of(known.entity(name)).c
        number = conn.execute(select(func.count()).where(row.owner_id == owner)).scalar_one()
        if number:
            found[name] = number
    return found


def step(conn: Connection, name: str, *, giver: str, taker: str, origin: Origin, now: float) -> int:
    """Hand some rows over; how many. Removed ones as well: whoever puts them back finds an owner."""
    table = table_of(known.entity(name))
    row = table.c
    ids = list(conn.execute(select(row.id).where(row.owner_id == giver).limit(AT_ONCE)).scalars())
    team = conn.execute(select(user_account.c.team_id).where(user_account.c.id == taker)).scalar()
    values: dict[str, Any] = {"owner_id": taker, "updated_at": now, "row_version": row.row_version + 1}
    if team is not None:
        values["team_id"] = team
    if ids:
        conn.execute(update(table).where(row.id.in_(ids)).values(**values))
    for row_id in ids:
        detail = {"changes": {"owner_id": [giver, taker]}}
        audit.record(
            conn,
            audit.Entry(
                at=now, origin=origin, action="handed_over", entity=name, object_id=row_id, detail=detail
            ),
        )
    return len(ids)
