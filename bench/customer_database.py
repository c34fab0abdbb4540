"""A database of generated customers: filled as fast as each database can, and kept between runs when asked to.

PostgreSQL takes COPY, SQLite prepared inserts; indexes are made afterwards, as a restore does. The server syncs as in earnest.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Index, Table, create_engine, make_url, text

from bench import customers
from crm_core import schema
from crm_core.engines import writing_engine
from crm_core.tables import contact_point, interaction, party, support_case
from tests.contracts.databases import programs, server_user

# a machine of its own would get a quarter of its memory; what is not here the system's cache holds
SERVER = {
    "listen_addresses": "",
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "work_mem": "16MB",
    "random_page_cost": "1.1",
}
_CHUNK = 2_000
Rows = Callable[[int], Iterator[customers.Row]]
FILLED: Sequence[tuple[Table, Sequence[str], Rows]] = (
    (party, customers.PARTY, customers.parties),
    (contact_point, customers.CONTACT_POINT, customers.contact_points),
    (support_case, customers.SUPPORT_CASE, customers.cases),
    (interaction, customers.INTERACTION, customers.calls),
)


@contextmanager
def database(kind: str, count: int, *, keep: Path | None) -> Iterator[tuple[str, Path, float | None]]:
    """The URL of one with `count` parties, its folder, and the seconds that filling it took; None when it was there."""
    with _folder(keep, f"{kind}-{count}-{schema.head()}") as folder:
        done = folder / "filled"
        if not done.exists():  # what an interrupted run left is no use
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o755)
        with _server(kind, folder) as url:
            took = None
            if not done.exists():
                took = fill(url, count)
                done.touch()
            yield url, folder, took


@contextmanager
def _folder(keep: Path | None, name: str) -> Iterator[Path]:
    if keep is not None:
        (keep / name).mkdir(mode=0o755, parents=True, exist_ok=True)
        yield keep / name
        return
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL may run as another user
        yield Path(folder) / "database"


@contextmanager
def _server(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'trunkline.db'}"
        return
    with durable_postgres(folder) as url:
        yield url


@contextmanager
def durable_postgres(folder: Path) -> Iterator[str]:
    """A server that syncs, with one database `trunkline` that outlives it; a socket's path is short, so it is elsewhere."""
    user = server_user() if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    made = not data.exists()
    if made:
        initdb: list[str | Path] = [
            programs() / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            server_user(),
            "-E",
            "UTF8",
        ]
        subprocess.run(initdb, user=user, cwd=folder, check=True, capture_output=True)
    with tempfile.TemporaryDirectory(prefix="tl-pg-") as socket, (folder / "log").open("ab") as log:
        Path(socket).chmod(0o777)
        options = [f"{name}={value}" for name, value in SERVER.items()]
        options.append(f"unix_socket_directories={socket}")
        command: list[str | Path] = [
            programs() / "postgres",
            "-D",
            data,
            *(part for one in options for part in ("-c", one)),
        ]
        server = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log)
        try:
            _wait_until_ready(socket, server)
            url = f"postgresql+pg8000://{server_user()}@/%s?unix_sock={socket}/.s.PGSQL.5432"
            if made:
                with create_engine(url % "postgres", isolation_level="AUTOCOMMIT").connect() as conn:
                    conn.execute(text("CREATE DATABASE trunkline"))
            yield url % "trunkline"
        finally:
            server.send_signal(signal.SIGINT)  # the fast shutdown
            server.wait(timeout=120)


def _wait_until_ready(socket: str, server: "subprocess.Popen[bytes]") -> None:
    ask: list[str | Path] = [programs() / "pg_isready", "-q", "-h", socket, "-t", "1"]
    for _ in range(600):
        if subprocess.run(ask, check=False).returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start: see the file `log` in the database's folder")


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
