"""Whose documents a reader finds: each kind by its entity's rights, letters and notes by their case or interaction."""

from collections.abc import Iterable, Mapping
from functools import cache

from sqlalchemy import ColumnElement, Connection, or_, select

from crm_core.access import scopes
from crm_core.access.model import Action, Scope
from crm_core.access.reader import Reader
from crm_core.records import known
from crm_core.records.declared import Entity
from crm_core.records.tables import table_of
from crm_core.rights import has_little, readable_document
from crm_core.tables import search_document

Reach = Mapping[str, ColumnElement[bool] | None]
"""By kind, the condition on `search_document`; None: all of the kind."""


def reach(conn: Connection, reader: Reader, kinds: Iterable[str]) -> Reach:
    """Whose documents of these kinds they find; kinds of which they find none are left out."""
    # what work lends is spelt in the cheaper of two ways; asked once for all kinds
    lent = cache(lambda: readable_document(reader, listed=has_little(conn, reader)))
    found: dict[str, ColumnElement[bool] | None] = {}
    for kind in kinds:
        entity = known.named(kind)
        if entity is None:
            found[kind] = None if reader.everything else lent()
            continue
        match reader.scope(kind, Action.READ):
            case Scope.ALL:
                found[kind] = None
            case Scope.NONE:
                continue
            case scope if kind == "case":
                found[kind] = or_(lent(), _theirs(entity, reader, scope))
            case _:
                found[kind] = _exists(entity, scopes.readable(entity, reader))
    return found


def _theirs(entity: Entity, reader: Reader, scope: Scope) -> ColumnElement[bool]:
    """What is theirs by itself. One's own are few enough to be listed; a team's may be half of all."""
    condition = scopes.own(entity, reader, scope)
    if scope is not Scope.OWN:
        return _exists(entity, condition)
    return search_document.c.source_id.in_(select(table_of(entity).c.id).where(condition))


def _exists(entity: Entity, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    row = table_of(entity).c
    return select(row.id).where(row.id == search_document.c.source_id, condition).exists()
