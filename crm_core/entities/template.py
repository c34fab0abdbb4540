"""Texts worth writing once: canned replies and contact templates, for a channel and in a language."""

from sqlalchemy import Connection

from crm_core.casework import filling
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_KEPT, Entity, Field, FieldKind, label
from crm_core.records.shape import choice

CHANNELS = (
    choice("any", "Any", "不限", "不限"),
    choice("email", "E-mail", "電子郵件", "电子邮件"),
    choice("sms", "SMS", "簡訊", "短信"),
    choice("chat", "Chat", "線上交談", "在线聊天"),
    choice("fax", "Fax", "傳真", "传真"),
    choice("voice", "Phone", "電話", "电话"),
    choice("letter", "Letter", "信函", "信函"),
    choice("signature", "Signature below letters", "信件簽名檔", "邮件签名"),
)
LANGUAGES = (
    choice("en", "English", "英文", "英文"),
    choice("zh-TW", "Traditional Chinese", "繁體中文", "繁体中文"),
    choice("zh-CN", "Simplified Chinese", "簡體中文", "简体中文"),
)


def _prepare(_: Connection, change: Change) -> None:
    for name in ("subject", "body"):
        unknown = filling.unknown(change.after.get(name) or "")
        if unknown:
            raise change.refuse(name, "template.placeholder", placeholder=unknown[0])


TEMPLATE = Entity(
    name="template",
    collection="templates",
    label=label("Text template", "文字範本", "文本模板"),
    plural=label("Text templates", "文字範本", "文本模板"),
    module="service",
    icon="mail",
    sort="name",
    rights=RIGHTS_KEPT,
    scoped=False,
    uniques=(("shortcut", "channel", "language"),),
    prepare=_prepare,
    fields=(
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            searched=True,
            listed=True,
            most=100,
        ),
        Field(
            name="shortcut",
            kind=FieldKind.TEXT,
            label=label("Shortcut", "快捷碼", "快捷码"),
            hint=label(
                "Typed after a slash; of a signature: the sign-in name of whose it is, else everybody's",
                "輸入斜線後使用；簽名檔填使用者的登入名稱，留白則人人適用",
                "输入斜杠后使用；签名填写使用者的登录名，留空则人人适用",
            ),
            searched=True,
            listed=True,
            most=40,
        ),
        Field(
            name="channel",
            kind=FieldKind.CHOICE,
            choices=CHANNELS,
            label=label("Channel", "管道", "渠道"),
            required=True,
            default="any",
            listed=True,
        ),
        Field(
            name="language",
            kind=FieldKind.CHOICE,
            choices=LANGUAGES,
            label=label("Language", "語言", "语言"),
            required=True,
            listed=True,
        ),
        Field(
            name="queue_id",
            kind=FieldKind.TEXT,
            label=label("Only in queue", "限定佇列", "限定队列"),
            most=100,
        ),
        Field(
            name="case_type_id",
            kind=FieldKind.REFERENCE,
            refers="case_type",
            label=label("Only for case type", "限定案件類型", "限定工单类型"),
        ),
        Field(name="subject", kind=FieldKind.TEXT, label=label("Subject", "主旨", "主题"), most=200),
        Field(
            name="body",
            kind=FieldKind.LONG_TEXT,
            label=label("Text", "內文", "正文"),
            required=True,
            searched=True,
            most=20_000,
        ),
        Field(
            name="active",
            kind=FieldKind.BOOLEAN,
            label=label("Offered", "可選用", "可选用"),
            required=True,
            default=True,
            listed=True,
        ),
    ),
)
