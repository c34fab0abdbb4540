"""Databases for benchmarks that are too large to be made for every run; the PostgreSQL server syncs, as in earnest."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from crm_core import schema
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
Fill = Callable[[str], float]
"""Makes and fills our tables at a URL; seconds."""


@contextmanager
def database(
    kind: str, name: str, fill: Fill, *, keep: Path | None
) -> Iterator[tuple[str, Path, float | None]]:
    """The URL of a filled database, its folder, and the seconds that filling it took; None when `keep` had it."""
    with _folder(keep, f"{name}-{kind}-{schema.head()}") as folder:
        done = folder / "filled"
        if not done.exists():  # what an interrupted run left is no use
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o755)
        with _server(kind, folder) as url:
            took = None
            if not done.exists():
                took = fill(url)
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
    with stoppable_postgres(folder) as server:
        yield server.url


@contextmanager
def stoppable_postgres(folder: Path) -> "Iterator[DurablePostgres]":
    """The same as something that can be stopped and started meanwhile."""
    user = server_user() if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    made = not (folder / "data").exists()
    if made:
        subprocess.run(
            [programs() / "initdb", "-D", folder / "data", "-A", "trust", "-U", server_user(), "-E", "UTF8"],
            user=user,
            cwd=folder,
            check=True,
            capture_output=True,
        )
    with tempfile.TemporaryDirectory(prefix="tl-pg-") as socket:
        Path(socket).chmod(0o777)
        server = DurablePostgres(folder, socket, user)
        server.start()
        try:
            if made:
                with create_engine(server.url_of("postgres"), isolation_level="AUTOCOMMIT").connect() as conn:
                    conn.execute(text("CREATE DATABASE trunkline"))
            yield server
        finally:
            server.stop()


class DurablePostgres:
    """One server's process; stopped is stopped, and what was written is there when it starts again."""

    def __init__(self, folder: Path, socket: str, user: str | None) -> None:
        self._folder, self._socket, self._user = folder, socket, user
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.url_of("trunkline")

    def url_of(self, database: str) -> str:
        return f"postgresql+pg8000://{server_user()}@/{database}?unix_sock={self._socket}/.s.PGSQL.5432"

    def start(self) -> None:
        options = [f"{name}={value}" for name, value in SERVER.items()]
        options.append(f"unix_socket_directories={self._socket}")
        command: list[str | Path] = [
            programs() / "postgres",
            "-D",
            self._folder / "data",
            *(part for one in options for part in ("-c", one)),
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, user=self._user, cwd=self._folder, stdout=log, stderr=log
            )
        _wait_until_ready(self._socket, self._process)

    def stop(self) -> None:
        """The fast shutdown: who is connected is cut off."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(timeout=120)
            self._process = None


def _wait_until_ready(socket: str, server: "subprocess.Popen[bytes]") -> None:
    ask: list[str | Path] = [programs() / "pg_isready", "-q", "-h", socket, "-t", "1"]
    for _ in range(600):
        if subprocess.run(ask, check=False).returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start: see the file `log` in the database's folder")


def size_of(folder: Path) -> int:
    """Bytes in all its files."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def warm(folder: Path) -> None:
    """Read every file once; the system keeps what it has room for."""
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb", buffering=0) as content:
                while content.read(1 << 22):
                    pass
