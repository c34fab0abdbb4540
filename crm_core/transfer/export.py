"""The rows of a list as cells of a file: exactly those that the reader may read and export, under the list's own filter and order.

Part by part, each in a transaction of its own, so that a million rows are never held and no reader is kept busy.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_

from config.errors import Kind, Refused
from crm_core import audit
from crm_core.access.model import Action, FieldRight
from crm_core.access.reader import Reader
from crm_core.access.scopes import within_reach
from crm_core.records import codes, filters, known
from crm_core.records.change import Acting
from crm_core.records.cursors import from_place, to_place
from crm_core.records.declared import Entity, Field, FieldKind, Label
from crm_core.records.describe import CodeWord, describe
from crm_core.records.lists import Asked, chosen, found_by, in_order, must, values_of
from crm_core.records.shape import shape_of
from crm_core.transfer.plan import ID
from crm_core.transfer.writing import Cell

PART_ROWS = 500
_CODED = (FieldKind.CHOICE, FieldKind.CODE)
_YES_NO = {"en": ("yes", "no"), "zh-TW": ("是", "否"), "zh-CN": ("是", "否")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for. `columns`: names of fields; nothing: all that may be read. `as_codes`: words of code lists, references and yes or no as
    programs know them, else as people do."""

    asked: Asked
    columns: tuple[str, ...] = ()
    as_codes: bool = False
    language: str = "en"
    zone: str = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The columns of a file, as its reader may have them. `brought` are those kept beside the row."""

    entity: Entity
    wanted: Wanted
    own: tuple[Field, ...]
    brought: tuple[Field, ...]
    words: Mapping[str, Mapping[str, str]]

    def heading(self) -> list[str]:
        if self.wanted.as_codes:
            return [ID, *(each.name for each in (*self.own, *self.brought))]
        named = (said(each.label, self.wanted.language) for each in (*self.own, *self.brought))
        return ["ID", *named]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some rows, and the place after them; nothing after the last."""

    rows: list[list[Cell]]
    cursor: str | None


def opened(conn: Connection, reader: Reader, entity: Entity, wanted: Wanted) -> Sheet:
    """What the file will have; `Refused` for who may not export, for unknown columns, filters and orders."""
    must(reader, entity, Action.READ)
    must(reader, entity, Action.EXPORT)
    shape = shape_of(conn, entity)
    filters.orders(shape, reader, wanted.asked.sort)
    filters.condition(shape, reader, wanted.asked.filter)
    fields = shape.readable(reader)
    also = () if entity.brings is None else entity.brings.columns
    beside = tuple(each for each in also if _may_take(reader, entity, each))
    if wanted.columns:
        by_name = {each.name: each for each in (*fields, *beside)}
        for name in wanted.columns:
            if name not in by_name:
                raise Refused("field.unknown", Kind.INVALID, pointer="/query/columns", field=name[:100])
        fields = tuple(each for each in (by_name[name] for name in wanted.columns) if each in fields)
        beside = tuple(each for each in beside if each.name in wanted.columns)
    (shown,) = describe(conn, reader, [entity])
    words = {each.field.name: _words(each.words, wanted.language) for each in shown.fields}
    return Sheet(entity=entity, wanted=wanted, own=fields, brought=beside, words=words)


