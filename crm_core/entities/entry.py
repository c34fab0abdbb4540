"""Numbers that customers dial and addresses that they write to: each leads to a queue."""

import re
from collections.abc import Sequence

from sqlalchemy import Connection

from crm_core import queues
from crm_core.access.model import Action
from crm_core.flows import kept
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_SETTINGS, Entity, Field, FieldKind, label
from crm_core.records.shape import choice
from crm_core.records.values import is_address
from crm_core.tables import entry


def _flows(conn: Connection) -> Sequence[tuple[str, str]]:
    return kept.names(conn)


_MOST_DIGITS = 32
_NUMBER = re.compile(r"\*|(?=.*[0-9])(?:\+[0-9])?[0-9*#]*")
"""What can be dialled, or the star alone: every number that nobody else has."""
_FAX_NUMBER = re.compile(r"\+?[0-9]+")
_DIALLED = ("voice", "fax")


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    if change.action is Action.DELETE and after.get("deleted_at") is not None:
        return
    after["address"] = address = queues.folded(after["address"])
    medium = after["medium"]
    voice = medium == "voice"
    after["identify"] = (after.get("identify") or "never") if voice else None
    after["flow_id"] = (after.get("flow_id") or None) if voice else None
    after["fax_detect"] = bool(after.get("fax_detect")) if voice else None
    if change.changed("medium") or change.changed("address"):
        _must_be_used(change, address)
    if medium in _DIALLED and queues.dialled_alike(conn, address, but=change.id):
        raise change.refuse("address", "field.taken", field="address")


def _must_be_used(change: Change, address: str) -> None:
    """It is what somebody can dial or write to, and what is looked up then."""
    if change.after["medium"] in _DIALLED:
        shape = _NUMBER if change.after["medium"] == "voice" else _FAX_NUMBER
        if len(address) > _MOST_DIGITS or not shape.fullmatch(address):
            raise change.refuse("address", "entry.number", most=_MOST_DIGITS)
        return
    if not is_address(address):
        raise change.refuse("address", "field.email")
    if "+" in address.partition("@")[0]:
        raise change.refuse("address", "entry.tag")  # letters find their queue by what is before it


ENTRY = Entity(
    name="entry",
    collection="entries",
    label=label("Number or address", "來電號碼與信箱", "来电号码与邮箱"),
    plural=label("Numbers and addresses", "來電號碼與信箱", "来电号码与邮箱"),
    module="settings",
    icon="keypad",
    title="address",
    sort="address",
    rights=RIGHTS_SETTINGS,
    scoped=False,
    searched=False,
    table=entry,
    told_by="medium",
    prepare=_prepare,
    fields=(
        Field(
            name="medium",
            kind=FieldKind.CHOICE,
            label=label("Kind", "類別", "类别"),
            required=True,
            default="voice",
            listed=True,
            choices=(
                choice("voice", "Telephone number", "電話號碼", "电话号码"),
                choice("fax", "Fax number", "傳真號碼", "传真号码"),
                choice("email", "E-mail address", "電子信箱", "电子邮箱"),
            ),
        ),
        Field(
            name="address",
            kind=FieldKind.TEXT,
            label=label("Number or address", "號碼或信箱", "号码或邮箱"),
            hint=label(
                "What customers dial, as the telephone line sends it (100, +886255550100), or write to (care@example.com). "
                "A star alone stands for every number that is not listed.",
                "客戶所撥的號碼，依線路送來的格式填寫（100、+886255550100），或客戶寄信的地址（care@example.com）。"
                "只填 * 代表所有未列出的號碼。",
                "客户所拨的号码，按线路送来的格式填写（100、+886255550100），或客户写信的地址（care@example.com）。"
                "只填 * 代表所有未列出的号码。",
            ),
            required=True,
            unique=True,
            listed=True,
            most=254,
        ),
        Field(
            name="queue_id",
            kind=FieldKind.REFERENCE,
            refers="queue",
            label=label("Leads to", "轉入佇列", "转入队列"),
            required=True,
            listed=True,
        ),
        Field(
            name="identify",
            kind=FieldKind.CHOICE,
            label=label("Ask callers who they are", "詢問來電者身分", "询问来电者身份"),
            default="never",
            shown_for=("voice",),
            listed=True,
            choices=(
                choice("never", "Never", "不詢問", "不询问"),
                choice(
                    "unknown",
                    "When their number does not tell",
                    "從號碼認不出時",
                    "从号码认不出时",
                ),
                choice(
                    "untrusted",
                    "Unless their number is trusted",
                    "除非號碼已列為信任",
                    "除非号码已列为可信",
                ),
            ),
        ),
        Field(
            name="flow_id",
            kind=FieldKind.CODE,
            words=_flows,
            label=label("Entry flow", "語音流程", "语音流程"),
            hint=label(
                "What callers go through first. Nothing: straight to the queue, which is also where they go when the flow fails. "
                "Flows are kept under Entry flows, and can be chosen here once they are published.",
                "來電者會先經過的流程。留空則直接進入佇列；流程失敗時，來電者也會進入該佇列。流程在「語音流程」中維護，發布後即可選用。",
                "来电者会先经过的流程。留空则直接进入队列；流程失败时，来电者也会进入该队列。流程在“语音流程”中维护，发布后即可选用。",
            ),
            shown_for=("voice",),
            listed=True,
        ),
        Field(
            name="fax_detect",
            kind=FieldKind.BOOLEAN,
            label=label("Listen for a fax machine", "偵測傳真機", "检测传真机"),
            hint=label(
                "For a number that takes calls and faxes. Callers hear ringing for four seconds, or the entry flow, before an agent is rung; a fax "
                "machine that is heard then, or while the caller waits, sends its pages to the queue.",
                "同一號碼兼收來電與傳真時使用。接通客服前，來電者會先聽四秒回鈴音或語音流程；此時或等候期間若聽到傳真音，即接收傳真並轉入佇列。",
                "同一号码兼收来电与传真时使用。接通客服前，来电者会先听四秒回铃音或语音流程；此时或等候期间若听到传真音，即接收传真并转入队列。",
            ),
            shown_for=("voice",),
        ),
        Field(name="note", kind=FieldKind.LONG_TEXT, label=label("Note", "備註", "备注"), most=4000),
    ),
)
