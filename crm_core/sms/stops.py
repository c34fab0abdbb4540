"""Numbers that want no more text messages: kept as hashes, and as a withdrawn consent of the customer whose number it is."""

import hashlib

from sqlalchemy import Connection, delete, insert, select

from config.ids import new_id
from crm_core.customers.consent import SERVICE
from crm_core.tables import stopped_number
from crm_core.tables.base import metadata

_CHANNEL = "sms"
_SPOKEN = "recording"
"""What is said of calls alone."""


def stopped(conn: Connection, number: str) -> bool:
    """Whether nothing may go there. `number` as `numbers.theirs` has it."""
    row = stopped_number.c
    return conn.execute(select(row.at).where(row.number_sha256 == _hash(number))).first() is not None


def stop(conn: Connection, number: str, word: str, now: float) -> bool:
    """From now on; False when it was so already."""
    if stopped(conn, number):
        return False
    conn.execute(insert(stopped_number).values(number_sha256=_hash(number), at=now, word=word[:40]))
    return True


def start(conn: Connection, number: str) -> bool:
    """Again; False when it was not stopped."""
    return (
        conn.execute(delete(stopped_number).where(stopped_number.c.number_sha256 == _hash(number))).rowcount
        > 0
    )


def say(  # noqa: PLR0917 - who said what, by which word, in which letter, when
    conn: Connection, party_id: str, state: str, evidence: str, letter_id: str, now: float
) -> None:
    """The customer's own word as consents keep it: withdrawn for every purpose that consents know, or given again."""
    consent = metadata.tables["consent"]
    codes = metadata.tables["code_value"].c
    listed = conn.execute(
        select(codes.code).where(codes.list == "consent_purpose", codes.deleted_at.is_(None))
    ).scalars()
    for purpose in sorted({*listed, SERVICE} - {_SPOKEN}):
        conn.execute(
            insert(consent).values(
                id=new_id(),
                party_id=party_id,
                channel=_CHANNEL,
                purpose=purpose,
                state=state,
                basis="consent",
                evidence=evidence,
                evidence_ref=f"letter {letter_id}",
                at=now,
                created_at=now,
                updated_at=now,
            )
        )


def _hash(number: str) -> str:
    return hashlib.sha256(f"sms\0{number}".encode()).hexdigest()
