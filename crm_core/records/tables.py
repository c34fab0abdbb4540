"""The table that a declaration stands for."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Double, Index, Table, Text, text
from sqlalchemy.types import TypeEngine

from crm_core.records.declared import Entity, Field, FieldKind
from crm_core.tables.base import Amount, Json, TextList, Words, metadata, standard_columns

_TYPES: dict[FieldKind, type[TypeEngine[Any]]] = {
    FieldKind.TEXT: Words,
    FieldKind.LONG_TEXT: Words,
    FieldKind.INTEGER: BigInteger,
    FieldKind.NUMBER: Double,
    FieldKind.AMOUNT: Amount,
    FieldKind.BOOLEAN: Boolean,
    FieldKind.DATE: Text,
    FieldKind.MOMENT: Double,
    FieldKind.TAGS: TextList,
    FieldKind.JSON: Json,
}


def table_of(entity: Entity) -> Table:
    """The entity's own table, made in the metadata the first time."""
    if entity.table is not None:
        return entity.table
    known = metadata.tables.get(entity.name)
    return known if known is not None else _made(entity)


def _made(entity: Entity) -> Table:
    return Table(
        entity.name,
        metadata,
        Column("id", Text, primary_key=True),
        *(_column(field) for field in entity.fields),
        *standard_columns(scoped=entity.scoped),
        *(_unique(entity, field.name) for field in entity.fields if field.unique),
        *(_unique(entity, *names) for names in entity.uniques),
    )


def _column(field: Field) -> Column[Any]:
    kind = _TYPES.get(field.kind, Text)
    refers = field.kind is FieldKind.REFERENCE
    return Column(
        field.name, kind, nullable=not field.required, index=(refers or field.indexed) and not field.unique
    )


def _unique(entity: Entity, *names: str) -> Index:
    live = text("deleted_at IS NULL")
    name = f"uq_{entity.name}_{'_'.join(names)}"
    return Index(name, *names, unique=True, sqlite_where=live, postgresql_where=live)
