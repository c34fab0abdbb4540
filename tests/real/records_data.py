"""Enough records for lists, trees and pages to look as they do at work: made through the same rules as everybody's."""

import random
from typing import Any

from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection

_FAMILY = "陳林黃張李王吳劉蔡楊許鄭謝郭洪"
_GIVEN = ("雅婷", "志明", "淑芬", "家豪", "怡君", "俊傑", "美玲", "建宏", "佩珊", "冠宇", "心怡", "宗翰")
_LATIN = ("Emma Clark", "Noah Brandt", "Mia Rossi", "Liam O'Neill", "Olga Petrova", "Kenji Sato", "Ana Souza")
_FIRMS = (
    "大安電子股份有限公司",
    "宏遠物流有限公司",
    "Northwind Trading Ltd.",
    "晨光書局",
    "Blue Harbour GmbH",
)
_TITLES = ("採購經理", "會計", "客服主任", "Buyer", "Office manager", "")
_TIERS = ("standard", "silver", "gold", "vip")
_FAMILIES = (("lamp", "Lamps", "燈具", "灯具"), ("desk", "Desks", "辦公桌", "办公桌"), ("care", "Service plans", "服務方案", "服务方案"))  # fmt: skip
_REGIONS = ("北區", "中區", "南區", "東區")


def fill(conn: Connection, people: dict[str, str], now: float, parties: int = 120) -> dict[str, list[str]]:
    """The ids by entity."""
    made = _Maker(conn, now)
    for name, words in (("product_family", _FAMILIES),):
        for place, (code, en, zh_tw, zh_cn) in enumerate(words):
            made.word(name, code, en, zh_tw, zh_cn, place)
    made.units()
    made.products()
    made.customers(parties, list(people.values()))
    return made.ids


class _Maker:
    def __init__(self, conn: Connection, now: float) -> None:
        self.conn, self.acting, self.ids = conn, system(now), {}
        self.chance = random.Random(7)
        self.ids: dict[str, list[str]]

    def make(self, entity: str, **values: Any) -> str:
        row = rows.create(self.conn, self.acting, known.entity(entity), values)
        self.ids.setdefault(entity, []).append(row.id)
        return row.id

    def word(self, name: str, code: str, en: str, zh_tw: str, zh_cn: str, place: int) -> None:  # noqa: PLR0917
        self.make("code_value", list=name, code=code, label_en=en, label_zh_tw=zh_tw, label_zh_cn=zh_cn, position=place)  # fmt: skip

    def units(self) -> None:
        top = self.make("org_unit", name="總公司", code="HQ")
        for number, region in enumerate(_REGIONS):
            area = self.make("org_unit", name=f"{region}營運處", code=f"R{number}", parent_id=top)
            for desk in range(1, 4):
                self.make("org_unit", name=f"{region}客服{desk}組", code=f"R{number}-{desk}", parent_id=area)

    def products(self) -> None:
        for number in range(1, 25):
            family = _FAMILIES[number % 3]
            self.make(
                "product", code=f"P-{number:04d}", name=f"{family[2]} {number:02d} 型", family=family[0],
                kind="service" if family[0] == "care" else "goods", price=str(490 * number), currency="TWD",
                warranty_months=12 * (1 + number % 3), description="附一年到府維修服務。",
            )  # fmt: skip

    def customers(self, count: int, owners: list[str]) -> None:
        firms = [self.make("party", kind="organisation", name=name, tier="gold") for name in _FIRMS]
        for number in range(count - len(firms)):
            self.make(
                "party", kind="person", name=self._name(number), organisation_id=self.chance.choice([*firms, None]),
                title=self.chance.choice(_TITLES), tier=self.chance.choice(_TIERS), language=self.chance.choice(("zh-TW", "zh-CN", "en")),
                owner_id=self.chance.choice(owners), note="喜歡以電子郵件聯絡。" if number % 9 == 0 else "",
            )  # fmt: skip

    def _name(self, number: int) -> str:
        if number % 6 == 5:
            return self.chance.choice(_LATIN)
        return self.chance.choice(_FAMILY) + self.chance.choice(_GIVEN)
