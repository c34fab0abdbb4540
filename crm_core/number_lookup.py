"""Who may have this number: statements made once, each part of them one walk down one index.

A UNION ALL and not an OR, because an OR over three columns leaves it to the planner's guess whether it reads three indexes or
the whole table, and because each part has a bound of its own: a common ending can never push the exact matches out.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, TextClause, bindparam, select, union_all

from crm_core.phone_numbers import Number
from crm_core.prepared import Prepared
from crm_core.tables import contact_point, party, storable
from crm_core.tables.people import NOT_WHOLE

TAIL_DIGITS = 8
SHORTEST_NUMBER = 3
"""Digits below which a number says nothing."""
MOST_MATCHES = 100
_POINT = contact_point.c
# removed numbers are nobody's; looked at in the rows that an index has found
_USE = (_POINT.invalid_since, _POINT.valid_from, _POINT.valid_until)
_THERE = _POINT.deleted_at.is_(None) & party.c.deleted_at.is_(None)


def of_number(conn: Connection, number: Number) -> Sequence[Any]:
    """Rows (id, name, normal, national, and what says whether it is in use) of parties with contact points that may be this number."""
    if len(number.digits) < SHORTEST_NUMBER:
        return []
    tail = _tail(number)
    sought: dict[str, Any] = {
        "of_normal": number.e164
    }  # no number for the whole world: NULL, which fits nothing
    if tail is not None:
        # digits sort before letters in every collation, so this range is the prefix search
        sought |= {"of_tail": tail, "of_tail_end": tail + "a"}
    if tail is not None and number.complete and len(number.national) >= TAIL_DIGITS:
        # only what is no whole number itself can fit besides; and whoever has the same national number has the same tail
        return _WHOLE.run(conn, sought).all()
    first, *others = nationals(number)
    second, third = (*others, first, first)[:2]
    sought |= {"of_first": first, "of_second": second, "of_third": third}
    return (_NATIONAL if tail is None else _NATIONAL_OR_TAIL).run(conn, sought).all()


def of_address(conn: Connection, address: str) -> Sequence[Any]:
    """Rows (id, name, and what says whether it is in use) of parties with this mail address; case does not matter."""
    return _ADDRESS.run(conn, {"of_normal": storable(address).strip().lower()}).all()


def nationals(number: Number) -> list[str]:
    """The ways in which a record may spell it without its country, at most three."""
    spellings = {number.national, number.digits, number.digits.lstrip("0")}
    return sorted(spelling for spelling in spellings if len(spelling) >= SHORTEST_NUMBER)


def _tail(number: Number) -> str | None:
    digits = (number.e164 or number.digits).lstrip("+")
    return digits[: -TAIL_DIGITS - 1 : -1] if len(digits) >= TAIL_DIGITS else None


def _fitting(*conditions: ColumnElement[bool] | TextClause) -> Select[Any]:
    return (
        select(party.c.id, party.c.name, _POINT.normal, _POINT.national, *_USE)
        .join(contact_point, _POINT.party_id == party.c.id)
        .where(_THERE, *conditions)
        .limit(MOST_MATCHES)
    )


def _any_of(*parts: Select[Any]) -> Prepared:
    return Prepared(union_all(*(select(part.subquery()) for part in parts)))


_EXACT = _fitting(_POINT.normal == bindparam("of_normal"))
_SAME_NATIONAL = _fitting(
    _POINT.national.in_((bindparam("of_first"), bindparam("of_second"), bindparam("of_third")))
)
_TAIL = _POINT.digits_reversed.between(bindparam("of_tail"), bindparam("of_tail_end"))
_WHOLE = _any_of(_EXACT, _fitting(_TAIL, NOT_WHOLE))
_NATIONAL = _any_of(_EXACT, _SAME_NATIONAL)
_NATIONAL_OR_TAIL = _any_of(_EXACT, _SAME_NATIONAL, _fitting(_TAIL))
_ADDRESS = Prepared(
    select(party.c.id, party.c.name, *_USE)
    .join(contact_point, _POINT.party_id == party.c.id)
    .where(_POINT.normal == bindparam("of_normal"), _POINT.kind == "email", _THERE)
    .limit(MOST_MATCHES)
)
