"""Customers' levels set by rule from a figure (revenue, margin). The choice is pure; the job that goes through all is `crm_core.customers.jobs`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, and_, or_, select, true, update

from crm_core import audit
from crm_core.audit import Origin
from crm_core.records import known
from crm_core.records.declared import FieldKind
from crm_core.records.shape import shape_of
from crm_core.tables import party
from crm_core.tables.base import metadata

FIGURES = (FieldKind.AMOUNT, FieldKind.NUMBER, FieldKind.INTEGER)
AT_ONCE = 1000
_P = party.c


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingRule:
    """This level from this figure on."""

    id: str
    tier: str
    figure: str
    least: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """The level that the rules give and why: the rule that decided, and what the figure was. None: no rule fits, the level stays."""

    tier: str | None
    rule: GradingRule | None
    figures: Mapping[str, float | None]


def rules(conn: Connection) -> list[GradingRule]:
    """Those in use, the highest first."""
    row = metadata.tables["grading_rule"].c
    query = select(row.id, row.tier, row.figure, row.least).where(
        row.active.is_(True), row.deleted_at.is_(None)
    )
    return [GradingRule(**each._asdict()) for each in conn.execute(query.order_by(row.least.desc(), row.id))]


def grade(figures: Mapping[str, float | None], given: Sequence[GradingRule]) -> Grade:
    """The first rule, from the highest down, that the figure reaches."""
    for rule in sorted(given, key=lambda each: -each.least):
        value = figures.get(rule.figure)
        if value is not None and value >= rule.least:
            return Grade(tier=rule.tier, rule=rule, figures=figures)
    return Grade(tier=None, rule=None, figures=figures)


def explain(conn: Connection, party_id: str) -> Grade | None:
    """What the rules say of one customer now; None for an unknown one."""
    given = rules(conn)
    found = _figures(conn, given, _P.id == party_id, 1)
    return grade(found[0][2], given) if found else None


def step(conn: Connection, after: str) -> tuple[list[tuple[str, str | None, Grade]], str | None, int]:
    """Some customers in the order of their ids: those whose level changes, the place after, and how many were looked at."""
    given = rules(conn)
    if not given:
        return [], None, 0
    found = _figures(conn, given, and_(_P.id > after, _P.deleted_at.is_(None)), AT_ONCE)
    graded = [(party_id, tier, grade(figures, given)) for party_id, tier, figures in found]
    changing = [each for each in graded if each[2].tier is not None and each[2].tier != each[1]]
    return changing, found[-1][0] if len(found) == AT_ONCE else None, len(found)


def keep(
    conn: Connection, changing: Sequence[tuple[str, str | None, Grade]], origin: Origin, now: float
) -> int:
    """Set the levels, each told to the audit chain with rule and figure. One that somebody changed meanwhile is left alone."""
    done = 0
    for party_id, before, given in changing:
        same = _P.tier.is_(None) if before is None else _P.tier == before
        values = {"tier": given.tier, "updated_at": now, "row_version": _P.row_version + 1}
        if conn.execute(update(party).where(_P.id == party_id, same).values(**values)).rowcount == 0:
            continue
        rule = given.rule
        why = (
            {"rule": rule.id, "figure": rule.figure, "least": rule.least, "was": given.figures[rule.figure]}
            if rule
            else {}
        )
        detail = {"changes": {"tier": [before, given.tier]}, "graded": why}
        entry = audit.Entry(
            at=now, origin=origin, action="graded", entity="party", object_id=party_id, detail=detail
        )
        audit.record(conn, entry)
        done += 1
    return done


def _figures(
    conn: Connection, given: Sequence[GradingRule], where: Any, limit: int
) -> list[tuple[str, str | None, dict[str, float | None]]]:
    shape = shape_of(conn, known.entity("party"))
    fields = [field for name in {rule.figure for rule in given} if (field := shape.field(name)) is not None]
    columns = [shape.column(field).label(f"figure_{place}") for place, field in enumerate(fields)]
    filled = or_(*(shape.column(field).is_not(None) for field in fields)) if limit > 1 and fields else true()
    query = select(_P.id, _P.tier, *columns).where(where, filled).order_by(_P.id).limit(limit)
    return [
        (row[0], row[1], {field.name: _number(row[place + 2]) for place, field in enumerate(fields)})
        for row in conn.execute(query)
    ]


def _number(value: Any) -> float | None:
    return None if value is None else float(value) if isinstance(value, Decimal | int | float) else None
