"""An entity as it is here: its declared fields, those that every record has, and those that administrators added."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, literal_column, select

from crm_core.access.model import FieldRight
from crm_core.access.reader import Reader
from crm_core.records.declared import Choice, Entity, Field, FieldKind, Label, label
from crm_core.records.tables import table_of
from crm_core.tables.base import custom_flag, custom_number, custom_text, metadata

OWNER = Field(name="owner_id", kind=FieldKind.USER, label=label("Owner", "負責人", "负责人"), listed=True)
TEAM = Field(name="team_id", kind=FieldKind.REFERENCE, refers="org_unit", label=label("Team", "團隊", "团队"))
TERRITORY = Field(
    name="territory", kind=FieldKind.CODE, codes="territory", label=label("Territory", "區域", "区域")
)
CREATED = Field(
    name="created_at", kind=FieldKind.MOMENT, label=label("Created", "建立時間", "创建时间"), read_only=True
)
UPDATED = Field(
    name="updated_at",
    kind=FieldKind.MOMENT,
    label=label("Changed", "更新時間", "更新时间"),
    read_only=True,
    listed=True,
)
SCOPED = (OWNER, TEAM, TERRITORY)
STAMPS = (CREATED, UPDATED)
_CUSTOM_NAME = re.compile(r"x_[a-z0-9_]{1,40}")
_KEPT_BY_THE_STORE = frozenset({"id", "created_at", "updated_at", "row_version"})


@dataclass(frozen=True, kw_only=True)
class Shape:
    """The fields in the order of the form; custom ones come last and are kept in the row's `custom`. What follows from them is worked out once."""

    entity: Entity
    fields: tuple[Field, ...]

    @cached_property
    def customs(self) -> tuple[str, ...]:
        """The names of those that administrators added."""
        return tuple(each.name for each in self.fields if each.custom)

    @cached_property
    def columns(self) -> frozenset[str]:
        """Columns of the table that a change may set."""
        return frozenset(table_of(self.entity).c.keys()) - _KEPT_BY_THE_STORE

    @cached_property
    def defaults(self) -> Mapping[str, Any]:
        """What a new record has before anything is given."""
        return {each.name: each.default for each in self.fields if not each.read_only}

    @cached_property
    def demanded(self) -> tuple[Field, ...]:
        """Those that must not be empty, in rows that have them."""
        return tuple(each for each in self.fields if each.required and not each.number and not each.read_only)

    @cached_property
    def of_some_kinds(self) -> tuple[Field, ...]:
        """Those that not every kind of row has."""
        return tuple(each for each in self.fields if each.shown_for)

    def field(self, name: str) -> Field | None:
        return next((each for each in self.fields if each.name == name), None)

    def readable(self, reader: Reader) -> tuple[Field, ...]:
        """What they may see."""
        return tuple(each for each in self.fields if self.right(reader, each) >= FieldRight.READ)

    def right(self, reader: Reader, field: Field) -> FieldRight:
        """A field that the program sets is nobody's to write."""
        right = reader.right(self.entity.name, field.name)
        return min(right, FieldRight.READ) if field.read_only else right

    def column(self, field: Field) -> ColumnElement[Any]:
        """Where the field's value is, for conditions and orders."""
        row = table_of(self.entity).c
        if not field.custom:
            return row[field.name]
        if not _CUSTOM_NAME.fullmatch(field.name):
            raise ValueError(f"{field.name!r} is no custom field's name")  # it becomes SQL
        name: ColumnElement[Any] = literal_column(field.name)
        match field.kind:
            case FieldKind.INTEGER | FieldKind.NUMBER | FieldKind.MOMENT:
                return custom_number(row.custom, name)
            case FieldKind.BOOLEAN:
                return custom_flag(row.custom, name)
            case _:
                return custom_text(row.custom, name)


def declared(entity: Entity) -> tuple[Field, ...]:
    """All but the custom ones."""
    return entity.fields + (SCOPED if entity.scoped else ()) + STAMPS


def shape_of(conn: Connection, entity: Entity) -> Shape:
    """With the custom fields that are in use."""
    return Shape(entity=entity, fields=declared(entity) + tuple(custom_fields(conn, entity.name)))


def custom_fields(conn: Connection, entity: str) -> Iterable[Field]:
    """The fields that administrators added, in their order."""
    table = metadata.tables.get("custom_field")
    if table is None:
        return
    row = table.c
    query = select(table).where(row.entity == entity, row.retired_at.is_(None), row.deleted_at.is_(None))
    for each in conn.execute(query.order_by(row.position, row.name)):
        yield Field(
            name=each.name,
            kind=FieldKind(each.kind),
            label=label(each.label_en, each.label_zh_tw or each.label_en, each.label_zh_cn or each.label_en),
            required=bool(each.required),
            codes=each.codes or "",
            refers=each.refers or "",
            searched=bool(each.searched),
            listed=bool(each.listed),
            section=each.section or "",
            pauses_recording=bool(each.pauses_recording),
        )


def choice(code: str, en: str, zh_tw: str, zh_cn: str) -> Choice:
    return Choice(code=code, label=Label(en=en, zh_tw=zh_tw, zh_cn=zh_cn))


def named_columns(row: Row[Any]) -> Mapping[str, Any]:
    """A row by the names of its columns."""
    return dict(zip(row._fields, row, strict=True))


def value_of(row: Row[Any], field: Field) -> Any:
    """A field's value in a row of the entity's table, wherever it is kept."""
    known = named_columns(row)
    return (known["custom"] or {}).get(field.name) if field.custom else known[field.name]
