"""One suite over both databases: every test here gets a fresh one, with our tables and nothing in them."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from crm_core.engines import writing_engine
from crm_core.store import Store
from tests import templates
from tests.contracts.databases import Postgres, running_postgres
from tests.templates import with_tables


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """An SQLite file with our tables, to be copied."""
    return templates.sqlite_template()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server for the whole session; a socket's path is short, so it is not in pytest's folders."""
    folder = Path(tempfile.mkdtemp(prefix="tl-pg-"))
    try:
        with running_postgres(folder) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with our tables and nothing in them."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        return server.fresh()
    return with_tables(tmp_path / "trunkline.db")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any tables; for SQLite, a file in a folder that does not exist yet."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        return server.empty()
    return f"sqlite:///{tmp_path / 'new' / 'folder' / 'trunkline.db'}"


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def rolled_back_engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A database for tests that undo what they do: PostgreSQL writes 8 MB for each new one."""
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").fresh()
    else:
        url = with_tables(tmp_path_factory.mktemp("shared") / "trunkline.db")
    engine = writing_engine(url)
    yield engine
    engine.dispose()


@pytest.fixture
def conn(rolled_back_engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back."""
    with rolled_back_engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """The open store."""
    opened = Store(url)
    opened.open()
    yield opened
    await opened.close()
