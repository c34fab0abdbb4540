"""The index on PostgreSQL: a tsvector with a GIN index.

GIN yields all documents of a word at once, in no order. So that a frequent word does not cost more than a rare one, the
newest documents of a kind are asked first, by the token of their era, which the index intersects; only when they hold too
few, more of them are, and all when the word is rare in its kind, which has words of its own (`cut.mark`). All kinds are asked
in one statement: a round trip costs more than a kind.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql.visitors import ExternallyTraversible, replacement_traverse

from crm_core.search.asked import Asked
from crm_core.search.cut import ERA_DOCUMENTS, CutWords, era_token, mark, title_token
from crm_core.search.reach import Reach
from crm_core.search.spelling import exact, is_loose, tsquery
from crm_core.tables import search_document

SCOPE = ("kind", "source_id", "case_id", "interaction_id")
"""What rights ask of a document, kept beside its words too: a look at `search_document` for every hit would take most of the
time of a search by somebody who may read little."""
_SCOPE = ", ".join(SCOPE)
# one statement for many: a round trip for each row would take three times as long
_PUT = text(
    f"INSERT INTO search_words (id, words, {_SCOPE}) SELECT place, CAST(spelt AS tsvector), {_SCOPE}"  # noqa: S608 - names of ours
    " FROM unnest(CAST(:places AS bigint[]), CAST(:words AS text[])) AS given (place, spelt)"
    " JOIN search_document ON search_document.id = place"
    " ON CONFLICT (id) DO UPDATE SET words = excluded.words, "
    + ", ".join(f"{name} = excluded.{name}" for name in SCOPE)
)
_REMOVE = text("DELETE FROM search_words WHERE id = ANY(CAST(:places AS bigint[]))")
FIRST_ERAS, MOST_ERAS, ALL_ERAS = 2, 8, 1 << 40
"""How many eras are asked for at first, and named in one question at most: beyond, a word is rare enough to ask for all. Each document that is looked
at is compared with every era named, so that 20 of 31 eras take three times as long as all (66 and 20 ms for two words with 17,000 letters)."""
_PLACES = [str(place) for place in range(1, 16_384)]
"""All that a tsvector counts; the limits in `index` keep below."""
_WORDS = table("search_words", column("id"), column("words"), *map(column, SCOPE))
# D, C, B, A: the body weighs D, the title A
_WEIGH = text(
    "SELECT id, ts_rank('{0.2, 0.2, 0.4, 1.0}', words, CAST(sought AS tsquery), 1) AS rank FROM search_words"
    " JOIN unnest(CAST(:kinds AS text[]), CAST(:questions AS text[])) AS asked (kind, sought) USING (kind)"
    " WHERE id = ANY(:places)"
)
_LAST = text(
    "SELECT kind, (SELECT max(id) FROM search_document WHERE search_document.kind = asked.kind) AS last"
    " FROM unnest(CAST(:kinds AS text[])) AS asked (kind)"
)


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


def look(conn: Connection, reach: Reach, asked: Asked, most: int) -> dict[int, float]:
    """Of each kind within reach the newest `most` documents that fit and as many whose title fits, each with its relevance."""
    last = {row.kind: row.last for row in conn.execute(_LAST, {"kinds": list(reach)}) if row.last}
    reach = _on_hits(reach)
    questions = {kind: asked.of_kind(kind) for kind in last}
    eras = dict.fromkeys(last, FIRST_ERAS)
    found: dict[str, set[int]] = {}
    titled: set[int] = set()
    while eras:
        within = {kind: _of_eras(kind, last[kind], count) for kind, count in eras.items()}
        found |= _places(conn, reach, questions, within, most)
        full = {kind: also for kind, also in within.items() if len(found[kind]) == most}
        titled.update(*_places(conn, reach, questions, full, most, title=True).values())
        eras = {
            kind: _more_eras(count, len(found[kind]), most)
            for kind, count in eras.items()
            if kind not in full and count <= last[kind] // ERA_DOCUMENTS
        }
    everything = sorted(titled.union(*found.values()))
    if not everything:
        return {}
    given = {"kinds": list(questions), "questions": [exact(question) for question in questions.values()]}
    weights = conn.execute(_WEIGH, {"places": everything, **given})
    return {row.id: float(row.rank) for row in weights}


def newest_with(
    kind: str, readable: ColumnElement[bool], most: int
) -> Callable[[Connection, str], list[int]]:
    """Asks for the newest documents of a kind with one word, among those that `readable` (on `search_document`) lets pass. The
    statement is put together once for all words."""
    query, sign = _newest_of(kind, _on(_HIT, readable), most), mark(kind)
    newest = select(func.max(search_document.c.id)).where(search_document.c.kind == kind)

    def look(conn: Connection, token: str) -> list[int]:
        last = conn.execute(newest).scalar() or 0
        found: list[int] = []
        for count in (FIRST_ERAS, ALL_ERAS) if last else ():
            eras = _of_eras(kind, last, count)
            sought = f"'{sign}{token}'" + (f" & ({eras})" if eras else "")
            found = [row.id for row in conn.execute(query, {"sought": sought})]
            if len(found) == most:
                break
        return found

    return look


def _of_eras(kind: str, last: int, count: int) -> str:
    """The tokens of the newest so many eras of a kind, as a part of a tsquery; empty where that is all."""
    newest = last // ERA_DOCUMENTS
    if count > newest:
        return ""
    return " | ".join(
        f"'{era_token(kind, era * ERA_DOCUMENTS)}'" for era in range(newest, newest - count, -1)
    )


def _more_eras(count: int, found: int, most: int) -> int:
    """How many to ask for next: those in which there should be enough, going by what was found; all where that is little."""
    enough = count * most * 2 // max(found, 1)
    return enough if enough <= MOST_ERAS else ALL_ERAS


def _places(
    conn: Connection,
    reach: Reach,
    questions: Mapping[str, Asked],
    within: Mapping[str, str],
    most: int,
    *,
    title: bool = False,
) -> dict[str, set[int]]:
    """What fits of each kind's eras: one statement, and one look into the index, for all kinds."""
    found: dict[str, set[int]] = {kind: set() for kind in within}
    if within:
        loose = {kind for kind in within if is_loose(questions[kind])}
        parts = (_newest_of(kind, reach[kind], most, exactly=kind in loose) for kind in within)
        asked = (tsquery(questions[kind], also=eras, title=title) for kind, eras in within.items())
        given = {_exact_of(kind): exact(questions[kind], title=title) for kind in loose}
        given["sought"] = " | ".join(f"({each})" for each in asked)
        for row in conn.execute(union_all(*parts), given):
            found[row.kind].add(row.id)
    return found


