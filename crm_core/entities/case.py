"""Cases as records: what is listed, filtered, exported. How a case lives is `crm_core.cases`."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from crm_core import case_events, notifications, rights
from crm_core.access.model import Action, Scope, allowed
from crm_core.access.reader import Reader
from crm_core.casework import activity, approvals, forms, opening, types
from crm_core.casework.lifecycle import DONE
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, Section, label
from crm_core.records.shape import choice
from crm_core.tables import queue, support_case

_MANY = allowed(read="all", create="all", update="all", delete="all", export="all", **{"import": "all"})
_DEEPEST = 20
_TERMS = ("type_id", "severity", "party_id", "queue_id", "product_id", "asset_id", "service_contract_id")
"""What policies ask for: when one of these changes, other promises may hold."""
_UNTOLD = ("updated_at", "form", "state", "status", "is_complaint", "custom")
CHANNELS = (
    choice("voice", "Phone", "電話", "电话"),
    choice("email", "E-mail", "電子郵件", "电子邮件"),
    choice("fax", "Fax", "傳真", "传真"),
    choice("web", "Web form", "網路表單", "网页表单"),
    choice("chat", "Chat", "線上交談", "在线聊天"),
    choice("sms", "SMS", "簡訊", "短信"),
    choice("letter", "Letter", "信函", "信函"),
    choice("visit", "In person", "親臨", "上门"),
    choice("rule", "A rule", "規則", "规则"),
)


def _also(reader: Reader, action: str) -> ColumnElement[bool] | None:
    """Whoever works on a case, or on its customer's call, reads and changes it. To read all is not to work on all."""
    if action not in (Action.READ, Action.UPDATE):
        return None
    return rights.readable_case(replace(reader, everything=False))


def _prepare(conn: Connection, change: Change) -> None:
    if change.action is Action.DELETE:
        return
    if change.before is None:
        _begin(conn, change)
    else:
        _go_on(conn, change, change.before)
    _check_parent(conn, change)
    _check_queue(conn, change)


def _check_queue(conn: Connection, change: Change) -> None:
    given = change.after.get("queue_id")
    if given is None or not change.changed("queue_id"):
        return
    if conn.execute(select(queue.c.id).where(queue.c.id == given)).first() is None:
        raise change.refuse("queue_id", "field.choice")


def _begin(conn: Connection, change: Change) -> None:
    after = change.after
    kind = types.of(conn, after["type_id"]) if after.get("type_id") else types.default(conn)
    if after.get("type_id") and not kind.offered:
        raise change.refuse("type_id", "field.choice")
    after["form"] = forms.checked(kind.form, after.get("form"))
    after |= opening.begun(kind, after)
    forms.must_be_filled(kind.form, after["form"], after["state"])


def _go_on(conn: Connection, change: Change, before: Any) -> None:
    after = change.after
    kind = types.of(conn, after.get("type_id"))
    if change.changed("type_id"):
        if not kind.offered:
            raise change.refuse("type_id", "field.choice")
        _check_done(change, before)
        after |= opening.retyped(kind, before)
    if "form" in change.given or change.changed("type_id"):
        after["form"] = forms.checked(kind.form, after.get("form"), before.get("form"))
        forms.must_be_filled(kind.form, after["form"], after["state"])


def _check_done(change: Change, before: Any) -> None:
    """Nobody leads a case past the steps of its own type by ending it as one of another type: what is done is corrected by whoever
    answers for all cases."""
    if before["status"] in DONE and change.acting.reader.scope("case", Action.UPDATE) is not Scope.ALL:
        raise change.refuse("type_id", "case.retype_done", number=before.get("number"))


def _check_parent(conn: Connection, change: Change) -> None:
    above = change.after.get("parent_id")
    for _ in range(_DEEPEST):
        if above is None:
            return
        if above == change.id:
            raise change.refuse("parent_id", "case.cycle")
        row = support_case.c
        above = conn.execute(select(row.parent_id).where(row.id == above)).scalar_one_or_none()
    raise change.refuse("parent_id", "case.cycle")


