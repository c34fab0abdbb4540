"""Service contracts: what was agreed with a customer, for how long, and how much of it they may use."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from crm_core.access.model import Action
from crm_core.contracts.affected import look_at_cases
from crm_core.contracts.dates import zone
from crm_core.contracts.terms import DECIDED, State, Term
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_KEPT, Entity, Field, FieldKind, Section, label
from crm_core.records.shape import choice
from crm_core.tables import queue


def term_of(values: Mapping[str, Any]) -> Term:
    """The term that a row, or the values of one, speak of."""
    return Term(
        starts_on=date.fromisoformat(values["starts_on"]),
        ends_on=date.fromisoformat(values["ends_on"]),
        notice_days=values["renewal_notice_days"] or 0,
        time_zone=values["time_zone"],
    )


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    zone(after["time_zone"])
    if after["ends_on"] < after["starts_on"]:
        raise change.refuse("ends_on", "contract.ends_before")
    if after.get("when_over") == "redirect" and not _is_queue(conn, after.get("over_queue_id")):
        raise change.refuse("over_queue_id", "contract.queue")
    after.update(dated(after, change.acting.now))


def dated(values: Mapping[str, Any], now: float) -> dict[str, Any]:
    """What follows from the dates: where the contract is in its life, and when that is to be looked at again."""
    term = term_of(values)
    state = values["state"] if values["state"] in DECIDED else term.state_at(now)
    reminder_due = state == State.RENEWAL_DUE and values.get("reminded_for") != values["ends_on"]
    review_at = now if reminder_due else term.next_change(now)
    return {
        "begins_at": term.begins_at,
        "over_at": term.over_at,
        "state": state,
        "review_at": None if state in DECIDED else review_at,
    }


def _is_queue(conn: Connection, queue_id: str | None) -> bool:
    return conn.execute(select(queue.c.id).where(queue.c.id == queue_id)).first() is not None


def _written(conn: Connection, change: Change) -> None:
    """What is promised in the customer's cases may be another thing now."""
    if change.action is Action.CREATE and change.after["state"] in DECIDED:
        return
    for party_id in {(change.before or {}).get("party_id"), change.after["party_id"]} - {None}:
        look_at_cases(conn, str(party_id), change.acting.now)


