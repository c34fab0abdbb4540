"""To whom a letter may go: the addresses of the customer that is shown, and of everybody who takes part in the case."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from crm_core import parties, queues
from crm_core.customers.contact_points import is_current
from crm_core.customers.relations import today
from crm_core.letter_types import Letter

MOST_SUGGESTED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """`whose`: customer (the one that is shown), case (somebody who wrote or was written to)."""

    address: str
    name: str
    whose: str


def customers(conn: Connection, party_id: str | None, now: float) -> list[str]:
    """The customer's addresses that are in use, the first one first."""
    found = parties.party(conn, party_id) if party_id else None
    if found is None:
        return []
    day = today(now)
    points = [each for each in found.contact_points if each.kind == "email" and is_current(asdict(each), day)]
    points.sort(key=lambda each: not each.primary)
    return [each.normal for each in points]


def strangers(addresses: Iterable[str], theirs: Iterable[str]) -> list[str]:
    """Those that are not the customer's; none where nothing is known of the customer."""
    known = {each.lower() for each in theirs}
    return [each for each in addresses if known and each.lower() not in known]


def suggested(
    conn: Connection, party_id: str | None, thread: Iterable[Letter], now: float
) -> list[Suggested]:
    """The customer first, then who takes part, the latest first; never ourselves."""
    ours = {each.address.lower() for each in queues.entries(conn) if each.medium == "email"}
    party = parties.party(conn, party_id) if party_id else None
    found = {
        address: Suggested(address=address, name=party.name if party else "", whose="customer")
        for address in customers(conn, party_id, now)
    }
    for letter in reversed(list(thread)):
        named = [(letter.from_address, letter.from_name), *((each, "") for each in (*letter.to, *letter.cc))]
        for address, name in named:
            bare = _base(address)
            if bare and bare not in ours and bare not in found:
                found[bare] = Suggested(address=address.lower(), name=name, whose="case")
    return list(found.values())[:MOST_SUGGESTED]


def _base(address: str) -> str:
    """Without the tag behind a plus, in which we sign."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}" if domain else ""
