"""Who may this be? All parties that a number or address fits, best first, and never an invented one.

Strengths, for a caller's number against a stored one:
  exact     both are the same number, and the caller's names its country or its trunk prefix (+886 912..., 0912...)
  national  the same national number, where one side leaves the country open (912..., 13800138000)
  tail      the last eight digits agree, where one side is not a whole number (a local one, an exchange's fragment)
  former    it fits, and is known to be wrong or is out of its dates: they had it once, and somebody else may have it now, so that it alone
            says of nobody that it is them
Two whole numbers that differ are never the same, however alike their ends are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, insert, literal_column, select, update

from config.errors import Kind, Refused
from crm_core.customers import redirects
from crm_core.customers.contact_points import is_current
from crm_core.number_lookup import MOST_MATCHES, nationals, of_address, of_number
from crm_core.phone_numbers import DEFAULT_REGION, Number, read_number
from crm_core.prepared import Prepared
from crm_core.tables import interaction, interaction_match, party

FORMER = "former"
STRENGTHS = ("exact", "national", "tail", FORMER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A party whose contact point fits."""

    party_id: str
    name: str
    strength: str


def by_phone(
    conn: Connection, raw: str, region: str = DEFAULT_REGION, *, day: str | None = None
) -> list[Match]:
    """Parties with this number, each once with its best strength; `raw` is what the trunk gave, however hostile. `day`: the one by which
    the dates of numbers are judged (without, they are not)."""
    number = read_number(raw, region)
    graded = [(_now(_strength(number, row), row, day), row.name, row.id) for row in of_number(conn, number)]
    return _best(graded)[:MOST_MATCHES]


def by_email(conn: Connection, address: str, *, day: str | None = None) -> list[Match]:
    """Parties with this address; case does not matter."""
    return _best([(_now("exact", row, day), row.name, row.id) for row in of_address(conn, address)])


def living(conn: Connection, match: Match) -> Match | None:
    """The same as it is now: the customer whom theirs was merged into; None when there is none any more."""
    home = redirects.survivor_of(conn, match.party_id) or match.party_id
    query = select(party.c.name).where(party.c.id == home, party.c.deleted_at.is_(None))
    name = conn.execute(query).scalar_one_or_none()
    return None if name is None else Match(party_id=home, name=name, strength=match.strength)


def surest(strengths: Sequence[tuple[str, str]]) -> list[str]:
    """Of pairs of party and strength, best first: the parties that fit equally well and best. A number that somebody had once says of
    nobody that it is theirs."""
    if not strengths or strengths[0][1] == FORMER:
        return []
    return [party_id for party_id, strength in strengths if strength == strengths[0][1]]


def verdict(strengths: Sequence[tuple[str, str]]) -> tuple[str, str | None]:
    """What that comes to (none, one, many), and who it is when it is one."""
    best = surest(strengths)
    if len(best) == 1:
        return "one", best[0]
    return ("many" if strengths else "none"), None


def identify(conn: Connection, interaction_id: str, matches: Sequence[Match]) -> None:
    """Keep who it may be: none, one or many by the best strength found, and the party when it is exactly one.

    Only the first answer counts, so what an agent chose meanwhile stands. `Refused` (interaction.unknown) when there
    is no such interaction.
    """
    word, party_id = verdict([(match.party_id, match.strength) for match in matches])
    found = _IDENTIFY.run(conn, {"of_id": interaction_id, "to_match": word, "to_party": party_id})
    if found.rowcount == 0:
        return _must_exist(conn, interaction_id)
    keep(conn, interaction_id, matches)
    return None


_IDENTIFY = Prepared(
    update(interaction)
    .where(interaction.c.id == bindparam("of_id"), interaction.c.match == "pending")
    .values(match=bindparam("to_match"), party_id=bindparam("to_party"))
)


def keep(conn: Connection, interaction_id: str, matches: Sequence[Match]) -> None:
    """Who it may be, of an interaction that says already what that comes to."""
    if not matches:
        return
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


def _now(strength: str | None, row: Any, day: str | None) -> str | None:
    if strength is None:
        return None
    if row.invalid_since is None and row.valid_from is None and row.valid_until is None:
        return strength  # nearly all
    wrong = row.invalid_since is not None if day is None else not is_current(row._asdict(), day)
    return FORMER if wrong else strength


def _best(graded: Sequence[tuple[str | None, str, str]]) -> list[Match]:
    """Each party once, with its best strength; best first, then by name."""
    found: dict[str, Match] = {}
    for strength in STRENGTHS:
        for given, name, party_id in sorted(graded, key=lambda grade: grade[1:]):
            if given == strength and party_id not in found:
                found[party_id] = Match(party_id=party_id, name=name, strength=strength)
    return list(found.values())
