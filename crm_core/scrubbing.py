"""What databases keep of rows that are gone, taken away: FTS5's old segments and SQLite's log; PostgreSQL's dead rows."""

from sqlalchemy import Connection, create_engine, text

from crm_core.engines import sqlite_file, writing_engine
from crm_core.tables import (
    answered_request,
    audit_detail,
    contact_point,
    forgetting,
    import_row,
    interaction,
    letter,
    letter_part,
    letter_raw,
    party,
    search_document,
    support_case,
)
from crm_core.tables.search import WORDS_TABLE

_PAGES = 500
"""Of the index, rewritten in one step: some tens of milliseconds."""
_MERGE = text(f"INSERT INTO {WORDS_TABLE} ({WORDS_TABLE}, rank) VALUES ('merge', :pages)")  # noqa: S608 - our own name
_VACUUMED = (
    party,
    contact_point,
    forgetting,
    import_row,
    interaction,
    support_case,
    letter,
    letter_part,
    letter_raw,
    search_document,
    audit_detail,
    answered_request,
)


def begin(conn: Connection) -> None:
    """Bring all segments of the index into one merge, as `optimize` would in one go (https://www.sqlite.org/fts5.html, 6.8)."""
    if conn.dialect.name == "sqlite":
        conn.execute(_MERGE, {"pages": -_PAGES})


def step(conn: Connection) -> bool:
    """Go on with it: words of documents that are gone fall out; whether there is more to do."""
    if conn.dialect.name != "sqlite":
        return False
    before = _changes(conn)
    conn.execute(_MERGE, {"pages": _PAGES})
    return _changes(conn) - before >= 2


def finish(url: str) -> None:
    """What no transaction can do."""
    if sqlite_file(url) is not None:
        engine = writing_engine(url)
        try:
            driver = engine.raw_connection()
            driver.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            driver.close()
        finally:
            engine.dispose()
        return
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as conn:
            for name in (*(table.name for table in _VACUUMED), WORDS_TABLE):
                conn.execute(text(f"VACUUM {name}"))
    finally:
        engine.dispose()


def _changes(conn: Connection) -> int:
    return int(conn.execute(text("SELECT total_changes()")).scalar_one())
