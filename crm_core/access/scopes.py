"""The one filter: which rows of an entity somebody may read, change, export. A condition of SQL, so that lists, search, sockets, exports
and reports all ask the same question and no page is thinned out afterwards."""

from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.sql.elements import True_

from crm_core.access.model import Action, Scope
from crm_core.access.reader import Reader
from crm_core.records import known
from crm_core.records.declared import Entity
from crm_core.records.tables import table_of


def within_reach(entity: Entity, reader: Reader, action: Action) -> ColumnElement[bool]:
    """On the entity's table. Rows beyond the scope that the entity lends its readers (`also`) are in it when they may act at all."""
    if entity.follows is None:
        return _by_role(entity, reader, action)
    return and_(_by_role(entity, reader, action), _as_followed(entity, reader, action))


def _as_followed(entity: Entity, reader: Reader, action: Action) -> ColumnElement[bool]:
    """A contact point is as reachable as its customer: what changes it changes the customer."""
    name, column = entity.follows or ("", "")
    parent = known.entity(name)
    theirs = within_reach(parent, reader, followed(action))
    if isinstance(theirs, True_):
        return true()
    row = table_of(parent).c
    return table_of(entity).c[column].in_(select(row.id).where(theirs))


def followed(action: Action) -> Action:
    """What must be allowed with the row that is followed."""
    return action if action in (Action.READ, Action.EXPORT) else Action.UPDATE


def _by_role(entity: Entity, reader: Reader, action: Action) -> ColumnElement[bool]:
    scope = reader.scope(entity.name, action)
    if scope is Scope.NONE:
        return false()
    if scope is Scope.ALL:
        return true()
    # exporting and reading for a list are reading; what else is lent is the entity's own to say
    lent = entity.also(reader, action.value)
    theirs = own(entity, reader, scope)
    return theirs if lent is None else or_(theirs, lent)


def live(entity: Entity) -> ColumnElement[bool]:
    """Rows that are not deleted."""
    column: ColumnElement[Any] = table_of(entity).c.deleted_at
    return column.is_(None)


def readable(entity: Entity, reader: Reader) -> ColumnElement[bool]:
    """Live rows that they may read."""
    return and_(live(entity), within_reach(entity, reader, Action.READ))


def own(entity: Entity, reader: Reader, scope: Scope) -> ColumnElement[bool]:
    """What a scope below all reaches by itself. What is not scoped belongs to nobody, so that only those who reach all rows reach these."""
    if not entity.scoped:
        return false()
    row = table_of(entity).c
    ways = [row.owner_id == reader.user_id]
    if scope >= Scope.TEAM:
        ways.append(row.team_id.in_(reader.teams))
    if scope >= Scope.TERRITORY:
        ways.append(row.territory.in_(reader.territories))
    return or_(*ways)
