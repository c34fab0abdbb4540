"""Tasks: something that somebody is to do by a time, about any record or about none."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, select

from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.access.scopes import readable
from crm_core.records import codes, known
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_OWN, Entity, Field, FieldKind, label
from crm_core.records.shape import choice
from crm_core.records.tables import table_of

DONE = ("done", "cancelled")


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    after["progress"] = after.get("progress") or 0
    if bool(after.get("about_entity")) != bool(after.get("about_id")):
        raise change.refuse("about_id", "task.about_half")
    _check_about(conn, change)
    if change.changed("status"):
        after["done_at"] = change.acting.now if after["status"] in DONE else None
        if after["status"] == "done":
            after["progress"] = 100
    if change.changed("remind_at") or change.changed("owner_id"):
        after["reminded_at"] = None


def _check_about(conn: Connection, change: Change) -> None:
    after = change.after
    if not after.get("about_id") or not (change.changed("about_id") or change.changed("about_entity")):
        return
    if known.named(after["about_entity"]) is None:
        raise change.refuse("about_entity", "field.choice")
    if not codes.refers(conn, change.acting.reader, after["about_entity"], after["about_id"]):
        raise change.refuse("about_id", "field.reference", entity=after["about_entity"])


def _also(reader: Reader, action: str) -> ColumnElement[bool] | None:
    """Whoever may read a case sees what is to be done about it."""
    if action != Action.READ:
        return None
    row: Any = table_of(TASK).c
    case = known.entity("case")
    theirs = select(table_of(case).c.id).where(readable(case, reader))
    return and_(row.about_entity == "case", row.about_id.in_(theirs))


TASK = Entity(
    name="task",
    collection="tasks",
    label=label("Task", "工作", "任务"),
    plural=label("Tasks", "工作", "任务"),
    title="subject",
    module="service",
    icon="check",
    sort="due_at",
    rights=RIGHTS_OWN,
    prepare=_prepare,
    also=_also,
    fields=(
        Field(
            name="subject",
            kind=FieldKind.TEXT,
            label=label("Subject", "主旨", "主题"),
            required=True,
            searched=True,
            listed=True,
            most=200,
        ),
        Field(
            name="kind",
            kind=FieldKind.CHOICE,
            label=label("Kind", "類別", "类别"),
            required=True,
            default="todo",
            listed=True,
            choices=(
                choice("todo", "To do", "待辦", "待办"),
                choice("callback", "Call back", "回電", "回电"),
                choice("contact", "Contact the customer", "聯繫客戶", "联系客户"),
                choice("visit", "Visit", "拜訪", "拜访"),
                choice("renewal", "Renewal", "續約", "续约"),
            ),
        ),
        Field(
            name="status",
            kind=FieldKind.CHOICE,
            label=label("Status", "狀態", "状态"),
            required=True,
            default="open",
            listed=True,
            choices=(
                choice("open", "Open", "未完成", "未完成"),
                choice("doing", "In progress", "進行中", "进行中"),
                choice("done", "Done", "已完成", "已完成"),
                choice("cancelled", "Cancelled", "已取消", "已取消"),
            ),
        ),
        Field(
            name="due_at",
            kind=FieldKind.MOMENT,
            label=label("Due", "期限", "截止时间"),
            listed=True,
            indexed=True,
        ),
        Field(
            name="remind_at",
            kind=FieldKind.MOMENT,
            label=label("Remind", "提醒時間", "提醒时间"),
            indexed=True,
        ),
        Field(
            name="progress",
            kind=FieldKind.INTEGER,
            label=label("Progress (%)", "進度（%）", "进度（%）"),
            least=0,
            most=100,
        ),
        Field(
            name="party_id",
            kind=FieldKind.REFERENCE,
            refers="party",
            label=label("Customer", "客戶", "客户"),
            listed=True,
        ),
        Field(name="phone", kind=FieldKind.PHONE, label=label("Number", "電話號碼", "电话号码")),
        Field(
            name="about_entity",
            kind=FieldKind.TEXT,
            label=label("About (kind)", "相關記錄類型", "相关记录类型"),
            most=60,
        ),
        Field(
            name="about_id",
            kind=FieldKind.TEXT,
            label=label("About", "相關記錄", "相关记录"),
            indexed=True,
            most=100,
        ),
        Field(
            name="description",
            kind=FieldKind.LONG_TEXT,
            label=label("Description", "說明", "说明"),
            searched=True,
            most=10_000,
        ),
        Field(
            name="result",
            kind=FieldKind.LONG_TEXT,
            label=label("Result", "結果", "结果"),
            searched=True,
            most=10_000,
        ),
        Field(
            name="done_at",
            kind=FieldKind.MOMENT,
            label=label("Finished", "完成時間", "完成时间"),
            read_only=True,
        ),
        Field(
            name="reminded_at",
            kind=FieldKind.MOMENT,
            label=label("Reminded", "已提醒時間", "已提醒时间"),
            read_only=True,
        ),
    ),
)
