"""The index on SQLite: an FTS5 table with columns title, body and keys.

FTS5 walks a word's documents from the newest on and stops as soon as there are enough, so a frequent word is no slower than
a rare one. Its own bm25() is not used: to weigh a word it first counts all documents that have it (1 million: 0.1 s), and
as all words asked for are in all documents found, rarity would order nothing.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    column,
    exists,
    literal_column,
    select,
    table,
    text,
)

from crm_core.search.asked import Asked, Phrase
from crm_core.search.cut import CutWords, mark
from crm_core.search.reach import Reach
from crm_core.search.spelling import fts5
from crm_core.tables import search_document

_TITLE_WEIGHT = 4.0
_USUAL_WORDS = 100
_WORDS = table("search_words", column("rowid"), column("title"), column("body"), column("keys"))
_PUT = "INSERT OR REPLACE INTO search_words (rowid, title, body, keys) VALUES (?, ?, ?, ?)"
_REMOVE = text("DELETE FROM search_words WHERE rowid = :id")
_NEWEST: Select[Any] = (
    select(_WORDS.c.rowid)
    .where(literal_column("search_words").op("MATCH")(bindparam("sought")))
    .order_by(_WORDS.c.rowid.desc())
    .limit(bindparam("most"))
)


def put(conn: Connection, documents: Sequence[CutWords]) -> None:
    """Keep these words, in place of what was kept of the same documents."""
    conn.exec_driver_sql(_PUT, [_row(document) for document in documents])


def remove(conn: Connection, places: Sequence[int]) -> None:
    """Forget these documents' words."""
    conn.execute(_REMOVE, [{"id": place} for place in places])


def empty(conn: Connection) -> None:
    """Forget all."""
    conn.execute(text("DELETE FROM search_words"))


def look(conn: Connection, reach: Reach, asked: Asked, most: int) -> dict[int, float]:
    """Of each kind within reach the newest `most` documents that fit and as many whose title fits, each with its relevance."""
    found: dict[int, Asked] = {}
    for kind, readable in reach.items():
        query, of_kind = _newest_of(kind, readable), asked.of_kind(kind)
        places = _places(conn, query, fts5(of_kind), most)
        if len(places) == most:
            places += _places(conn, query, fts5(of_kind, title=True), most)
        found |= dict.fromkeys(places, of_kind)
    rows = conn.execute(select(_WORDS).where(_WORDS.c.rowid.in_(list(found))))
    return {row.rowid: _relevance(found[row.rowid], row) for row in rows}


def newest_with(
    kind: str, readable: ColumnElement[bool], most: int
) -> Callable[[Connection, str], list[int]]:
    """Asks for the newest documents of a kind with one word, among those that `readable` (on `search_document`) lets pass. The statement is put
    together once for all words."""
    query, sign = _newest_of(kind, readable), mark(kind)
    return lambda conn, token: _places(conn, query, f'"{sign}{token}"', most)


def _newest_of(kind: str, readable: ColumnElement[bool] | None) -> Select[Any]:
    """Kinds of few documents may share a mark, so the kind is asked too, of those that fit alone."""
    of_kind = exists().where(search_document.c.id == _WORDS.c.rowid, search_document.c.kind == kind)
    return _NEWEST.where(of_kind if readable is None else of_kind.where(readable))


def _places(conn: Connection, query: Select[Any], sought: str, most: int) -> list[int]:
    return [row[0] for row in conn.execute(query, {"sought": sought, "most": most})]


def _row(document: CutWords) -> tuple[int, str, str, str]:
    return document.place, " ".join(document.title), " ".join(document.body), " ".join(document.keys)


def _relevance(asked: Asked, row: Any) -> float:
    """How often the words stand there, each repetition telling less, and less in a long text (as in BM25)."""
    body, title = f" {row.body} ", f" {row.title} "
    damping = 1.2 * (0.25 + 0.75 * row.body.count(" ") / _USUAL_WORDS)
    times = (
        sum(body.count(sought) + _TITLE_WEIGHT * title.count(sought) for sought in map(_sought, way))
        for term in asked.terms
        for way in term[:1]
    )
    return float(sum(count / (count + damping) for count in times))


def _sought(phrase: Phrase) -> str:
    return f" {' '.join(phrase.tokens)}" + ("" if phrase.begins else " ")
