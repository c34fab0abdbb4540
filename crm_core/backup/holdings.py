"""What a database holds, table by table: what a backup is checked by, and whether a restore would write over something."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, table
from sqlalchemy.exc import DBAPIError

from crm_core import schema
from crm_core.engines import as_unavailable, sqlite_file, writing_engine
from crm_core.tables.search import WORDS_TABLE

_NOT_DATA = frozenset(("alembic_version",))


def row_counts(conn: Connection) -> dict[str, int]:
    """The rows of each table. The words of search are left out: they are made from other rows, in tables that each
    database keeps in its own way."""
    names = [name for name in inspect(conn).get_table_names() if not name.startswith(WORDS_TABLE)]
    return {
        name: conn.execute(select(func.count()).select_from(table(name))).scalar_one()
        for name in sorted(names)
        if name not in _NOT_DATA
    }


def held(url: str) -> dict[str, int]:
    """The same by URL; nothing for an SQLite file that does not exist."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return {}
    engine = writing_engine(url)
    try:
        with engine.begin() as conn:
            return row_counts(conn)
    except DBAPIError as error:
        raise as_unavailable(error) or error from error
    finally:
        engine.dispose()


def beyond_new(counts: Mapping[str, int]) -> int:
    """How many rows there are more than `trunkline db upgrade` alone makes (a new database has a few of its own)."""
    if not any(counts.values()):
        return 0
    new = _of_a_new_database()
    return sum(max(count - new.get(name, 0), 0) for name, count in counts.items())


def _of_a_new_database() -> dict[str, int]:
    with tempfile.TemporaryDirectory(prefix="trunkline-") as folder:
        url = f"sqlite:///{Path(folder) / 'new.db'}"
        schema.upgrade(url)
        return held(url)
