"""Whose documents a reader finds: each kind by its entity's rights, letters and notes by their case or interaction."""

from sqlalchemy import ColumnElement, Connection, false, or_, select

from crm_core.access import scopes
from crm_core.access.model import Action, Scope
from crm_core.access.reader import Reader
from crm_core.records import known
from crm_core.records.declared import Entity
from crm_core.records.tables import table_of
from crm_core.rights import has_little, readable_document
from crm_core.tables import search_document


def within_reach(conn: Connection, reader: Reader, kind: str) -> ColumnElement[bool] | None:
    """The condition on `search_document`; None: all of the kind."""
    entity = known.named(kind)
    if entity is None:
        return None if reader.everything else readable_document(reader, listed=has_little(conn, reader))
    match reader.scope(kind, Action.READ):
        case Scope.ALL:
            return None
        case Scope.NONE:
            return false()
        case scope if kind == "case":
            # what work lends is spelt in the cheaper of two ways, see `readable_document`
            lent = readable_document(reader, listed=has_little(conn, reader))
            return or_(lent, _exists(entity, scopes.own(entity, reader, scope)))
        case _:
            return _exists(entity, scopes.readable(entity, reader))


def _exists(entity: Entity, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    row = table_of(entity).c
    return select(row.id).where(row.id == search_document.c.source_id, condition).exists()
