"""Rights as data (pure): actions, scopes, what a role allows, and how several roles add up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Action(StrEnum):
    """What may be done with an entity's rows."""

    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    EXPORT = "export"
    IMPORT = "import"


class Scope(IntEnum):
    """Which rows; each holds the one before. `TEAM` is one's units with all below them."""

    NONE = 0
    OWN = 1
    TEAM = 2
    TERRITORY = 3
    ALL = 4


class FieldRight(IntEnum):
    """What may be done with one field of the rows that one may read."""

    HIDDEN = 0
    READ = 1
    WRITE = 2


Scopes = Mapping[Action, Scope]
NOTHING: Scopes = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What one role allows: by entity, then by action; fields that are not named may be written."""

    scopes: Mapping[str, Scopes]
    fields: Mapping[str, Mapping[str, FieldRight]] = field(default_factory=dict)

    def scope(self, entity: str, action: Action) -> Scope:
        return self.scopes.get(entity, NOTHING).get(action, Scope.NONE)

    def right(self, entity: str, name: str) -> FieldRight:
        return self.fields.get(entity, {}).get(name, FieldRight.WRITE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What somebody may do: of several roles the widest counts, row by row and field by field."""

    roles: tuple[Role, ...]

    def scope(self, entity: str, action: Action) -> Scope:
        return max((role.scope(entity, action) for role in self.roles), default=Scope.NONE)

    def right(self, entity: str, name: str) -> FieldRight:
        """A role that does not reach the entity at all says nothing about its fields."""
        speaking = [role for role in self.roles if role.scope(entity, Action.READ) is not Scope.NONE]
        return max((role.right(entity, name) for role in speaking), default=FieldRight.HIDDEN)

    def hidden(self, entity: str) -> frozenset[str]:
        """The fields of an entity that they may not read."""
        named = {name for role in self.roles for name in role.fields.get(entity, ())}
        return frozenset(name for name in named if self.right(entity, name) is FieldRight.HIDDEN)


EVERYTHING = Rights(roles=())
"""Compared by identity: the system itself (imports at the command line, jobs), which no role restricts."""


def allowed(**scopes: str) -> Scopes:
    """`allowed(read="all", update="own")` in declarations; an action that is not named is not allowed."""
    return {Action(action): Scope[scope.upper()] for action, scope in scopes.items()}


def widest(values: Iterable[Scope]) -> Scope:
    return max(values, default=Scope.NONE)
