"""Searching: the best documents that a reader may read, kind by kind, best first.

Of each kind the newest `MOST_OF_A_KIND` that fit are ranked, and as many whose title fits: a word that is in more documents
than that says nothing about which of them is meant, and the time it takes must not grow with their number. Rights are a
condition of the very query, so a page is never thinned out afterwards; only who may not see all fields has what was found looked at
again (`seen`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from config.errors import Kind, Refused
from crm_core.access.reader import Reader
from crm_core.paging import Page, columns, from_cursor, to_cursor
from crm_core.search import asked as asking
from crm_core.search import fts5_index, seen, sources, tsvector_index
from crm_core.search.asked import Asked
from crm_core.search.reach import Reach, reach
from crm_core.search.spelling import fits, forgiving
from crm_core.search.words import cut, fold
from crm_core.tables import search_document

MOST_OF_A_KIND = 30
MOST_OF_ONE_KIND = 100
"""Where one kind alone is asked for, as in a list of customers, that is paged through."""
LARGEST_PAGE = 100
RECENT_S = 180 * 86_400.0
"""How old a document is when its age takes away two thirds of what its newness gives."""
_FORGIVEN = -10.0
"""What a slip costs: whoever is spelt as asked stands above."""
_D = search_document.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document that fits. `rank` is comparable within one answer only; below zero, a slip was forgiven."""

    kind: str
    id: str
    title: str
    at: float
    case_id: str | None
    interaction_id: str | None
    rank: float


def find(
    conn: Connection,
    reader: Reader,
    text: str,
    *,
    now: float,
    kinds: Sequence[str] | None = None,
    limit: int = 20,
    cursor: str | None = None,
    narrow: Mapping[str, ColumnElement[bool]] | None = None,
) -> Page[Hit]:
    """The documents that fit `text` (see `asked`), best first. `Refused` as `asked.read` does, for kinds that there are not
    (search.kind_unknown), and for a foreign cursor. Ages are those at the first page's time. `narrow`: by kind, what `search_document`
    must fit beside."""
    there = sources.kinds()
    kinds = sources.everywhere() if kinds is None else kinds
    unknown = set(kinds) - set(there)
    if unknown:
        raise Refused("search.kind_unknown", Kind.INVALID, pointer="/query/kinds", given=min(unknown))
    question = asking.read(text)
    place = None if cursor is None else _place(cursor)
    as_of = now if place is None else place[0]
    within = reach(conn, reader, [kind for kind in there if kind in kinds])
    ranked = _ranked(conn, reader, question, _narrowed(within, narrow or {}), as_of)
    rest = [hit for hit in ranked if place is None or _order(hit) > place[1:]]
    limit = max(1, min(limit, LARGEST_PAGE))
    more = len(rest) > limit
    last = rest[limit - 1] if more else None
    return Page(
        items=tuple(rest[:limit]),
        next_cursor=to_cursor(repr(as_of), repr(last.rank), last.title, last.id) if last else None,
    )


def _place(cursor: str) -> tuple[float, float, str, str]:
    as_of, rank, title, name = from_cursor(cursor, 4)
    try:
        return float(as_of), -float(rank), title, name
    except ValueError as error:
        raise Refused("cursor.unknown", Kind.INVALID, pointer="/cursor") from error


def _order(hit: Hit) -> tuple[float, str, str]:
    return -hit.rank, hit.title, hit.id


def _narrowed(within: Reach, narrow: Mapping[str, ColumnElement[bool]]) -> Reach:
    both: dict[str, ColumnElement[bool] | None] = dict(within)
    for kind in within.keys() & narrow.keys():
        readable = within[kind]
        both[kind] = narrow[kind] if readable is None else and_(readable, narrow[kind])
    return both


def _ranked(conn: Connection, reader: Reader, question: Asked, within: Reach, as_of: float) -> list[Hit]:
    most = MOST_OF_ONE_KIND if len(within) == 1 else MOST_OF_A_KIND
    hits = _hits(conn, reader, within, question, most=most, as_of=as_of)
    found = {(hit.kind, hit.id): hit for hit in hits}
    lenient = forgiving(question) if "party" in within and len(found) < most else None
    if lenient is not None:
        parties = {"party": within["party"]}
        for hit in _hits(conn, reader, parties, lenient, most=most, as_of=as_of, penalty=_FORGIVEN):
            found.setdefault((hit.kind, hit.id), hit)
    return sorted(found.values(), key=_order)


def _hits(
    conn: Connection,
    reader: Reader,
    within: Reach,
    question: Asked,
    *,
    most: int,
    as_of: float,
    penalty: float = 0.0,
) -> list[Hit]:
    look = fts5_index.look if conn.dialect.name == "sqlite" else tsvector_index.look
    partly = {kind: condition for kind, condition in within.items() if seen.is_part(reader, kind)}
    wholly = {kind: condition for kind, condition in within.items() if kind not in partly}
    relevance = look(conn, wholly, question, most) if wholly else {}
    if partly:
        # a word that is hidden must not be learnt from what it takes away either
        relevance |= look(conn, partly, replace(question, without=()), most)
    query = select(search_document).where(_D.id.in_(list(relevance)))
    rows = [columns(row) for row in conn.execute(query)] if relevance else []
    rows = _seen(conn, reader, partly, question, rows)
    best: dict[str, float] = {}
    for row in rows:
        best[row["kind"]] = max(best.get(row["kind"], 0.0), relevance[row["id"]])
    hits = []
    for row in rows:
        rank = relevance[row.pop("id")] / (best[row["kind"]] or 1.0) + penalty
        rank += _of_title(question, row["title"]) + _newness(row["at"], as_of)
        hits.append(Hit(id=row.pop("source_id"), rank=round(rank, 6), **row))
    return hits


def _seen(
    conn: Connection, reader: Reader, partly: Reach, question: Asked, rows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Without those that fit only by words that are hidden from the reader, and with the titles that they see."""
    for kind in partly:
        ids = [row["source_id"] for row in rows if row["kind"] == kind]
        fitting = seen.fitting(conn, reader, kind, ids, question)
        rows = [row for row in rows if row["kind"] != kind or row["source_id"] in fitting]
        for row in rows:
            if row["kind"] == kind:
                row["title"] = fitting[row["source_id"]].title
    return rows


def _of_title(question: Asked, title: str) -> float:
    """Two for a title with all that is asked, and one more when that is all there is in it."""
    found, signs = cut(fold(title))
    share = 2 * fits(question, found, signs)
    asked_for = [token for term in question.terms for phrase in term[0] for token in phrase.tokens]
    return share + (1.0 if share == 2 and len(asked_for) >= len(found) - 1 else 0.0)


def _newness(at: float, as_of: float) -> float:
    return 0.25 * exp(-max(0.0, as_of - at) / RECENT_S)
