"""Before and after very many documents are indexed, as an import does; what is indexed between is found at once all the same.

PostgreSQL's GIN index files every word of every document by itself, which takes twice as long as all else together. With
`fastupdate` it gathers them in a list, and files the list when it is full: a frequent word once for all of its documents. A
search reads that list from end to end, so it stays short, and is there during an import only. SQLite's FTS5 gathers what a unit
indexes, and merges what four units have gathered, then four of those, and so on (https://www.sqlite.org/fts5.html, 6.1): with
eight it writes each word fewer times. At sixteen it would merge a whole level within one unit (6.2), for which calls would wait.
"""

from sqlalchemy import Connection, text

from crm_core.tables.search import WORDS_TABLE

PENDING_KB = 1_024
"""How long the list may grow: a search reads it in some milliseconds, filing it holds the writer up for a tenth of a second, and
a longer one saves nothing more."""
MERGED, GATHERED = 4, 8
"""So many of FTS5's segments of a level are merged into one: by itself, and during an import."""
_MERGE_AT = text(f"INSERT INTO {WORDS_TABLE} ({WORDS_TABLE}, rank) VALUES ('automerge', :segments)")  # noqa: S608 - our own name
_INDEX = "ix_search_words_words"


def begin(conn: Connection) -> None:
    """Make indexing cheap, and every search a little dearer, until `end`. Doing it twice is harmless."""
    if conn.dialect.name == "sqlite":
        conn.execute(_MERGE_AT, {"segments": GATHERED})
    else:
        conn.execute(
            text(f"ALTER INDEX {_INDEX} SET (fastupdate = on, gin_pending_list_limit = {PENDING_KB})")
        )


def end(conn: Connection) -> None:
    """File what is left, and search as fast as before. Without a `begin` it changes nothing, so an import that died is
    healed by the next one, or by `trunkline reindex`."""
    if conn.dialect.name == "sqlite":
        conn.execute(_MERGE_AT, {"segments": MERGED})
    else:
        conn.execute(text(f"ALTER INDEX {_INDEX} SET (fastupdate = off)"))
        conn.execute(text(f"ALTER INDEX {_INDEX} RESET (gin_pending_list_limit)"))
        conn.execute(text(f"SELECT gin_clean_pending_list('{_INDEX}')"))
