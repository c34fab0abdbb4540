"""Numbers as text messages spell them: ours, and those of people who write to us."""

import re

from sqlalchemy import Connection, select

from crm_core.phone_numbers import read_number
from crm_core.tables.base import metadata

_SHORT_CODE = re.compile(r"[0-9]{3,8}")
_NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9 ._-]{0,10}")
"""A sender's name as networks take it: 11 characters at most (3GPP TS 23.040, 9.1.2.5), one letter at least."""
_SHORTEST = 3


def own(text: str) -> str | None:
    """One of our numbers or names as it is kept; None when nothing can be sent from it."""
    given = text.strip()
    if _SHORT_CODE.fullmatch(given) or _NAME.fullmatch(given):
        return given
    return read_number(given).e164


def theirs(text: str) -> str:
    """A number that wrote to us, or that is written to, as it is kept and compared; what is no whole number stays as it came."""
    given = text.strip()[:40]
    return read_number(given).e164 or given


def can_be_written_to(text: str) -> str | None:
    """The number in its whole form, where a message can go there: no short code, no name."""
    return read_number(text.strip()[:40]).e164


def queue_of(conn: Connection, number: str) -> str | None:
    """The queue to which messages to this number of ours go. A provider may leave the plus out."""
    row = metadata.tables["sms_number"].c
    spelt = {number, number.removeprefix("+"), f"+{number.removeprefix('+')}"}
    found: str | None = conn.execute(
        select(row.queue_id).where(row.number.in_(spelt), row.deleted_at.is_(None)).limit(1)
    ).scalar_one_or_none()
    return found


def spelt(conn: Connection, number: str) -> str:
    """A number of ours as its record has it."""
    row = metadata.tables["sms_number"].c
    ways = {number, number.removeprefix("+"), f"+{number.removeprefix('+')}"}
    query = select(row.number).where(row.number.in_(ways), row.deleted_at.is_(None)).limit(1)
    return conn.execute(query).scalar_one_or_none() or number
