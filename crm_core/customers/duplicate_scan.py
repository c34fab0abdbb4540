"""The whole base looked through for duplicates, in steps of some thousand rows.

Customers are read in the order of a key that has an index (number or address, name, organisation, registration or membership number), so that
those who share a value stand side by side: each row is read once per key, nothing is compared pairwise, and nothing of it is held.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Connection, Select, func, select

from crm_core.customers import contact_points, duplicate_keys, duplicates
from crm_core.customers.duplicate_keys import EMAIL, IDENTIFIER, NAME_BIRTH, NAME_ORGANISATION, PHONE, Rules
from crm_core.tables import contact_point, party

AT_ONCE = 5000
_C, _P = contact_point.c, party.c
Group = tuple[str, list[str]]
"""A rule's key, and the customers who share a value of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One reading of all rows: in the order of `column`; `groups` says who shares what among rows of the same value."""

    rules: tuple[str, ...]
    column: "Column[Any]"
    query: Select[Any]
    groups: Callable[[Sequence[Any]], Iterator[Group]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a step has seen: pairs by rule, the rows it read, and where the next one begins (None: after the last)."""

    found: tuple[tuple[str, str, str], ...]
    rows: int
    place: tuple[int, str | None] | None


def rows_in_all(conn: Connection) -> int:
    """What there is to be read, over all passes."""
    return sum(
        conn.execute(select(func.count()).select_from(each.query.subquery())).scalar_one() for each in PASSES
    )


def look(conn: Connection, rules: Rules, place: tuple[int, str | None]) -> Seen:
    """One step; it only reads."""
    number, after = place
    if number >= len(PASSES):
        return Seen(found=(), rows=0, place=None)
    each = PASSES[number]
    if not set(each.rules) & set(rules):
        return Seen(found=(), rows=0, place=_next(number))
    query = each.query.order_by(each.column).limit(AT_ONCE)
    rows = conn.execute(query if after is None else query.where(each.column > after)).all()
    whole, last = _whole_runs(rows)
    if len(rows) == AT_ONCE and last is None:
        # one value fills the step: more share it than any rule takes, so it says nothing
        return Seen(found=(), rows=len(rows), place=(number, rows[0].value))
    found = [
        (key, *pair)
        for _, run in groupby(whole, key=lambda row: row.value)
        for key, ids in each.groups(list(run))
        if key in rules
        for pair in duplicate_keys.pairs(ids, rules[key].most_alike)
    ]
    going_on = len(rows) == AT_ONCE
    return Seen(found=tuple(found), rows=len(whole), place=(number, last) if going_on else _next(number))


def keep(conn: Connection, rules: Rules, seen: Seen, now: float) -> int:
    """Keep what a step has seen; how many candidates are new."""
    subjects = duplicates.subjects(conn, {name for _, one, other in seen.found for name in (one, other)})
    fresh = 0
    for key, one, other in seen.found:
        if one in subjects and other in subjects:
            score = duplicate_keys.points(rules[key], subjects[one], subjects[other])
            fresh += bool(score) and duplicates.keep(conn, one, other, {key: score}, now)
    return fresh


def _next(number: int) -> tuple[int, str | None] | None:
    return (number + 1, None) if number + 1 < len(PASSES) else None


def _whole_runs(rows: Sequence[Any]) -> tuple[Sequence[Any], str | None]:
    """Without the last value's rows, of which there may be more; and the value before. All, when these are the last rows."""
    if len(rows) < AT_ONCE:
        return rows, rows[-1].value if rows else None
    open_value = rows[-1].value
    whole = [row for row in rows if row.value != open_value]
    return whole, whole[-1].value if whole else None


def _of_points(rows: Sequence[Any]) -> Iterator[Group]:
    yield PHONE, [row.id for row in rows if row.kind in contact_points.NUMBERS]
    yield EMAIL, [row.id for row in rows if row.kind == "email"]


def _of_names(rows: Sequence[Any]) -> Iterator[Group]:
    yield NAME_ORGANISATION, [row.id for row in rows if row.kind == "organisation"]
    yield from _by(NAME_BIRTH, ((row.birth_date, row.id) for row in rows if row.birth_date))


def _of_colleagues(rows: Sequence[Any]) -> Iterator[Group]:
    return _by(NAME_ORGANISATION, ((duplicate_keys.name_key(row.name), row.id) for row in rows))


def _by(rule: str, valued: Iterable[tuple[str, str]]) -> Iterator[Group]:
    for _, alike in groupby(sorted(valued), key=lambda each: each[0]):
        yield rule, [row_id for _, row_id in alike]


def _one_value(rows: Sequence[Any]) -> Iterator[Group]:
    yield IDENTIFIER, [row.id for row in rows]


_LIVE = _P.deleted_at.is_(None)
PASSES = (
    Pass(
        rules=(PHONE, EMAIL),
        column=_C.normal,
        query=select(_C.normal.label("value"), _C.kind, _C.party_id.label("id")).where(
            _C.deleted_at.is_(None)
        ),
        groups=_of_points,
    ),
    Pass(
        rules=(NAME_ORGANISATION, NAME_BIRTH),
        column=_P.sought,
        query=select(_P.sought.label("value"), _P.id, _P.kind, _P.birth_date).where(_LIVE),
        groups=_of_names,
    ),
    Pass(
        rules=(NAME_ORGANISATION,),
        column=_P.organisation_id,
        query=select(_P.organisation_id.label("value"), _P.id, _P.name).where(
            _P.organisation_id.is_not(None), _LIVE
        ),
        groups=_of_colleagues,
    ),
    Pass(
        rules=(IDENTIFIER,),
        column=_P.registration_number,
        query=select(_P.registration_number.label("value"), _P.id).where(
            _P.registration_number.is_not(None), _LIVE
        ),
        groups=_one_value,
    ),
    Pass(
        rules=(IDENTIFIER,),
        column=_P.membership_number,
        query=select(_P.membership_number.label("value"), _P.id).where(
            _P.membership_number.is_not(None), _LIVE
        ),
        groups=_one_value,
    ),
)
