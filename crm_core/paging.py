"""Pages by cursor: a place in an order, not a number of pages, so that new rows never shift what is read next."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from config.errors import Kind, Refused
from crm_core.tables.base import storable

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[T]):
    """Some items in order; `next_cursor` is None after the last."""

    items: tuple[T, ...]
    next_cursor: str | None


def to_cursor(*place: str) -> str:
    """An opaque text for the place after a row."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def from_cursor(cursor: str, length: int) -> tuple[str, ...]:
    """The place again; `Refused` (cursor.unknown) for anything that `to_cursor` did not make."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise Refused("cursor.unknown", Kind.INVALID, pointer="/cursor") from error
    if not isinstance(place, list) or [type(part) for part in place] != [str] * length:
        raise Refused("cursor.unknown", Kind.INVALID, pointer="/cursor")
    # no row's place holds what PostgreSQL refuses in a text
    return tuple(storable(part) for part in place)


def number_from(cursor: str) -> int:
    """The same where the place is a number."""
    (place,) = from_cursor(cursor, 1)
    if not place.isascii() or not place.isdigit() or len(place) > 15:
        raise Refused("cursor.unknown", Kind.INVALID, pointer="/cursor")
    return int(place)


def columns(row: Any) -> dict[str, Any]:
    """A row as keyword arguments of the dataclass whose fields have the columns' names."""
    fields: dict[str, Any] = row._asdict()
    return fields
