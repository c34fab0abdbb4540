"""Words of many new rows cut beside the server: a process reads the rows and cuts them, the writer keeps what is still true.

What somebody changes meanwhile is indexed with its change; `keep` leaves such rows alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from crm_core.records import known
from crm_core.records.tables import table_of
from crm_core.search import index, sources
from crm_core.search.cut import Cut
from crm_core.search.sources import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class CutRow:
    """A document with its words, and the version of the row that they were cut from."""

    document: Document
    cut: Cut
    version: int


def cut(conn: Connection, kind: str, ids: Sequence[str]) -> list[CutRow]:
    """The words of these rows of an entity as they are now."""
    row = table_of(known.entity(kind)).c
    versions = {
        each.id: each.row_version
        for each in conn.execute(select(row.id, row.row_version).where(row.id.in_(ids)))
    }
    documents = sources.read(conn, kind, ids)
    documents.sort(
        key=lambda document: document.id
    )  # in the order of their making, as rows are found: newest first
    return [CutRow(document=each, cut=index.cut_words(each), version=versions[each.id]) for each in documents]


def keep(conn: Connection, kind: str, rows: Sequence[CutRow]) -> None:
    """Index those that nobody has changed since."""
    row = table_of(known.entity(kind)).c
    ids = [each.document.id for each in rows]
    found = conn.execute(select(row.id, row.row_version).where(row.id.in_(ids), row.deleted_at.is_(None)))
    current = {each.id: each.row_version for each in found}
    fresh = [each for each in rows if current.get(each.document.id) == each.version]
    if fresh:
        index.put_cut(conn, [each.document for each in fresh], [each.cut for each in fresh])
