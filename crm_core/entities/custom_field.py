"""Fields that administrators add to records: data, never code."""

import re

from sqlalchemy import Connection

from crm_core.records import known
from crm_core.records.change import Change
from crm_core.records.declared import CUSTOM_PREFIX, RIGHTS_SETTINGS, Entity, Field, FieldKind, label
from crm_core.records.shape import choice

_NAME = re.compile(CUSTOM_PREFIX + r"[a-z0-9][a-z0-9_]{0,39}")
KINDS = (
    choice("text", "Text", "文字", "文本"),
    choice("long_text", "Long text", "長文字", "长文本"),
    choice("integer", "Whole number", "整數", "整数"),
    choice("number", "Number", "數字", "数字"),
    choice("boolean", "Yes or no", "是或否", "是或否"),
    choice("date", "Date", "日期", "日期"),
    choice("moment", "Date and time", "日期時間", "日期时间"),
    choice("code", "Code list", "代碼表", "代码表"),
    choice("reference", "Another record", "其他記錄", "其他记录"),
    choice("email", "E-mail address", "電子郵件地址", "电子邮件地址"),
    choice("phone", "Phone number", "電話號碼", "电话号码"),
    choice("url", "Link", "連結", "链接"),
)


def _prepare(_: Connection, change: Change) -> None:
    after = change.after
    if known.named(after["entity"]) is None:
        raise change.refuse("entity", "field.choice")
    if not _NAME.fullmatch(after["name"]):
        raise change.refuse("name", "custom_field.name", prefix=CUSTOM_PREFIX)
    if after["kind"] == "code" and not after.get("codes"):
        raise change.refuse("codes", "field.required")
    if after["kind"] == "reference" and known.named(after.get("refers") or "") is None:
        raise change.refuse("refers", "field.choice")
    if change.before is not None:
        for fixed in ("entity", "name", "kind", "codes", "refers"):
            if change.changed(fixed):
                # what is stored already was checked as the old kind
                raise change.refuse(fixed, "custom_field.kept")


CUSTOM_FIELD = Entity(
    name="custom_field",
    collection="custom-fields",
    label=label("Custom field", "自訂欄位", "自定义字段"),
    plural=label("Custom fields", "自訂欄位", "自定义字段"),
    module="settings",
    icon="list",
    sort="entity,position",
    rights=RIGHTS_SETTINGS,
    scoped=False,
    searched=False,
    uniques=(("entity", "name"),),
    prepare=_prepare,
    fields=(
        Field(
            name="entity",
            kind=FieldKind.TEXT,
            label=label("Record", "記錄類型", "记录类型"),
            required=True,
            listed=True,
            most=60,
        ),
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            listed=True,
            most=42,
            hint=label("Begins with x_", "以 x_ 開頭", "以 x_ 开头"),
        ),
        Field(
            name="kind",
            kind=FieldKind.CHOICE,
            choices=KINDS,
            label=label("Kind", "類型", "类型"),
            required=True,
            listed=True,
        ),
        Field(
            name="label_en",
            kind=FieldKind.TEXT,
            label=label("English", "英文", "英文"),
            required=True,
            listed=True,
        ),
        Field(
            name="label_zh_tw",
            kind=FieldKind.TEXT,
            label=label("Traditional Chinese", "繁體中文", "繁体中文"),
            listed=True,
        ),
        Field(
            name="label_zh_cn",
            kind=FieldKind.TEXT,
            label=label("Simplified Chinese", "簡體中文", "简体中文"),
            listed=True,
        ),
        Field(
            name="required",
            kind=FieldKind.BOOLEAN,
            label=label("Required", "必填", "必填"),
            required=True,
            default=False,
        ),
        Field(
            name="searched",
            kind=FieldKind.BOOLEAN,
            label=label("Found by search", "可供搜尋", "可供搜索"),
            hint=label(
                "With an index, which filters use as well",
                "會建立索引，篩選時也會使用",
                "会建立索引，筛选时也会使用",
            ),
            required=True,
            default=False,
        ),
        Field(
            name="listed",
            kind=FieldKind.BOOLEAN,
            label=label("Shown in lists", "顯示於清單", "显示于列表"),
            required=True,
            default=False,
        ),
        Field(
            name="pauses_recording",
            kind=FieldKind.BOOLEAN,
            label=label("Pauses the recording", "輸入時暫停錄音", "输入时暂停录音"),
            hint=label(
                "While it has the focus, nothing of the agent's talk is recorded",
                "游標在此欄位時，通話不錄音",
                "光标在此字段时，通话不录音",
            ),
            required=True,
            default=False,
        ),
        Field(name="codes", kind=FieldKind.TEXT, label=label("Code list", "代碼表", "代码表"), most=60),
        Field(name="refers", kind=FieldKind.TEXT, label=label("Refers to", "參照", "引用"), most=60),
        Field(name="section", kind=FieldKind.TEXT, label=label("Section", "區段", "区段"), most=60),
        Field(
            name="position",
            kind=FieldKind.INTEGER,
            label=label("Position", "順序", "顺序"),
            required=True,
            default=0,
        ),
        Field(name="retired_at", kind=FieldKind.MOMENT, label=label("Retired", "停用時間", "停用时间")),
    ),
)
