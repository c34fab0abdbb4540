"""How SQLite and PostgreSQL are opened: durable for the writer, read-only for readers, failures told apart."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from config.errors import Unavailable
from crm_core import direct

READERS = 4
"""Threads, and connections, that read beside the writer."""
WRITER_CACHE_KB, IMPORTING_CACHE_KB = 16_000, 64_000
"""What SQLite keeps of the file in memory for the writer, and while it imports: its 2 MB hold too little of the indexes of a million customers, whose pages would be read again
for each batch; what calls write needs less, and the memory of a server that runs for days stays what it was after minutes."""
LONGEST_LOG_PAGES = 8_000
"""Where the writer itself copies the log back into the file (SQLite: 1,000). `crm_core.checkpoints` does it sooner, beside the writer."""
BUSY_TIMEOUT_MS = 5_000
"""How long SQLite waits for another process (`trunkline user add`) that writes."""

STATEMENTS = 1_000
"""So many of PostgreSQL's are remembered as they are sent (see `_remember_statements`); some kilobytes each."""

# primary result codes of SQLite that tell of the disk, the file or another process, not of our SQL
_SQLITE_NOT_OUR_FAULT = frozenset(
    (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    )
)


def writing_engine(url: str) -> Engine:
    """One connection; on SQLite every transaction takes the write lock when it begins."""
    if _is_sqlite(url):
        return _sqlite(url, begin="BEGIN IMMEDIATE", connections=1)
    return _postgresql(url, pool_size=1, pool_reset_on_return=None)


def migrating_engine(url: str) -> Engine:
    """For migrations: SQLite changes a table by copying it, and dropping the old one must not take along what refers to it
    (https://www.sqlite.org/lang_altertable.html, section 7)."""
    if _is_sqlite(url):
        return _sqlite(url, begin="BEGIN IMMEDIATE", connections=1, foreign_keys=False)
    return writing_engine(url)


def reading_engine(url: str) -> Engine:
    """Connections that refuse to write; each transaction sees one moment of the database."""
    if _is_sqlite(url):
        return _sqlite(url, begin="BEGIN", connections=READERS, query_only=True)
    engine = _postgresql(url, pool_size=READERS, pool_pre_ping=True)
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def sqlite_file(url: str) -> Path | None:
    """The file behind an SQLite URL; None for other databases. SQLite in memory has no readers and is refused."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise ValueError("SQLite in memory cannot be shared by a writer and readers: name a file")
    return Path(parsed.database)


def as_unavailable(error: DBAPIError) -> Unavailable | None:
    """The same failure as `Unavailable` when the database is to blame; None when our SQL or data is."""
    original = error.orig
    code = getattr(original, "sqlite_errorcode", None)
    if code is not None:
        blameless = code & 0xFF in _SQLITE_NOT_OUR_FAULT
    else:
        blameless = error.connection_invalidated or isinstance(error, InterfaceError | OperationalError)
    return Unavailable("database", str(original)) if blameless else None


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _postgresql(url: str, **pool: Any) -> Engine:
    engine = create_engine(url, max_overflow=0, **pool)
    if engine.dialect.driver == "pg8000":
        _remember_statements()

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # compiling a statement with many rights takes a fifth of a second, running it some milliseconds
        cursor = connection.cursor()
        cursor.execute("SET jit = off")
        cursor.execute("SET work_mem = '16MB'")  # what a frequent word finds is sorted in memory
        cursor.close()
        connection.commit()

    return engine


def _remember_statements() -> None:
    """pg8000 reads each statement sign by sign, in Python, for the places of its parameters, whenever it is run: a quarter of the time of
    a search. What it makes of one is the same every time."""
    driver: Any = import_module("pg8000.legacy")
    plain = driver.convert_paramstyle
    if hasattr(plain, "remembers"):
        return

    @lru_cache(maxsize=STATEMENTS)
    def converted(statement: str) -> str:
        return str(plain("format", statement, ())[0])

    def convert(style: str, statement: str, values: Sequence[Any]) -> tuple[str, Sequence[Any]]:
        if style != "format":  # by name: which values are sent depends on those given
            return plain(style, statement, values)  # type: ignore[no-any-return]
        return converted(statement), values

    convert.remembers = converted  # type: ignore[attr-defined]
    driver.convert_paramstyle = convert


def _sqlite(
    url: str, *, begin: str, connections: int, query_only: bool = False, foreign_keys: bool = True
) -> Engine:
    engine = create_engine(
        url,
        pool_size=connections,
        max_overflow=0,
        connect_args={"check_same_thread": False},
        pool_reset_on_return=None,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions by itself
        for pragma in _pragmas(query_only=query_only, foreign_keys=foreign_keys):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(conn: Connection) -> None:
        direct.begin(conn, begin)

    return engine


class Kept:
    """One connection that stays open between transactions: taking one out of the pool for each, and putting it back, costs more of the processor than a
    short transaction itself. For one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._conn: Connection | None = None

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction, committed at the end. After a failure of the database the next one has a new connection."""
        conn = self._conn
        if conn is None:
            conn = self._conn = self._engine.connect()
        try:
            with conn.begin():
                yield conn
        except DBAPIError:
            self.close()
            raise

    def close(self) -> None:
        """Back to the pool."""
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.close()


def keep_pages(conn: Connection, kilobytes: int) -> None:
    """From now on this much of the file is kept in memory for this connection; PostgreSQL has a memory of its own."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(f"PRAGMA cache_size=-{kilobytes:d}")


def _pragmas(*, query_only: bool, foreign_keys: bool) -> list[str]:
    return [
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
        "secure_delete=ON",  # what is deleted is overwritten: an erased person is in no free page either
        f"query_only={'ON' if query_only else 'OFF'}",
        *(
            []
            if query_only
            else [f"cache_size=-{WRITER_CACHE_KB}", f"wal_autocheckpoint={LONGEST_LOG_PAGES}"]
        ),
    ]