def _written(conn: Connection, change: Change) -> None:
    if change.action is Action.DELETE:
        return
    now, actor = change.acting.now, change.acting.reader.user_id or None
    if change.before is None:
        opening.opened(conn, change.id, now, now, actor, change.after.get("channel"))
    else:
        if change.changed("type_id"):
            approvals.withdraw(conn, change.id, now, actor)
            case_events.record_status(conn, change.id, change.before["status"], change.after["status"], now)
        if any(change.changed(name) for name in _TERMS):
            case_events.record_terms(conn, change.id, now)
        _tell(conn, change, actor)
    _tell_owner(conn, change, actor)


def _tell(conn: Connection, change: Change, actor: str | None) -> None:
    names = [name for name in change.given if name not in _UNTOLD and change.changed(name)]
    if change.before is not None and change.changed("form"):
        old, new = change.before.get("form") or {}, change.after.get("form") or {}
        names += [f"form.{name}" for name in {*old, *new} if old.get(name) != new.get(name)]
    if names:
        activity.record(conn, change.id, change.acting.now, "changed", actor, fields=sorted(names))


def _tell_owner(conn: Connection, change: Change, actor: str | None) -> None:
    """Whoever gets a case learns of it, unless they took it themselves."""
    owner = change.after.get("owner_id")
    if owner and owner != actor and change.changed("owner_id"):
        number = change.after.get("number")
        notifications.tell(
            conn, [owner], change.acting.now, "case.assigned", "case", change.id, number=number
        )


