"""Erasures: to make one is to carry it out. What is kept is that it happened, to an id that leads nowhere any more, so that a backup
that is restored can be brought to forget them again."""

from sqlalchemy import Connection

from crm_core.access.model import allowed
from crm_core.privacy.erase import erase
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, label
from crm_core.records.shape import choice


def _prepare(conn: Connection, change: Change) -> None:
    if change.before is not None:
        raise change.refuse("party_id", "erasure.kept")
    done = erase(conn, change.after["party_id"])
    change.after |= {"removed": done.removed, "blanked": done.blanked}


ERASURE = Entity(
    name="erasure",
    collection="erasures",
    label=label("Erasure", "個資刪除", "个人信息删除"),
    plural=label("Erasures", "個資刪除", "个人信息删除"),
    title="party_id",
    module="settings",
    icon="shield",
    sort="-created_at",
    rights={"admin": allowed(read="all", create="all")},
    scoped=False,
    searched=False,
    prepare=_prepare,
    fields=(
        Field(
            name="party_id",
            kind=FieldKind.TEXT,
            label=label("Customer (id)", "客戶（識別碼）", "客户（标识）"),
            required=True,
            listed=True,
            most=100,
        ),
        Field(
            name="reason",
            kind=FieldKind.CHOICE,
            label=label("Reason", "事由", "事由"),
            required=True,
            listed=True,
            choices=(
                choice("request", "They asked for it", "當事人要求", "本人要求"),
                choice("retention", "Kept long enough", "保存期限屆滿", "保存期限届满"),
                choice("mistake", "Entered by mistake", "誤建", "误建"),
            ),
        ),
        Field(
            name="removed",
            kind=FieldKind.INTEGER,
            label=label("Rows removed", "刪除筆數", "删除条数"),
            read_only=True,
            listed=True,
        ),
        Field(
            name="blanked",
            kind=FieldKind.INTEGER,
            label=label("Rows emptied", "清空筆數", "清空条数"),
            read_only=True,
            listed=True,
        ),
    ),
)
