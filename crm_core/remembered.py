"""Numbers and addresses of which an agent said whose they are, or whose they are not. The next time that counts for more than any likeness.

confirmed   the party comes first, with strength `confirmed`, also where the number is written on no record of theirs
denied      the party is no match for this number any more, however well the number fits
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core import recognition
from crm_core.number_lookup import SHORTEST_NUMBER
from crm_core.phone_numbers import DEFAULT_REGION, read_number
from crm_core.prepared import Prepared
from crm_core.recognition import Match
from crm_core.tables import party, remembered_number

CONFIRMED = "confirmed"
DENIED = "denied"
_KINDS = {"voice": "phone", "voicemail": "phone", "fax": "phone", "sms": "phone", "email": "email"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was said of a number, by whom and when."""

    id: str
    kind: str
    normal: str
    party_id: str
    verdict: str
    trusted: bool
    user_name: str
    at: float
    interaction_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Somebody's word on a number."""

    medium: str
    address: str
    party_id: str
    user_id: str
    user_name: str
    interaction_id: str | None
    now: float


_ROW = remembered_number.c
_FIELDS = [_ROW[name] for name in Verdict.__dataclass_fields__]
# what every call runs is built once
_OF_NUMBER = (
    select(*_FIELDS, party.c.name)
    .join(party, party.c.id == _ROW.party_id)
    .where(
        _ROW.normal == bindparam("of_normal"),
        _ROW.kind == bindparam("of_kind"),
        _ROW.undone_at.is_(None),
        party.c.deleted_at.is_(None),
    )
    .order_by(_ROW.at.desc())
)
_SAID = Prepared(_OF_NUMBER)


def by_phone(
    conn: Connection, raw: str, region: str = DEFAULT_REGION, *, day: str | None = None
) -> list[Match]:
    """Who may call from this number: what was remembered of it, then what fits it on that day."""
    fitting = recognition.by_phone(conn, raw, region, day=day)
    return _weighed(conn, "phone", normal("phone", raw, region), fitting)


def by_email(conn: Connection, address: str, *, day: str | None = None) -> list[Match]:
    """Who may write from this address, likewise."""
    return _weighed(conn, "email", normal("email", address), recognition.by_email(conn, address, day=day))


def normal(kind: str, raw: str, region: str = DEFAULT_REGION) -> str | None:
    """As contact points keep it; None for what says nothing (a withheld number)."""
    if kind == "email":
        return raw.strip().lower() or None
    number = read_number(raw, region)
    enough = len(number.digits) >= SHORTEST_NUMBER
    return (number.e164 or number.digits) if enough else None


def _weighed(conn: Connection, kind: str, number: str | None, matches: Sequence[Match]) -> list[Match]:
    if number is None:
        return list(matches)
    said = _SAID.run(conn, {"of_normal": number, "of_kind": kind}).all()
    if not said:
        return list(matches)
    known = {row.party_id for row in said}
    first = [
        Match(party_id=row.party_id, name=row.name, strength=CONFIRMED)
        for row in said
        if row.verdict == CONFIRMED
    ]
    return [*first, *(match for match in matches if match.party_id not in known)]


def is_trusted(conn: Connection, raw: str) -> bool:
    """Whether whoever calls from it need not identify themselves: exactly one party, and a mark that says so."""
    number = normal("phone", raw)
    if number is None:
        return False
    said = conn.execute(_OF_NUMBER, {"of_normal": number, "of_kind": "phone"}).all()
    confirmed = [row for row in said if row.verdict == CONFIRMED]
    return len(confirmed) == 1 and bool(confirmed[0].trusted)


def confirm(conn: Connection, said: Said, *, trusted: bool | None = None) -> Verdict | None:
    """This number is this party's. None when there is no number to remember. `trusted` None leaves the mark as it is."""
    return _say(conn, said, CONFIRMED, trusted)


def deny(conn: Connection, said: Said) -> Verdict | None:
    """This number is not this party's."""
    return _say(conn, said, DENIED, False)


def _say(conn: Connection, said: Said, verdict: str, trusted: bool | None) -> Verdict | None:
    kind = _kind(said.medium, said.address)
    number = normal(kind, said.address)
    if number is None:
        return None
    same = (
        _ROW.normal == number,
        _ROW.kind == kind,
        _ROW.party_id == said.party_id,
        _ROW.undone_at.is_(None),
    )
    before = conn.execute(select(*_FIELDS).where(*same)).one_or_none()
    if trusted is None:
        trusted = bool(before is not None and before.verdict == verdict and before.trusted)
    conn.execute(update(remembered_number).where(*same).values(undone_at=said.now, undone_by=said.user_name))
    made = new_id()
    conn.execute(
        insert(remembered_number).values(
            id=made,
            kind=kind,
            normal=number,
            party_id=said.party_id,
            verdict=verdict,
            trusted=trusted,
            user_id=said.user_id,
            user_name=said.user_name,
            interaction_id=said.interaction_id,
            at=said.now,
        )
    )
    return _read(conn.execute(select(*_FIELDS).where(_ROW.id == made)).one())


def undo(conn: Connection, verdict_id: str, by: str, now: float) -> Verdict:
    """Take a word back; `Refused` when there is none. It stays in the table for who asks later."""
    row = conn.execute(select(*_FIELDS, _ROW.undone_at).where(_ROW.id == verdict_id)).one_or_none()
    if row is None or row.undone_at is not None:
        raise Refused("number.unknown", Kind.MISSING, id=verdict_id[:100])
    conn.execute(update(remembered_number).where(_ROW.id == verdict_id).values(undone_at=now, undone_by=by))
    return _read(row)


def trust(conn: Connection, verdict_id: str, *, trusted: bool) -> Verdict:
    """Mark a confirmed number as one whose callers need not identify themselves, or take the mark away."""
    row = conn.execute(select(*_FIELDS).where(_ROW.id == verdict_id, _ROW.undone_at.is_(None))).one_or_none()
    if row is None or row.verdict != CONFIRMED:
        raise Refused("number.unknown", Kind.MISSING, id=verdict_id[:100])
    conn.execute(update(remembered_number).where(_ROW.id == verdict_id).values(trusted=trusted))
    return _read(conn.execute(select(*_FIELDS).where(_ROW.id == verdict_id)).one())


def of_party(conn: Connection, party_id: str) -> list[Verdict]:
    """All that holds of a party, the latest first."""
    query = select(*_FIELDS).where(_ROW.party_id == party_id, _ROW.undone_at.is_(None))
    return [_read(row) for row in conn.execute(query.order_by(_ROW.at.desc()))]


def of_number(conn: Connection, medium: str, address: str) -> dict[str, Verdict]:
    """What holds of a number, by party."""
    kind = _kind(medium, address)
    number = normal(kind, address)
    if number is None:
        return {}
    rows = conn.execute(_OF_NUMBER, {"of_normal": number, "of_kind": kind})
    return {row.party_id: _read(row) for row in rows}


def _kind(medium: str, address: str) -> str:
    """A form's visitor tells an address or a number."""
    if medium == "form":
        return "email" if "@" in address else "phone"
    return _KINDS.get(medium, medium)


def _read(row: Any) -> Verdict:
    return Verdict(**{name: getattr(row, name) for name in Verdict.__dataclass_fields__})
