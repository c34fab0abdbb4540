"""The schema's versions: Alembic revisions in `crm_core/migrations`, applied in one transaction."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from crm_core.engines import as_unavailable, migrating_engine, sqlite_file, writing_engine
from crm_core.revisions import current, head
from crm_core.search import rebuild

__all__ = ["current", "downgrade", "head", "knows", "migrate", "reindex", "upgrade"]

T = TypeVar("T")


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the database to `revision`, making the SQLite file and its folder where there is none."""
    migrate(url, revision)
    if current(url) == head():
        _on(url, _fill_index)


def migrate(url: str, revision: str = "head") -> None:
    """The tables alone, as they are before search has looked at them."""
    file = sqlite_file(url)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    _migrate(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Go back to `revision` (`base`: no tables at all). What the older tables cannot hold is lost."""
    _migrate(url, lambda config: command.downgrade(config, revision))


def knows(revision: str) -> bool:
    """Whether this version of the program has that revision, so that it can be brought to the head."""
    return any(
        script.revision == revision for script in ScriptDirectory.from_config(_config()).walk_revisions()
    )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "crm_core:migrations")
    return config


def _fill_index(conn: Connection) -> None:
    """Rows that were there before the index, or before words were cut as they are now, must be found too."""
    if not rebuild.is_current(conn):
        rebuild.rebuild(lambda: nullcontext(conn))


def reindex(url: str, told: rebuild.Told) -> int:
    """Build the index of search anew beside whatever runs; returns the number of documents."""
    engine = writing_engine(url)
    try:
        return rebuild.rebuild(engine.begin, told)
    except DBAPIError as error:
        raise as_unavailable(error) or error from error
    finally:
        engine.dispose()


def _migrate(url: str, run: Callable[[Config], None]) -> None:
    def steps(conn: Connection) -> None:
        config = _config()
        config.attributes["connection"] = conn  # see migrations/env.py
        run(config)
        _check_references(conn)

    _on(url, steps, migrating_engine)


def _check_references(conn: Connection) -> None:
    """What SQLite did not check while its tables were copied."""
    if conn.dialect.name == "sqlite":
        astray = conn.execute(text("PRAGMA foreign_key_check")).first()
        if astray is not None:
            raise RuntimeError(f"the migration left a row without the row that it refers to: {tuple(astray)}")


def _on(url: str, work: Callable[[Connection], T], engine_of: Callable[[str], Engine] = writing_engine) -> T:
    engine: Engine = engine_of(url)
    try:
        with engine.begin() as conn:
            return work(conn)
    except DBAPIError as error:
        raise as_unavailable(error) or error from error
    finally:
        engine.dispose()
