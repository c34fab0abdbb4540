"""Statements that go straight to SQLite's driver say what SQLAlchemy would have said; PostgreSQL's go through it."""

import pytest
from sqlalchemy import Connection, event, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, MultipleResultsFound, NoResultFound

from crm_core import direct
from crm_core.engines import Kept, writing_engine
from crm_core.tables import lease
from tests.contracts.databases import statements


def put(conn: Connection, *names: str) -> None:
    """Rows with these names."""
    sql = f"INSERT INTO lease (name, holder, epoch, expires_at) VALUES ({', '.join([mark(conn)] * 4)})"
    direct.run_each(conn, sql, [(name, "me", number, 0.0) for number, name in enumerate(names)])


def mark(conn: Connection) -> str:
    """Where a value stands."""
    return "?" if conn.dialect.name == "sqlite" else "%s"


def test_rows_have_names_and_are_counted(conn: Connection) -> None:
    """Also those that a statement touched, and what an INSERT returns."""
    put(conn, "a", "b")
    found = direct.run(conn, "SELECT name, epoch FROM lease ORDER BY name", ())
    assert [(row.name, row.epoch) for row in found] == [("a", 0), ("b", 1)]
    one = direct.run(conn, f"SELECT name, epoch FROM lease WHERE name = {mark(conn)}", ("b",))
    row = one.one_or_none()
    assert row is not None
    assert (row.name, tuple(row), row._asdict()) == ("b", ("b", 1), {"name": "b", "epoch": 1})
    assert direct.run(conn, "SELECT count(*) FROM lease", ()).scalar_one() == 2
    assert direct.run(conn, "UPDATE lease SET epoch = 7", ()).rowcount == 2
    again = "INSERT INTO lease (name, holder, epoch, expires_at) VALUES ('c', 'me', 3, 0) RETURNING epoch"
    assert direct.run(conn, again, ()).scalar_one() == 3


def test_too_many_rows_are_an_error(conn: Connection) -> None:
    """Where one was asked for."""
    put(conn, "a", "b")
    with pytest.raises(MultipleResultsFound):
        direct.run(conn, "SELECT name FROM lease", ()).one_or_none()
    with pytest.raises(MultipleResultsFound):
        direct.run(conn, "SELECT name FROM lease", ()).scalar_one()


def test_no_row_is_nothing_or_an_error(conn: Connection) -> None:
    """As it was asked for."""
    nothing = "SELECT name FROM lease"
    assert direct.run(conn, nothing, ()).first() is None
    assert direct.run(conn, nothing, ()).one_or_none() is None
    assert direct.run(conn, nothing, ()).all() == []
    with pytest.raises(NoResultFound):
        direct.run(conn, nothing, ()).scalar_one()


def test_errors_are_those_of_sqlalchemy(conn: Connection) -> None:
    """Whichever way the statement went."""
    put(conn, "a")
    with pytest.raises(IntegrityError, match="lease"), conn.begin_nested():
        put(conn, "b", "a")
    with pytest.raises(DBAPIError, match="nowhere"), conn.begin_nested():
        direct.run(conn, "SELECT 1 FROM nowhere", ())


def test_whoever_listens_to_statements_hears_of_all(conn: Connection) -> None:
    """Then none goes straight."""
    with statements(conn) as heard:
        put(conn, "a")
        direct.run(conn, "SELECT name FROM lease", ())
    assert [sql.split()[0] for sql in heard] == ["INSERT", "SELECT"]


def test_outside_a_transaction_one_is_begun(url: str) -> None:
    """As SQLAlchemy does: what is not committed is gone."""
    engine = writing_engine(url)
    with engine.connect() as conn:
        direct.run(conn, f"UPDATE lease SET epoch = {mark(conn)}", (1,))
        assert conn.in_transaction()
        put(conn, "a")
    with engine.begin() as conn:
        assert conn.execute(select(func.count()).select_from(lease)).scalar_one() == 0
    engine.dispose()


def _fail_after(conn: Connection, name: str) -> None:
    put(conn, name)
    raise ValueError("ours")


def test_a_kept_connection_is_the_same_until_the_database_fails(url: str) -> None:
    """What fails leaves nothing behind, and the next transaction has a connection of its own."""
    engine = writing_engine(url)
    opened = 0

    def count(*_: object) -> None:
        nonlocal opened
        opened += 1

    event.listen(engine, "checkout", count)
    kept = Kept(engine)
    for name in ("a", "b"):
        with kept.begin() as conn:
            put(conn, name)
    assert opened == 1
    with pytest.raises(ValueError, match="ours"), kept.begin() as conn:
        _fail_after(conn, "c")
    assert opened == 1
    with pytest.raises(IntegrityError), kept.begin() as conn:
        put(conn, "d", "a")
    with kept.begin() as conn:
        assert list(conn.execute(select(lease.c.name).order_by(lease.c.name)).scalars()) == ["a", "b"]
    assert opened == 2
    kept.close()
    kept.close()
    engine.dispose()
