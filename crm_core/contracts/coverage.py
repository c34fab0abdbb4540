"""Which contract covers somebody now: their own or their organisation's, in force, for the piece in question.

Of several: the one that names the asset, then the one that names the product, then one that covers everything; among
equals the one that ends last. A contract that lists what it covers does not cover anything else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, and_, bindparam, func, or_, select

from crm_core.contracts.terms import DECIDED, Period, State
from crm_core.entities.contract_line import CONTRACT_LINE
from crm_core.entities.service_contract import SERVICE_CONTRACT
from crm_core.records.tables import table_of
from crm_core.tables import party

_EVERY = 2**31 - 1
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What intake, pop and promises need to know of one."""

    id: str
    number: str
    name: str | None
    party_id: str
    level: str | None
    state: State
    starts_on: str
    ends_on: str
    time_zone: str
    begins_at: float
    over_at: float
    max_calls: int | None
    max_minutes: int | None
    period: Period
    counted: str
    when_over: str
    over_queue_id: str | None
    renewal_notice_days: int | None

    @property
    def limited(self) -> bool:
        return self.max_calls is not None or self.max_minutes is not None

    def in_force(self, at: float) -> bool:
        return self.state not in DECIDED and self.begins_at <= at < self.over_at


_ROW = table_of(SERVICE_CONTRACT).c
_LINE = table_of(CONTRACT_LINE).c
_FIELDS = [field.name for field in fields(Contract)]
CONTRACT_COLUMNS = [_ROW[name] for name in _FIELDS]
_LAST_FIRST = (_ROW.over_at.desc(), _ROW.number)


def in_force(at: float | ColumnElement[float]) -> ColumnElement[bool]:
    """The condition on the table of contracts."""
    return and_(
        _ROW.deleted_at.is_(None),
        _ROW.state.not_in([state.value for state in DECIDED]),
        _ROW.begins_at <= at,
        _ROW.over_at > at,
    )


def read_contract(row: Any) -> Contract:
    """A row with `CONTRACT_COLUMNS`."""
    values = {name: getattr(row, name) for name in _FIELDS}
    return Contract(**values | {"state": State(row.state), "period": Period(row.period)})


def contract(conn: Connection, contract_id: str) -> Contract | None:
    row = conn.execute(_BY_ID, {"of_id": contract_id}).one_or_none()
    return None if row is None else read_contract(row)


def of_parties(
    conn: Connection, party_ids: Sequence[str], at: float, *, at_most: int = _EVERY
) -> dict[str, list[Contract]]:
    """What is in force for each of these parties, the one that ends last first, `at_most` of each; parties without any are left out."""
    found: dict[str, list[Contract]] = {}
    if party_ids:
        asked = {"of_parties": list(party_ids), "at": at, "at_most": at_most}
        for row in conn.execute(_OF_PARTIES, asked):
            found.setdefault(row.covered_id, []).append(read_contract(row))
    return found


def still_covering(conn: Connection, contract_id: str, party_id: str, at: float) -> Contract | None:
    """This one, when it is in force for this party."""
    query = (
        select(*CONTRACT_COLUMNS)
        .join(party, or_(party.c.id == _ROW.party_id, party.c.organisation_id == _ROW.party_id))
        .where(_ROW.id == contract_id, party.c.id == party_id, in_force(at))
    )
    row = conn.execute(query).first()
    return None if row is None else read_contract(row)


def _of_parties() -> Select[Any]:
    """By the covered party's own key, then by the contract's index on its party: two walks, whatever the size."""
    place = func.row_number().over(partition_by=party.c.id, order_by=_LAST_FIRST)
    placed = (
        select(party.c.id.label("covered_id"), *CONTRACT_COLUMNS, place.label("place"))
        .join(
            table_of(SERVICE_CONTRACT),
            or_(_ROW.party_id == party.c.id, _ROW.party_id == party.c.organisation_id),
        )
        .where(party.c.id.in_(bindparam("of_parties", expanding=True)), in_force(bindparam("at")))
        .subquery()
    )
    return (
        select(placed)
        .where(placed.c.place <= bindparam("at_most", type_=Integer))
        .order_by(placed.c.covered_id, placed.c.place)
    )


# what every call runs is built once: SQLAlchemy takes longer to put a statement together than SQLite to run it
_BY_ID = select(*CONTRACT_COLUMNS).where(_ROW.id == bindparam("of_id"))
_OF_PARTIES = _of_parties()
_LINES = select(_LINE.service_contract_id, _LINE.product_id, _LINE.asset_id, _LINE.warranty_until).where(
    _LINE.service_contract_id.in_(bindparam("of_contracts", expanding=True)), _LINE.deleted_at.is_(None)
)


def covering(
    conn: Connection,
    party_id: str | None,
    at: float,
    *,
    asset_id: str | None = None,
    product_id: str | None = None,
) -> Contract | None:
    """The contract that covers this party, for this piece or product where one is named."""
    if party_id is None:
        return None
    if asset_id is None and product_id is None:
        return next(iter(of_parties(conn, [party_id], at, at_most=1).get(party_id, ())), None)
    found = of_parties(conn, [party_id], at).get(party_id, [])
    return _best(conn, found, asset_id, product_id)


def _best(
    conn: Connection, found: Sequence[Contract], asset_id: str | None, product_id: str | None
) -> Contract | None:
    lines: dict[str, list[Any]] = {each.id: [] for each in found}
    ids = list(lines)
    for start in range(0, len(ids), _AT_ONCE):
        for line in conn.execute(_LINES, {"of_contracts": ids[start : start + _AT_ONCE]}):
            lines[line.service_contract_id].append(line)
    ranked = [(_rank(lines[each.id], asset_id, product_id), each) for each in found]
    fitting = [(rank, each) for rank, each in ranked if rank is not None]
    return min(fitting, key=lambda pair: pair[0], default=(None, None))[1]


def _rank(lines: Iterable[Any], asset_id: str | None, product_id: str | None) -> int | None:
    """0: names the asset; 1: names the product, any piece of it; 2: covers everything; None: covers other things."""
    ranks = [_rank_of(line, asset_id, product_id) for line in lines]
    return min((rank for rank in ranks if rank is not None), default=None) if ranks else 2


def _rank_of(line: Any, asset_id: str | None, product_id: str | None) -> int | None:
    if line.asset_id is not None:
        return 0 if line.asset_id == asset_id else None
    return 1 if product_id is not None and line.product_id == product_id else None


def covering_all(conn: Connection, party_ids: Sequence[str], at: float) -> Contract | None:
    """The contract of all of these: several who share a number are still under their organisation's one contract."""
    found = of_parties(conn, party_ids, at, at_most=1)
    chosen = {theirs[0].id: theirs[0] for theirs in found.values()}
    everybody = len(found) == len(set(party_ids))
    return next(iter(chosen.values())) if everybody and len(chosen) == 1 else None
