"""What a list is narrowed and ordered by: a small structure of conditions, the same in lists, views, bulk changes, exports and segments.

`{"field": "status", "is": "in", "value": ["open"]}`, and `{"all": [...]}`, `{"any": [...]}`, `{"not": {...}}` of such. Values are read by the
field's own kind and bound; nothing of what is given becomes SQL.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, func, not_, or_, true, type_coerce

from config.errors import Kind, Refused
from crm_core.access.reader import Reader
from crm_core.records.declared import Field, FieldKind
from crm_core.records.shape import Shape
from crm_core.records.tables import table_of
from crm_core.records.values import Wrong, stored
from crm_core.tables.base import Words, by_code_point

MOST_CONDITIONS = 50
DEEPEST = 5
MOST_VALUES = 500
MOST_SORTS = 3
WORDY = (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.EMAIL, FieldKind.PHONE, FieldKind.URL, FieldKind.TAGS)
UNSORTED = (FieldKind.JSON, FieldKind.TAGS, FieldKind.LONG_TEXT)
_ORDERED = (
    FieldKind.INTEGER,
    FieldKind.NUMBER,
    FieldKind.AMOUNT,
    FieldKind.DATE,
    FieldKind.MOMENT,
    FieldKind.TEXT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One of the keys by which a list is ordered."""

    field: Field
    falling: bool


def operators(field: Field) -> tuple[str, ...]:
    """What may be asked of a field."""
    if field.kind is FieldKind.JSON:
        return ("empty", "filled")
    words = ("has", "begins") if field.kind in WORDY else ()
    compared = ("lt", "le", "gt", "ge") if field.kind in _ORDERED else ()
    exact = () if field.kind in (FieldKind.LONG_TEXT, FieldKind.TAGS) else ("eq", "ne", "in")
    return (*exact, *compared, *words, "empty", "filled")


def condition(shape: Shape, reader: Reader, asked: Any) -> ColumnElement[bool]:
    """The filter as a condition on the entity's table; `Refused` for what it cannot mean. None: no filter."""
    if asked is None:
        return true()
    count = [0]
    return _part(shape, reader, asked, count, depth=0)


def orders(shape: Shape, reader: Reader, asked: str) -> tuple[Order, ...]:
    """`-updated_at,name`: falling by the one, then rising by the other."""
    names = [name for name in (asked or _usual(shape, reader)).split(",") if name]
    if len(names) > MOST_SORTS:
        raise Refused("sort.too_many", Kind.INVALID, pointer="/query/sort", most=MOST_SORTS)
    found = []
    for name in names:
        field = _field(shape, reader, name.lstrip("-"), "/query/sort", "sort.field_unknown")
        if field.kind in UNSORTED:
            raise Refused("sort.field_unsorted", Kind.INVALID, pointer="/query/sort", field=field.name)
        found.append(Order(field=field, falling=name.startswith("-")))
    return tuple(found)


def _usual(shape: Shape, reader: Reader) -> str:
    """The entity's own order, as far as they may see by what."""
    seen = {field.name for field in shape.readable(reader)}
    return ",".join(name for name in shape.entity.sort.split(",") if name.lstrip("-") in seen)


def _part(shape: Shape, reader: Reader, asked: Any, count: list[int], depth: int) -> ColumnElement[bool]:
    if not isinstance(asked, dict) or depth > DEEPEST:
        raise _wrong("filter.form")
    count[0] += 1
    if count[0] > MOST_CONDITIONS:
        raise _wrong("filter.too_long", most=MOST_CONDITIONS)
    if set(asked) in ({"all"}, {"any"}):
        ((word, parts),) = asked.items()
        if not isinstance(parts, list):
            raise _wrong("filter.form")
        made = [_part(shape, reader, each, count, depth + 1) for each in parts]
        return and_(true(), *made) if word == "all" else or_(not_(true()), *made)
    if set(asked) == {"not"}:
        return not_(_part(shape, reader, asked["not"], count, depth + 1))
    return _condition(shape, reader, asked)


def _condition(shape: Shape, reader: Reader, asked: dict[str, Any]) -> ColumnElement[bool]:
    if not set(asked) <= {"field", "is", "value"} or not {"field", "is"} <= set(asked):
        raise _wrong("filter.form")
    name, word = asked["field"], asked["is"]
    if not isinstance(name, str) or not isinstance(word, str):
        raise _wrong("filter.form")
    field = _field(shape, reader, name, "/query/filter", "filter.field_unknown")
    if word not in operators(field):
        raise _wrong("filter.operator", field=name, given=word[:50])
    return _MADE[word](shape, field, asked.get("value"))


def _field(shape: Shape, reader: Reader, name: str, pointer: str, code: str) -> Field:
    """A field that one may not read is as unknown as one that there is not: its values must not be guessed by asking."""
    field = shape.field(name)
    if field is None or field not in shape.readable(reader):
        raise Refused(code, Kind.INVALID, pointer=pointer, field=name[:100])
    return field


