"""What an import is to do: which column goes into which field, what may be made and changed, by what rows are matched."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from config.errors import Kind, Refused
from crm_core.access.model import Action, FieldRight, Scope
from crm_core.access.reader import Reader
from crm_core.records import known
from crm_core.records.declared import Entity, Field, FieldKind
from crm_core.records.describe import describe
from crm_core.records.lists import must
from crm_core.records.shape import Shape, shape_of

BOTH, CREATE, UPDATE = "both", "create", "update"
MODES = (BOTH, CREATE, UPDATE)
ID = "id"
_KEYS = (FieldKind.TEXT, FieldKind.EMAIL, FieldKind.PHONE, FieldKind.INTEGER, FieldKind.CODE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """`columns`: for each column of the file the field it goes into, or nothing. `match`: the field, or `id`, by which a row
    is found again; nothing: every row is a new one. `clear`: a blank cell empties the field instead of leaving it."""

    entity: str
    columns: tuple[str, ...]
    mode: str = BOTH
    match: str = ""
    clear: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "entity": self.entity,
            "columns": list(self.columns),
            "mode": self.mode,
            "match": self.match,
            "clear": self.clear,
        }


def plan_from(data: Mapping[str, Any]) -> Plan:
    """The plan again that `as_json` told."""
    return Plan(**{**data, "columns": tuple(data["columns"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a column may go into. `words`: what stands for the codes of the field, in lower case. `key`: rows may be matched by it."""

    field: Field
    words: Mapping[str, str]
    brought: bool = False
    key: bool = False


def targets(conn: Connection, reader: Reader, entity: Entity) -> tuple[Target, ...]:
    """All that this reader may fill in rows of the entity."""
    shape = shape_of(conn, entity)
    words = _words(conn, reader, entity)
    own = [
        Target(field=field, words=words.get(field.name, {}), key=_may_match(entity, field))
        for field in shape.fields
        if shape.right(reader, field) is FieldRight.WRITE and field.kind is not FieldKind.JSON
    ]
    also = entity.brings
    if also is None:
        return tuple(own)
    return (
        *own,
        *(
            Target(field=each, words={}, brought=True, key=each.name in also.matching)
            for each in also.columns
            if also.right(reader, entity.name, each.name, Action.CREATE) is FieldRight.WRITE
        ),
    )


def check(conn: Connection, reader: Reader, plan: Plan) -> None:
    """`Refused` unless whoever asks may do that, and it means something."""
    entity = entity_of(plan.entity)
    must(reader, entity, Action.IMPORT)
    if plan.mode != UPDATE:
        must(reader, entity, Action.CREATE)
    if plan.mode != CREATE:
        must(reader, entity, Action.UPDATE)
    if plan.mode not in MODES:
        raise Refused("import.mode_unknown", Kind.INVALID, pointer="/mode")
    offered = {target.field.name: target for target in targets(conn, reader, entity)}
    used = [name for name in plan.columns if name]
    for name in used:
        if name != ID and name not in offered:
            raise Refused("field.unknown", Kind.INVALID, pointer="/columns", field=name[:100])
        if used.count(name) > 1:
            raise Refused("import.column_twice", Kind.INVALID, pointer="/columns", field=name)
    if not used:
        raise Refused("import.no_columns", Kind.INVALID, pointer="/columns")
    _check_match(plan, offered, used)


def _check_match(plan: Plan, offered: Mapping[str, Target], used: Sequence[str]) -> None:
    if not plan.match:
        if plan.mode == UPDATE:
            raise Refused("import.match_missing", Kind.INVALID, pointer="/match")
        return
    if plan.match not in used:
        raise Refused("import.match_unmapped", Kind.INVALID, pointer="/match", field=plan.match[:100])
    if plan.match != ID and not offered[plan.match].key:
        raise Refused("import.match_unfit", Kind.INVALID, pointer="/match", field=plan.match)


def entity_of(name: str) -> Entity:
    found = known.named(name) or next((each for each in known.every() if each.collection == name), None)
    if found is None:
        raise Refused("import.entity_unknown", Kind.MISSING, entity=name[:100])
    return found


def may_import(reader: Reader, entity: Entity) -> None:
    """`Refused` for who may not."""
    must(reader, entity, Action.IMPORT)


def importable(reader: Reader) -> list[Entity]:
    """What they may import at all."""
    return [entity for entity in known.every() if reader.scope(entity.name, Action.IMPORT) is not Scope.NONE]


def _may_match(entity: Entity, field: Field) -> bool:
    """By what names one row: an index stands behind it, or it is the title that people know rows by."""
    indexed = field.unique or field.indexed or field.name == entity.title or (field.name,) in entity.uniques
    return indexed and not field.custom and field.kind in _KEYS


def _words(conn: Connection, reader: Reader, entity: Entity) -> dict[str, dict[str, str]]:
    """By field: codes and their labels in each language, in lower case; retired ones are offered no more."""
    found: dict[str, dict[str, str]] = {}
    for shown in describe(conn, reader, [entity]):
        for field in shown.fields:
            names: dict[str, str] = {}
            for word in (each for each in field.words if not each.retired):
                for name in (word.label.en, word.label.zh_tw, word.label.zh_cn, word.code):
                    names[name.lower()] = word.code
            found[field.field.name] = names
    return found


def shape_for(conn: Connection, plan: Plan) -> Shape:
    return shape_of(conn, entity_of(plan.entity))
