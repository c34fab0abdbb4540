"""Chat doors: where on a site visitors may begin a chat, with which queue, and what they are asked before."""

import re

from sqlalchemy import Connection

from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_SETTINGS, Entity, Field, FieldKind, label
from crm_core.records.shape import choice

_KEY = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_LANGUAGES = (
    ("en", "English", "英文", "英文"),
    ("zh_tw", "Traditional Chinese", "繁體中文", "繁体中文"),
    ("zh_cn", "Simplified Chinese", "簡體中文", "简体中文"),
)
_ASKED = (
    choice("required", "Must be given", "必填", "必填"),
    choice("optional", "May be given", "選填", "选填"),
    choice("no", "Not asked", "不詢問", "不询问"),
)


def _prepare(_: Connection, change: Change) -> None:
    change.after["key"] = key = str(change.after["key"]).strip().lower()
    if not _KEY.fullmatch(key):
        raise change.refuse("key", "chat.door_key")


def _words(name: str, en: str, tw: str, cn: str, hint: tuple[str, str, str]) -> tuple[Field, ...]:
    return tuple(
        Field(
            name=f"{name}_{code}",
            kind=FieldKind.LONG_TEXT,
            label=label(f"{en} ({in_en})", f"{tw}（{in_tw}）", f"{cn}（{in_cn}）"),
            hint=label(*hint),
            most=600,
        )
        for code, in_en, in_tw, in_cn in _LANGUAGES
    )


CHAT_DOOR = Entity(
    name="chat_door",
    collection="chat-doors",
    label=label("Chat on a site", "網站客服對話", "网站在线客服"),
    plural=label("Chats on sites", "網站客服對話", "网站在线客服"),
    module="settings",
    icon="chat",
    title="key",
    sort="key",
    rights=RIGHTS_SETTINGS,
    scoped=False,
    searched=False,
    prepare=_prepare,
    fields=(
        Field(
            name="key",
            kind=FieldKind.TEXT,
            label=label("Short name", "代號", "代号"),
            hint=label(
                'Small letters, digits and hyphens. The site\'s page names it: door="shop". The page /chat takes the one called main.',
                '小寫英文字母、數字與連字號。網頁上以 door="shop" 指定；/chat 頁面使用名為 main 的設定。',
                '小写英文字母、数字与连字符。网页上以 door="shop" 指定；/chat 页面使用名为 main 的设置。',
            ),
            required=True,
            unique=True,
            listed=True,
            most=40,
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
            name="active",
            kind=FieldKind.BOOLEAN,
            label=label("Offered", "開放使用", "开放使用"),
            required=True,
            default=True,
            listed=True,
        ),
        Field(
            name="ask_name",
            kind=FieldKind.CHOICE,
            label=label("Name", "姓名", "姓名"),
            required=True,
            default="optional",
            choices=_ASKED,
        ),
        Field(
            name="ask_email",
            kind=FieldKind.CHOICE,
            label=label("E-mail address", "電子信箱", "电子邮箱"),
            hint=label(
                "With it the conversation can go on by e-mail. Nobody checks that it is the visitor's own.",
                "留有信箱時，對話可改以電子郵件繼續。系統不會驗證信箱是否為訪客本人所有。",
                "留有邮箱时，对话可改以电子邮件继续。系统不会验证邮箱是否为访客本人所有。",
            ),
            required=True,
            default="optional",
            choices=_ASKED,
        ),
        Field(
            name="files",
            kind=FieldKind.BOOLEAN,
            label=label("Files may be sent", "可傳送檔案", "可发送文件"),
            required=True,
            default=True,
        ),
        *_words(
            "greeting",
            "Greeting",
            "歡迎詞",
            "欢迎语",
            (
                "Stands above the form. Empty: a general one.",
                "顯示於表單上方；留空則使用預設文字。",
                "显示于表单上方；留空则使用默认文字。",
            ),
        ),
        *_words(
            "consent",
            "Consent",
            "同意聲明",
            "同意声明",
            (
                "What visitors must agree to before they begin. Empty: nothing is asked.",
                "訪客開始對話前須同意的內容；留空則不詢問。",
                "访客开始对话前须同意的内容；留空则不询问。",
            ),
        ),
    ),
)
