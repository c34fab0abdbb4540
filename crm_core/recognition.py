"""Who may this be? All parties that a number or address fits, best first, and never an invented one.

Strengths, for a caller's number against a stored one:
  exact     both are the same number, and the caller's names its country or its trunk prefix (+886 912..., 0912...)
  national  the same national number, where one side leaves the country open (912..., 13800138000)
  tail      the last eight digits agree, where one side is not a whole number (a local one, an exchange's fragment)
Two whole numbers that differ are never the same, however alike their ends are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from config.errors import Kind, Refused
from crm_core.phone_numbers import DEFAULT_REGION, Number, read_number
from crm_core.tables import contact_point, interaction, interaction_match, party

STRENGTHS = ("exact", "national", "tail")
TAIL_DIGITS = 8
SHORTEST_NUMBER = 3
"""Digits below which a number says nothing."""
MOST_MATCHES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A party whose contact point fits."""

    party_id: str
    name: str
    strength: str


def by_phone(conn: Connection, raw: str, region: str = DEFAULT_REGION) -> list[Match]:
    """Parties with this number, each once with its best strength; `raw` is what the trunk gave, however hostile."""
    number = read_number(raw, region)
    if len(number.digits) < SHORTEST_NUMBER:
        return []
    tail = _tail(number)
    sought = {"of_nationals": _nationals(number), "of_normal": number.e164}
    # digits sort before letters in every collation, so this range is the prefix search
    rows = (
        conn.execute(_BY_NUMBER, sought)
        if tail is None
        else conn.execute(_BY_NUMBER_OR_TAIL, sought | {"of_tail": tail, "of_tail_end": tail + "a"})
    )
    return _best([(_strength(number, row), row.name, row.id) for row in rows])


def by_email(conn: Connection, address: str) -> list[Match]:
    """Parties with this address; case does not matter."""
    points = contact_point.c
    query = (
        select(party.c.id, party.c.name)
        .join(contact_point, points.party_id == party.c.id)
        .where(points.normal == address.strip().lower(), points.kind == "email", _THERE)
        .limit(MOST_MATCHES)
    )
    return _best([("exact", row.name, row.id) for row in conn.execute(query)])


def identify(conn: Connection, interaction_id: str, matches: Sequence[Match]) -> None:
    """Keep who it may be: none, one or many by the best strength found, and the party when it is exactly one.

    Only the first answer counts, so what an agent chose meanwhile stands. `Refused` (interaction.unknown) when there
    is no such interaction.
    """
    best = [match for match in matches if match.strength == matches[0].strength]
    word = ("none", "one")[len(best)] if len(best) < 2 else "many"
    found = conn.execute(
        _IDENTIFY,
        {
            "of_id": interaction_id,
            "to_match": word,
            "to_party": best[0].party_id if len(best) == 1 else None,
        },
    )
    if found.rowcount == 0:
        return _must_exist(conn, interaction_id)
    for position, match in enumerate(matches):
        conn.execute(
            insert(interaction_match).values(
                interaction_id=interaction_id,
                position=position,
                party_id=match.party_id,
                strength=match.strength,
            )
        )
    return None


# what every call runs is built once: SQLAlchemy takes longer to put a statement together than SQLite to run it
_POINTS = contact_point.c
_WAYS = (
    _POINTS.national.in_(bindparam("of_nationals", expanding=True)),
    _POINTS.normal == bindparam("of_normal"),  # no number for the whole world: NULL, which fits nothing
)
# removed numbers are nobody's; the flags are looked at in rows that an index has found
_THERE = _POINTS.deleted_at.is_(None) & party.c.deleted_at.is_(None)
_FITTING = (
    select(party.c.id, party.c.name, _POINTS.normal, _POINTS.national)
    .join(contact_point, _POINTS.party_id == party.c.id)
    .where(_THERE)
    .limit(MOST_MATCHES)
)
_BY_NUMBER = _FITTING.where(or_(*_WAYS))
_BY_NUMBER_OR_TAIL = _FITTING.where(
    or_(*_WAYS, _POINTS.digits_reversed.between(bindparam("of_tail"), bindparam("of_tail_end")))
)
_IDENTIFY = (
    update(interaction)
    .where(interaction.c.id == bindparam("of_id"), interaction.c.match == "pending")
    .values(match=bindparam("to_match"), party_id=bindparam("to_party"))
)


def _must_exist(conn: Connection, interaction_id: str) -> None:
    if conn.execute(select(interaction.c.id).where(interaction.c.id == interaction_id)).first() is None:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id)


def _nationals(number: Number) -> list[str]:
    spellings = {number.national, number.digits, number.digits.lstrip("0")}
    return sorted(spelling for spelling in spellings if len(spelling) >= SHORTEST_NUMBER)


def _tail(number: Number) -> str | None:
    digits = (number.e164 or number.digits).lstrip("+")
    return digits[: -TAIL_DIGITS - 1 : -1] if len(digits) >= TAIL_DIGITS else None


def _strength(number: Number, row: Any) -> str | None:
    """How well a stored number fits; None: two whole numbers that differ."""
    if row.normal == number.e164:
        return "exact" if number.complete else "national"
    if number.complete and row.normal.startswith("+"):
        return None
    return "national" if row.national in _nationals(number) else "tail"


def _best(graded: Sequence[tuple[str | None, str, str]]) -> list[Match]:
    """Each party once, with its best strength; best first, then by name."""
    found: dict[str, Match] = {}
    for strength in STRENGTHS:
        for given, name, party_id in sorted(graded, key=lambda grade: grade[1:]):
            if given == strength and party_id not in found:
                found[party_id] = Match(party_id=party_id, name=name, strength=strength)
    return list(found.values())
