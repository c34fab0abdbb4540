"""What is given for a row, checked as a whole: every fault is told at once."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from config.errors import Fault, Refused, RefusedFields
from crm_core.access.model import FieldRight
from crm_core.access.scopes import live
from crm_core.records import codes
from crm_core.records.change import Acting, Change
from crm_core.records.declared import Entity, Field, FieldKind
from crm_core.records.shape import Shape
from crm_core.records.tables import table_of
from crm_core.records.values import Wrong, faulty, stored


def checked(
    conn: Connection, acting: Acting, shape: Shape, given: Mapping[str, Any], before: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What was given, as it is stored; every fault at once."""
    faults: list[Fault] = []
    values: dict[str, Any] = {}
    for name, value in given.items():
        field = shape.field(name)
        right = FieldRight.HIDDEN if field is None else shape.right(acting.reader, field)
        if field is None or right is FieldRight.HIDDEN:
            faults.append(Fault(pointer=f"/{name[:100]}", code="field.unknown", params={}))
            continue
        if right is FieldRight.READ:
            faults.append(Fault(pointer=f"/{name}", code="field.read_only", params={}))
            continue
        try:
            values[name] = stored(field, value)
            _known(conn, acting, field, values[name], (before or {}).get(name))
        except Wrong as wrong:
            faults.append(faulty(field, wrong))
    faults += of_another_kind(shape.entity, shape, values, before)
    if faults:
        raise RefusedFields(faults)
    return values


def of_another_kind(
    entity: Entity, shape: Shape, values: Mapping[str, Any], before: Mapping[str, Any] | None
) -> list[Fault]:
    """Fields that rows of this kind do not have must stay empty."""
    if not entity.told_by:
        return []
    told_by = shape.field(entity.told_by)
    known = (before or {}).get(entity.told_by) or (told_by.default if told_by else None)
    kind = values.get(entity.told_by, known)
    return [
        Fault(pointer=f"/{field.name}", code="field.not_of_kind", params={"kind": str(kind)})
        for field in shape.of_some_kinds
        if values.get(field.name) is not None and not field.is_for(kind)
    ]


def _known(conn: Connection, acting: Acting, field: Field, value: Any, before: Any) -> None:
    """References lead somewhere, and words are on their lists; what was there before may stay."""
    if value is None or value == before:
        return
    match field.kind:
        case FieldKind.CODE:
            if not (
                codes.offered(conn, field.codes, value)
                if field.words is None
                else any(value == each for each, _ in field.words(conn))
            ):
                raise Wrong("field.choice")
        case FieldKind.REFERENCE:
            if not codes.refers(conn, acting.reader, field.refers, value):
                raise Wrong("field.reference", entity=field.refers)
        case FieldKind.USER:
            if not codes.is_user(conn, value):
                raise Wrong("field.reference", entity="user")
        case _:
            return


def must_be_complete(shape: Shape, values: Mapping[str, Any]) -> None:
    missing = [
        Fault(pointer=f"/{field.name}", code="field.required", params={})
        for field in shape.demanded
        if values.get(field.name) is None and field.is_for(values.get(shape.entity.told_by))
    ]
    if missing:
        raise RefusedFields(missing)


def must_be_unique(conn: Connection, entity: Entity, change: Change) -> None:
    row = table_of(entity).c
    groups = [(field.name,) for field in entity.fields if field.unique] + list(entity.uniques)
    for names in groups:
        values = [change.after.get(name) for name in names]
        if any(value is None for value in values):
            continue
        same = [row[name] == value for name, value in zip(names, values, strict=True)]
        query = select(row.id).where(live(entity), row.id != change.id, *same).limit(1)
        if conn.execute(query).first() is not None:
            raise Refused("field.taken", pointer=f"/{names[0]}", field=names[0])
