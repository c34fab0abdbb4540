"""More like this: the documents of a kind that share a text's rarest words.

A text has too many words to ask for all of them at once, and most of them tell nothing. So each word is asked for by itself, for
the newest few documents that have it; when there are that many, how far back they reach tells how frequent the word is. The rarest
words decide. Every question is bounded, so the time does not grow with the documents.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from sqlalchemy import ColumnElement, Connection, func, select

from crm_core.search import fts5_index, tsvector_index
from crm_core.search.words import fold, is_han, tokens
from crm_core.tables import search_document

MOST_TERMS = 24
"""Words of a text that are asked for: the last ones written, where there are more."""
NEWEST = 40
"""Documents that are looked at for each word."""
MOST_FOUND = 50
_TOO_FREQUENT = 0.3
"""Share of a kind's documents beyond which a word tells nothing, while others do."""
_EVERYWHERE = (
    "a an and are as at be been but by can could did do does for from had has have he hello hi how i if in is it its me my no"
    " not of on or our please she so thank thanks that the their them then there they this to us was we were what when where"
    " which who why will with would you your 您好 你好 谢谢 请问 一下 可以 我们 你们 您们 什么 怎么 这个 那个 没有 因为 所以"
)
_NOTHING = frozenset(_EVERYWHERE.split())
_D = search_document.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """A document, how much of the text's weight it shares (0 to 1), and which words those are."""

    id: str
    share: float
    shared: tuple[str, ...]


def terms(text: str) -> list[str]:
    """What of a text is asked for: each word once, without those that tell nothing; single Chinese characters neither."""
    found = [
        token
        for token in tokens(fold(text))
        if token not in _NOTHING and (len(token) > 1) and not (token.isdigit() and len(token) > 5)
    ]
    # of a run of Chinese the last character is a token of its own: it has one sign and went above
    latest = dict.fromkeys(reversed(found))
    return [term for term in latest if not is_han(term[0]) or len(term) == 2][:MOST_TERMS]


def like(
    conn: Connection, kind: str, text: str, readable: ColumnElement[bool], most: int = MOST_FOUND
) -> list[Alike]:
    """The documents of a kind that are most like the text, best first. `readable` is a condition on `search_document`."""
    asked = terms(text)
    kept_by = fts5_index if conn.dialect.name == "sqlite" else tsvector_index
    look = kept_by.newest_with(kind, readable, NEWEST)
    found = {term: look(conn, term) for term in asked}
    held = _held(conn, kind)
    weights = {term: _weight(places, held) for term, places in found.items() if places}
    telling = {term: weight for term, weight in weights.items() if weight > log(1 / _TOO_FREQUENT)} or weights
    shared: dict[int, list[str]] = {}
    for term in telling:
        for place in found[term]:
            shared.setdefault(place, []).append(term)
    whole = sum(weights.values()) or 1.0
    scored = {place: sum(telling[term] for term in having) / whole for place, having in shared.items()}
    best = sorted(scored, key=lambda place: (-scored[place], -place))[:most]
    ids = _ids(conn, best)
    return [
        Alike(id=ids[place], share=round(scored[place], 4), shared=tuple(shared[place]))
        for place in best
        if place in ids
    ]


def _weight(places: Sequence[int], held: tuple[int, int]) -> float:
    """As in tf-idf. Fewer than were asked for: that is all there are. Else: as dense before as among these."""
    count, last = held
    documents = float(len(places))
    if len(places) == NEWEST:
        # places rise with time over all kinds, so the share of places is the share of documents
        reach = max(1, last - min(places) + 1)
        documents = max(documents, NEWEST * last / reach)
    return log(1 + max(count, 1) / documents)


def _held(conn: Connection, kind: str) -> tuple[int, int]:
    """How many documents of a kind there are, counted to ten thousand and estimated beyond, and the last place."""
    last = conn.execute(select(func.max(_D.id)).where(_D.kind == kind)).scalar() or 0
    few = select(_D.id).where(_D.kind == kind).limit(10_001).subquery()
    count = conn.execute(select(func.count()).select_from(few)).scalar_one()
    return (last if count > 10_000 else count), last


def _ids(conn: Connection, places: Sequence[int]) -> dict[int, str]:
    query = select(_D.id, _D.source_id).where(_D.id.in_(list(places)))
    return {row.id: row.source_id for row in conn.execute(query)}
