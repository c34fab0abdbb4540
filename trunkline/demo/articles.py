"""What the demo centre knows: a few articles in its languages, three of them public, one for agents alone; and two memos."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from crm_core.knowledge import publishing
from crm_core.knowledge.texts import Words
from crm_core.records import known, rows
from crm_core.records.change import system


@dataclass(frozen=True, slots=True, kw_only=True)
class _Article:
    category: str
    audience: str
    keywords: tuple[str, ...]
    texts: Mapping[str, Words]
    """By language; the first is the article's own."""
    product: str | None = None


_ARTICLES = (
    _Article(
        category="fault",
        audience="public",
        keywords=("路由器", "router", "紅燈", "red light"),
        product="RT-520",
        texts={
            "zh-TW": Words(
                title="路由器閃紅燈、無法上網",
                summary="停電或更新後最常見的狀況，三個步驟可恢復連線。",
                body=(
                    "1. 拔掉電源，等待 **30 秒** 後再插上。\n"
                    "2. 兩分鐘後仍閃紅燈：以迴紋針按住背面的重置鍵 **10 秒**。\n"
                    "3. 開啟 `192.168.1.1`，輸入機身貼紙上的密碼，依畫面重新設定。\n\n"
                    "仍無法連線時，請準備好**機身序號**再來電，我們會安排更換。"
                ),
            ),
            "zh-CN": Words(
                title="路由器闪红灯、无法上网",
                summary="停电或升级后最常见的情况，三步即可恢复联网。",
                body=(
                    "1. 拔下电源，等待 **30 秒** 后重新插上。\n"
                    "2. 两分钟后仍闪红灯：用曲别针按住背面的复位键 **10 秒**。\n"
                    "3. 打开 `192.168.1.1`，输入机身标签上的密码，按提示重新设置。\n\n"
                    "仍无法联网时，请准备好**机身序列号**再来电，我们会安排更换。"
                ),
            ),
            "en": Words(
                title="The router flashes red and is offline",
                summary="Usual after a power cut or an update. Three steps bring it back.",
                body=(
                    "1. Unplug it, wait **30 seconds**, plug it in again.\n"
                    "2. Still red after two minutes: hold the reset button at the back for **10 seconds**.\n"
                    "3. Open `192.168.1.1`, enter the password on the label, and follow the page.\n\n"
                    "If it stays offline, please have the **serial number** at hand when you call: we replace it."
                ),
            ),
        },
    ),
    _Article(
        category="delivery",
        audience="public",
        keywords=("退貨", "退货", "return"),
        texts={
            "zh-TW": Words(
                title="如何退貨",
                summary="收到商品七日內可退貨，運費由我們負擔。",
                body=(
                    "收到商品後 **七日內** 皆可退貨，不需理由。\n\n"
                    "| 方式 | 時間 |\n|---|---|\n| 宅配到府取件 | 次一工作日 |\n| 超商寄回 | 三個工作日內 |\n\n"
                    "退款將於收到商品後五個工作日內退回原付款帳戶。"
                ),
            ),
            "en": Words(
                title="How to return something",
                summary="Within seven days, at our cost.",
                body=(
                    "Anything can be returned **within seven days**, without a reason.\n\n"
                    "| How | When |\n|---|---|\n| A courier comes | next working day |\n| From a shop | three working days |\n\n"
                    "The money goes back to where it came from within five working days after the parcel arrives."
                ),
            ),
        },
    ),
    _Article(
        category="billing",
        audience="public",
        keywords=("發票", "统一编号", "invoice"),
        texts={
            "zh-TW": Words(
                title="更改發票抬頭與統一編號",
                summary="開立後的次月十日前可以更改。",
                body="請提供**訂單編號、公司名稱與統一編號**。開立後的次月 10 日前可以作廢重開，之後只能開立折讓單。",
            ),
            "zh-CN": Words(
                title="更改发票抬头与税号",
                summary="开具当月可以更改。",
                body="请提供**订单编号、公司名称与税号**。开具当月可以作废重开，之后需开具红字发票。",
            ),
        },
    ),
    _Article(
        category="howto",
        audience="internal",
        keywords=("折扣", "discount", "goodwill"),
        texts={
            "zh-TW": Words(
                title="客訴補償：誰可以給多少",
                summary="500 元以內由客服人員決定，以上請主管確認。",
                body="- **500 元以內**：客服人員\n- **3,000 元以內**：主管\n- 以上：客服部經理\n\n請在案件備註寫明理由。",
            ),
            "en": Words(
                title="Goodwill: who may give how much",
                summary="Up to TWD 500 agents decide, above that a supervisor.",
                body="- **Up to TWD 500**: the agent\n- **Up to TWD 3,000**: a supervisor\n- Above: the head of service\n\nSay why in the case's note.",
            ),
        },
    ),
)
_MEMO_S = 14 * 86_400.0


def teach(conn: Connection, now: float, products: Mapping[str, str]) -> None:
    """Publish the articles, and tell agents two things; `products`: ids by code."""
    acting = system(now)
    for each in _ARTICLES:
        own, first = next(iter(each.texts.items()))
        given = {
            "language": own,
            "audience": each.audience,
            "category": each.category,
            "keywords": list(each.keywords),
            "product_ids": [products[each.product]] if each.product else [],
        }
        made = publishing.create(conn, acting, given, first)
        for language, words in each.texts.items():
            if language != own:
                publishing.write(conn, acting, made, language, words, 0)
            publishing.move(conn, acting, made, language, "published")
    for title, body, urgent, product in (
        ("RT-520 4.2.1 版會反覆重啟", "請客戶先改用 4.2.0；新版預計週五釋出。", True, "RT-520"),
        ("新客戶入口網站", "客戶可自行查詢案件與更正資料，網址為 /portal。", False, None),
    ):
        shown: dict[str, Any] = {
            "title": title,
            "body": body,
            "urgent": urgent,
            "shown_from": now,
            "shown_until": now + _MEMO_S,
        }
        if product is not None:
            shown["product_id"] = products[product]
        rows.create(conn, acting, known.entity("memo"), shown)
