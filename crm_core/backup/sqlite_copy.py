"""SQLite: a copy of one moment beside whatever writes, and a file put in the place of another."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from config.errors import Unavailable

PAGES_A_STEP = 2_000
"""Pages between two words of progress: 8 MB at SQLite's usual page."""
Told = Callable[[int, int], None]
"""Hears of the bytes that are copied, and of all."""


def copy(source: Path, target: Path, told: Told = lambda *_: None) -> None:
    """Copy the database as it is at this moment into a new file; writers go on meanwhile.

    The source's read transaction is held from before the first page to after the last: without it SQLite begins anew
    whenever somebody has written between two steps, and under a steady writer never ends.
    """
    try:
        with closing(_connect(source, "ro")) as reading, closing(sqlite3.connect(target)) as writing:
            reading.execute("BEGIN")
            reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
            page = int(reading.execute("PRAGMA page_size").fetchone()[0])
            writing.execute("PRAGMA synchronous=OFF")  # it is synced once, at the end

            def progress(_: int, remaining: int, total: int) -> None:
                told((total - remaining) * page, total * page)

            reading.backup(writing, pages=PAGES_A_STEP, progress=progress)
            _make_single_file(writing)
            _refuse_damage(writing, source)
    except sqlite3.Error as error:
        raise Unavailable("database", str(error)) from error
    _sync(target)


def prepare(file: Path) -> None:
    """Make the database one file without a journal beside it, durable, so that it may be renamed."""
    try:
        with closing(_connect(file, "rw")) as conn:
            _make_single_file(conn)
    except sqlite3.Error as error:
        raise Unavailable("database", str(error)) from error
    _sync(file)


def put_in_place(new: Path, old: Path) -> None:
    """Let `new` (see `prepare`) be the database from now on; until the rename the old one is whole.

    Raises `Unavailable` when somebody has the old one open. Its journal is folded into it first: a journal that stays
    behind would be played into the new file.
    """
    if old.exists():
        _fold_journal(old)
    old.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for suffix in ("-wal", "-shm"):
        old.with_name(old.name + suffix).unlink(missing_ok=True)
    new.replace(old)
    _sync(old.parent)


def _fold_journal(file: Path) -> None:
    try:
        with closing(_connect(file, "rw")) as conn:
            conn.execute("PRAGMA busy_timeout=500")
            _make_single_file(conn)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_NOTADB:
            return  # what lies there is no database: nothing to fold
        raise Unavailable(
            "database", f"{file} is in use ({error}); stop the server and whatever else has it open"
        ) from error


def _make_single_file(conn: sqlite3.Connection) -> None:
    # needs the file for itself alone, so it also tells whether somebody else has it open
    conn.execute("PRAGMA journal_mode=DELETE").fetchone()


def _refuse_damage(conn: sqlite3.Connection, source: Path) -> None:
    """A backup of a damaged database would be found out when it is needed: better now."""
    found = str(conn.execute("PRAGMA quick_check(1)").fetchone()[0])
    if found != "ok":
        raise Unavailable("database", f"{source} is damaged: {found}")


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
