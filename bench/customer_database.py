"""A database of generated customers: filled as fast as each database can, and kept between runs when asked to.

PostgreSQL takes COPY, SQLite prepared inserts; indexes are made afterwards, as a restore does. The server syncs as in earnest.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Index, Table, create_engine, make_url, text

from bench import customers
from crm_core import schema
from crm_core.engines import writing_engine
from crm_core.tables import contact_point, interaction, party, support_case

_CHUNK = 2_000
Rows = Callable[[int], Iterator[customers.Row]]
FILLED: Sequence[tuple[Table, Sequence[str], Rows]] = (
    (party, customers.PARTY, customers.parties),
    (contact_point, customers.CONTACT_POINT, customers.contact_points),
    (support_case, customers.SUPPORT_CASE, customers.cases),
    (interaction, customers.INTERACTION, customers.calls),
)


def fill(url: str, count: int) -> float:
    """Make our tables and fill them; returns seconds."""
    began = time.perf_counter()
    schema.upgrade(url)
    sqlite = make_url(url).get_backend_name() == "sqlite"
    engine = _loading_engine(url) if sqlite else writing_engine(url)
    for table, names, rows in FILLED:
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        _each(engine, indexes, "drop")
        with engine.begin() as conn:
            (_insert if sqlite else _copy)(conn, table, names, rows(count))
        _say(began, f"{table.name} filled")
        _each(engine, indexes, "create")
        _say(began, f"{table.name} indexed")
    engine.dispose()
    _settle(url)
    return time.perf_counter() - began


def _say(began: float, what: str) -> None:
    print(f"{time.perf_counter() - began:6.0f} s {what}", file=sys.stderr, flush=True)


def _each(engine: Engine, indexes: Iterable[Index], verb: str) -> None:
    for index in indexes:
        with engine.begin() as conn:
            getattr(index, verb)(conn)


def _loading_engine(url: str) -> Engine:
    """SQLite without any promise, for as long as there is nothing to lose."""
    engine = create_engine(url, pool_size=1, max_overflow=0)
    with engine.connect() as conn:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-1000000", "threads=2"):
            conn.exec_driver_sql(f"PRAGMA {pragma}")
    return engine


def _insert(conn: Connection, table: Table, names: Sequence[str], rows: Iterable[customers.Row]) -> None:
    marks = ", ".join("?" * len(names))
    driver = conn.connection.driver_connection
    assert driver is not None
    driver.executemany(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", rows)


def _copy(conn: Connection, table: Table, names: Sequence[str], rows: Iterable[customers.Row]) -> None:
    conn.execute(
        text("SET LOCAL session_replication_role = replica")
    )  # references hold by make: a test looks
    cursor: Any = conn.connection.cursor()  # `stream` is pg8000's own
    cursor.execute(f"COPY {table.name} ({', '.join(names)}) FROM STDIN", stream=_lines(rows))


def _lines(rows: Iterable[customers.Row]) -> Iterator[bytes]:
    """COPY's text form; nothing that is generated has a tab, a line's end or a backslash."""
    lines: list[str] = []
    for row in rows:
        lines.append("\t".join("\\N" if value is None else str(value) for value in row) + "\n")
        if len(lines) == _CHUNK:
            yield "".join(lines).encode()
            lines = []
    yield "".join(lines).encode()


def _settle(url: str) -> None:
    engine = writing_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE" if engine.dialect.name == "sqlite" else "VACUUM ANALYZE"))
    engine.dispose()