CASE = Entity(
    name="case",
    collection="cases",
    label=label("Case", "案件", "工单"),
    plural=label("Cases", "案件", "工单"),
    title="number",
    module="service",
    icon="case",
    personal=True,
    table=support_case,
    rights={
        "agent": allowed(read="own", create="all", update="own"),
        "supervisor": _MANY,
        "admin": _MANY,
    },
    also=_also,
    prepare=_prepare,
    written=_written,
    sections=(
        Section(name="what", label=label("What it is about", "案件內容", "工单内容")),
        Section(name="work", label=label("Work", "處理", "处理")),
        Section(name="end", label=label("Resolution", "處理結果", "处理结果")),
    ),
    fields=(
        Field(
            name="number",
            kind=FieldKind.TEXT,
            label=label("Number", "案號", "工单号"),
            number="C-{year}-{n:06d}",
            read_only=True,
            searched=True,
            listed=True,
            section="what",
        ),
        Field(
            name="subject",
            kind=FieldKind.TEXT,
            label=label("Subject", "主旨", "主题"),
            required=True,
            searched=True,
            listed=True,
            most=200,
            section="what",
        ),
        Field(
            name="status",
            kind=FieldKind.CHOICE,
            label=label("Status", "狀態", "状态"),
            read_only=True,
            listed=True,
            choices=(
                choice("open", "Open", "處理中", "处理中"),
                choice("pending", "Pending", "等候中", "等待中"),
                choice("solved", "Solved", "已解決", "已解决"),
                choice("closed", "Closed", "已結案", "已关闭"),
            ),
            section="work",
        ),
        Field(
            name="party_id",
            kind=FieldKind.REFERENCE,
            refers="party",
            label=label("Customer", "客戶", "客户"),
            listed=True,
            section="what",
        ),
        Field(
            name="type_id",
            kind=FieldKind.REFERENCE,
            refers="case_type",
            label=label("Type", "類型", "类型"),
            section="what",
        ),
        Field(
            name="state",
            kind=FieldKind.TEXT,
            label=label("State", "流程狀態", "流程状态"),
            read_only=True,
            section="work",
        ),
        Field(
            name="category",
            kind=FieldKind.CODE,
            codes="case_category",
            label=label("Category", "分類", "分类"),
            listed=True,
            section="what",
        ),
        Field(
            name="severity",
            kind=FieldKind.CODE,
            codes="case_severity",
            label=label("Severity", "嚴重度", "严重程度"),
            listed=True,
            section="what",
        ),
        Field(
            name="priority",
            kind=FieldKind.CODE,
            codes="case_priority",
            label=label("Priority", "優先度", "优先级"),
            section="what",
        ),
        Field(
            name="product_id",
            kind=FieldKind.REFERENCE,
            refers="product",
            label=label("Product", "產品", "产品"),
            section="what",
        ),
        Field(
            name="product_version",
            kind=FieldKind.TEXT,
            label=label("Product version", "產品版本", "产品版本"),
            most=60,
            section="what",
        ),
        Field(
            name="channel",
            kind=FieldKind.CHOICE,
            choices=CHANNELS,
            label=label("Came by", "來源管道", "来源渠道"),
            section="what",
        ),
        Field(
            name="language",
            kind=FieldKind.TEXT,
            label=label("Written in", "來信語言", "来信语言"),
            most=12,
            section="what",
        ),
        Field(
            name="parent_id",
            kind=FieldKind.REFERENCE,
            refers="case",
            label=label("Part of case", "上層案件", "上级工单"),
            section="work",
        ),
        Field(
            name="due_at",
            kind=FieldKind.MOMENT,
            label=label("Due", "處理期限", "处理期限"),
            section="work",
        ),
        Field(
            name="follow_up_at",
            kind=FieldKind.MOMENT,
            label=label("Follow up", "追蹤時間", "跟进时间"),
            section="work",
        ),
        Field(
            name="form",
            kind=FieldKind.JSON,
            label=label("Form", "表單", "表单"),
            section="what",
        ),
        Field(
            name="resolution_code",
            kind=FieldKind.CODE,
            codes="resolution_code",
            label=label("Resolved as", "處理結果代碼", "处理结果代码"),
            section="end",
        ),
        Field(
            name="resolution",
            kind=FieldKind.LONG_TEXT,
            label=label("Resolution", "處理說明", "处理说明"),
            most=10_000,
            section="end",
        ),
        Field(
            name="article_id",
            kind=FieldKind.TEXT,
            label=label("Knowledge article", "知識文章", "知识文章"),
            most=100,
            section="end",
        ),
        Field(
            name="queue_id",
            kind=FieldKind.TEXT,
            label=label("Queue", "佇列", "队列"),
            most=100,
            section="work",
        ),
        Field(
            name="is_complaint",
            kind=FieldKind.BOOLEAN,
            label=label("Complaint", "客訴", "投诉"),
            read_only=True,
            section="what",
        ),
        Field(
            name="escalation_level",
            kind=FieldKind.INTEGER,
            label=label("Escalation level", "升級層級", "升级级别"),
            read_only=True,
            section="work",
        ),
        Field(
            name="waiting_since",
            kind=FieldKind.MOMENT,
            label=label("Customer waits since", "客戶等候起", "客户等待起"),
            read_only=True,
            section="work",
        ),
        Field(
            name="solved_at",
            kind=FieldKind.MOMENT,
            label=label("Solved at", "解決時間", "解决时间"),
            read_only=True,
            section="end",
        ),
        Field(
            name="reopened_count",
            kind=FieldKind.INTEGER,
            label=label("Reopened", "重開次數", "重开次数"),
            read_only=True,
            section="end",
        ),
        Field(
            name="merged_into_id",
            kind=FieldKind.REFERENCE,
            refers="case",
            label=label("Merged into", "併入案件", "并入工单"),
            read_only=True,
            section="end",
        ),
        Field(
            name="asset_id",
            kind=FieldKind.REFERENCE,
            refers="asset",
            label=label("Asset", "設備", "设备"),
            section="what",
        ),
        Field(
            name="service_contract_id",
            kind=FieldKind.REFERENCE,
            refers="service_contract",
            label=label("Service contract", "服務合約", "服务合同"),
            section="what",
        ),
    ),
)
