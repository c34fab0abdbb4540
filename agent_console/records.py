"""Records and what they are, as JSON; and what a request may hold, told by the declaration itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ConfigDict, RootModel
from typing_extensions import TypedDict

from agent_console.coverage import WarningDocument
from crm_core.records.declared import Entity, Field, FieldKind, Label
from crm_core.records.describe import CodeWord, EntityShown, FieldShown
from crm_core.records.lists import Record
from crm_core.records.shape import declared
from crm_core.records.values import MOST_LONG_TEXT, MOST_TAGS, MOST_TEXT, shown

Labels = TypedDict("Labels", {"en": str, "zh-TW": str, "zh-CN": str})


class CodeDocument(TypedDict):
    """A word that a field may hold; a retired one is shown where it is, and offered no more."""

    code: str
    label: Labels
    retired: bool


class FieldDocument(TypedDict):
    """One field. `operators`: what a filter may ask of it; `refers`: the entity that a reference leads to;
    `shown_for`: only rows whose `told_by` field has one of these values have it (none: all). `pauses_recording`: while it has the focus nothing of
    the agent's talk is recorded."""

    name: str
    kind: str
    label: Labels
    hint: Labels | None
    required: bool
    writable: bool
    default: Any
    codes: str
    choices: list[CodeDocument]
    refers: str
    least: float | None
    most: float | None
    listed: bool
    sortable: bool
    operators: list[str]
    section: str
    shown_for: list[str]
    custom: bool
    pauses_recording: bool


class SectionDocument(TypedDict):
    name: str
    label: Labels


class EntityDocument(TypedDict):
    """An entity as whoever asks may use it. `scopes`: by action none, own, team, territory or all."""

    name: str
    collection: str
    label: Labels
    plural: Labels
    title: str
    module: str
    icon: str
    sort: str
    searched: bool
    scoped: bool
    told_by: str
    scopes: dict[str, str]
    sections: list[SectionDocument]
    fields: list[FieldDocument]


class EntitiesAnswer(TypedDict):
    items: list[EntityDocument]


class RecordPage(TypedDict):
    """`named`: what the rows refer to, by entity and id. `count` when asked for: up to 10,001, which means `more`."""

    items: list[dict[str, Any]]
    named: dict[str, dict[str, str]]
    next_cursor: str | None
    count: int | None


class RecordAnswer(TypedDict):
    """`warnings`: what is kept as it was given, and is hardly what was meant."""

    record: dict[str, Any]
    named: dict[str, dict[str, str]]
    warnings: list[WarningDocument]


class BulkOutcome(TypedDict):
    """`outcome`: done or refused; then `code` and `errors` say why."""

    id: str
    outcome: str
    code: str | None
    errors: list[dict[str, Any]]


class BulkAnswer(TypedDict):
    items: list[BulkOutcome]
    done: int
    refused: int


def record(row: Record, fields: Iterable[Field]) -> dict[str, Any]:
    """A row: its id and version, then its fields."""
    values = {
        field.name: shown(field, row.values[field.name]) for field in fields if field.name in row.values
    }
    return {"id": row.id, "row_version": row.version, "deleted_at": row.deleted_at, **values}


def entity(row: EntityShown) -> EntityDocument:
    """An entity as a console draws it."""
    of = row.entity
    return EntityDocument(
        name=of.name,
        collection=of.collection,
        label=labels(of.label),
        plural=labels(of.plural),
        title=of.title,
        module=of.module,
        icon=of.icon,
        sort=of.sort,
        searched=of.searched,
        scoped=of.scoped,
        told_by=of.told_by,
        scopes=row.scopes,
        sections=[SectionDocument(name=each.name, label=labels(each.label)) for each in row.sections],
        fields=[_field(each) for each in row.fields],
    )


def labels(row: Label) -> Labels:
    return {"en": row.en, "zh-TW": row.zh_tw, "zh-CN": row.zh_cn}


def _field(row: FieldShown) -> FieldDocument:
    field = row.field
    return FieldDocument(
        name=field.name,
        kind=field.kind.value,
        label=labels(field.label),
        hint=labels(field.hint) if field.hint else None,
        required=field.required,
        writable=row.writable,
        default=shown(field, field.default),
        codes=field.codes,
        choices=[_word(each) for each in row.words],
        refers="user" if field.kind is FieldKind.USER else field.refers,
        least=field.least,
        most=field.most,
        listed=field.listed,
        sortable=row.sortable,
        operators=list(row.operators),
        section=field.section,
        shown_for=list(field.shown_for),
        custom=field.custom,
        pauses_recording=field.pauses_recording,
    )


def _word(row: CodeWord) -> CodeDocument:
    return CodeDocument(code=row.code, label=labels(row.label), retired=row.retired)


_JSON_TYPES: Mapping[FieldKind, dict[str, Any]] = {
    FieldKind.INTEGER: {"type": "integer"},
    FieldKind.NUMBER: {"type": "number"},
    FieldKind.AMOUNT: {"type": "string", "pattern": r"^-?\d{1,12}(\.\d{1,4})?$"},
    FieldKind.BOOLEAN: {"type": "boolean"},
    FieldKind.DATE: {"type": "string", "format": "date"},
    FieldKind.MOMENT: {"type": "number", "minimum": 0},
    FieldKind.EMAIL: {"type": "string", "maxLength": 254},
    FieldKind.PHONE: {"type": "string", "maxLength": 60},
    FieldKind.URL: {"type": "string", "maxLength": 2000},
    FieldKind.TAGS: {"type": "array", "maxItems": MOST_TAGS, "items": {"type": "string", "maxLength": 100}},
    FieldKind.JSON: {"type": ["object", "array"]},
    FieldKind.LONG_TEXT: {"type": "string", "maxLength": MOST_LONG_TEXT},
}


def body_of(of: Entity) -> type[RootModel[dict[str, Any]]]:
    """What may be given for a row, as OpenAPI tells it. It is checked by the fields themselves, whose codes name what is wrong."""

    class Given(RootModel[dict[str, Any]]):
        model_config = ConfigDict(json_schema_extra=lambda schema: schema.update(_schema(of)))

    Given.__name__ = Given.__qualname__ = "".join(part.title() for part in of.name.split("_")) + "Fields"
    return Given


def _schema(of: Entity) -> dict[str, Any]:
    properties = {
        field.name: _json_type(field) | {"description": field.label.en}
        for field in declared(of)
        if not field.read_only
    }
    return {"type": "object", "properties": properties, "additionalProperties": True}


def _json_type(field: Field) -> dict[str, Any]:
    told = dict(_JSON_TYPES.get(field.kind, {"type": "string", "maxLength": int(field.most or MOST_TEXT)}))
    if field.choices:
        told = {"type": "string", "enum": [choice.code for choice in field.choices]}
    if field.kind in (FieldKind.INTEGER, FieldKind.NUMBER):
        told |= {
            name: value
            for name, value in (("minimum", field.least), ("maximum", field.most))
            if value is not None
        }
    return told if field.required else {"anyOf": [told, {"type": "null"}]}
