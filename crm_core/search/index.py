"""The index: a row for each document, and its words as the database keeps them. Written in the unit that writes the row."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from crm_core.search import fts5_index, sources, tsvector_index
from crm_core.search.cut import CutWords, era_token, kind_token
from crm_core.search.sources import Document
from crm_core.search.words import fold, keys, may_be_misspelt, misspelt, tokens
from crm_core.tables import search_document

MOST_TITLE_WORDS = 500
MOST_BODY_WORDS = 15_000
"""A tsvector counts places up to 16,383; what stands behind is not found, on either database."""
_D = search_document.c


def refresh(conn: Connection, kind: str, source_id: str) -> None:
    """Index a row as it is now; one that is gone, or has no words any more, is found no more."""
    found = sources.read(conn, kind, [source_id])
    if found:
        put(conn, found)
    else:
        forget(conn, kind, source_id)


def forget(conn: Connection, kind: str, source_id: str) -> None:
    """Leave nothing of a document in the index."""
    row = conn.execute(select(_D.id).where(_D.kind == kind, _D.source_id == source_id)).one_or_none()
    if row is not None:
        _forget(conn, [row.id])


def put(conn: Connection, documents: Sequence[Document]) -> None:
    """Index these, in place of what was known of them; each may stand in it once."""
    known = _known(conn, documents)
    for document in documents:
        place = known.get((document.kind, document.id))
        if place is not None:
            conn.execute(update(search_document).where(_D.id == place).values(**_row(document)))
    kept_by = _kept_by(conn)
    kept_by.remove(conn, list(known.values()))
    new = [document for document in documents if (document.kind, document.id) not in known]
    if new:
        made = conn.execute(
            insert(search_document).returning(_D.id, sort_by_parameter_order=True),
            [_row(document) for document in new],
        ).scalars()
        known |= {(document.kind, document.id): place for document, place in zip(new, made, strict=True)}
    kept_by.add(conn, [_cut(document, known[document.kind, document.id]) for document in documents])


def _known(conn: Connection, documents: Sequence[Document]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for kind in {document.kind for document in documents}:
        ids = [document.id for document in documents if document.kind == kind]
        query = select(_D.source_id, _D.id).where(_D.kind == kind, _D.source_id.in_(ids))
        found |= {(kind, row.source_id): row.id for row in conn.execute(query)}
    return found


def _row(document: Document) -> dict[str, Any]:
    return {
        "kind": document.kind,
        "source_id": document.id,
        "title": document.title,
        "case_id": document.case_id,
        "interaction_id": document.interaction_id,
        "at": document.at,
    }


def _cut(document: Document, place: int) -> CutWords:
    title, body = fold(document.title), fold(document.body)
    found = {kind_token(document.kind), era_token(document.kind, place), *keys(title), *keys(body)}
    title_tokens = tokens(title)[:MOST_TITLE_WORDS]
    if document.kind == "party":
        for word in filter(may_be_misspelt, title_tokens):
            found |= misspelt(word)
    heard = [token for word in document.heard for token in tokens(fold(word))]
    words = [*tokens(body)[: MOST_BODY_WORDS - len(heard)], *heard]
    return CutWords(place=place, title=title_tokens, body=words, keys=sorted(found))


def _forget(conn: Connection, places: Sequence[int]) -> None:
    _kept_by(conn).remove(conn, places)
    conn.execute(delete(search_document).where(_D.id.in_(places)))


def _kept_by(conn: Connection) -> ModuleType:
    return fts5_index if conn.dialect.name == "sqlite" else tsvector_index
