"""The calls that went out: a row each, from which everything that counts is added up. Nothing is counted beside them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, delete, func, insert, select, type_coerce, update

from config.ids import new_id
from crm_core import audit
from crm_core.guard import alarms, numbers, plans
from crm_core.guard.alarms import Watched
from crm_core.guard.plan import ON_SETTINGS, Allowed, Forbidden, Plan, Spent, Usage, judge
from crm_core.guard.plans import Plans
from crm_core.tables import outside_call, user_account

HOUR_S = 3600.0
UNSEEN_FOR_S = 90.0
"""So old a call must be before it is held to be over because Asterisk shows no channel of it: longer than it takes to ring and to be answered."""
LOST_COUNTS_S = 3600.0
"""So long at most a call counts whose end nobody saw."""
_C = outside_call.c
_SCALE = Decimal(10_000) * 60


class Why(StrEnum):
    """What a number is dialled for."""

    CONSULT = "consult"  # an agent asks somebody, and may hand the caller over to them
    CALLBACK = "callback"
    FLOW = "flow"  # an entry flow puts its caller through
    MANUAL = "manual"  # an agent dials by hand

    @property
    def by_person(self) -> bool:
        """Somebody typed or chose the number; else a caller or a flow brought it."""
        return self in {Why.CONSULT, Why.MANUAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Somebody wants a number dialled. The person's plans decide where a person chose the number, else the queue's."""

    number: str
    why: Why
    user_id: str | None = None
    queue_id: str | None = None
    interaction_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """`id` of the call, `number` to dial. `told`: somebody was told of something conspicuous."""

    id: str
    number: str
    told: bool = False


def plans_of(conn: Connection, known: Plans, asked: Asked) -> tuple[Plan, ...]:
    """Those that decide; none: the settings do."""
    if asked.why.by_person:
        user = asked.user_id or ""
        return known.of_person(user, plans.roles_of(conn, user))
    return known.of_queue(asked.queue_id or "")


def permit(
    conn: Connection, asked: Asked, *, otherwise: Plan, watched: Watched, now: float
) -> Permit | Forbidden:
    """Judge it and, where it is allowed, keep that it goes out: in one unit, so that of two who want the last call one has it. What is refused is
    told to the audit trail."""
    known = plans.read(conn, watched.zone)
    locked = alarms.locked(conn)
    refused = Forbidden(code="number.not_allowed")
    for plan in plans_of(conn, known, asked) or (otherwise,):
        spent_so_far = usage(conn, plan, now, zone=watched.zone, locked=locked)
        verdict = judge(plan, spent_so_far, asked.number, now, by_person=asked.why.by_person)
        if isinstance(verdict, Allowed):
            call = _kept(conn, asked, plan, verdict, now)
            told = not verdict.emergency and alarms.look(
                conn, numbers.canonical(verdict.number), watched, now
            )
            return Permit(id=call, number=verdict.number, told=told)
        refused = verdict
    _tell_refused(conn, asked, refused, now)
    return refused


def usage(conn: Connection, plan: Plan, now: float, *, zone: str, locked: bool) -> Usage:
    """What has gone out by this plan."""
    if plan.id == ON_SETTINGS:
        return Usage(locked=locked)
    live = select(func.count()).where(_C.plan_id == plan.id, _C.ended_at.is_(None))
    return Usage(
        live=conn.execute(live).scalar_one(),
        hour=spent(conn, plan.id, now - HOUR_S, now),
        day=spent(conn, plan.id, _midnight(now, zone), now),
        locked=locked,
    )


def spent(
    conn: Connection, plan_id: str | None, since: float, now: float, until: float | None = None
) -> Spent:
    """Of the calls that began from `since` until before `until`; None: of every plan."""
    talked = func.coalesce(_C.ended_at, now) - _C.answered_at
    price = type_coerce(_C.price, BigInteger)
    query = select(func.count(), func.sum(talked), func.sum(talked * price)).where(_C.at >= since)
    if plan_id is not None:
        query = query.where(_C.plan_id == plan_id)
    if until is not None:
        query = query.where(_C.at < until)
    calls, seconds, cost = conn.execute(query).one()
    return Spent(calls=calls, talked_s=float(seconds or 0), cost=round(Decimal(cost or 0) / _SCALE, 4))


def not_dialled(conn: Connection, call: str) -> None:
    """Asterisk was not told of it after all, or ended before it dialled. One that has rung in vain has ended, and stays."""
    conn.execute(delete(outside_call).where(_C.id == call, _C.answered_at.is_(None), _C.ended_at.is_(None)))


def answered(conn: Connection, call: str, at: float) -> None:
    conn.execute(update(outside_call).where(_C.id == call, _C.answered_at.is_(None)).values(answered_at=at))


def ended(conn: Connection, call: str, at: float) -> None:
    conn.execute(update(outside_call).where(_C.id == call, _C.ended_at.is_(None)).values(ended_at=at))


def end_unseen(conn: Connection, seen: Collection[str], now: float) -> Sequence[str]:
    """Calls of which Asterisk has no channel (any more) are over; which. A server that was away does not know when they ended: they count
    until now, an hour at most."""
    query = select(_C.id, _C.at, _C.answered_at).where(_C.ended_at.is_(None), _C.at < now - UNSEEN_FOR_S)
    gone = [row for row in conn.execute(query) if row.id not in seen]
    for row in gone:
        ended(conn, row.id, min(now, (row.answered_at or row.at) + LOST_COUNTS_S))
    return [row.id for row in gone]


def forget(conn: Connection, interaction_ids: Iterable[str]) -> None:
    """Of the numbers that were called because of these interactions only the country is kept; what was spent stays."""
    for name in interaction_ids:
        for row in conn.execute(select(_C.id, _C.number).where(_C.interaction_id == name)).all():
            country = alarms.country_of(row.number)
            kept = f"+{country}" if country else ""
            conn.execute(update(outside_call).where(_C.id == row.id).values(number=kept))


def _kept(conn: Connection, asked: Asked, plan: Plan, allowed: Allowed, now: float) -> str:
    call = new_id()
    row: dict[str, Any] = {
        "id": call,
        "at": now,
        "number": numbers.canonical(allowed.number),
        "why": asked.why.value,
        "plan_id": plan.id,
        "user_id": asked.user_id,
        "queue_id": asked.queue_id,
        "interaction_id": asked.interaction_id,
        "price": allowed.price,
    }
    conn.execute(insert(outside_call), row)
    return call


def _tell_refused(conn: Connection, asked: Asked, verdict: Forbidden, now: float) -> None:
    row = user_account.c
    login = select(row.login).where(row.id == asked.user_id)
    name = conn.execute(login).scalar_one_or_none() if asked.user_id else None
    entry = audit.Entry(
        at=now,
        origin=audit.Origin(
            user_id=asked.user_id, name=name or "system", via="console" if name else "system"
        ),
        action="refused_outside",
        entity="interaction",
        object_id=asked.interaction_id,
        detail={"number": asked.number[:40], "why": asked.why.value, "code": verdict.code, **verdict.params},
    )
    audit.record(conn, entry)


def _midnight(now: float, zone: str) -> float:
    local = datetime.fromtimestamp(now, ZoneInfo(zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).timestamp()
