"""A form with one question of each kind, in three languages."""

from typing import Any

from crm_core.inquiries import document
from crm_core.inquiries.model import Form
from crm_core.inquiries.validation import Known

KNOWN = Known(
    queues=frozenset({"care"}),
    skills=frozenset({"returns"}),
    purposes=frozenset({"newsletter"}),
    targets={"case.severity": "choice", "party.tax_number": "text"},
)


def words(en: str, tw: str, cn: str) -> dict[str, str]:
    return {"en": en, "zh-TW": tw, "zh-CN": cn}


def choice(code: str, en: str, tw: str, cn: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "label": words(en, tw, cn), **more}


def whole(queue: str = "care", **more: Any) -> dict[str, Any]:
    """As JSON, to be published as it is."""
    return {
        "languages": ["en", "zh-TW", "zh-CN"],
        "title": words("Returns and repairs", "退貨與維修", "退货与维修"),
        "intro": words("Tell us what happened.", "請告訴我們發生了什麼事。", "请告诉我们发生了什么。"),
        "thanks": words("We answer within a day.", "我們會在一天內回覆。", "我们会在一天内回复。"),
        "queues": {"": queue},
        "subject": "{topic}: {order}",
        "fields": [
            {"name": "name", "kind": "text", "label": words("Your name", "您的姓名", "您的姓名"), "required": True, "role": "name"},
            {"name": "mail", "kind": "email", "label": words("E-mail", "電子信箱", "电子邮箱"), "required": True, "role": "email"},
            {"name": "phone", "kind": "phone", "label": words("Phone", "電話", "电话"), "role": "phone"},
            {
                "name": "topic",
                "kind": "choice",
                "label": words("What is it about?", "關於什麼？", "关于什么？"),
                "required": True,
                "choices": [
                    choice("return", "Return", "退貨", "退货", priority_points=600, skills=[{"skill": "returns", "level": 2}]),
                    choice("repair", "Repair", "維修", "维修"),
                ],
            },
            {"name": "order", "kind": "text", "label": words("Order number", "訂單編號", "订单编号"), "least": 3, "most": 20},
            {
                "name": "reason",
                "kind": "long_text",
                "label": words("Why do you return it?", "為什麼要退貨？", "为什么要退货？"),
                "required": True,
                "when": {"field": "topic", "values": ["return"]},
            },
            {"name": "count", "kind": "number", "label": words("How many?", "幾件？", "几件？"), "least": 1, "most": 9},
            {"name": "bought", "kind": "date", "label": words("Bought on", "購買日期", "购买日期")},
            {
                "name": "parts",
                "kind": "several",
                "label": words("What is broken?", "哪裡壞了？", "哪里坏了？"),
                "most": 2,
                "choices": [
                    choice("lamp", "Lamp", "燈", "灯"),
                    choice("cable", "Cable", "電線", "电线"),
                    choice("box", "Box", "盒子", "盒子"),
                ],
            },
            {"name": "again", "kind": "yes_no", "label": words("It happened before", "之前發生過", "之前发生过")},
            {
                "name": "before",
                "kind": "text",
                "label": words("When?", "什麼時候？", "什么时候？"),
                "required": True,
                "when": {"field": "again", "values": ["yes"]},
            },
            {"name": "photo", "kind": "file", "label": words("Photos", "照片", "照片"), "most": 2, "most_mb": 1, "groups": ["image", "document"]},
            {
                "name": "news",
                "kind": "consent",
                "label": words("Yes, write to me", "好，請寄給我", "好，请发给我"),
                "purpose": "newsletter",
                "text": words("We may send you news.", "我們可以寄送最新消息給您。", "我们可以给您发送最新消息。"),
                "text_version": "2026-11",
            },
        ],
    } | more  # fmt: skip


def form(**more: Any) -> Form:
    return document.read(whole(**more))


FILLED: dict[str, tuple[str, ...]] = {
    "name": ("Mei Wu",),
    "mail": ("mei@example.org",),
    "topic": ("return",),
    "order": ("A-1001",),
    "reason": ("It does not shine.\nAt all.",),
    "count": ("2",),
    "parts": ("cable", "lamp"),
    "news": ("yes",),
}
