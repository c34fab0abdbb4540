"""Rules: when what happens to which records, and which procedure that starts."""

from typing import Any

from sqlalchemy import Connection, delete, select

from crm_core.access.reader import SYSTEM
from crm_core.records import filters, known
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_SETTINGS, Entity, Field, FieldKind, label
from crm_core.records.shape import Shape, choice, shape_of
from crm_core.records.tables import table_of
from crm_core.rules import model
from crm_core.rules.model import OF_CASES, Trigger
from crm_core.tables import rule_watch

_MOMENTS = (FieldKind.MOMENT, FieldKind.DATE)
_NUMBERS = (FieldKind.INTEGER, FieldKind.NUMBER, FieldKind.AMOUNT)


def _count(given: Any) -> None:
    model.count(given)


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    entity = known.named(after["entity"])
    if entity is None:
        raise change.refuse("entity", "field.choice")
    trigger = Trigger(after["trigger"])
    if trigger in OF_CASES and entity.name != "case":
        raise change.refuse("trigger", "rule.only_cases")
    shape = shape_of(conn, entity)
    filters.condition(shape, SYSTEM, after.get("condition"))
    _check_detail(change, shape, trigger)
    counted = model.count(after.get("count"))
    if counted is not None:
        for name in counted.same:
            if shape.field(name) is None:
                raise change.refuse("count", "field.unknown", field=name[:60])
    if after["once"] == "group" and counted is None:
        raise change.refuse("once", "rule.group_without_count")
    row = table_of(known.entity("procedure")).c
    of = conn.execute(select(row.entity).where(row.id == after["procedure_id"])).scalar_one_or_none()
    if of != entity.name:
        raise change.refuse("procedure_id", "rule.other_procedure")


def _check_detail(change: Change, shape: Shape, trigger: Trigger) -> None:
    detail = model.detail(trigger, change.after.get("detail"))
    if trigger is Trigger.TIME_PASSED:
        field = shape.field(detail.field)
        if field is None or field.kind not in _MOMENTS or field.custom:
            raise change.refuse("detail", "rule.no_moment", field=detail.field[:60])
    unknown = [name for name in detail.fields if shape.field(name) is None]
    if unknown:
        raise change.refuse("detail", "field.unknown", field=unknown[0][:60])
    if detail.jump is not None:
        field = shape.field(detail.jump.field)
        if field is None or field.kind not in _NUMBERS:
            raise change.refuse("detail", "rule.no_number", field=detail.jump.field[:60])


def _written(conn: Connection, change: Change) -> None:
    """What waits for time waits from now on: what came while it slept, or by other words, is not made up for."""
    if change.changed("active") or change.changed("detail") or change.changed("deleted_at"):
        conn.execute(delete(rule_watch).where(rule_watch.c.rule_id == change.id))


RULE = Entity(
    name="rule",
    collection="rules",
    label=label("Rule", "規則", "规则"),
    plural=label("Rules", "規則", "规则"),
    module="settings",
    icon="list",
    sort="position,name",
    rights=RIGHTS_SETTINGS,
    scoped=False,
    searched=False,
    prepare=_prepare,
    written=_written,
    fields=(
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            unique=True,
            listed=True,
            most=100,
        ),
        Field(
            name="entity",
            kind=FieldKind.TEXT,
            label=label("Of records", "記錄類型", "记录类型"),
            required=True,
            default="case",
            listed=True,
            indexed=True,
            most=60,
        ),
        Field(
            name="trigger",
            kind=FieldKind.CHOICE,
            label=label("When", "觸發時機", "触发时机"),
            required=True,
            listed=True,
            choices=(
                choice("created", "It is made", "新增時", "新建时"),
                choice("changed", "It is changed", "變更時", "变更时"),
                choice("status_entered", "A state is entered", "進入狀態時", "进入状态时"),
                choice("sla_warned", "A promise nears its end", "承諾時限將至", "承诺时限将至"),
                choice("sla_breached", "A promise is missed", "承諾逾時", "承诺超时"),
                choice("customer_wrote", "The customer wrote", "客戶來信時", "客户来信时"),
                choice("time_passed", "Time has passed", "時間經過後", "时间经过后"),
            ),
        ),
        Field(name="detail", kind=FieldKind.JSON, label=label("Details", "觸發細節", "触发细节")),
        Field(name="condition", kind=FieldKind.JSON, label=label("Condition", "條件", "条件")),
        Field(
            name="count",
            kind=FieldKind.JSON,
            label=label("Only from so many on", "次數門檻", "次数阈值"),
            check=_count,
        ),
        Field(
            name="once",
            kind=FieldKind.CHOICE,
            label=label("How often", "啟動次數", "启动次数"),
            required=True,
            default="record",
            listed=True,
            choices=(
                choice("record", "Once a record", "每筆記錄一次", "每条记录一次"),
                choice("every", "Each time", "每次", "每次"),
                choice("group", "Once a group and period", "每組每期間一次", "每组每期间一次"),
            ),
        ),
        Field(
            name="procedure_id",
            kind=FieldKind.REFERENCE,
            refers="procedure",
            label=label("Procedure", "處理程序", "处理流程"),
            required=True,
            listed=True,
        ),
        Field(
            name="position",
            kind=FieldKind.INTEGER,
            label=label("Position", "順序", "顺序"),
            required=True,
            default=0,
        ),
        Field(
            name="active",
            kind=FieldKind.BOOLEAN,
            label=label("In use", "啟用", "启用"),
            required=True,
            default=True,
            listed=True,
        ),
        Field(name="note", kind=FieldKind.LONG_TEXT, label=label("Note", "備註", "备注"), most=2000),
    ),
)
