"""Statements that are text already, straight to SQLite's driver: what SQLAlchemy adds to each takes more of the processor than SQLite itself.

Every other database has them through SQLAlchemy; so has SQLite outside a transaction, which SQLAlchemy has yet to begin, and while somebody listens to
statements (`before_cursor_execute`): they hear of all. Errors are SQLAlchemy's on either way.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound

Values = tuple[Any, ...]


class Found(Protocol):
    """What a statement found or touched, as SQLAlchemy's `CursorResult` says it; rows have their columns' names."""

    @property
    def rowcount(self) -> int:
        """How many rows it touched."""
        ...

    def all(self) -> Sequence[Any]:
        """Every row."""
        ...

    def first(self) -> Any | None:
        """The first row, or None."""
        ...

    def one_or_none(self) -> Any | None:
        """The only row, or None; `MultipleResultsFound`."""
        ...

    def scalar_one(self) -> Any:
        """The first column of the only row; `NoResultFound`, `MultipleResultsFound`."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


def begin(conn: Connection, sql: str) -> None:
    """What SQLite's transactions begin with, when SQLAlchemy says so (`begin`)."""
    try:
        _driver(conn).execute(sql)
    except sqlite3.Error as error:
        raise _as_sqlalchemy_s(conn, sql, (), error) from error


def run(conn: Connection, sql: str, values: Values) -> Found:
    """Execute once."""
    if not _goes_straight(conn):
        return conn.exec_driver_sql(sql, values)
    try:
        cursor = _driver(conn).execute(sql, values)
        rows = cursor.fetchall() if cursor.description is not None else ()
    except sqlite3.Error as error:
        raise _as_sqlalchemy_s(conn, sql, values, error) from error
    return _Rows(cursor, rows)


def run_each(conn: Connection, sql: str, values: Sequence[Values]) -> None:
    """Execute once for each of these."""
    if not _goes_straight(conn):
        conn.exec_driver_sql(sql, list(values))
        return
    try:
        _driver(conn).executemany(sql, values)
    except sqlite3.Error as error:
        raise _as_sqlalchemy_s(conn, sql, values, error) from error


class _Rows:
    """All were read at once, so that nothing of the statement is open any more."""

    __slots__ = ("_cursor", "_rows")

    def __init__(self, cursor: sqlite3.Cursor, rows: Sequence[Values]) -> None:
        self._cursor, self._rows = cursor, rows

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount

    def all(self) -> Sequence[Any]:
        return list(self)

    def first(self) -> Any | None:
        return next(iter(self), None)

    def one_or_none(self) -> Any | None:
        if len(self._rows) > 1:
            raise MultipleResultsFound("several rows where one at most was asked for")
        return self.first()

    def scalar_one(self) -> Any:
        row = self.one_or_none()
        if row is None:
            raise NoResultFound("no row where one was asked for")
        return row[0]

    def __iter__(self) -> Iterator[Any]:
        if not self._rows:
            return iter(())
        named = _named(tuple(column[0] for column in self._cursor.description))
        return map(named._make, self._rows)


@cache
def _named(columns: tuple[str, ...]) -> Any:
    """The class of rows with these columns; there are as many as statements."""
    return namedtuple("Found", columns, rename=True)


def _goes_straight(conn: Connection) -> bool:
    return conn.dialect.name == "sqlite" and conn.in_transaction() and not conn.dispatch.before_cursor_execute


def _driver(conn: Connection) -> sqlite3.Connection:
    raw: sqlite3.Connection | None = conn.connection.dbapi_connection  # type: ignore[assignment]
    assert raw is not None  # noqa: S101 - it is in a transaction
    return raw


def _as_sqlalchemy_s(conn: Connection, sql: str, values: Any, error: sqlite3.Error) -> BaseException:
    return DBAPIError.instance(sql, values, error, sqlite3.Error, dialect=conn.dialect)
