"""Calls out that are far beyond what is usual: whoever keeps watch is told, and calls out may be locked until somebody lifts it.

The method: what went out in the last sixty minutes beside the mean of the same sixty minutes one, two, three and four weeks ago. It is conspicuous from
`factor` times the mean on, and never below a floor, so that the first calls of a new centre are none. At night it is conspicuous, too, when several
calls go to a country that was not called in those four weeks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import phonenumbers
from sqlalchemy import BigInteger, Connection, case, func, insert, select, type_coerce, update

from config.ids import new_id
from crm_core import audit, notifications
from crm_core.audit.chain import THE_SYSTEM
from crm_core.guard.numbers import COUNTRY
from crm_core.guard.plan import Span, within
from crm_core.paging import columns
from crm_core.tables import outside_alarm, outside_call, user_account

HOUR_S, WEEK_S = 3600.0, 7 * 86_400.0
WEEKS = 4
NIGHT = Span(20 * 60, 7 * 60)
NEW_COUNTRY_FROM = 5
"""So many calls to a new country within an hour of the night are conspicuous."""
CODE = "outside.alarm"
_C, _A = outside_call.c, outside_alarm.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """From when on it is conspicuous (`factor` 0: never), whether calls out are locked then, and where the organisation is."""

    zone: str
    factor: float = 3.0
    least_calls: int = 20
    least_cost: Decimal = Decimal(0)
    locks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """What went out in an hour; cost only as far as rates are known."""

    calls: int
    cost: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """`kind`: calls, cost, country, by_hand."""

    id: str
    at: float
    kind: str
    detail: Mapping[str, Any]
    locks: bool
    lifted_at: float | None
    lifted_by: str | None


def conspicuous(now: Hour, before: Sequence[Hour], watched: Watched) -> str | None:
    """`calls` or `cost`, whichever is far beyond the mean of the hours before; None: neither (pure)."""
    if watched.factor <= 0:
        return None
    weeks = max(len(before), 1)
    usual_calls = sum(hour.calls for hour in before) / weeks
    usual_cost = sum((hour.cost for hour in before), Decimal(0)) / weeks
    if now.calls >= max(watched.least_calls, watched.factor * usual_calls):
        return "calls"
    dear = max(watched.least_cost, Decimal(str(watched.factor)) * usual_cost)
    return "cost" if watched.least_cost > 0 and now.cost >= dear else None


def look(conn: Connection, number: str, watched: Watched, now: float) -> bool:
    """After a call has gone out there. Once an hour for each kind; whether somebody was told."""
    if watched.factor <= 0:
        return False
    lately, *before = (_hour(conn, now - week * WEEK_S, now) for week in range(WEEKS + 1))
    kind = conspicuous(lately, before, watched)
    detail: dict[str, Any] = {"calls": lately.calls, "cost": str(lately.cost)}
    if kind is None and _new_country(conn, number, watched, now):
        kind, detail = "country", {"country": country_of(number)}
    if kind is None or _told_lately(conn, kind, now):
        return False
    _raise(conn, kind, detail, now, locks=watched.locks)
    return True


def locked(conn: Connection) -> bool:
    """Whether calls out are locked for everybody."""
    query = select(_A.id).where(_A.locks, _A.lifted_at.is_(None)).limit(1)
    return conn.execute(query).first() is not None


def lock(conn: Connection, by: str, now: float) -> None:
    """By hand."""
    row = {"id": new_id(), "at": now, "kind": "by_hand", "detail": {"by": by}, "locks": True}
    conn.execute(insert(outside_alarm), row)


def lift(conn: Connection, by: str, now: float) -> int:
    """Calls go out again; how many locks there were."""
    change = update(outside_alarm).where(_A.locks, _A.lifted_at.is_(None))
    return conn.execute(change.values(lifted_at=now, lifted_by=by)).rowcount


def latest(conn: Connection, most: int) -> list[Alarm]:
    rows = conn.execute(select(outside_alarm).order_by(_A.at.desc(), _A.id.desc()).limit(most))
    return [Alarm(**columns(row)) for row in rows]


def country_of(number: str) -> str:
    """The country's code of a canonical number, e.g. 852; empty for short ones."""
    if not number.startswith("+"):
        return ""
    digits = number[1:]
    known = (
        digits[:length]
        for length in (1, 2, 3)
        if int(digits[:length] or 0) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    )
    return next(known, digits[:3])


def watching(conn: Connection) -> list[str]:
    """Supervisors and administrators."""
    account = user_account.c
    query = select(account.id).where(account.active, account.role.in_(("supervisor", "admin")))
    return list(conn.execute(query).scalars())


def tell_of_flood(conn: Connection, number: str, now: float) -> None:
    """Far too many calls come in from this number, and are held back."""
    notifications.tell(conn, watching(conn), now, "caller.flood", "caller", number[:40], number=number[:40])
    entry = audit.Entry(
        at=now,
        origin=THE_SYSTEM,
        action="flood",
        entity="caller",
        object_id=number[:40],
    )
    audit.record(conn, entry)


def _new_country(conn: Connection, number: str, watched: Watched, now: float) -> bool:
    country = country_of(number)
    if country in {"", COUNTRY} or not within(NIGHT, now, watched.zone):
        return False
    there = _C.number.like(f"+{country}%")
    lately = case((_C.at >= now - HOUR_S, 1), else_=0)
    query = select(func.count(), func.sum(lately)).where(there, _C.at >= now - WEEKS * WEEK_S)
    calls, of_them = conn.execute(query).one()
    return bool(calls == of_them and calls >= NEW_COUNTRY_FROM)


def _hour(conn: Connection, until: float, now: float) -> Hour:
    talked = func.coalesce(_C.ended_at, now) - _C.answered_at
    query = select(func.count(), func.sum(talked * type_coerce(_C.price, BigInteger)))
    calls, cost = conn.execute(query.where(_C.at > until - HOUR_S, _C.at <= until)).one()
    return Hour(calls=calls, cost=round(Decimal(cost or 0) / 600_000, 2))


def _told_lately(conn: Connection, kind: str, now: float) -> bool:
    query = select(_A.id).where(_A.kind == kind, _A.at > now - HOUR_S).limit(1)
    return conn.execute(query).first() is not None


def _raise(conn: Connection, kind: str, detail: Mapping[str, Any], now: float, *, locks: bool) -> None:
    alarm = new_id()
    row = {"id": alarm, "at": now, "kind": kind, "detail": detail, "locks": locks}
    conn.execute(insert(outside_alarm), row)
    notifications.tell(
        conn, watching(conn), now, f"{CODE}_{kind}", "outside_alarm", alarm, locked=locks, **detail
    )
    entry = audit.Entry(
        at=now,
        origin=THE_SYSTEM,
        action="outside_alarm",
        entity="outside_alarm",
        object_id=alarm,
        detail={"kind": kind, "locked": locks, **detail},
    )
    audit.record(conn, entry)
