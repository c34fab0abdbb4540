"""The rows of `search_document`, many at a time: made, or brought up to date where the document is known already."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.dialects import sqlite

from crm_core.prepared import Prepared
from crm_core.search.sources import Document
from crm_core.tables import search_document, storable

Places = dict[tuple[str, str], int]
"""By kind and source's id, the number of a document, which rises with the time of its making."""
_D = search_document.c
_GIVEN = ("kind", "source_id", "title", "case_id", "interaction_id", "at")
_CHANGING = _GIVEN[2:]
_insert = sqlite.insert(search_document).values({name: bindparam(name) for name in _GIVEN})
_put = _insert.on_conflict_do_update(
    index_elements=("kind", "source_id"), set_={name: _insert.excluded[name] for name in _CHANGING}
)
_PUT = Prepared(_put)
_PUT_ONE = Prepared(_put.returning(_D.id))
# one statement for many: a round trip for each would take three times as long. In order, so that numbers rise as given
_PUT_ALL = text(
    f"INSERT INTO search_document ({', '.join(_GIVEN)})"  # noqa: S608 - names of ours
    " SELECT kind, source_id, title, case_id, interaction_id, at"
    " FROM unnest(CAST(:kind AS text[]), CAST(:source_id AS text[]), CAST(:title AS text[]), CAST(:case_id AS text[]),"
    " CAST(:interaction_id AS text[]), CAST(:at AS double precision[])) WITH ORDINALITY"
    f" AS given ({', '.join(_GIVEN)}, turn) ORDER BY turn"
    " ON CONFLICT (kind, source_id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _CHANGING)
    + " RETURNING kind, source_id, id"
)


def put(conn: Connection, documents: Sequence[Document]) -> Places:
    """Keep their rows; each may stand among them once. All places, of the new and of the known ones."""
    rows = [_row(document) for document in documents]
    if conn.dialect.name == "postgresql":
        given = {name: [row[name] for row in rows] for name in _GIVEN}
        return {(row.kind, row.source_id): row.id for row in conn.execute(_PUT_ALL, given)}
    if len(rows) == 1:
        [document] = documents
        return {(document.kind, document.id): _PUT_ONE.run(conn, rows[0]).scalar_one()}
    _PUT.run_each(conn, rows)
    return places(conn, [(document.kind, document.id) for document in documents])


def places(conn: Connection, names: Sequence[tuple[str, str]]) -> Places:
    """Where these documents are; those that there are not are not among them."""
    found: Places = {}
    for kind in {kind for kind, _ in names}:
        ids = [source_id for of, source_id in names if of == kind]
        query = select(_D.source_id, _D.id).where(_D.kind == kind, _D.source_id.in_(ids))
        found |= {(kind, row.source_id): row.id for row in conn.execute(query)}
    return found


def _row(document: Document) -> Mapping[str, Any]:
    return {
        "kind": document.kind,
        "source_id": document.id,
        "title": storable(document.title),
        "case_id": document.case_id,
        "interaction_id": document.interaction_id,
        "at": document.at,
    }