def _value(field: Field, given: Any) -> Any:
    # a word that is no longer offered may still be sought
    if field.kind in (FieldKind.CHOICE, FieldKind.CODE):
        if not isinstance(given, str) or len(given) > 100 or "\0" in given:
            raise _wrong("filter.value", field=field.name)
        return given
    try:
        value = stored(field, given)
    except Wrong as wrong:
        raise Refused(
            "filter.value", Kind.INVALID, pointer="/query/filter", field=field.name, why=wrong.code
        ) from wrong
    if value is None:
        raise _wrong("filter.value", field=field.name)
    return value


def _words(field: Field, given: Any) -> str:
    if not isinstance(given, str) or not given.strip() or len(given) > 200 or "\0" in given:
        raise _wrong("filter.value", field=field.name)
    return given.strip()


def _wrong(code: str, **params: str | int) -> Refused:
    return Refused(code, Kind.INVALID, pointer="/query/filter", **params)


def _in(shape: Shape, field: Field, given: Any) -> ColumnElement[bool]:
    if not isinstance(given, list) or len(given) > MOST_VALUES:
        raise _wrong("filter.values", field=field.name, most=MOST_VALUES)
    return shape.column(field).in_([_value(field, each) for each in given])


def _not_equal(shape: Shape, field: Field, given: Any) -> ColumnElement[bool]:
    column = shape.column(field)
    return or_(column != _value(field, given), column.is_(None))


def _has(shape: Shape, field: Field, given: Any) -> ColumnElement[bool]:
    return _like(shape, field, "%", _words(field, given))


def _begins(shape: Shape, field: Field, given: Any) -> ColumnElement[bool]:
    # of a list, any of its words
    return _like(shape, field, '%"' if field.kind is FieldKind.TAGS else "", _words(field, given))


def _like(shape: Shape, field: Field, before: str, words: str) -> ColumnElement[bool]:
    spelt = {words.lower()}
    if field.kind is FieldKind.TAGS:
        # kept as JSON, in which all but ASCII is escaped; PostgreSQL spells a custom field's out again
        spelt |= {json.dumps(words)[1:-1].lower(), json.dumps(words, ensure_ascii=False)[1:-1].lower()}
    plain = func.lower(_plain(shape, field))
    return or_(*(plain.like(f"{before}{escaped(each)}%", escape="\\") for each in sorted(spelt)))


def _plain(shape: Shape, field: Field) -> ColumnElement[Any]:
    # the column's own type would read the pattern as a list
    return type_coerce(shape.column(field), Text)


def _empty(shape: Shape, field: Field, _: Any) -> ColumnElement[bool]:
    column = shape.column(field)
    if field.kind is FieldKind.TAGS:
        return or_(column.is_(None), _plain(shape, field).in_(["", "[]"]))
    if field.kind is FieldKind.JSON:
        return column.is_(None)
    return column.is_(None) if field.kind not in WORDY else or_(column.is_(None), column == "")


def _filled(shape: Shape, field: Field, given: Any) -> ColumnElement[bool]:
    return not_(_empty(shape, field, given))


def escaped(words: str) -> str:
    """For LIKE with a backslash as escape."""
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


Made = Callable[[Shape, Field, Any], ColumnElement[bool]]
_MADE: dict[str, Made] = {
    "eq": lambda shape, field, given: shape.column(field) == _value(field, given),
    "ne": _not_equal,
    "in": _in,
    "lt": lambda shape, field, given: shape.column(field) < _value(field, given),
    "le": lambda shape, field, given: shape.column(field) <= _value(field, given),
    "gt": lambda shape, field, given: shape.column(field) > _value(field, given),
    "ge": lambda shape, field, given: shape.column(field) >= _value(field, given),
    "has": _has,
    "begins": _begins,
    "empty": _empty,
    "filled": _filled,
}


def place_after(shape: Shape, order: Sequence[Order], place: Sequence[Any]) -> ColumnElement[bool]:
    """Rows that come after a place in the order: equal in the first keys and beyond it in the next. Nothing sorts last, always."""
    row_id = by_code_point(table_of(shape.entity).c.id)
    ways: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for key, value in zip(order, place[:-1], strict=True):
        column = sorted_by(shape, key.field)
        if value is None:
            same.append(column.is_(None))
            continue
        beyond = column < value if key.falling else column > value
        ways.append(and_(*same, or_(beyond, column.is_(None))))
        same.append(column == value)
    ways.append(and_(*same, row_id > place[-1]))
    return or_(*ways)


def sorted_by(shape: Shape, field: Field) -> ColumnElement[Any]:
    """Texts by their code points on both databases: a cursor must mean the same whatever the locale."""
    column = shape.column(field)
    worded = isinstance(column.type, Text | Words)
    return by_code_point(column) if worded else column
