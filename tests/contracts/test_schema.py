"""Schema versions."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from config.errors import Unavailable
from crm_core import revisions, schema
from crm_core.store import SchemaMismatch, Store
from crm_core.tables import metadata
from crm_core.tables.search import WORDS_TABLE
from tests.contracts.databases import run_in


def test_upgrade_makes_everything(empty_url: str) -> None:
    """An upgrade of nothing ends at the head, makes missing folders, and a second one changes nothing."""
    schema.upgrade(empty_url)
    schema.upgrade(empty_url)
    assert schema.current(empty_url) == schema.head()
    assert set(run_in(empty_url, lambda conn: inspect(conn).get_table_names())) >= set(metadata.tables)


def test_migrations_and_tables_agree(empty_url: str) -> None:
    """What the migrations make is what the code's tables say, so that nothing would be generated."""
    schema.upgrade(empty_url)
    differences = run_in(empty_url, lambda conn: compare_metadata(_known_tables(conn), metadata))
    assert differences == []


def _known_tables(conn: Connection) -> MigrationContext:
    """All but the words of search, which are another kind of table on each database."""

    def include(name: str | None, kind: str, _: object) -> bool:
        return kind != "table" or not str(name).startswith(WORDS_TABLE)

    return MigrationContext.configure(conn, opts={"include_name": include})


def test_the_newest_revision_is_alembics() -> None:
    """What a start reads off the files of the migrations is what Alembic, which is too slow to load then, makes of them."""
    config = Config()
    config.set_main_option("script_location", "crm_core:migrations")
    assert revisions.head() == ScriptDirectory.from_config(config).get_current_head()


def test_downgrade_leaves_nothing(empty_url: str) -> None:
    """A downgrade to the base removes every table of ours, and an upgrade makes them again."""
    schema.upgrade(empty_url)
    schema.downgrade(empty_url, "base")
    assert schema.current(empty_url) is None
    assert run_in(empty_url, lambda conn: inspect(conn).get_table_names()) == ["alembic_version"]
    schema.upgrade(empty_url)
    assert schema.current(empty_url) == schema.head()


def test_open_refuses_another_schema(empty_url: str) -> None:
    """A store does not open on a database without our tables, and says which version it found and wants."""
    store = Store(empty_url)
    with pytest.raises(SchemaMismatch) as refusal:
        store.open()
    assert (refusal.value.found, refusal.value.wanted) == (None, schema.head())


def test_looking_creates_nothing(tmp_path: Path) -> None:
    """Asking for the version of an SQLite file that does not exist does not make one."""
    assert schema.current(f"sqlite:///{tmp_path / 'none.db'}") is None
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    """A file that is not SQLite's is a fault of the place, told as such."""
    path = tmp_path / "trunkline.db"
    path.write_bytes(b"this is not a database, whatever its name says" * 100)
    with pytest.raises(Unavailable):
        schema.current(f"sqlite:///{path}")


def test_sqlite_in_memory_is_refused() -> None:
    """Memory cannot be shared by a writer and its readers, so it is refused at once."""
    with pytest.raises(ValueError, match="name a file"):
        schema.upgrade("sqlite://")


def test_structures_that_are_not_there_become_null(empty_url: str) -> None:
    """JSON's null, as earlier versions wrote it for nothing, is NULL after the upgrade; a structure that is there stays."""
    schema.upgrade(empty_url)
    schema.downgrade(empty_url, "0014")

    def write(conn: Connection) -> None:
        for name, form in (("none", "null"), ("some", '{"a": [null]}')):
            conn.execute(
                text(
                    "INSERT INTO macro (id, name, changes, tasks, active, created_at, updated_at)"
                    f" VALUES ('{name}', '{name}', '{form}', '{form}', TRUE, 0, 0)"
                )
            )

    run_in(empty_url, write)
    schema.upgrade(empty_url)
    query = text("SELECT id FROM macro WHERE changes IS NULL AND tasks IS NULL")
    assert run_in(empty_url, lambda conn: conn.execute(query).scalars().all()) == ["none"]
