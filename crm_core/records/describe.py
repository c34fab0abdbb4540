"""Entities as a console draws them: fields with their kinds, words and rights of whoever asks. Nothing in it is a sentence of ours alone:
labels come in the three languages."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from crm_core.access.model import Action, FieldRight, Scope
from crm_core.access.reader import Reader
from crm_core.records import filters, known
from crm_core.records.declared import Choice, Entity, Field, FieldKind, Label, Section, label
from crm_core.records.shape import Shape, shape_of
from crm_core.tables.base import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWord:
    """A word of a code list; a retired one is shown where it is, and offered no more."""

    code: str
    label: Label
    retired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldShown:
    """A field as its reader may use it. `words`: of its code list."""

    field: Field
    writable: bool
    operators: tuple[str, ...]
    sortable: bool
    words: tuple[CodeWord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityShown:
    """An entity with the scopes of whoever asks; without a scope to read it is not shown at all."""

    entity: Entity
    scopes: dict[str, str]
    fields: tuple[FieldShown, ...]
    sections: tuple[Section, ...]


def describe(conn: Connection, reader: Reader, entities: Iterable[Entity] | None = None) -> list[EntityShown]:
    """Every entity that they may read."""
    chosen = known.every() if entities is None else entities
    words = _words(conn)
    return [
        _entity(shape_of(conn, entity), reader, words | _elsewhere(conn, entity))
        for entity in chosen
        if reader.scope(entity.name, Action.READ) is not Scope.NONE
    ]


def _entity(shape: Shape, reader: Reader, words: dict[str, tuple[CodeWord, ...]]) -> EntityShown:
    entity = shape.entity
    return EntityShown(
        entity=entity,
        scopes={action.value: reader.scope(entity.name, action).name.lower() for action in Action},
        fields=tuple(_field(shape, reader, field, words) for field in shape.readable(reader)),
        sections=entity.sections,
    )


def _field(shape: Shape, reader: Reader, field: Field, words: dict[str, tuple[CodeWord, ...]]) -> FieldShown:
    return FieldShown(
        field=field,
        writable=shape.right(reader, field) is FieldRight.WRITE,
        operators=filters.operators(field),
        sortable=field.kind not in filters.UNSORTED,
        words=words.get(field.codes or field.name, ())
        if field.kind is FieldKind.CODE
        else tuple(map(_fixed, field.choices)),
    )


def _elsewhere(conn: Connection, entity: Entity) -> dict[str, tuple[CodeWord, ...]]:
    """Lists that are kept elsewhere, by field: their words are names, the same in every language."""
    return {
        field.name: tuple(
            CodeWord(code=code, label=label(name, name, name), retired=False)
            for code, name in field.words(conn)
        )
        for field in entity.fields
        if field.words is not None
    }


def _fixed(choice: Choice) -> CodeWord:
    return CodeWord(code=choice.code, label=choice.label, retired=False)


def _words(conn: Connection) -> dict[str, tuple[CodeWord, ...]]:
    table = metadata.tables["code_value"]
    row = table.c
    found: dict[str, list[CodeWord]] = {}
    query = select(table).where(row.deleted_at.is_(None)).order_by(row.list, row.position, row.code)
    for each in conn.execute(query):
        shown = label(each.label_en, each.label_zh_tw or each.label_en, each.label_zh_cn or each.label_en)
        word = CodeWord(code=each.code, label=shown, retired=each.retired_at is not None)
        found.setdefault(each.list, []).append(word)
    return {name: tuple(listed) for name, listed in found.items()}
