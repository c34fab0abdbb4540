"""The block list: whose calls are not taken, until when, and what they hear."""

from typing import Any

from sqlalchemy import Connection

from crm_core.access.model import Action, allowed
from crm_core.guard import blocks
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, label
from crm_core.records.shape import choice
from crm_core.tables import blocked_caller

_WHOLE = allowed(read="all", create="all", update="all", delete="all", export="all", **{"import": "all"})


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    if change.action is Action.DELETE and after.get("deleted_at") is not None:
        return
    kind = after["kind"]
    after["number"] = "" if kind == "anonymous" else str(after.get("number") or "").strip()
    after["key"] = blocks.key(kind, after["number"])
    if after["key"] is None:
        raise change.refuse("number", f"blocked_caller.{kind}")
    if after["action"] != "queue":
        after["queue_id"] = None
    elif after.get("queue_id") is None:
        raise change.refuse("queue_id", "field.required")
    after["title"] = _title(after)


def _title(after: dict[str, Any]) -> str:
    if after["kind"] == "anonymous":
        return blocks.ANONYMOUS
    return f"{after['number'].rstrip('*')}*" if after["kind"] == "prefix" else str(after["number"])


BLOCKED_CALLER = Entity(
    name="blocked_caller",
    collection="blocked-callers",
    label=label("Blocked caller", "封鎖的來電", "屏蔽的来电"),
    plural=label("Block list", "封鎖名單", "屏蔽名单"),
    module="settings",
    icon="shield",
    title="title",
    sort="-updated_at",
    rights={"agent": allowed(read="all"), "supervisor": _WHOLE, "admin": _WHOLE},
    scoped=False,
    searched=False,
    table=blocked_caller,
    told_by="action",
    prepare=_prepare,
    erased=blocks.forget,
    fields=(
        Field(
            name="kind",
            kind=FieldKind.CHOICE,
            label=label("Who", "對象", "对象"),
            required=True,
            default="number",
            listed=True,
            choices=(
                choice("number", "A number", "單一號碼", "单个号码"),
                choice("prefix", "Numbers that begin so", "以此開頭的號碼", "以此开头的号码"),
                choice("anonymous", "Callers who hide their number", "隱藏號碼者", "隐藏号码者"),
            ),
        ),
        Field(
            name="number",
            kind=FieldKind.TEXT,
            label=label("Number", "號碼", "号码"),
            hint=label(
                "In any spelling: 0912 345 678, +886912345678. Of a prefix three digits at least.",
                "任何寫法皆可：0912 345 678、+886912345678。開頭至少三碼。",
                "任何写法皆可：0912 345 678、+886912345678。开头至少三位。",
            ),
            listed=True,
            most=40,
        ),
        Field(
            name="action",
            kind=FieldKind.CHOICE,
            label=label("What happens", "處理方式", "处理方式"),
            required=True,
            default="busy",
            listed=True,
            choices=(
                choice("busy", "They hear that it is busy", "聽到忙線音", "听到忙音"),
                choice("message", "A message that nobody is there", "播放無法接通訊息", "播放无法接通提示"),
                choice("queue", "They wait in a queue", "轉入指定佇列", "转入指定队列"),
                choice("silent", "It is hung up at once", "直接掛斷", "直接挂断"),
            ),
        ),
        Field(
            name="queue_id",
            kind=FieldKind.REFERENCE,
            refers="queue",
            label=label("Queue", "佇列", "队列"),
            shown_for=("queue",),
        ),
        Field(
            name="until",
            kind=FieldKind.MOMENT,
            label=label("Until", "有效至", "有效至"),
            hint=label("Nothing: until it is taken off.", "留空表示直到移除為止。", "留空表示直到移除为止。"),
            listed=True,
        ),
        Field(
            name="state",
            kind=FieldKind.CHOICE,
            label=label("State", "狀態", "状态"),
            required=True,
            default="in_force",
            listed=True,
            choices=(
                choice("in_force", "In force", "生效中", "生效中"),
                choice("asked", "An agent asks for it", "客服人員申請中", "坐席申请中"),
                choice("refused", "Refused", "已駁回", "已驳回"),
            ),
        ),
        Field(
            name="reason",
            kind=FieldKind.LONG_TEXT,
            label=label("Reason", "原因", "原因"),
            required=True,
            listed=True,
            most=1000,
        ),
        Field(
            name="asked_by",
            kind=FieldKind.USER,
            label=label("Asked for by", "申請人", "申请人"),
            read_only=True,
        ),
        Field(
            name="interaction_id",
            kind=FieldKind.TEXT,
            label=label("Because of the call", "相關通話", "相关通话"),
            read_only=True,
            most=100,
        ),
        Field(
            name="title",
            kind=FieldKind.TEXT,
            label=label("Shown as", "顯示為", "显示为"),
            read_only=True,
            most=60,
        ),
    ),
)
