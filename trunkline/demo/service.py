"""What the demo's customers have: devices, warranties, and contracts of which one is nearly used up and one comes up for renewal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from crm_core.records import known, rows
from crm_core.records.change import system
from trunkline.demo.people import Customer

CALLS_LEFT = 3
"""Of the contract of whoever calls from `LIMITED_NUMBER`: the fourth call is told that nothing is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Product:
    code: str
    name: str
    kind: str
    version: str | None = None
    price: str | None = None
    warranty_months: int | None = None


_PRODUCTS = (
    _Product(
        code="RT-520",
        name="家用路由器 RT-520",
        kind="goods",
        version="4.2.1",
        price="3280",
        warranty_months=24,
    ),
    _Product(code="LM-08", name="Desk lamp LM-08", kind="goods", price="1490", warranty_months=12),
    _Product(
        code="CM-2", name="工业压缩机 CM-2", kind="goods", version="2", price="186000", warranty_months=36
    ),
    _Product(code="CARE", name="到府服務 On-site care", kind="service", price="9600"),
)


def equip(conn: Connection, now: float, customers: Sequence[Customer]) -> dict[str, str]:
    """Products, devices and contracts; returns the products' ids by code."""
    stock = _Stock(conn, now)
    products = {each.code: stock.product(each) for each in _PRODUCTS}
    known_caller, second, limited, *others = customers
    stock.device(products["RT-520"], known_caller, "RT520-24-001187", bought_days_ago=400)
    stock.device(products["LM-08"], limited, "LM08-3391", bought_days_ago=200)
    for number, customer in enumerate(others[:20]):
        stock.device(
            products["RT-520"], customer, f"RT520-25-{2000 + number:06}", bought_days_ago=20 * number
        )
    stock.contract(known_caller, "家用網路支援", level="premium", covers=products["RT-520"])
    stock.contract(second, "标准支持", level="standard", max_minutes=120, period="month")
    stock.contract(limited, "Three calls", level="basic", max_calls=CALLS_LEFT, covers=products["LM-08"])
    firms = [customer for customer in customers if customer.party.kind == "organisation"][:6]
    for number, firm in enumerate(firms):
        stock.contract(
            firm,
            "年度維護 Annual maintenance",
            level=("basic", "standard", "premium")[number % 3],
            ends_in_days=12 if number == 0 else 60 * number,
            covers=products["CM-2"],
        )
    return products


class _Stock:
    """Makes records by their entities' own rules, as the program itself."""

    def __init__(self, conn: Connection, now: float) -> None:
        self._conn = conn
        self._now = now
        self._today = datetime.fromtimestamp(now, UTC).date()

    def product(self, each: _Product) -> str:
        given = {
            "code": each.code,
            "name": each.name,
            "kind": each.kind,
            "version": each.version,
            "price": each.price,
            "currency": "TWD",
            "warranty_months": each.warranty_months,
        }
        return self._make("product", given)

    def device(self, product_id: str, owner: Customer, serial: str, *, bought_days_ago: int) -> None:
        given = {
            "serial_number": serial,
            "product_id": product_id,
            "party_id": owner.party.id,
            "bought_on": self._day(-bought_days_ago),
            "status": "in_use",
        }
        self._make("asset", given)

    def contract(
        self, owner: Customer, name: str, *, ends_in_days: int = 200, covers: str | None = None, **limits: Any
    ) -> None:
        given = {
            "party_id": owner.party.id,
            "name": name,
            "state": "active",
            "starts_on": self._day(ends_in_days - 365),
            "ends_on": self._day(ends_in_days),
            **limits,
        }
        made = self._make("service_contract", given)
        if covers is not None:
            self._make("contract_line", {"service_contract_id": made, "product_id": covers})

    def _make(self, entity: str, given: dict[str, Any]) -> str:
        filled = {name: value for name, value in given.items() if value is not None}
        return rows.create(self._conn, system(self._now), known.entity(entity), filled).id

    def _day(self, ahead: int) -> str:
        return (self._today + timedelta(days=ahead)).isoformat()
