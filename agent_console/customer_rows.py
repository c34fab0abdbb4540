"""What is known of a customer before anybody speaks, in JSON."""

from decimal import Decimal

from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from agent_console.documents import (
    AssetCard,
    BoughtCard,
    ContractCard,
    DepartmentCard,
    LastInquiryCard,
    LimitDocument,
    PurchasesCard,
    VerdictDocument,
)
from crm_core.contracts.allowance import Allowance
from crm_core.customer_brief import CustomerBrief, LastInquiry, Purchases
from crm_core.remembered import Verdict


class BriefDocument(TypedDict):
    """The part of a card that `crm_core.customer_brief` knows."""

    contracts: list[ContractCard]
    assets: list[AssetCard]
    purchases: PurchasesCard
    open_cases: int
    last_inquiry: LastInquiryCard | None


def brief(row: CustomerBrief) -> BriefDocument:
    """All of it."""
    return BriefDocument(
        contracts=[contract(each, None) for each in row.contracts],
        assets=[
            AssetCard(
                id=each.id,
                serial_number=each.serial_number,
                product=each.product,
                warranty_until=each.warranty_until,
                status=each.status,
            )
            for each in row.assets
        ],
        purchases=_purchases(row.purchases),
        open_cases=row.open_cases,
        last_inquiry=_last_inquiry(row.last_inquiry) if row.last_inquiry else None,
    )


def contract(row: Allowance, told: str | None) -> ContractCard:
    """A contract with what is left of it."""
    known = row.contract
    return ContractCard(
        id=known.id,
        number=known.number,
        name=known.name,
        level=known.level,
        state=known.state,
        ends_on=known.ends_on,
        when_over=known.when_over,
        calls=_limit(known.max_calls, row.used.calls, row.calls_left),
        minutes=_limit(known.max_minutes, int(row.used.seconds // 60), row.minutes_left),
        over=row.over,
        over_by=row.over_by,
        told=told,
    )


def verdict(row: Verdict) -> VerdictDocument:
    """What somebody said of a number."""
    return VerdictDocument(
        id=row.id,
        kind=row.kind,
        number=row.normal,
        verdict=row.verdict,
        trusted=row.trusted,
        by=row.user_name,
        at=row.at,
    )


def _limit(most: int | None, used: int, left: int | None) -> LimitDocument | None:
    return None if most is None or left is None else LimitDocument(max=most, used=used, left=left)


def _purchases(row: Purchases) -> PurchasesCard:
    return PurchasesCard(
        count=row.count,
        departments=[
            DepartmentCard(
                name=each.name,
                times=each.times,
                amounts={currency: _money(amount) for currency, amount in each.amounts.items()},
                last_at=each.last_at,
            )
            for each in row.departments
        ],
        bought=[
            BoughtCard(
                what=each.what,
                department=each.department,
                quantity=each.quantity,
                amount=None if each.amount is None else _money(each.amount),
                currency=each.currency,
                at=each.at,
            )
            for each in row.bought
        ],
    )


def _money(amount: Decimal) -> str:
    return f"{amount:.4f}"


def _last_inquiry(row: LastInquiry) -> LastInquiryCard:
    return LastInquiryCard(
        case_id=row.case_id,
        number=row.number,
        subject=row.subject,
        at=row.at,
        ended=row.ended,
        missed=row.missed,
    )