SERVICE_CONTRACT = Entity(
    name="service_contract",
    collection="service-contracts",
    label=label("Service contract", "服務合約", "服务合同"),
    plural=label("Service contracts", "服務合約", "服务合同"),
    title="number",
    module="service",
    icon="list",
    sort="ends_on",
    rights=RIGHTS_KEPT,
    personal=True,
    prepare=_prepare,
    written=_written,
    sections=(
        Section(name="what", label=label("What was agreed", "合約內容", "合同内容")),
        Section(name="term", label=label("Term and renewal", "期間與續約", "期限与续约")),
        Section(name="limits", label=label("Limits", "用量上限", "用量上限")),
    ),
    fields=(
        Field(
            name="number",
            kind=FieldKind.TEXT,
            label=label("Number", "合約編號", "合同编号"),
            number="K-{year}-{n:06d}",
            read_only=True,
            searched=True,
            listed=True,
            unique=True,
            section="what",
        ),
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            searched=True,
            listed=True,
            most=200,
            section="what",
        ),
        Field(
            name="party_id",
            kind=FieldKind.REFERENCE,
            refers="party",
            label=label("Customer", "客戶", "客户"),
            required=True,
            listed=True,
            section="what",
            hint=label(
                "An organisation's contract covers its people too",
                "組織的合約也適用於其成員",
                "组织的合同也适用于其成员",
            ),
        ),
        Field(
            name="level",
            kind=FieldKind.CODE,
            codes="service_level",
            label=label("Service level", "服務等級", "服务级别"),
            listed=True,
            section="what",
        ),
        Field(
            name="activities",
            kind=FieldKind.TAGS,
            label=label("Services included", "包含的服務", "包含的服务"),
            section="what",
            hint=label(
                "Phone support, field repair, maintenance",
                "電話支援、到府維修、保養",
                "电话支持、上门维修、保养",
            ),
        ),
        Field(
            name="value",
            kind=FieldKind.AMOUNT,
            label=label("Value", "合約金額", "合同金额"),
            least=0,
            section="what",
        ),
        Field(
            name="currency",
            kind=FieldKind.CODE,
            codes="currency",
            label=label("Currency", "幣別", "币种"),
            section="what",
        ),
        Field(
            name="terms",
            kind=FieldKind.LONG_TEXT,
            label=label("Terms and conditions", "條款", "条款"),
            searched=True,
            section="what",
        ),
        Field(
            name="state",
            kind=FieldKind.CHOICE,
            label=label("State", "狀態", "状态"),
            required=True,
            default="draft",
            listed=True,
            indexed=True,
            section="term",
            hint=label(
                "Draft, active or cancelled; the rest follows from the dates",
                "可設為草稿、生效或取消，其餘依日期推算",
                "可设为草稿、生效或取消，其余按日期推算",
            ),
            choices=(
                choice("draft", "Draft", "草稿", "草稿"),
                choice("upcoming", "Upcoming", "未開始", "未开始"),
                choice("active", "Active", "生效", "生效"),
                choice("renewal_due", "Renewal due", "待續約", "待续约"),
                choice("expired", "Expired", "已到期", "已到期"),
                choice("cancelled", "Cancelled", "已取消", "已取消"),
            ),
        ),
        Field(
            name="starts_on",
            kind=FieldKind.DATE,
            label=label("First day", "起始日", "起始日期"),
            required=True,
            listed=True,
            section="term",
        ),
        Field(
            name="ends_on",
            kind=FieldKind.DATE,
            label=label("Last day", "到期日", "到期日期"),
            required=True,
            listed=True,
            indexed=True,
            section="term",
        ),
        Field(
            name="time_zone",
            kind=FieldKind.TEXT,
            label=label("Time zone of its days", "日期所用時區", "日期所用时区"),
            required=True,
            default="Asia/Taipei",
            most=60,
            section="term",
        ),
        Field(
            name="renewal_notice_days",
            kind=FieldKind.INTEGER,
            label=label("Remind (days before)", "續約提醒（天前）", "续约提醒（天前）"),
            default=30,
            least=0,
            most=730,
            section="term",
        ),
        Field(
            name="auto_renew",
            kind=FieldKind.BOOLEAN,
            label=label("Renews by itself", "自動續約", "自动续约"),
            default=False,
            section="term",
        ),
        Field(
            name="renew_months",
            kind=FieldKind.INTEGER,
            label=label("Renewed for (months)", "每次續約（月）", "每次续约（月）"),
            least=1,
            most=240,
            section="term",
            hint=label("Left empty: as long as before", "留空時與原期間相同", "留空时与原期限相同"),
        ),
        Field(
            name="max_calls",
            kind=FieldKind.INTEGER,
            label=label("Contacts included", "包含次數", "包含次数"),
            least=0,
            most=1_000_000,
            section="limits",
        ),
        Field(
            name="max_minutes",
            kind=FieldKind.INTEGER,
            label=label("Agent minutes included", "包含服務分鐘數", "包含服务分钟数"),
            least=0,
            most=10_000_000,
            section="limits",
        ),
        Field(
            name="period",
            kind=FieldKind.CHOICE,
            label=label("Counted over", "計算期間", "计算周期"),
            required=True,
            default="term",
            section="limits",
            choices=(
                choice("term", "The whole term", "整個合約期間", "整个合同期"),
                choice("year", "Each year of the contract", "每個合約年度", "每个合同年度"),
                choice("month", "Each month of the contract", "每個合約月", "每个合同月"),
            ),
        ),
        Field(
            name="counted",
            kind=FieldKind.CHOICE,
            label=label("What counts", "計入範圍", "计入范围"),
            required=True,
            default="inbound_calls",
            section="limits",
            choices=(
                choice("inbound_calls", "Calls that come in", "來電", "来电"),
                choice(
                    "all_contacts", "Every contact, letters too", "所有往來（含郵件）", "所有往来（含邮件）"
                ),
            ),
        ),
        Field(
            name="when_over",
            kind=FieldKind.CHOICE,
            label=label("When nothing is left", "服務額度用完時", "服务额度用完时"),
            required=True,
            default="charge",
            section="limits",
            choices=(
                choice(
                    "charge", "Tell it, serve, and charge", "告知後照常服務並計費", "告知后照常服务并计费"
                ),
                choice(
                    "redirect",
                    "Tell it, and lead to another queue",
                    "告知後轉到其他佇列",
                    "告知后转到其他队列",
                ),
                choice("refuse", "Tell it, and end the call", "告知後結束通話", "告知后结束通话"),
            ),
        ),
        Field(
            name="over_queue_id",
            kind=FieldKind.TEXT,
            label=label("The other queue", "其他佇列", "其他队列"),
            most=100,
            section="limits",
        ),
        Field(
            name="begins_at",
            kind=FieldKind.MOMENT,
            label=label("Begins", "開始時刻", "开始时刻"),
            read_only=True,
            section="term",
        ),
        Field(
            name="over_at",
            kind=FieldKind.MOMENT,
            label=label("Over", "結束時刻", "结束时刻"),
            read_only=True,
            section="term",
        ),
        Field(
            name="review_at",
            kind=FieldKind.MOMENT,
            label=label("Next look", "下次檢視", "下次检查"),
            read_only=True,
            indexed=True,
            section="term",
        ),
        Field(
            name="reminded_for",
            kind=FieldKind.DATE,
            label=label("Reminded of the end on", "已提醒的到期日", "已提醒的到期日期"),
            read_only=True,
            section="term",
        ),
    ),
)
