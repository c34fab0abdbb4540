"""The index: a row for each document, and its words as the database keeps them. Written in the unit that writes the row."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import TypeVar

from sqlalchemy import Connection, delete

from crm_core.search import cutting, document_rows, fts5_index, sources, tsvector_index
from crm_core.search.cut import Cut, CutWords, era_token
from crm_core.search.sources import Document
from crm_core.tables import search_document

AT_ONCE = 500
"""Documents in one statement: with more the gain ends, and databases limit what a statement may name."""
_TOGETHER = "search.together"
_D = search_document.c
T = TypeVar("T")


def refresh(conn: Connection, kind: str, source_id: str) -> None:
    """Index a row as it is now; one that is gone, or has no words any more, is found no more."""
    refresh_many(conn, kind, [source_id])


def refresh_many(conn: Connection, kind: str, source_ids: Sequence[str]) -> None:
    """The same for many rows, given in the order of their making, at a fraction of the cost for each. An import calls `bulk.begin` before and `bulk.end` after."""
    later: dict[str, dict[str, None]] | None = conn.info.get(_TOGETHER)
    if later is not None:
        later.setdefault(kind, {}).update(dict.fromkeys(source_ids))
        return
    for chunk in _chunks(list(dict.fromkeys(source_ids))):
        found = {document.id: document for document in sources.read(conn, kind, chunk)}
        _put(conn, [found[source_id] for source_id in chunk if source_id in found])
        _forget(conn, kind, [source_id for source_id in chunk if source_id not in found])


@contextmanager
def together(conn: Connection) -> Iterator[None]:
    """For a unit that writes many rows, some of them again and again: what is to be indexed within is at its end, each row once."""
    later: dict[str, dict[str, None]] = {}
    conn.info[_TOGETHER] = later
    try:
        yield
    finally:
        del conn.info[_TOGETHER]
    for kind, source_ids in later.items():
        refresh_many(conn, kind, list(source_ids))


def forget(conn: Connection, kind: str, source_id: str) -> None:
    """Leave nothing of a document in the index."""
    forget_many(conn, kind, [source_id])


def forget_many(conn: Connection, kind: str, source_ids: Sequence[str]) -> None:
    """The same for many."""
    for chunk in _chunks(source_ids):
        _forget(conn, kind, chunk)


def put(conn: Connection, documents: Sequence[Document]) -> None:
    """Index these, in place of what was known of them; each may stand among them once."""
    for chunk in _chunks(documents):
        _put(conn, chunk)


def put_cut(conn: Connection, documents: Sequence[Document], words: Sequence[Cut]) -> None:
    """The same for documents whose words another process cut."""
    if documents:
        places = document_rows.put(conn, documents)
        placed = [
            _placed(document, of_it, places[document.kind, document.id])
            for document, of_it in zip(documents, words, strict=True)
        ]
        _kept_by(conn).put(conn, placed)


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[begin : begin + AT_ONCE] for begin in range(0, len(items), AT_ONCE))


def _put(conn: Connection, documents: Sequence[Document]) -> None:
    put_cut(conn, documents, [cut_words(document) for document in documents])


def _forget(conn: Connection, kind: str, source_ids: Sequence[str]) -> None:
    places = document_rows.places(conn, [(kind, source_id) for source_id in source_ids])
    if places:
        _kept_by(conn).remove(conn, list(places.values()))
        conn.execute(delete(search_document).where(_D.id.in_(list(places.values()))))


def cut_words(document: Document) -> Cut:
    """A document's words as they are kept (pure), so that it may be done in another process."""
    return cutting.kept_words(document.kind, document.title, document.body, document.heard)


def plain_words(document: Document) -> Cut:
    """The same without the kind's mark."""
    return cutting.plain_words(document.kind, document.title, document.body, document.heard)


def _placed(document: Document, words: Cut, place: int) -> CutWords:
    found = sorted({*words.keys, era_token(document.kind, place)})
    return CutWords(place=place, title=words.title, body=words.body, keys=found)


def _kept_by(conn: Connection) -> ModuleType:
    return fts5_index if conn.dialect.name == "sqlite" else tsvector_index
