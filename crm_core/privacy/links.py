"""Which columns lead to a person: by foreign key, by the declarations of records, and by name where history outlives what it refers to.

A table that is added later is found by the same rules, and a test plants a person's words in every column there is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, Table

from crm_core.records import known
from crm_core.records.declared import FieldKind
from crm_core.records.tables import table_of
from crm_core.tables.base import Json, TextList, Words, metadata

OF_PARTY, OF_CASE, OF_INTERACTION, OF_LETTER = "party", "case", "interaction", "letter"
_BY_TABLE = {"party": OF_PARTY, "support_case": OF_CASE, "interaction": OF_INTERACTION, "letter": OF_LETTER}
_BY_NAME = {
    "party_id": OF_PARTY,
    "survivor_id": OF_PARTY,
    "merged_id": OF_PARTY,
    "party_a": OF_PARTY,
    "party_b": OF_PARTY,
    "case_id": OF_CASE,
    "interaction_id": OF_INTERACTION,
    "letter_id": OF_LETTER,
}
_APART = frozenset({"audit_event", "audit_detail", "audit_head", "search_document", "erasure"})
"""Tables that are treated by themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A column whose values are ids of a kind: party, case, interaction, letter, or another entity's name."""

    table: Table
    column: "Column[Any]"
    kind: str
    required: bool


def links() -> Iterator[Link]:
    """All of them, each once."""
    declared = _declared()
    for table in metadata.tables.values():
        if table.name in _APART:
            continue
        for column in table.c:
            kind = _kind(column) or declared.get((table.name, column.name))
            if kind is not None:
                yield Link(table=table, column=column, kind=kind, required=not column.nullable)


def entity_of(table: Table) -> str | None:
    """The entity whose rows these are."""
    return next((each.name for each in known.every() if table_of(each) is table), None)


def is_personal(table: Table) -> bool:
    """Whether its words are about customers: an article that was learnt from a case is not."""
    name = entity_of(table)
    return name is None or known.entity(name).personal


def wordy(table: Table) -> list["Column[Any]"]:
    """Columns that hold what people wrote, as opposed to the program's own words."""
    return [column for column in table.c if isinstance(column.type, Words | TextList | Json | LargeBinary)]


def blank(column: "Column[Any]") -> Any:
    """Nothing, as this column can hold it."""
    if column.nullable:
        return None
    match column.type:
        case TextList():
            return ()
        case Json():
            return {}
        case LargeBinary():
            return b""
        case _:
            return ""


def _kind(column: "Column[Any]") -> str | None:
    for key in column.foreign_keys:
        kind = _BY_TABLE.get(key.target_fullname.split(".")[0])
        if kind is not None:
            return kind
    return _BY_NAME.get(column.name)


def _declared() -> dict[tuple[str, str], str]:
    return {
        (table_of(entity).name, field.name): field.refers
        for entity in known.every()
        for field in entity.fields
        if field.kind is FieldKind.REFERENCE
    }
