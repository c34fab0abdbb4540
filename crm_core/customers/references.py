"""Everything in the database that refers to a customer, found in the metadata: foreign keys, fields of records, custom fields.

A table that is added tomorrow is found without a word here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, TextClause, UniqueConstraint

from crm_core.records import known
from crm_core.records.declared import FieldKind
from crm_core.records.shape import custom_fields
from crm_core.records.tables import table_of
from crm_core.tables import party, repair_item, segment_member
from crm_core.tables.base import metadata

_DERIVED = (repair_item, segment_member)
"""Made anew from the customers themselves: nothing to move."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A column that holds a customer's id, or (`custom`) a custom field within the row's `custom`."""

    table: Table
    column: "Column[Any]"
    custom: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unique:
    """Columns that no two rows may share; of a partial index only rows for which `where` holds."""

    columns: Sequence["Column[Any]"]
    where: TextClause | None = None


def to_parties(conn: Connection) -> list[Reference]:
    """All of them, in the order in which tables depend on one another."""
    declared = {(table_of(entity).name, name) for entity, name in _fields()}
    found = [
        Reference(table=table, column=column)
        for table in metadata.sorted_tables
        if table not in _DERIVED
        for column in table.columns
        if _is_key(column) or (table.name, column.name) in declared
    ]
    return found + [
        Reference(table=table_of(entity), column=table_of(entity).c.custom, custom=field.name)
        for entity in known.every()
        for field in custom_fields(conn, entity.name)
        if field.refers == party.name
    ]


def unique_groups(table: Table, column: "Column[Any]") -> list[Unique]:
    """The groups of columns with this one that no two rows may share: what stands in the way of moving a row."""
    groups = [Unique(columns=list(table.primary_key.columns))]
    groups += [
        Unique(columns=list(index.columns), where=index.dialect_options["sqlite"]["where"])
        for index in table.indexes
        if index.unique
    ]
    groups += [
        Unique(columns=list(each.columns)) for each in table.constraints if isinstance(each, UniqueConstraint)
    ]
    return [group for group in groups if column in group.columns]


def _is_key(column: "Column[Any]") -> bool:
    return any(key.column is party.c.id for key in column.foreign_keys)


def _fields() -> Iterator[tuple[Any, str]]:
    for entity in known.every():
        for field in entity.fields:
            if field.kind is FieldKind.REFERENCE and field.refers == party.name:
                yield entity, field.name
