"""Who says so on the telephone: what is keyed is the number of a case, a contract, an order, a device, a membership, an id of another system, or a customer number with a PIN.

The digits alone are compared (`C-2026-000123` is keyed as 2026000123). What fits several customers identifies nobody.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, union_all
from sqlalchemy import literal as word

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.customers import identifiers
from crm_core.entities.asset import ASSET
from crm_core.entities.party_identifier import PARTY_IDENTIFIER
from crm_core.entities.purchase import PURCHASE
from crm_core.entities.service_contract import SERVICE_CONTRACT
from crm_core.recognition import Match
from crm_core.records.tables import table_of
from crm_core.remembered import normal
from crm_core.tables import identification_try, inserting, keyed_try, party, party_pin, support_case

IDENTIFIED = "identified"
"""By a PIN."""
KEYED = "keyed"
"""By a number that others may know, too, or guess: it says who they say they are, and proves nothing."""
SHORTEST_KEYED = 6
"""Fewer digits than that are guessed by chance."""
LONGEST_KEYED = 24
TRIES = 5
TRIES_WITHIN_S = 3600.0
TRIES_OF_CALLER = 20
"""Numbers that are keyed from one telephone within the hour, right or wrong: whoever guesses finds real ones among them."""
TRIES_OF_WITHHELD = 200
"""From all that show no number."""
_PIN = re.compile(r"[0-9]{4,8}")
_CUSTOMER = re.compile(r"[0-9]{4,24}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A customer whom something keyed names; `how`: case, contract, order, asset, membership,
    identifier, customer. The last needs a PIN, whose hash it
    carries."""

    party_id: str
    name: str
    how: str
    pin_hash: str | None = None

    def match(self) -> Match:
        return Match(
            party_id=self.party_id, name=self.name, strength=KEYED if self.pin_hash is None else IDENTIFIED
        )


def candidates(conn: Connection, keyed: str) -> list[Candidate]:
    """The customers whom these digits name, each once; a customer number outranks the rest, because it is a number
    of theirs alone and proven by a PIN."""
    row = party_pin.c
    query = (
        select(row.party_id, row.pin_hash, party.c.name)
        .join(party, party.c.id == row.party_id)
        .where(row.customer_number == keyed, party.c.deleted_at.is_(None))
    )
    for found in conn.execute(query):
        return [Candidate(party_id=found.party_id, name=found.name, how="customer", pin_hash=found.pin_hash)]
    return list(_named(conn, keyed)) if SHORTEST_KEYED <= len(keyed) <= LONGEST_KEYED else []


def _named(conn: Connection, keyed: str) -> Iterator[Candidate]:
    asset, bought, contract = (table_of(each).c for each in (ASSET, PURCHASE, SERVICE_CONTRACT))
    case = support_case.c
    ways: list[Any] = [
        select(asset.party_id, word("asset").label("how")).where(
            asset.serial_digits == keyed, asset.deleted_at.is_(None)
        ),
        select(bought.party_id, word("order").label("how")).where(
            bought.number_digits == keyed, bought.deleted_at.is_(None)
        ),
    ]
    foreign = table_of(PARTY_IDENTIFIER).c
    ways += [
        select(foreign.party_id, word("identifier").label("how")).where(
            foreign.normal == identifiers.normal(keyed), foreign.deleted_at.is_(None)
        ),
        select(party.c.id, word("membership").label("how")).where(party.c.membership_number == keyed),
    ]
    if len(keyed) >= 10:  # a year and six digits
        tail = f"{keyed[:4]}-{keyed[4:]}"
        ways += [
            select(case.party_id, word("case").label("how")).where(
                case.number == f"C-{tail}", case.deleted_at.is_(None)
            ),
            select(contract.party_id, word("contract").label("how")).where(
                contract.number == f"K-{tail}", contract.deleted_at.is_(None)
            ),
        ]
    said = union_all(*ways).subquery()
    query = (
        select(said.c.party_id, func.min(said.c.how).label("how"), party.c.name)
        .join(party, party.c.id == said.c.party_id)
        .where(party.c.deleted_at.is_(None))
        .group_by(said.c.party_id, party.c.name)
        .limit(10)
    )
    for row in conn.execute(query):
        yield Candidate(party_id=row.party_id, name=row.name, how=row.how)


def try_pin(conn: Connection, party_id: str, now: float) -> bool:
    """Take one of the tries that a customer has within an hour; False when there is none left. The right PIN gives them back."""
    row = identification_try.c
    conn.execute(delete(identification_try).where(row.party_id == party_id, row.at <= now - TRIES_WITHIN_S))
    count = select(func.count()).select_from(identification_try).where(row.party_id == party_id)
    if conn.execute(count).scalar_one() >= TRIES:
        return False
    conn.execute(insert(identification_try).values(id=new_id(), party_id=party_id, at=now))
    return True


def try_number(conn: Connection, caller: str, now: float) -> str | None:
    """Take one of the tries that a telephone has within an hour; the try's id, or None when there is none left. The number is kept as its
    hash, and no longer than that."""
    row, number = keyed_try.c, normal("phone", caller)
    conn.execute(delete(keyed_try).where(row.at <= now - TRIES_WITHIN_S))
    of_caller = hashlib.sha256((number or "").encode()).hexdigest()
    count = select(func.count()).select_from(keyed_try).where(row.caller_sha256 == of_caller)
    if conn.execute(count).scalar_one() >= (TRIES_OF_CALLER if number else TRIES_OF_WITHHELD):
        return None
    made = new_id()
    conn.execute(insert(keyed_try).values(id=made, caller_sha256=of_caller, at=now))
    return made


def give_back(conn: Connection, try_id: str) -> None:
    """It was proven by a PIN that they are who they say."""
    conn.execute(delete(keyed_try).where(keyed_try.c.id == try_id))


def forget_tries(conn: Connection, party_id: str) -> None:
    conn.execute(delete(identification_try).where(identification_try.c.party_id == party_id))


def check_pin(customer_number: str, pin: str) -> None:
    """`Refused` for what cannot be keyed."""
    if not _CUSTOMER.fullmatch(customer_number):
        raise Refused("pin.customer_number", Kind.INVALID, pointer="/customer_number")
    if not _PIN.fullmatch(pin) or len(set(pin)) == 1 or pin in customer_number:
        raise Refused("pin.form", Kind.INVALID, pointer="/pin")


def set_pin(
    conn: Connection, party_id: str, *, customer_number: str, pin_hash: str, by: str, now: float
) -> None:
    """Give a customer a number and a PIN, of which only the hash is kept; `Refused` for a number that is another's."""
    row = party_pin.c
    query = select(row.party_id).where(row.customer_number == customer_number, row.party_id != party_id)
    if conn.execute(query).first() is not None:
        raise Refused("pin.number_taken", pointer="/customer_number")
    values = {"customer_number": customer_number, "pin_hash": pin_hash, "set_by": by, "set_at": now}
    made = inserting(conn, party_pin).values(party_id=party_id, **values)
    conn.execute(made.on_conflict_do_update(index_elements=[row.party_id], set_=values))
    forget_tries(conn, party_id)


def remove_pin(conn: Connection, party_id: str) -> None:
    """The customer identifies themselves by PIN no more."""
    conn.execute(delete(party_pin).where(party_pin.c.party_id == party_id))


def customer_number(conn: Connection, party_id: str) -> str | None:
    row = party_pin.c
    found: str | None = conn.execute(
        select(row.customer_number).where(row.party_id == party_id)
    ).scalar_one_or_none()
    return found
