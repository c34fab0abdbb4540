"""Procedures: steps that are done one after another, when a rule says so or somebody presses a button."""

from typing import Any

from sqlalchemy import Connection

from crm_core.records import known
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_SETTINGS, Entity, Field, FieldKind, label
from crm_core.records.shape import shape_of
from crm_core.rules import model
from crm_core.rules.model import Step, StepKind

_OF_CASES = (StepKind.RAISE, StepKind.ESCALATE, StepKind.MOVE, StepKind.SEND_MAIL)


def _steps(given: Any) -> None:
    model.steps(given)


def _prepare(conn: Connection, change: Change) -> None:
    entity = known.named(change.after["entity"])
    if entity is None:
        raise change.refuse("entity", "field.choice")
    shape = shape_of(conn, entity)
    for step in model.steps(change.after["steps"]):
        if step.kind in _OF_CASES and entity.name != "case":
            raise change.refuse("steps", "procedure.only_cases", step=step.kind.value)
        _check_field(change, shape, step)


def _check_field(change: Change, shape: Any, step: Step) -> None:
    if step.kind is StepKind.SET_FIELD:
        field = shape.field(step.text("field"))
        if field is None or field.read_only:
            raise change.refuse("steps", "field.unknown", field=step.text("field")[:60])


PROCEDURE = Entity(
    name="procedure",
    collection="procedures",
    label=label("Procedure", "處理程序", "处理流程"),
    plural=label("Procedures", "處理程序", "处理流程"),
    module="settings",
    icon="list",
    sort="name",
    rights=RIGHTS_SETTINGS,
    scoped=False,
    searched=False,
    prepare=_prepare,
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
            most=60,
        ),
        Field(
            name="steps",
            kind=FieldKind.JSON,
            label=label("Steps", "步驟", "步骤"),
            required=True,
            check=_steps,
        ),
        Field(
            name="by_hand",
            kind=FieldKind.BOOLEAN,
            label=label("May be started by hand", "可手動啟動", "可手动启动"),
            hint=label("Does what whoever starts it may do", "以啟動者的權限執行", "以启动者的权限执行"),
            required=True,
            default=False,
            listed=True,
        ),
        Field(name="note", kind=FieldKind.LONG_TEXT, label=label("Note", "備註", "备注"), most=2000),
        Field(
            name="active",
            kind=FieldKind.BOOLEAN,
            label=label("In use", "啟用", "启用"),
            required=True,
            default=True,
            listed=True,
        ),
    ),
)
