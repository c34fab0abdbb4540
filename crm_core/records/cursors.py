"""A place in a list that is ordered by any fields, as an opaque text."""

import base64
import binascii
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from config.errors import Kind, Refused
from crm_core.records.declared import FieldKind
from crm_core.records.filters import Order
from crm_core.records.shape import Shape, value_of

_NUMBERS = (FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.MOMENT)


def to_place(shape: Shape, order: Sequence[Order], row: Row[Any]) -> str:
    """The place after a row."""
    keys = [value_of(row, key.field) for key in order]
    told = [str(key) if isinstance(key, Decimal) else key for key in keys]
    return base64.urlsafe_b64encode(json.dumps([*told, row.id]).encode()).decode().rstrip("=")


def from_place(cursor: str, order: Sequence[Order]) -> list[Any]:
    """The place again; `Refused` for a cursor that is not of this order."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise _unknown() from error
    if not isinstance(place, list) or len(place) != len(order) + 1 or not isinstance(place[-1], str):
        raise _unknown()
    return [_key(key, value) for key, value in zip(order, place[:-1], strict=True)] + [
        place[-1].replace("\0", "")
    ]


def _key(key: Order, value: Any) -> Any:
    kind = key.field.kind
    if value is None:
        return None
    if kind is FieldKind.AMOUNT and isinstance(value, str):
        try:
            return Decimal(value)
        except ArithmeticError as error:
            raise _unknown() from error
    if kind is FieldKind.BOOLEAN:
        right = isinstance(value, bool)
    elif kind in _NUMBERS:
        right = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**53
    else:
        right = isinstance(value, str) and "\0" not in value
    if not right:
        raise _unknown()
    return value


def _unknown() -> Refused:
    return Refused("cursor.unknown", Kind.INVALID, pointer="/query/cursor")
