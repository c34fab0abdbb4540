"""The rules that wait for something, read for work. One that cannot be understood any more is told apart and never stops the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from config.errors import Refused
from crm_core.access.reader import SYSTEM
from crm_core.records import filters, known
from crm_core.records.declared import Entity
from crm_core.records.shape import named_columns, shape_of
from crm_core.records.tables import table_of
from crm_core.rules import model
from crm_core.rules.model import Count, Detail, Once, Trigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule as it works. `asked` is its condition, on the entity's table."""

    id: str
    entity: Entity
    trigger: Trigger
    detail: Detail
    asked: ColumnElement[bool]
    count: Count | None
    once: Once
    procedure_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A rule that cannot work as it stands: a field that it asks for has gone, say. `version` of its row."""

    id: str
    name: str
    version: int
    trigger: Trigger
    procedure_id: str
    code: str


def rules(
    conn: Connection, *, trigger: Trigger, entity: str | None = None
) -> tuple[list[Rule], list[Broken]]:
    """Those that are switched on, in their order; and those of them that cannot work."""
    table = table_of(known.entity("rule"))
    row = table.c
    query = select(table).where(row.trigger == trigger.value, row.active, row.deleted_at.is_(None))
    if entity is not None:
        query = query.where(row.entity == entity)
    found: list[Rule] = []
    broken: list[Broken] = []
    for each in conn.execute(query.order_by(row.position, row.id)).all():
        values = named_columns(each)
        try:
            found.append(_read(conn, values))
        except Refused as refusal:
            broken.append(_broken(values, refusal))
    return found, broken


def _read(conn: Connection, row: Mapping[str, Any]) -> Rule:
    trigger = Trigger(row["trigger"])
    entity = known.named(row["entity"])
    if entity is None:
        raise Refused("field.choice", pointer="/entity")
    detail = model.detail(trigger, row["detail"])
    if trigger is Trigger.TIME_PASSED and detail.field not in table_of(entity).c:
        raise Refused("rule.no_moment", pointer="/detail", field=detail.field[:60])
    return Rule(
        id=row["id"],
        entity=entity,
        trigger=trigger,
        detail=detail,
        asked=filters.condition(shape_of(conn, entity), SYSTEM, row["condition"]),
        count=model.count(row["count"]),
        once=Once(row["once"]),
        procedure_id=row["procedure_id"],
    )


def _broken(row: Mapping[str, Any], refusal: Refused) -> Broken:
    return Broken(
        id=row["id"],
        name=row["name"],
        version=row["row_version"],
        trigger=Trigger(row["trigger"]),
        procedure_id=row["procedure_id"],
        code=refusal.code,
    )