def part(conn: Connection, reader: Reader, sheet: Sheet, cursor: str | None, now: float) -> Part:
    """The next rows; rights are looked at anew each time."""
    entity, asked = sheet.entity, sheet.wanted.asked
    must(reader, entity, Action.EXPORT)
    shape = shape_of(conn, entity)
    order = filters.orders(shape, reader, asked.sort)
    query = chosen(shape, reader, asked).where(
        within_reach(entity, reader, Action.EXPORT), found_by(conn, reader, entity, asked.words, now)
    )
    if cursor is not None:
        query = query.where(filters.place_after(shape, order, from_place(cursor, order)))
    found = conn.execute(in_order(query, shape, order).limit(PART_ROWS)).all()
    readable = set(shape.readable(reader))
    brought = [each if _may_take(reader, entity, each) else None for each in sheet.brought]
    own = [each if each in readable else None for each in sheet.own]
    values = [values_of(row, [each for each in own if each is not None]) for row in found]
    named = {} if sheet.wanted.as_codes else codes.names(conn, reader, filter(None, own), values)
    show = _shower(sheet, named)
    beside = _beside(conn, reader, sheet, [row.id for row in found])
    rows: list[list[Cell]] = [
        [
            row.id,
            *(None if each is None else show(each, of_row[each.name]) for each in own),
            *(None if each is None else beside.get(row.id, {}).get(each.name) for each in brought),
        ]
        for row, of_row in zip(found, values, strict=True)
    ]
    more = len(found) == PART_ROWS
    return Part(rows=rows, cursor=to_place(shape, order, found[-1]) if more else None)


def tell(conn: Connection, acting: Acting, sheet: Sheet, *, rows: int, kind: str, whole: bool) -> None:
    """Who left the house with what, in the chain."""
    asked = sheet.wanted.asked
    detail = {
        "rows": rows,
        "whole": whole,
        "format": kind,
        "filter": asked.filter,
        "sort": asked.sort,
        "words": asked.words,
        "columns": [each.name for each in (*sheet.own, *sheet.brought)],
    }
    entry = audit.Entry(
        at=acting.now, origin=acting.origin, action="exported", entity=sheet.entity.name, detail=detail
    )
    audit.record(conn, entry)


def said(label: Label, language: str) -> str:
    """A label in a language."""
    return {"zh-TW": label.zh_tw, "zh-CN": label.zh_cn}.get(language, label.en)


def _words(words: Sequence[CodeWord], language: str) -> dict[str, str]:
    return {word.code: said(word.label, language) for word in words}


def _may_take(reader: Reader, entity: Entity, column: Field) -> bool:
    """Whether they may read and export what is kept beside the row."""
    brings = entity.brings
    if brings is None:
        return False
    return brings.right(reader, entity.name, column.name, Action.READ, Action.EXPORT) >= FieldRight.READ


def _beside(
    conn: Connection, reader: Reader, sheet: Sheet, ids: Sequence[str]
) -> Mapping[str, Mapping[str, str]]:
    brings = sheet.entity.brings
    if not sheet.brought or not ids or brings is None:
        return {}
    holding = [known.entity(name) for name in {name for name, _ in brings.held.values()}]
    reach = {
        each.name: and_(within_reach(each, reader, Action.READ), within_reach(each, reader, Action.EXPORT))
        for each in holding
    }
    return brings.cells(conn, ids, reach)


def _shower(sheet: Sheet, named: Mapping[str, Mapping[str, str]]) -> Callable[[Field, Any], Cell]:
    """How a value is written in this file: as programs know it, or as people do."""
    zone = ZoneInfo(sheet.wanted.zone)
    yes, no = _YES_NO.get(sheet.wanted.language, _YES_NO["en"])
    kinds: dict[FieldKind, Callable[[Field, Any], Cell]] = {
        FieldKind.MOMENT: lambda _, value: datetime.fromtimestamp(value, zone).strftime("%Y-%m-%d %H:%M:%S"),
        FieldKind.TAGS: lambda _, value: ", ".join(value),
        FieldKind.JSON: lambda _, value: json.dumps(value, ensure_ascii=False),
        FieldKind.AMOUNT: lambda _, value: float(value),
    }
    if not sheet.wanted.as_codes:
        coded = {
            kind: lambda field, value: sheet.words.get(field.name, {}).get(value, value) for kind in _CODED
        }
        users = named.get("user", {})
        kinds |= coded | {
            FieldKind.BOOLEAN: lambda _, value: yes if value else no,
            FieldKind.USER: lambda _, value: users.get(value, value),
            FieldKind.REFERENCE: lambda field, value: named.get(field.refers, {}).get(value, value),
        }

    def show(field: Field, value: Any) -> Cell:
        write = kinds.get(field.kind)
        cell: Cell = value if value is None or write is None else write(field, value)
        return cell

    return show