# materialised: else the planner walks all documents from the newest on, reading each one's words. Its order is kept by who
# reads it, so that rights are asked of the newest first, one by one, and of no more than it takes
_HIT = (
    select(_WORDS.c.id, *(_WORDS.c[name] for name in SCOPE))
    .where(literal_column("words").op("@@")(cast(bindparam("sought"), TSQUERY)))
    .order_by(_WORDS.c.id.desc())
    .cte("hit")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)


def _newest_of(
    kind: str, readable: ColumnElement[bool] | None, most: int, *, exactly: bool = False
) -> Select[Any]:
    """`readable`: asked of the hits. `exactly`: what the index cannot tell is asked of each document's words, after the rights and from the newest on,
    until there are enough: to read the words of all that were found would take most of the time."""
    query = select(_HIT.c.kind, _HIT.c.id).where(_HIT.c.kind == kind)
    if readable is not None:
        query = query.where(readable)
    if exactly:
        within = query.offset(literal_column("0")).subquery()  # a fence: the planner must not ask this first
        # a scalar, because a condition that something exists may become a join with all words
        words = select(_WORDS.c.words).where(_WORDS.c.id == within.c.id).scalar_subquery()
        asked = cast(bindparam(_exact_of(kind)), TSQUERY)
        query = select(within.c.kind, within.c.id).where(words.op("@@")(asked))
    return select(query.limit(most).subquery())


def _exact_of(kind: str) -> str:
    """The parameter with what is asked of this kind's words."""
    return f"exact_{kind}"


def _on_hits(reach: Reach) -> Reach:
    """The same conditions, asked of the hits. Kinds share one where they can: it is put together once (a tenth of a search's time each)."""
    known: dict[int, ColumnElement[bool]] = {}
    for condition in reach.values():
        if condition is not None and id(condition) not in known:
            known[id(condition)] = _on(_HIT, condition)
    return {kind: None if condition is None else known[id(condition)] for kind, condition in reach.items()}


def _on(hit: CTE, readable: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition on `search_document`, asked of the copy beside the words."""

    def copied(element: ExternallyTraversible, **_: Any) -> ExternallyTraversible | None:
        if isinstance(element, Column) and element.table is search_document:
            return hit.c[element.name]
        return None

    return replacement_traverse(readable, {}, copied)


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
