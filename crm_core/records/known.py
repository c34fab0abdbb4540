"""The entities there are, by name. `crm_core.entities` fills it; whoever asks first has it imported, since entities in turn need what
is here."""

from collections.abc import Iterator
from importlib import import_module

from crm_core.records.declared import Entity
from crm_core.records.tables import table_of

_KNOWN: dict[str, Entity] = {}


def add(*entities: Entity) -> None:
    """Make entities known, and their tables with them."""
    for entity in entities:
        if entity.name in _KNOWN:
            raise ValueError(f"there are two entities {entity.name}")
        names = [field.name for field in entity.fields]
        if len(set(names)) < len(names):
            raise ValueError(f"{entity.name} has a field twice")
        table_of(entity)
        _KNOWN[entity.name] = entity


def entity(name: str) -> Entity:
    return _all()[name]


def every() -> Iterator[Entity]:
    """All of them, in the order in which they were added."""
    yield from _all().values()


def named(name: str) -> Entity | None:
    return _all().get(name)


def _all() -> dict[str, Entity]:
    import_module("crm_core.entities")
    return _KNOWN
