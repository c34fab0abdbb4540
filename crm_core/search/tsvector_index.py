"""The index on PostgreSQL: a tsvector with a GIN index.

GIN yields all documents of a word at once, in no order. So that a frequent word does not cost more than a rare one, the
newest documents of a kind are asked first, by the token of their era, which the index intersects; only when they hold too
few, which means that the word is rare, are all asked.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    bindparam,
    column,
    exists,
    func,
    literal_column,
    select,
    table,
    text,
)

from crm_core.access.reader import Reader
from crm_core.search.asked import Asked
from crm_core.search.cut import ERA_DOCUMENTS, CutWords, era_token, kind_token, title_token
from crm_core.search.reach import within_reach
from crm_core.search.spelling import tsquery
from crm_core.tables import search_document

# one statement for many: a round trip for each row would take three times as long
_PUT = text(
    "INSERT INTO search_words (id, words) SELECT place, CAST(spelt AS tsvector)"
    " FROM unnest(CAST(:places AS bigint[]), CAST(:words AS text[])) AS given (place, spelt)"
    " ON CONFLICT (id) DO UPDATE SET words = excluded.words"
)
_REMOVE = text("DELETE FROM search_words WHERE id = ANY(CAST(:places AS bigint[]))")
_PLACES = [str(place) for place in range(1, 16_384)]
"""All that a tsvector counts; the limits in `index` keep below."""
_WORDS = table("search_words", column("id"), column("words"))
_SOUGHT = "CAST(:sought AS tsquery)"
# D, C, B, A: the body weighs D, the title A
_WEIGH = text(
    f"SELECT id, ts_rank('{{0.2, 0.2, 0.4, 1.0}}', words, {_SOUGHT}, 1) AS rank FROM search_words WHERE id = ANY(:places)"  # noqa: S608
)
# materialised: else the planner walks all documents from the newest on, reading each one's words
_HIT = (
    select(_WORDS.c.id)
    .where(literal_column("words").op("@@")(text(_SOUGHT)))
    .cte("hit")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
_NEWEST: Select[Any] = select(_HIT.c.id).order_by(_HIT.c.id.desc()).limit(bindparam("most"))


def put(conn: Connection, documents: Sequence[CutWords]) -> None:
    """Keep these words, in place of what was kept of the same documents."""
    places = [document.place for document in documents]
    conn.execute(_PUT, {"places": places, "words": [_tsvector(document) for document in documents]})


def remove(conn: Connection, places: Sequence[int]) -> None:
    """Forget these documents' words."""
    conn.execute(_REMOVE, {"places": list(places)})


def empty(conn: Connection) -> None:
    """Forget all."""
    conn.execute(text("TRUNCATE search_words"))


def look(conn: Connection, reader: Reader, asked: Asked, kind: str, most: int) -> dict[int, float]:
    """The newest `most` documents that fit and as many whose title fits, each with its relevance."""
    document = search_document.c
    query = _NEWEST
    readable = within_reach(conn, reader, kind)
    if readable is not None:
        query = query.where(exists().where(document.id == _HIT.c.id, readable))
    last = conn.execute(select(func.max(document.id)).where(document.kind == kind)).scalar()
    if last is None:
        return {}
    eras = sorted({era_token(kind, place) for place in (last, max(0, last - ERA_DOCUMENTS))})
    newest = " | ".join(f"'{era}'" for era in eras)
    found = set(_places(conn, query, tsquery(asked, also=newest), most))
    if len(found) < most:
        found = set(_places(conn, query, tsquery(asked, also=f"'{kind_token(kind)}'"), most))
    else:
        found.update(_places(conn, query, tsquery(asked, also=newest, title=True), most))
    weights = conn.execute(_WEIGH, {"sought": tsquery(asked), "places": sorted(found)})
    return {row.id: float(row.rank) for row in weights}


def _places(conn: Connection, query: Select[Any], sought: str, most: int) -> list[int]:
    return [row[0] for row in conn.execute(query, {"sought": sought, "most": most})]


def _tsvector(document: CutWords) -> str:
    """PostgreSQL's own spelling: the title weighs A, the body D; no phrase runs from one into the other."""
    lexemes = dict.fromkeys(document.keys, "")
    lexemes.update((title_token(token), "") for token in document.title)
    places = [(token, f"{place}A") for place, token in enumerate(document.title, 1)]
    begin = len(document.title) + 9
    behind = zip(document.body, _PLACES[begin : begin + len(document.body)], strict=True)
    for token, place in chain(places, behind):
        known = lexemes.get(token)
        lexemes[token] = f"{known},{place}" if known else f":{place}"
    return " ".join([f"'{token}'{places}" for token, places in lexemes.items()])
