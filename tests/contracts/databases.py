"""Real databases for tests: an SQLite file, or a PostgreSQL of our own in a folder of its own."""

import getpass
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, create_engine, event, text

from crm_core import schema
from crm_core.engines import writing_engine

T = TypeVar("T")


def run_in(url: str, unit: Callable[[Connection], T]) -> T:
    """Run a unit in a transaction of its own."""
    engine = writing_engine(url)
    try:
        with engine.begin() as conn:
            return unit(conn)
    finally:
        engine.dispose()


@contextmanager
def statements(conn: Connection) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_conn: Connection, _cursor: object, sql: str, *_more: object) -> None:
        sent.append(sql)

    event.listen(conn, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(conn, "before_cursor_execute", note)


class Postgres:
    """A running server; `fresh` makes a database with our tables, in a tenth of a second."""

    def __init__(self, folder: Path) -> None:
        self._socket = f"{folder}/.s.PGSQL.5432"
        self._made = 0
        self._admin = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")
        self._run("CREATE DATABASE template_trunkline")
        schema.upgrade(self.url("template_trunkline"))

    def url(self, database: str) -> str:
        return f"postgresql+pg8000://{server_user()}@/{database}?unix_sock={self._socket}"

    def fresh(self) -> str:
        self._made += 1
        self._run(f"CREATE DATABASE trunkline_{self._made} TEMPLATE template_trunkline")
        return self.url(f"trunkline_{self._made}")

    def empty(self) -> str:
        self._made += 1
        self._run(f"CREATE DATABASE trunkline_{self._made}")
        return self.url(f"trunkline_{self._made}")

    def _run(self, sql: str) -> None:
        with self._admin.connect() as conn:
            conn.execute(text(sql))

    def close(self) -> None:
        self._admin.dispose()


def server_user() -> str:
    """PostgreSQL refuses to run as root; then it runs as the user that its package made."""
    return "postgres" if os.geteuid() == 0 else getpass.getuser()


def programs() -> Path:
    """Where initdb and postgres are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    beside = shutil.which("initdb")
    if beside is None:
        pytest.fail("these tests need PostgreSQL's programs: install the package `postgresql`")
    return Path(beside).parent


@contextmanager
def running_postgres(folder: Path) -> Iterator[Postgres]:
    """Start a server that listens on a socket in `folder` alone, and stop it afterwards. No test here cuts the power,
    so it need not sync."""
    user = server_user() if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    data = folder / "data"
    initdb = [
        programs() / "initdb",
        "-D",
        data,
        "-A",
        "trust",
        "-U",
        server_user(),
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run(initdb, user=user, cwd=folder, check=True, capture_output=True)
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs() / "postgres", "-D", data, *options], user=user, cwd=folder, stdout=log, stderr=log
        )
    try:
        _wait_until_ready(folder, server)
        postgres = Postgres(folder)
        yield postgres
        postgres.close()
    finally:
        server.send_signal(signal.SIGQUIT)  # the immediate shutdown: the folder is thrown away
        server.wait(timeout=30)


def _wait_until_ready(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    ask = [programs() / "pg_isready", "-q", "-h", folder, "-t", "1"]
    for _ in range(300):
        if subprocess.run(ask, check=False).returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.05)
    pytest.fail(f"PostgreSQL did not start: {(folder / 'log').read_text(errors='replace')}")
