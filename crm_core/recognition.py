"""Who may this be? All parties that a number or address fits, best first, and never an invented one.

Strengths, for a caller's number against a stored one:
  exact     both are the same number, and the caller's names its country or its trunk prefix (+886 912..., 0912...)
  national  the same national number, where one side leaves the country open (912..., 13800138000)
  tail      the last eight digits agree, where one side is not a whole number (a local one, an exchange's fragment)
Two whole numbers that differ are never the same, however alike their ends are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert, literal_column, select, update

from config.errors import Kind, Refused
from crm_core.number_lookup import MOST_MATCHES, nationals, of_address, of_number
from crm_core.phone_numbers import DEFAULT_REGION, Number, read_number
from crm_core.prepared import Prepared
from crm_core.tables import interaction, interaction_match

STRENGTHS = ("exact", "national", "tail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A party whose contact point fits."""

    party_id: str
    name: str
    strength: str


def by_phone(conn: Connection, raw: str, region: str = DEFAULT_REGION) -> list[Match]:
    """Parties with this number, each once with its best strength; `raw` is what the trunk gave, however hostile."""
    number = read_number(raw, region)
    graded = [(_strength(number, row), row.name, row.id) for row in of_number(conn, number)]
    return _best(graded)[:MOST_MATCHES]


def by_email(conn: Connection, address: str) -> list[Match]:
    """Parties with this address; case does not matter."""
    return _best([("exact", row.name, row.id) for row in of_address(conn, address)])


def identify(conn: Connection, interaction_id: str, matches: Sequence[Match]) -> None:
    """Keep who it may be: none, one or many by the best strength found, and the party when it is exactly one.

    Only the first answer counts, so what an agent chose meanwhile stands. `Refused` (interaction.unknown) when there
    is no such interaction.
    """
    best = [match for match in matches if match.strength == matches[0].strength]
    word = ("none", "one")[len(best)] if len(best) < 2 else "many"
    found = _IDENTIFY.run(
        conn,
        {
            "of_id": interaction_id,
            "to_match": word,
            "to_party": best[0].party_id if len(best) == 1 else None,
        },
    )
    if found.rowcount == 0:
        return _must_exist(conn, interaction_id)
    if matches:
        _keep(conn, interaction_id, matches)
    return None


_IDENTIFY = Prepared(
    update(interaction)
    .where(interaction.c.id == bindparam("of_id"), interaction.c.match == "pending")
    .values(match=bindparam("to_match"), party_id=bindparam("to_party"))
)


def _keep(conn: Connection, interaction_id: str, matches: Sequence[Match]) -> None:
    values: dict[str, Any] = {"of_id": interaction_id}
    for position, match in enumerate(matches):
        values |= {f"party_{position}": match.party_id, f"strength_{position}": match.strength}
    _keeping(len(matches)).run(conn, values)


@cache
def _keeping(count: int) -> Prepared:
    """So many rows in one statement: a round trip for each of a switchboard's fifty would hold the writer up."""
    row: dict[str, Any] = {"interaction_id": bindparam("of_id")}
    return Prepared(
        insert(interaction_match).values(
            [
                row
                | {
                    "position": literal_column(str(position)),
                    "party_id": bindparam(f"party_{position}"),
                    "strength": bindparam(f"strength_{position}"),
                }
                for position in range(count)
            ]
        )
    )


def _must_exist(conn: Connection, interaction_id: str) -> None:
    if conn.execute(select(interaction.c.id).where(interaction.c.id == interaction_id)).first() is None:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id)


def _strength(number: Number, row: Any) -> str | None:
    """How well a stored number fits; None: two whole numbers that differ."""
    if row.normal == number.e164:
        return "exact" if number.complete else "national"
    if number.complete and row.normal.startswith("+"):
        return None
    return "national" if row.national in nationals(number) else "tail"


def _best(graded: Sequence[tuple[str | None, str, str]]) -> list[Match]:
    """Each party once, with its best strength; best first, then by name."""
    found: dict[str, Match] = {}
    for strength in STRENGTHS:
        for given, name, party_id in sorted(graded, key=lambda grade: grade[1:]):
            if given == strength and party_id not in found:
                found[party_id] = Match(party_id=party_id, name=name, strength=strength)
    return list(found.values())
