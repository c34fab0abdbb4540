"""What somebody should know of a customer before they speak: contracts and what is left of them, open cases, what was bought where, what they have,
and how the last inquiry ended. The same for a call that comes in and before dialling out.

Every part is one statement for all customers, read by index and with a bound, so that neither a long history nor a shared number takes longer.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, select

from crm_core.casework.lifecycle import DONE
from crm_core.contracts.allowance import Allowance, allowance
from crm_core.contracts.coverage import of_parties
from crm_core.entities.asset import ASSET
from crm_core.entities.product import PRODUCT
from crm_core.entities.purchase import PURCHASE
from crm_core.records.tables import table_of
from crm_core.several import Several
from crm_core.tables import case_event, support_case
from crm_core.tables.work import CASE_IS_OPEN

MOST_CONTRACTS = 3
MOST_ASSETS = 5
MOST_DEPARTMENTS = 6
MOST_BOUGHT = 3
COUNTED_PURCHASES = 1000
"""The latest so many are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetBrief:
    id: str
    serial_number: str
    product: str
    warranty_until: str | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """How often somebody bought there; `amounts` by currency ("" where none is named)."""

    name: str
    times: int
    amounts: Mapping[str, Decimal]
    last_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """One of the latest purchases."""

    what: str
    department: str
    quantity: float | None
    amount: Decimal | None
    currency: str | None
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchases:
    """How many (up to `COUNTED_PURCHASES`), where, and the latest."""

    count: int
    departments: tuple[Department, ...]
    bought: tuple[Bought, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LastInquiry:
    """The latest case that was not merged into another. `ended`: open, solved, or came_back (it was solved and the customer asked again); `missed`: a promise was broken."""

    case_id: str
    number: str
    subject: str
    at: float
    ended: str
    missed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerBrief:
    """All of it."""

    contracts: tuple[Allowance, ...]
    assets: tuple[AssetBrief, ...]
    purchases: Purchases
    open_cases: int
    last_inquiry: LastInquiry | None


def briefs(
    conn: Connection, party_ids: Sequence[str], at: float, *, without: str = ""
) -> dict[str, CustomerBrief]:
    """Of some customers. `without`: the interaction for which it is read, which has used nothing yet."""
    if not party_ids:
        return {}
    contracts = _allowances(conn, party_ids, at, without)
    assets = _assets(conn, party_ids)
    bought = _purchases(conn, party_ids)
    open_cases = {row.party_id: row.times for row in _OPEN_CASES.run(conn, party_ids)}
    inquiries = _last_inquiries(conn, party_ids)
    return {
        party_id: CustomerBrief(
            contracts=contracts[party_id],
            assets=tuple(assets.get(party_id, ())),
            open_cases=open_cases.get(party_id, 0),
            last_inquiry=inquiries.get(party_id),
            purchases=bought[party_id],
        )
        for party_id in party_ids
    }


_CASE, _EVENT = support_case.c, case_event.c
_ASSET, _BOUGHT, _PRODUCT = (table_of(each).c for each in (ASSET, PURCHASE, PRODUCT))


def _open_cases(party_id: BindParameter[str]) -> Select[Any]:
    return (
        select(_CASE.party_id, func.count().label("times"))
        .where(_CASE.party_id == party_id, CASE_IS_OPEN, _CASE.deleted_at.is_(None))
        .group_by(_CASE.party_id)
    )


def _last_case(party_id: BindParameter[str]) -> Select[Any]:
    return (
        select(
            _CASE.party_id,
            _CASE.id,
            _CASE.number,
            _CASE.subject,
            _CASE.status,
            _CASE.updated_at,
        )
        .where(_CASE.party_id == party_id, _CASE.deleted_at.is_(None), _CASE.merged_into_id.is_(None))
        .order_by(_CASE.updated_at.desc())
        .limit(1)
    )


def _last_assets(party_id: BindParameter[str]) -> Select[Any]:
    return (
        select(
            _ASSET.party_id,
            _ASSET.id,
            _ASSET.serial_number,
            _PRODUCT.name,
            _ASSET.warranty_until,
            _ASSET.status,
        )
        .outerjoin(table_of(PRODUCT), _PRODUCT.id == _ASSET.product_id)
        .where(_ASSET.party_id == party_id, _ASSET.deleted_at.is_(None))
        .order_by(_ASSET.updated_at.desc(), _ASSET.id)
        .limit(MOST_ASSETS)
    )


def _last_bought(party_id: BindParameter[str]) -> Select[Any]:
    return (
        select(
            _BOUGHT.party_id,
            func.coalesce(_BOUGHT.item, _PRODUCT.name, _BOUGHT.number, "").label("what"),
            func.coalesce(_BOUGHT.department, "").label("department"),
            _BOUGHT.quantity,
            _BOUGHT.amount,
            _BOUGHT.currency,
            _BOUGHT.bought_at,
        )
        .outerjoin(table_of(PRODUCT), _PRODUCT.id == _BOUGHT.product_id)
        .where(_BOUGHT.party_id == party_id, _BOUGHT.deleted_at.is_(None))
        .order_by(_BOUGHT.bought_at.desc())
        .limit(MOST_BOUGHT)
    )


def _sums(party_id: BindParameter[str]) -> Select[Any]:
    """Added up by the database: a row for each department and currency instead of one for each purchase."""
    latest = (
        select(
            _BOUGHT.party_id,
            func.coalesce(_BOUGHT.department, "").label("department"),
            func.coalesce(_BOUGHT.currency, "").label("currency"),
            _BOUGHT.amount,
            _BOUGHT.bought_at,
        )
        .where(_BOUGHT.party_id == party_id, _BOUGHT.deleted_at.is_(None))
        .order_by(_BOUGHT.bought_at.desc())
        .limit(COUNTED_PURCHASES)
        .subquery()
        .c
    )
    return select(
        latest.party_id,
        latest.department,
        latest.currency,
        func.count().label("times"),
        func.sum(latest.amount).label("amount"),
        func.max(latest.bought_at).label("last_at"),
    ).group_by(latest.party_id, latest.department, latest.currency)


# what every call runs is built once: SQLAlchemy takes longer to put a statement together than SQLite to run it
_OPEN_CASES, _LAST_CASES, _LAST_ASSETS, _LAST_BOUGHT, _SUMS = map(
    Several, (_open_cases, _last_case, _last_assets, _last_bought, _sums)
)
_TOLD = (
    select(_EVENT.case_id, _EVENT.kind)
    .where(
        _EVENT.case_id.in_(bindparam("of_cases", expanding=True)), _EVENT.kind.in_(("reopened", "breached"))
    )
    .distinct()
)


def _allowances(
    conn: Connection, party_ids: Sequence[str], at: float, without: str
) -> dict[str, tuple[Allowance, ...]]:
    """What one organisation's people share is counted once."""
    theirs = of_parties(conn, party_ids, at, at_most=MOST_CONTRACTS)
    every = {each.id: each for of_one in theirs.values() for each in of_one}
    counted = {name: allowance(conn, each, at, without=without) for name, each in every.items()}
    return {party_id: tuple(counted[each.id] for each in theirs.get(party_id, ())) for party_id in party_ids}


def _assets(conn: Connection, party_ids: Sequence[str]) -> dict[str, list[AssetBrief]]:
    found: dict[str, list[AssetBrief]] = {}
    for row in _LAST_ASSETS.run(conn, party_ids):
        asset = AssetBrief(
            id=row.id,
            serial_number=row.serial_number,
            product=row.name or "",
            warranty_until=row.warranty_until,
            status=row.status,
        )
        found.setdefault(row.party_id, []).append(asset)
    return found


def _last_inquiries(conn: Connection, party_ids: Sequence[str]) -> dict[str, LastInquiry]:
    rows = _LAST_CASES.run(conn, party_ids).all()
    told: dict[str, set[str]] = {row.id: set() for row in rows}
    if rows:
        for each in conn.execute(_TOLD, {"of_cases": list(told)}):
            told[each.case_id].add(each.kind)
    return {row.party_id: _last_inquiry(row, told[row.id]) for row in rows}


def _last_inquiry(row: Any, told: set[str]) -> LastInquiry:
    done = "came_back" if "reopened" in told else "solved"
    return LastInquiry(
        case_id=row.id,
        number=row.number,
        subject=row.subject,
        at=row.updated_at,
        ended=done if row.status in DONE else "open",
        missed="breached" in told,
    )


def _purchases(conn: Connection, party_ids: Sequence[str]) -> dict[str, Purchases]:
    sums: dict[str, list[Any]] = {}
    for row in _SUMS.run(conn, party_ids):
        sums.setdefault(row.party_id, []).append(row)
    bought: dict[str, list[Bought]] = {}
    for row in _LAST_BOUGHT.run(conn, party_ids):
        bought.setdefault(row.party_id, []).append(
            Bought(
                what=row.what,
                department=row.department,
                quantity=row.quantity,
                amount=row.amount,
                currency=row.currency,
                at=row.bought_at,
            )
        )
    return {
        party_id: Purchases(
            count=sum(row.times for row in sums.get(party_id, ())),
            departments=_departments(sums.get(party_id, ())),
            bought=tuple(bought.get(party_id, ())),
        )
        for party_id in party_ids
    }


def _departments(rows: Iterable[Any]) -> tuple[Department, ...]:
    """Where most was bought first, of equals where it was last."""
    places: dict[str, Department] = {}
    for row in rows:
        before = places.get(row.department)
        amounts = dict(before.amounts) if before else {}
        if row.amount is not None:
            amounts[row.currency] = row.amount
        places[row.department] = Department(
            name=row.department,
            times=row.times + (before.times if before else 0),
            amounts=amounts,
            last_at=max(row.last_at, before.last_at if before else row.last_at),
        )
    ranked = sorted(places.values(), key=lambda each: (-each.times, -each.last_at, each.name))
    return tuple(ranked[:MOST_DEPARTMENTS])
