"""The whole index anew: after rows came in behind its back, or when words are cut otherwise than before.

In batches with a transaction each, so that a running server writes between them; what it writes meanwhile is indexed by
itself, and doing that twice is harmless.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager

from sqlalchemy import Connection, delete, insert, select, text

from crm_core.search import bulk, index, sources
from crm_core.search.words import VERSION
from crm_core.tables import search_document, search_version

BATCH = 500
Transaction = Callable[[], AbstractContextManager[Connection]]
Told = Callable[[str, int, int], None]
"""Hears of the kind, the rows of it that are done, and those in all."""


def rebuild(transaction: Transaction, told: Told = lambda *_: None) -> int:
    """Index every row, and forget what has no row any more; returns the number of documents."""
    with transaction() as conn:
        bulk.begin(conn)
    made = sum(_rebuild_kind(transaction, kind, told) for kind in sources.kinds())
    with transaction() as conn:
        bulk.end(conn)
        conn.execute(delete(search_version))
        conn.execute(insert(search_version).values(version=VERSION))
    return made


def is_current(conn: Connection) -> bool:
    """Whether the index was built, and by the tokens that this version cuts."""
    return conn.execute(select(search_version.c.version)).scalar() == VERSION


def _rebuild_kind(transaction: Transaction, kind: str, told: Told) -> int:
    with transaction() as conn:
        total = sources.count(conn, kind)
        _forget_gone(conn, kind)
    place: str | None = ""
    done = made = 0
    while place is not None:
        with transaction() as conn:
            _hold(conn)
            documents, place = sources.after(conn, kind, place, BATCH)
            index.put(conn, documents)
        done, made = min(done + BATCH, total), made + len(documents)
        told(kind, done, total)
    return made


def _hold(conn: Connection) -> None:
    """Let nobody else index between our reading of the rows and our indexing them: SQLite has one writer anyway."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("LOCK TABLE search_document IN SHARE ROW EXCLUSIVE MODE"))


def _forget_gone(conn: Connection, kind: str) -> None:
    document, source = search_document.c, sources.source_of(kind)
    there = source.query.with_only_columns(source.id).where(source.id == document.source_id).exists()
    gone = select(document.source_id).where(document.kind == kind, ~there)
    index.forget_many(conn, kind, conn.execute(gone).scalars().all())
