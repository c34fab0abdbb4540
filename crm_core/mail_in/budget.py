"""How much is written to an address by itself. No list of headers finds every machine; a budget stops each."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from config.errors import Kind, Refused
from crm_core.tables import automatic_letter, inserting

_KEPT_S = 31 * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most so many letters of these purposes within so long."""

    purposes: tuple[str, ...]
    most: int
    within_s: float


RECEIPT, NOTICE, WATCHER = "receipt", "notice", "watcher"
OUTSIDE = Limit(purposes=(RECEIPT, NOTICE), most=5, within_s=86_400.0)
"""Customers: whatever tells them something by itself, of whichever case and queue."""
INSIDE = Limit(purposes=(WATCHER,), most=30, within_s=3600.0)
"""Our own people, who asked to be told by mail."""
_LIMITS = {RECEIPT: OUTSIDE, NOTICE: OUTSIDE, WATCHER: INSIDE}


def check(conn: Connection, address: str, purpose: str, now: float) -> None:
    """`Refused` (`letter.too_many`) when this address has had enough."""
    limit = _LIMITS[purpose]
    if _count(conn, address, limit.purposes, now - limit.within_s) >= limit.most:
        raise Refused("letter.too_many", Kind.TOO_MANY, address=address, most=limit.most)


def had_one(conn: Connection, address: str, purpose: str, since: float) -> bool:
    """Whether this address was written to for this purpose since then."""
    return _count(conn, address, (purpose,), since) > 0


def spend(  # noqa: PLR0917 - what is noted of a letter
    conn: Connection, letter_id: str, address: str, purpose: str, queue_id: str | None, now: float
) -> None:
    """This letter goes to that address by itself; noted twice it counts once."""
    made = inserting(conn, automatic_letter).values(
        id=letter_id, digest=_digest(address), purpose=purpose, queue_id=queue_id, at=now
    )
    conn.execute(made.on_conflict_do_nothing())
    conn.execute(delete(automatic_letter).where(automatic_letter.c.at < now - _KEPT_S))


def _count(conn: Connection, address: str, purposes: tuple[str, ...], since: float) -> int:
    row = automatic_letter.c
    query = select(func.count()).where(
        row.digest == _digest(address), row.purpose.in_(purposes), row.at > since
    )
    return conn.execute(query).scalar_one()


def _digest(address: str) -> str:
    return hashlib.sha256(address.strip().lower().encode("utf-8", "replace")).hexdigest()
