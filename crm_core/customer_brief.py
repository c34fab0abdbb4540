"""What somebody should know of a customer before they speak: contracts and what is left of them, open cases, what was bought where, what they have,
and how the last inquiry ended. The same for a call that comes in and before dialling out.

Every part is read by index and has a bound, so that a customer with a long history takes no longer than another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import BindParameter, Connection, bindparam, func, select

from crm_core.contracts.allowance import Allowance, allowance
from crm_core.contracts.coverage import of_parties
from crm_core.entities.asset import ASSET
from crm_core.entities.product import PRODUCT
from crm_core.entities.purchase import PURCHASE
from crm_core.records.tables import table_of
from crm_core.tables import case_event, support_case

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
    """The latest case. `ended`: open, solved, or came_back (it was solved and the customer asked again); `missed`: a promise was broken."""

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
    contracts = of_parties(conn, party_ids, at)
    return {
        party_id: CustomerBrief(
            contracts=tuple(
                allowance(conn, each, at, without=without)
                for each in contracts.get(party_id, ())[:MOST_CONTRACTS]
            ),
            assets=_assets(conn, party_id),
            open_cases=conn.execute(_OPEN_CASES, {"of_party": party_id}).scalar_one(),
            last_inquiry=_last_inquiry(conn, party_id),
            purchases=_purchases(conn, party_id),
        )
        for party_id in party_ids
    }


_OF_PARTY: BindParameter[str] = bindparam("of_party")
_CASE, _EVENT = support_case.c, case_event.c
_ASSET, _BOUGHT, _PRODUCT = (table_of(each).c for each in (ASSET, PURCHASE, PRODUCT))
# what every call runs is built once: SQLAlchemy takes longer to put a statement together than SQLite to run it
_OPEN_CASES = (
    select(func.count())
    .select_from(support_case)
    .where(_CASE.party_id == _OF_PARTY, _CASE.status != "solved", _CASE.deleted_at.is_(None))
)
_LAST_CASE = (
    select(_CASE.id, _CASE.number, _CASE.subject, _CASE.status, _CASE.updated_at)
    .where(_CASE.party_id == _OF_PARTY, _CASE.deleted_at.is_(None))
    .order_by(_CASE.updated_at.desc())
    .limit(1)
)
_TOLD = (
    select(_EVENT.kind)
    .where(_EVENT.case_id == bindparam("of_case"), _EVENT.kind.in_(("reopened", "breached")))
    .distinct()
)
_ASSETS = (
    select(_ASSET.id, _ASSET.serial_number, _PRODUCT.name, _ASSET.warranty_until, _ASSET.status)
    .outerjoin(table_of(PRODUCT), _PRODUCT.id == _ASSET.product_id)
    .where(_ASSET.party_id == _OF_PARTY, _ASSET.deleted_at.is_(None))
    .order_by(_ASSET.updated_at.desc(), _ASSET.id)
    .limit(MOST_ASSETS)
)
_PURCHASES = (
    select(
        func.coalesce(_BOUGHT.item, _PRODUCT.name, _BOUGHT.number, "").label("what"),
        func.coalesce(_BOUGHT.department, "").label("department"),
        _BOUGHT.quantity,
        _BOUGHT.amount,
        _BOUGHT.currency,
        _BOUGHT.bought_at,
    )
    .outerjoin(table_of(PRODUCT), _PRODUCT.id == _BOUGHT.product_id)
    .where(_BOUGHT.party_id == _OF_PARTY, _BOUGHT.deleted_at.is_(None))
    .order_by(_BOUGHT.bought_at.desc())
    .limit(COUNTED_PURCHASES)
)


def _assets(conn: Connection, party_id: str) -> tuple[AssetBrief, ...]:
    return tuple(
        AssetBrief(
            id=row.id,
            serial_number=row.serial_number,
            product=row.name or "",
            warranty_until=row.warranty_until,
            status=row.status,
        )
        for row in conn.execute(_ASSETS, {"of_party": party_id})
    )


def _last_inquiry(conn: Connection, party_id: str) -> LastInquiry | None:
    row = conn.execute(_LAST_CASE, {"of_party": party_id}).one_or_none()
    if row is None:
        return None
    told = set(conn.execute(_TOLD, {"of_case": row.id}).scalars())
    solved = "came_back" if "reopened" in told else "solved"
    return LastInquiry(
        case_id=row.id,
        number=row.number,
        subject=row.subject,
        at=row.updated_at,
        ended=solved if row.status == "solved" else "open",
        missed="breached" in told,
    )


@dataclass(slots=True)
class _Sum:
    times: int
    amounts: dict[str, Decimal]
    last_at: float


def _purchases(conn: Connection, party_id: str) -> Purchases:
    rows = conn.execute(_PURCHASES, {"of_party": party_id}).all()
    sums: dict[str, _Sum] = {}
    for row in rows:  # the latest first
        place = sums.setdefault(row.department, _Sum(0, {}, row.bought_at))
        place.times += 1
        if row.amount is not None:
            currency = row.currency or ""
            place.amounts[currency] = place.amounts.get(currency, Decimal(0)) + row.amount
    most = sorted(sums.items(), key=lambda pair: -pair[1].times)[:MOST_DEPARTMENTS]
    return Purchases(
        count=len(rows),
        departments=tuple(
            Department(name=name, times=each.times, amounts=each.amounts, last_at=each.last_at)
            for name, each in most
        ),
        bought=tuple(
            Bought(
                what=row.what,
                department=row.department,
                quantity=row.quantity,
                amount=row.amount,
                currency=row.currency,
                at=row.bought_at,
            )
            for row in rows[:MOST_BOUGHT]
        ),
    )
