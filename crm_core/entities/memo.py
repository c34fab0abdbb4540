"""Service memos: what supervisors tell agents, shown when it matters (queue, product, language, from and until)."""

from sqlalchemy import Connection, select

from crm_core.entities.party_words import LANGUAGES
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_KEPT, Entity, Field, FieldKind, label
from crm_core.tables import queue


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    if after.get("shown_from") is None:
        after["shown_from"] = change.acting.now
    until = after.get("shown_until")
    if until is not None and until <= after["shown_from"]:
        raise change.refuse("shown_until", "memo.ends_before")
    if after.get("queue_id") and change.changed("queue_id"):
        found = conn.execute(select(queue.c.id).where(queue.c.id == after["queue_id"])).first()
        if found is None:
            raise change.refuse("queue_id", "field.reference", entity="queue")


MEMO = Entity(
    name="memo",
    collection="memos",
    label=label("Memo", "服務備忘", "服务备忘"),
    plural=label("Memos", "服務備忘", "服务备忘"),
    title="title",
    module="knowledge",
    icon="bell",
    sort="-shown_from",
    rights=RIGHTS_KEPT,
    prepare=_prepare,
    fields=(
        Field(
            name="title",
            kind=FieldKind.TEXT,
            label=label("Title", "標題", "标题"),
            required=True,
            searched=True,
            listed=True,
            most=200,
        ),
        Field(
            name="body",
            kind=FieldKind.LONG_TEXT,
            label=label("Text", "內容", "内容"),
            searched=True,
            most=20_000,
        ),
        Field(
            name="urgent",
            kind=FieldKind.BOOLEAN,
            label=label("Urgent", "緊急", "紧急"),
            required=True,
            default=False,
            listed=True,
        ),
        Field(
            name="queue_id",
            kind=FieldKind.TEXT,
            label=label("Queue", "佇列", "队列"),
            hint=label("Empty: all queues", "留空：所有佇列", "留空：所有队列"),
        ),
        Field(
            name="product_id",
            kind=FieldKind.REFERENCE,
            refers="product",
            label=label("Product", "產品", "产品"),
            listed=True,
        ),
        Field(
            name="language",
            kind=FieldKind.CHOICE,
            choices=LANGUAGES,
            label=label("For customers who speak", "客戶語言", "客户语言"),
        ),
        Field(
            name="shown_from",
            kind=FieldKind.MOMENT,
            label=label("From", "開始時間", "开始时间"),
            listed=True,
            indexed=True,
        ),
        Field(
            name="shown_until",
            kind=FieldKind.MOMENT,
            label=label("Until", "結束時間", "结束时间"),
            listed=True,
        ),
    ),
)
