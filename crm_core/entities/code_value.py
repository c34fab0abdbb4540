"""Code lists: the words that administrators offer in a field. A word that is retired stays valid on the rows that have it."""

import re

from sqlalchemy import Connection

from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_SETTINGS, Entity, Field, FieldKind, label

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,59}")


def _prepare(_: Connection, change: Change) -> None:
    for name in ("list", "code"):
        if not _CODE.fullmatch(str(change.after[name])):
            raise change.refuse(name, "code.form")
        if change.before is not None and change.changed(name):
            # rows hold the code: renaming would orphan them
            raise change.refuse(name, "code.kept")


CODE_VALUE = Entity(
    name="code_value",
    collection="code-values",
    label=label("Code", "代碼", "代码"),
    plural=label("Code lists", "代碼表", "代码表"),
    title="label_en",
    module="settings",
    icon="list",
    sort="list,position",
    rights=RIGHTS_SETTINGS,
    scoped=False,
    searched=False,
    uniques=(("list", "code"),),
    prepare=_prepare,
    fields=(
        Field(
            name="list",
            kind=FieldKind.TEXT,
            label=label("List", "代碼表", "代码表"),
            required=True,
            listed=True,
            most=60,
        ),
        Field(
            name="code",
            kind=FieldKind.TEXT,
            label=label("Code", "代碼", "代码"),
            required=True,
            listed=True,
            most=60,
        ),
        Field(
            name="label_en",
            kind=FieldKind.TEXT,
            label=label("English", "英文", "英文"),
            required=True,
            listed=True,
            most=200,
        ),
        Field(
            name="label_zh_tw",
            kind=FieldKind.TEXT,
            label=label("Traditional Chinese", "繁體中文", "繁体中文"),
            listed=True,
            most=200,
        ),
        Field(
            name="label_zh_cn",
            kind=FieldKind.TEXT,
            label=label("Simplified Chinese", "簡體中文", "简体中文"),
            listed=True,
            most=200,
        ),
        Field(
            name="position",
            kind=FieldKind.INTEGER,
            label=label("Position", "順序", "顺序"),
            required=True,
            default=0,
            listed=True,
        ),
        Field(
            name="retired_at",
            kind=FieldKind.MOMENT,
            label=label("Retired", "停用時間", "停用时间"),
            listed=True,
        ),
    ),
)
