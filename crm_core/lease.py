"""The lease: whose turn it is to decide, with an epoch that fences off whoever decided before.

Expiry is judged by the database's clock alone. A holder that comes back under its own name need not wait for its old
lease to run out; its epoch rises all the same, so writes still on their way from its former life are refused.
"""

from sqlalchemy import Connection, or_, select, update

from crm_core.tables import inserting
from crm_core.tables import lease as lease_table
from crm_core.tables.base import database_now

FLOOR = "floor"
"""The lease of the one who writes the ledger."""


def take(conn: Connection, name: str, holder: str, ttl_s: float) -> int | None:
    """Take the lease for `ttl_s` seconds; the new epoch, or None while somebody else holds it."""
    lease = lease_table.c
    conn.execute(
        inserting(conn, lease_table)
        .values(name=name, holder=holder, epoch=0, expires_at=0.0)
        .on_conflict_do_nothing()
    )
    return conn.execute(
        update(lease_table)
        .where(lease.name == name, or_(lease.expires_at <= database_now(), lease.holder == holder))
        .values(holder=holder, epoch=lease.epoch + 1, expires_at=database_now() + ttl_s)
        .returning(lease.epoch)
    ).scalar_one_or_none()


def since_renewed(conn: Connection, name: str, ttl_s: float) -> float | None:
    """Seconds since somebody last held it, by the database's clock, where each holds on for `ttl_s`; None: nobody ever did."""
    lease = lease_table.c
    query = select(database_now() - lease.expires_at + ttl_s).where(lease.name == name, lease.epoch > 0)
    passed = conn.execute(query).scalar_one_or_none()
    return None if passed is None else max(0.0, float(passed))


def renew(conn: Connection, name: str, holder: str, epoch: int, ttl_s: float) -> bool:
    """Hold on for another `ttl_s` seconds; False when the lease went to somebody else or a later epoch."""
    return _set_expiry(conn, name, holder, epoch, ttl_s)


def release(conn: Connection, name: str, holder: str, epoch: int) -> bool:
    """Let the next one take it at once."""
    return _set_expiry(conn, name, holder, epoch, -1.0)


def _set_expiry(conn: Connection, name: str, holder: str, epoch: int, ttl_s: float) -> bool:
    lease = lease_table.c
    done = conn.execute(
        update(lease_table)
        .where(lease.name == name, lease.holder == holder, lease.epoch == epoch)
        .values(expires_at=database_now() + ttl_s)
    )
    return done.rowcount == 1
