"""Callers who are not taken: numbers, prefixes, and whoever hides theirs."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, func, or_, select, update

from config.errors import Refused
from crm_core import notifications
from crm_core.access.model import Action, Scope
from crm_core.access.reader import SYSTEM
from crm_core.guard import alarms, calls, numbers
from crm_core.records import known, rows
from crm_core.records.change import Acting
from crm_core.tables import blocked_caller, interaction

ANONYMOUS = "anonymous"
IN_FORCE, ASKED = "in_force", "asked"
_LEAST = 3
"""Digits of the shortest prefix."""
_HIDDEN = frozenset({"", "anonymous", "restricted", "unavailable", "private", "unknown"})
"""What stands in the place of a number that is not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`action`: busy, message, queue, silent."""

    id: str
    action: str
    queue_id: str | None


def key(kind: str, text: str) -> str | None:
    """By which a row is found: `=+886...` for a number, `+886...` for what it begins with. None for what cannot be read."""
    if kind == "anonymous":
        return ANONYMOUS
    if kind == "number":
        called = numbers.dialled(text)
        return None if called is None else f"={numbers.canonical(called)}"
    read = numbers.prefix(text.rstrip("*"))
    return read if sum(mark.isdigit() for mark in text) >= _LEAST else None


def keys_of(caller: str) -> list[str]:
    """All by which a caller may be found, the nearest first."""
    called = numbers.dialled(caller)
    if called is None:
        return [ANONYMOUS] if caller.lower() in _HIDDEN else []
    number = numbers.canonical(called)
    return [f"={number}", *(number[:length] for length in range(len(number), _LEAST - 1, -1))]


def of_caller(conn: Connection, caller: str, now: float) -> Block | None:
    """What stands against this caller now, in one query by index. Of several the nearest."""
    keys = keys_of(caller)
    row = blocked_caller.c
    query = select(row.id, row.key, row.action, row.queue_id).where(
        row.key.in_(keys),
        row.state == IN_FORCE,
        row.deleted_at.is_(None),
        or_(row.until.is_(None), row.until > now),
    )
    found = sorted(conn.execute(query), key=lambda each: (keys.index(each.key), each.id))
    return None if not found else Block(id=found[0].id, action=found[0].action, queue_id=found[0].queue_id)


def any_in_force(conn: Connection, now: float) -> bool:
    """Only then callers are looked up at all."""
    row = blocked_caller.c
    query = select(row.id).where(
        row.state == IN_FORCE, row.deleted_at.is_(None), or_(row.until.is_(None), row.until > now)
    )
    return conn.execute(query.limit(1)).first() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A call that was not taken."""

    interaction_id: str
    at: float
    customer_address: str
    entry_address: str


def hits(conn: Connection, block: str, most: int) -> tuple[int, Sequence[Hit]]:
    """How many calls it was applied to, and the latest of them: counted from the calls themselves."""
    row = interaction.c
    count = conn.execute(select(func.count()).where(row.blocked_by == block)).scalar_one()
    query = select(row.id, row.enqueued_at, row.customer_address, row.entry_address).where(
        row.blocked_by == block
    )
    rows = conn.execute(query.order_by(row.enqueued_at.desc()).limit(most))
    found = [
        Hit(
            interaction_id=each.id,
            at=each.enqueued_at,
            customer_address=each.customer_address,
            entry_address=each.entry_address,
        )
        for each in rows
    ]
    return count, found


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Somebody at a call wants no more of its caller; `until` None: for good."""

    interaction_id: str
    number: str
    reason: str
    until: float | None


def ask(conn: Connection, acting: Acting, wish: Wish) -> str:
    """Whoever may block callers does so; of others it is asked for, and those who keep watch decide. The new entry's state. `Refused`:
    block.no_number, block.already."""
    found = key("number", wish.number)
    if found is None:
        raise Refused("block.no_number")
    row = blocked_caller.c
    there = select(row.id).where(row.key == found, row.state.in_((IN_FORCE, ASKED)), row.deleted_at.is_(None))
    if (
        conn.execute(there.where(or_(row.until.is_(None), row.until > acting.now)).limit(1)).first()
        is not None
    ):
        raise Refused("block.already")
    entity = known.entity("blocked_caller")
    may = acting.reader.scope(entity.name, Action.CREATE) is not Scope.NONE
    state = IN_FORCE if may else ASKED
    given = {
        "kind": "number",
        "number": wish.number,
        "action": "busy",
        "reason": wish.reason,
        "until": wish.until,
        "state": state,
    }
    made = rows.create(conn, replace(acting, reader=SYSTEM), entity, given).id
    own = {"asked_by": acting.origin.user_id, "interaction_id": wish.interaction_id}
    conn.execute(update(blocked_caller).where(row.id == made).values(**own))
    if not may:
        told = {"number": wish.number, "by": acting.origin.name}
        notifications.tell(conn, alarms.watching(conn), acting.now, "block.asked", entity.name, made, **told)
    return state


def forget(conn: Connection, carried: Mapping[str, Collection[str]]) -> None:
    """The customer of these calls is erased: entries that were asked for because of them go, and of calls out only the country is kept."""
    for call in carried["interaction"]:
        conn.execute(delete(blocked_caller).where(blocked_caller.c.interaction_id == call))
    calls.forget(conn, carried["interaction"])
