"""Whoever wants to know of every row that is written, in the unit that writes it. `crm_core.entities` adds them."""

from collections.abc import Callable

from sqlalchemy import Connection

from crm_core.records.change import Change
from crm_core.records.declared import Entity

Listener = Callable[[Connection, Entity, Change], None]
_LISTENERS: list[Listener] = []


def add(listener: Listener) -> None:
    if listener not in _LISTENERS:
        _LISTENERS.append(listener)


def tell(conn: Connection, entity: Entity, change: Change) -> None:
    for listener in _LISTENERS:
        listener(conn, entity, change)
