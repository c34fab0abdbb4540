"""Customers: people and organisations, one entity, each kind with fields of its own."""

from typing import Any

from sqlalchemy import ColumnElement, Connection

from config.errors import Kind, Refused
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.customers import names, redirects, registration, times, upkeep
from crm_core.entities import party_words as words
from crm_core.names import folded
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, Section, label
from crm_core.search.sources import party_bodies
from crm_core.tables import party
from crm_core.transfer.party_points import PARTY_POINTS

_PARTS = ("family_name", "given_name", "name_order")


def _registration(number: Any) -> None:
    if not registration.is_valid(number):
        raise Refused("party.registration_number", Kind.INVALID)


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    if after.get("deleted_at") is not None:
        return
    if change.before is not None and change.changed("kind"):
        after |= {field.name: None for field in PARTY.fields if not field.is_for(after["kind"])}
    _named(change)
    after["sought"] = folded(after["name"])
    after["note"] = after.get("note") or ""
    if after.get("registration_number"):
        after["registration_number"] = registration.normal(after["registration_number"])
    if after.get("organisation_id") == change.id:
        raise change.refuse("organisation_id", "party.own_organisation")
    upkeep.before_party(conn, change)


def _named(change: Change) -> None:
    """The name as it was given whole, else as its parts make it; a part that changes takes a built name along."""
    before, after = change.before or {}, change.after
    built = names.display(*(after.get(part) for part in _PARTS))
    was_built = before.get("name") == names.display(*(before.get(part) for part in _PARTS))
    parts_changed = any(change.changed(part) for part in _PARTS)
    if not after.get("name") or (parts_changed and was_built and "name" not in change.given):
        after["name"] = built
    if not after["name"]:
        raise change.refuse("name", "field.required")


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
    told_by="kind",
    prepare=_prepare,
    written=upkeep.after_party,
    written_many=upkeep.after_parties,
    moved=redirects.survivor_of,
    also=_also,
    body=party_bodies,
    brings=PARTY_POINTS,
    sections=(
        Section(name="who", label=label("Who it is", "基本資料", "基本资料")),
        Section(name="person", label=label("Person", "個人", "个人")),
        Section(name="organisation", label=label("Organisation", "組織", "组织")),
        Section(name="reach", label=label("Contact", "聯絡方式", "联系方式")),
        Section(name="member", label=label("Membership", "會員", "会员")),
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
            choices=words.KINDS,
        ),
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "姓名／名稱", "姓名／名称"),
            searched=True,
            listed=True,
            section="who",
            most=200,
            hint=label(
                "Left empty, it is built from family and given name",
                "留空時由姓與名組成",
                "留空时由姓与名组成",
            ),
        ),
        Field(
            name="family_name",
            kind=FieldKind.TEXT,
            label=label("Family name", "姓", "姓"),
            section="who",
            most=100,
            shown_for=("person",),
        ),
        Field(
            name="given_name",
            kind=FieldKind.TEXT,
            label=label("Given name", "名", "名"),
            section="who",
            most=100,
            shown_for=("person",),
        ),
        Field(
            name="name_order",
            kind=FieldKind.CHOICE,
            label=label("Order of names", "姓名順序", "姓名顺序"),
            section="who",
            choices=words.NAME_ORDERS,
            shown_for=("person",),
        ),
        Field(
            name="phonetic_name",
            kind=FieldKind.TEXT,
            label=label("Spelling by sound", "拼音或讀音", "拼音或读音"),
            section="who",
            searched=True,
            most=200,
        ),
        Field(
            name="lifecycle",
            kind=FieldKind.CHOICE,
            label=label("Stage", "客戶階段", "客户阶段"),
            section="who",
            choices=words.LIFECYCLES,
            listed=True,
        ),
        Field(
            name="birth_date",
            kind=FieldKind.DATE,
            label=label("Born", "出生日期", "出生日期"),
            section="person",
            shown_for=("person",),
        ),
        Field(
            name="gender",
            kind=FieldKind.CHOICE,
            label=label("Gender", "性別", "性别"),
            section="person",
            choices=words.GENDERS,
            shown_for=("person",),
        ),
        Field(
            name="organisation_id",
            kind=FieldKind.REFERENCE,
            label=label("Organisation", "所屬組織", "所属组织"),
            refers="party",
            listed=True,
            section="person",
            shown_for=("person",),
        ),
        Field(
            name="title",
            kind=FieldKind.TEXT,
            label=label("Title", "職稱", "职务"),
            searched=True,
            listed=True,
            section="person",
            most=200,
            shown_for=("person",),
        ),
        Field(
            name="department",
            kind=FieldKind.TEXT,
            label=label("Department", "部門", "部门"),
            searched=True,
            section="person",
            most=200,
            shown_for=("person",),
        ),
        Field(
            name="legal_name",
            kind=FieldKind.TEXT,
            label=label("Legal name", "登記名稱", "注册名称"),
            searched=True,
            section="organisation",
            most=200,
            shown_for=("organisation",),
        ),
        Field(
            name="registration_number",
            kind=FieldKind.TEXT,
            label=label("Registration number", "統一編號", "统一社会信用代码"),
            searched=True,
            section="organisation",
            most=40,
            shown_for=("organisation",),
            check=_registration,
        ),
        Field(
            name="industry",
            kind=FieldKind.CODE,
            label=label("Industry", "產業", "行业"),
            codes="industry",
            section="organisation",
            shown_for=("organisation",),
        ),
        Field(
            name="size",
            kind=FieldKind.CHOICE,
            label=label("Size", "規模", "规模"),
            choices=words.SIZES,
            section="organisation",
            shown_for=("organisation",),
        ),
        Field(
            name="website",
            kind=FieldKind.URL,
            label=label("Web site", "網站", "网站"),
            section="organisation",
            shown_for=("organisation",),
        ),
        Field(
            name="yearly_revenue",
            kind=FieldKind.AMOUNT,
            label=label("Revenue in a year", "年度營收", "年度营收"),
            section="care",
            least=0,
        ),
        Field(
            name="tier",
            kind=FieldKind.CODE,
            label=label("Level", "等級", "等级"),
            codes="party_tier",
            listed=True,
            section="care",
        ),
        Field(
            name="traits",
            kind=FieldKind.TAGS,
            label=label("Traits", "行為特質", "行为特质"),
            searched=True,
            section="care",
        ),
        Field(
            name="note",
            kind=FieldKind.LONG_TEXT,
            label=label("Note", "備註", "备注"),
            searched=True,
            section="care",
        ),
        Field(
            name="membership_number",
            kind=FieldKind.TEXT,
            label=label("Membership number", "會員編號", "会员编号"),
            searched=True,
            section="member",
            most=60,
        ),
        Field(
            name="membership_tier",
            kind=FieldKind.CODE,
            label=label("Membership level", "會員等級", "会员等级"),
            codes="membership_tier",
            section="member",
        ),
        Field(
            name="membership_until",
            kind=FieldKind.DATE,
            label=label("Member until", "會員效期", "会员有效期"),
            section="member",
        ),
        Field(
            name="language",
            kind=FieldKind.CHOICE,
            label=label("Language", "語言", "语言"),
            choices=words.LANGUAGES,
            section="reach",
        ),
        Field(
            name="preferred_channel",
            kind=FieldKind.CHOICE,
            label=label("Preferred channel", "偏好管道", "偏好渠道"),
            choices=words.CHANNELS,
            section="reach",
        ),
        Field(
            name="contact_times",
            kind=FieldKind.JSON,
            label=label("Times of contact", "方便聯絡時間", "方便联系时间"),
            section="reach",
            check=times.checked,
        ),
        Field(
            name="time_zone",
            kind=FieldKind.TEXT,
            label=label("Time zone", "時區", "时区"),
            section="reach",
            most=60,
            check=times.checked_zone,
        ),
        Field(
            name="do_not_contact",
            kind=FieldKind.BOOLEAN,
            label=label("Do not contact", "請勿主動聯絡", "请勿主动联系"),
            section="reach",
            default=False,
        ),
        Field(
            name="first_contact_at",
            kind=FieldKind.MOMENT,
            label=label("First contact", "首次接觸時間", "首次接触时间"),
            section="reach",
        ),
        Field(
            name="first_contact_channel",
            kind=FieldKind.CHOICE,
            label=label("First contact by", "首次接觸管道", "首次接触渠道"),
            choices=words.FIRST_CHANNELS,
            section="reach",
        ),
    ),
)
