"""How good the data are: of each field, how many have it, and how many of those values can be right; how many customers look like another."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select, union

from crm_core.customers import contact_points, registration
from crm_core.records import known
from crm_core.records.declared import FieldKind
from crm_core.records.shape import declared, value_of
from crm_core.tables import contact_point, duplicate_candidate, party

AT_ONCE = 2000
_P, _C, _D = party.c, contact_point.c, duplicate_candidate.c
_LINK = re.compile(r"https?://[^\s/]+\.[^\s]+", re.IGNORECASE)
Sums = dict[str, dict[str, int]]
"""By field: `of` (rows that could have it), `filled`, `wrong` (filled, and cannot be right)."""


def look(conn: Connection, after: str, now: float) -> tuple[Sums, int, str | None]:
    """Sums over some customers in the order of their ids, how many they are, and the place after."""
    rows = conn.execute(
        select(party).where(_P.id > after, _P.deleted_at.is_(None)).order_by(_P.id).limit(AT_ONCE)
    ).all()
    sums: Sums = {}
    fields = [
        field
        for field in declared(known.entity("party"))
        if not field.read_only and field.kind is not FieldKind.BOOLEAN
    ]
    for row in rows:
        for field in fields:
            if field.is_for(row.kind):
                value = value_of(row, field)
                _count(sums, field.name, value, wrong=_wrong(field.name, value, now))
    _points(conn, [row.id for row in rows], sums)
    return sums, len(rows), rows[-1].id if len(rows) == AT_ONCE else None


def added(before: Mapping[str, Mapping[str, int]], more: Mapping[str, Mapping[str, int]]) -> Sums:
    """The sums together."""
    return {
        name: {
            key: before.get(name, {}).get(key, 0) + more.get(name, {}).get(key, 0)
            for key in ("of", "filled", "wrong")
        }
        for name in {**before, **more}
    }


def duplicates(conn: Connection) -> tuple[int, dict[str, int]]:
    """Customers who are in an open pair; and pairs by what they share."""
    both = union(
        select(_D.party_a).where(_D.state == "open"), select(_D.party_b).where(_D.state == "open")
    ).subquery()
    customers = conn.execute(select(func.count()).select_from(both)).scalar_one()
    by_rule: dict[str, int] = {}
    for row in conn.execute(select(_D.reasons).where(_D.state == "open")):
        for rule in row.reasons:
            by_rule[rule] = by_rule.get(rule, 0) + 1
    return customers, by_rule


def _count(sums: Sums, name: str, value: Any, *, wrong: bool) -> None:
    of = sums.setdefault(name, {"of": 0, "filled": 0, "wrong": 0})
    filled = value not in (None, "", ())
    of["of"] += 1
    of["filled"] += filled
    of["wrong"] += filled and wrong


def _wrong(name: str, value: Any, now: float) -> bool:
    """Whether a value cannot be right. Fields that are not named here are checked when they are written."""
    today = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%d}"
    fits: Mapping[str, Callable[[Any], bool]] = {
        "registration_number": registration.is_valid,
        "birth_date": lambda day: "1900-01-01" <= day <= today,
        "website": lambda link: _LINK.match(link) is not None,
        "name": lambda words: any(sign.isalnum() for sign in words),
        "membership_until": lambda day: day >= today,
    }
    return bool(value) and name in fits and not fits[name](value)


def _points(conn: Connection, ids: Sequence[str], sums: Sums) -> None:
    """Ways to reach them count as fields: a customer has a phone when one is kept, and a right one when one of them can be right."""
    query = select(_C.party_id, _C.kind, _C.raw, _C.normal, _C.invalid_since).where(
        _C.party_id.in_(ids), _C.deleted_at.is_(None)
    )
    right: dict[tuple[str, str], bool] = {}
    for point in conn.execute(query):
        kind = "phone" if point.kind in contact_points.NUMBERS else point.kind
        fits = point.invalid_since is None and _fits(kind, point)
        right[point.party_id, kind] = right.get((point.party_id, kind), False) or fits
    for kind in ("phone", "email", "postal"):
        for party_id in ids:
            known_point = right.get((party_id, kind))
            _count(sums, f"contact:{kind}", known_point is not None or None, wrong=known_point is False)


def _fits(kind: str, point: Any) -> bool:
    if kind == "phone":
        return bool(point.normal.startswith("+"))
    return contact_points.wrong(kind, point.raw) is None
