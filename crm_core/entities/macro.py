"""Macros: field changes, a step, a reply and tasks, done together by one press."""

from typing import Any

from sqlalchemy import Connection

from config.errors import Kind, Refused
from crm_core.records import known
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_KEPT, Entity, Field, FieldKind, label
from crm_core.records.shape import shape_of

MOST_TASKS = 10


def _changes(given: Any) -> None:
    if not isinstance(given, dict) or len(given) > 30:
        raise Refused("macro.form", Kind.INVALID, pointer="/changes")


def _tasks(given: Any) -> None:
    right = isinstance(given, list) and len(given) <= MOST_TASKS
    if not right or not all(_is_task(each) for each in given):
        raise Refused("macro.form", Kind.INVALID, pointer="/tasks")


def _is_task(given: Any) -> bool:
    if not isinstance(given, dict) or not set(given) <= {"subject", "due_in_s"}:
        return False
    due = given.get("due_in_s", 0)
    in_time = isinstance(due, int | float) and not isinstance(due, bool) and 0 <= due <= 3650 * 86400
    return isinstance(given.get("subject"), str) and 0 < len(given["subject"]) <= 200 and in_time


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    shape = shape_of(conn, known.entity("case"))
    for name in after.get("changes") or {}:
        field = shape.field(name)
        if field is None or field.read_only:
            raise change.refuse("changes", "field.unknown", field=name[:60])
    if not any(after.get(name) for name in ("changes", "state", "template_id", "tasks", "note")):
        raise change.refuse("changes", "macro.empty")


MACRO = Entity(
    name="macro",
    collection="macros",
    label=label("Macro", "巨集", "宏"),
    plural=label("Macros", "巨集", "宏"),
    module="service",
    icon="list",
    sort="name",
    rights=RIGHTS_KEPT,
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
            name="case_type_id",
            kind=FieldKind.REFERENCE,
            refers="case_type",
            label=label("Only for case type", "限定案件類型", "限定工单类型"),
            listed=True,
        ),
        Field(
            name="queue_id",
            kind=FieldKind.TEXT,
            label=label("Only in queue", "限定佇列", "限定队列"),
            most=100,
        ),
        Field(
            name="changes",
            kind=FieldKind.JSON,
            label=label("Fields that change", "變更欄位", "变更字段"),
            check=_changes,
        ),
        Field(
            name="state",
            kind=FieldKind.TEXT,
            label=label("Step to", "前往狀態", "前往状态"),
            most=40,
        ),
        Field(
            name="template_id",
            kind=FieldKind.REFERENCE,
            refers="template",
            label=label("Reply", "回覆範本", "回复模板"),
            listed=True,
        ),
        Field(name="note", kind=FieldKind.LONG_TEXT, label=label("Note", "備註", "备注"), most=5000),
        Field(
            name="tasks",
            kind=FieldKind.JSON,
            label=label("Tasks", "工作", "任务"),
            check=_tasks,
        ),
        Field(
            name="active",
            kind=FieldKind.BOOLEAN,
            label=label("Offered", "可選用", "可选用"),
            required=True,
            default=True,
            listed=True,
        ),
    ),
)
