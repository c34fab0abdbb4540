"""Customers: people and organisations, one entity."""

from sqlalchemy import ColumnElement, Connection

from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.names import folded
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, Section, label
from crm_core.records.shape import choice
from crm_core.search.sources import party_bodies
from crm_core.tables import party
from crm_core.transfer.party_points import PARTY_POINTS

LANGUAGES = (
    choice("en", "English", "英文", "英文"),
    choice("zh-TW", "Traditional Chinese", "繁體中文", "繁体中文"),
    choice("zh-CN", "Simplified Chinese", "簡體中文", "简体中文"),
)


def _prepare(_: Connection, change: Change) -> None:
    change.after["sought"] = folded(change.after["name"])
    change.after["note"] = change.after.get("note") or ""
    if change.after.get("organisation_id") == change.id:
        raise change.refuse("organisation_id", "party.own_organisation")


def _also(reader: Reader, action: str) -> ColumnElement[bool] | None:
    """Whose call or letter one has on the screen is there to be read and mended, whosever customer it is."""
    lent = action in (Action.READ, Action.UPDATE) and reader.parties
    return party.c.id.in_(reader.parties) if lent else None


PARTY = Entity(
    name="party",
    collection="parties",
    label=label("Customer", "客戶", "客户"),
    plural=label("Customers", "客戶", "客户"),
    module="customers",
    icon="user",
    personal=True,
    table=party,
    prepare=_prepare,
    also=_also,
    body=party_bodies,
    brings=PARTY_POINTS,
    sections=(
        Section(name="who", label=label("Who it is", "基本資料", "基本资料")),
        Section(name="work", label=label("Work", "工作", "工作")),
        Section(name="care", label=label("Care", "服務", "服务")),
    ),
    fields=(
        Field(
            name="kind",
            kind=FieldKind.CHOICE,
            label=label("Kind", "類別", "类别"),
            required=True,
            default="person",
            section="who",
            choices=(
                choice("person", "Person", "個人", "个人"),
                choice("organisation", "Organisation", "組織", "组织"),
            ),
        ),
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "姓名", "姓名"),
            required=True,
            searched=True,
            listed=True,
            section="who",
            most=200,
        ),
        Field(
            name="organisation_id",
            kind=FieldKind.REFERENCE,
            refers="party",
            label=label("Organisation", "所屬組織", "所属组织"),
            listed=True,
            section="work",
        ),
        Field(
            name="title",
            kind=FieldKind.TEXT,
            label=label("Title", "職稱", "职务"),
            searched=True,
            listed=True,
            section="work",
            most=200,
        ),
        Field(
            name="department",
            kind=FieldKind.TEXT,
            label=label("Department", "部門", "部门"),
            searched=True,
            section="work",
            most=200,
        ),
        Field(
            name="tier",
            kind=FieldKind.CODE,
            codes="party_tier",
            label=label("Level", "等級", "等级"),
            listed=True,
            section="care",
        ),
        Field(
            name="language",
            kind=FieldKind.CHOICE,
            choices=LANGUAGES,
            label=label("Language", "語言", "语言"),
            section="care",
        ),
        Field(
            name="note",
            kind=FieldKind.LONG_TEXT,
            label=label("Note", "備註", "备注"),
            searched=True,
            section="care",
        ),
    ),
)
