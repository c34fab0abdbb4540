"""Links that are mailed: 256 bits of which only a hash is kept, fifteen minutes, one use. And the sessions that they open. Both are good
only as long as the address that they came by is the customer's: whoever may read a mailbox that is no more theirs is a stranger."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, func, insert, select, update

from crm_core import outbox, recognition
from crm_core.customers.relations import today
from crm_core.tables import contact_point, letter_raw, party, portal_link, portal_session
from crm_core.tables import outbox as outbox_table

LINK_S = 900.0
MOST_LINKS = 3
"""Links to one address within their life: more mail than that is nobody's wish."""
MOST_PARTIES = 5
SESSION_S = 8 * 3600.0
_KEPT_S = 86_400.0
_L, _S, _P = portal_link.c, portal_session.c, contact_point.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A token to be mailed, and whose it is."""

    token: str
    party_id: str
    name: str
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """What a link was for."""

    party_id: str
    address: str
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who is signed in, by which address, and when they last did something (kept to the minute)."""

    party_id: str
    name: str
    address: str
    language: str | None
    owner_id: str | None
    seen_at: float


def ask(conn: Connection, address: str, now: float) -> list[Link]:
    """A link for each customer with this address; none for an unknown one, or when enough were mailed."""
    known = address.strip().lower()
    if _too_many(conn, known, now):
        return []
    # an address that is no longer theirs may be somebody else's by now
    fitting = recognition.by_email(conn, known, day=today(now))
    found = [match for match in fitting if match.strength != recognition.FORMER][:MOST_PARTIES]
    ids = [match.party_id for match in found]
    rows = conn.execute(
        select(party.c.id, party.c.name, party.c.language).where(
            party.c.id.in_(ids), party.c.deleted_at.is_(None)
        )
    )
    return [
        Link(
            token=_made(conn, row.id, known, "sign_in", now),
            party_id=row.id,
            name=row.name,
            language=row.language,
        )
        for row in rows
    ]


def ask_for_address(conn: Connection, customer: Customer, address: str, now: float) -> str | None:
    """A link that proves that a further address is theirs; None when enough were mailed."""
    known = address.strip().lower()
    if _too_many(conn, known, now):
        return None
    return _made(conn, customer.party_id, known, "add_address", now, asked_from=customer.address)


def carried_by(conn: Connection, tokens: Sequence[str], letter_id: str) -> None:
    """Remember the letter that the tokens went in, so that it can be emptied."""
    prints = [_fingerprint(token) for token in tokens]
    conn.execute(update(portal_link).where(_L.token_sha256.in_(prints)).values(letter_id=letter_id))


def is_good(conn: Connection, token: str, now: float) -> bool:
    """Whether a link could be used now. Looking uses nothing up: mail scanners open links too."""
    return conn.execute(select(_L.party_id).where(*_good(token, now))).first() is not None


def redeem(conn: Connection, token: str, now: float) -> Redeemed | None:
    """Use a link up; None for one that there is not, that was used, is too old, or led to an address that is no more theirs. Of two at
    once one wins."""
    done = conn.execute(
        update(portal_link)
        .where(*_good(token, now))
        .values(used_at=now)
        .returning(_L.party_id, _L.address, _L.purpose)
    ).one_or_none()
    return (
        None if done is None else Redeemed(party_id=done.party_id, address=done.address, purpose=done.purpose)
    )


def whose(conn: Connection, redeemed: Redeemed, now: float) -> Customer | None:
    """Who has used a link; None when they were removed meanwhile."""
    query = select(party.c.id, party.c.name, party.c.language, party.c.owner_id)
    row = conn.execute(
        query.where(party.c.id == redeemed.party_id, party.c.deleted_at.is_(None))
    ).one_or_none()
    return None if row is None else _customer(row, redeemed.address, now)


def enter(conn: Connection, redeemed: Redeemed, now: float, *, peer: str, agent: str) -> str:
    """Sign in; the session's token."""
    token = secrets.token_urlsafe(32)
    conn.execute(
        insert(portal_session).values(
            token_sha256=_fingerprint(token),
            party_id=redeemed.party_id,
            address=redeemed.address,
            started_at=now,
            seen_at=now,
            expires_at=now + SESSION_S,
            peer=peer[:100],
            agent=agent[:300],
        )
    )
    return token


def customer_of(conn: Connection, token: str, now: float, idle_s: float) -> Customer | None:
    """Whose session this is; None when it is over, or its address is no more theirs."""
    query = (
        select(_S.address, _S.seen_at, party.c.id, party.c.name, party.c.language, party.c.owner_id)
        .join(party, party.c.id == _S.party_id)
        .where(
            _S.token_sha256 == _fingerprint(token),
            _S.expires_at > now,
            _S.seen_at > now - idle_s,
            party.c.deleted_at.is_(None),
            _is_theirs(_S.party_id, _S.address, now),
        )
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else _customer(row, row.address, row.seen_at)


def seen(conn: Connection, token: str, now: float) -> None:
    """They did something."""
    conn.execute(update(portal_session).where(_S.token_sha256 == _fingerprint(token)).values(seen_at=now))


def leave(conn: Connection, token: str) -> None:
    conn.execute(delete(portal_session).where(_S.token_sha256 == _fingerprint(token)))


def sweep(conn: Connection, now: float) -> None:
    """Links that are over: their letters are emptied, and not sent any more; then old rows go."""
    over = select(_L.letter_id).where(
        _L.letter_id.is_not(None), (_L.expires_at <= now) | _L.used_at.is_not(None)
    )
    letters = list(dict.fromkeys(conn.execute(over).scalars()))
    if letters:
        unsent = select(outbox_table.c.id).where(
            outbox_table.c.letter_id.in_(letters), outbox_table.c.state == "queued"
        )
        for row_id in conn.execute(unsent).scalars().all():
            outbox.failed(conn, row_id, now, "the link has run out", None)
        conn.execute(update(letter_raw).where(letter_raw.c.letter_id.in_(letters)).values(raw=b""))
        conn.execute(update(portal_link).where(_L.letter_id.in_(letters)).values(letter_id=None))
    conn.execute(delete(portal_link).where(_L.expires_at <= now - _KEPT_S))
    conn.execute(delete(portal_session).where(_S.expires_at <= now))


def _too_many(conn: Connection, address: str, now: float) -> bool:
    query = select(func.count(func.distinct(_L.made_at))).where(
        _L.address == address, _L.made_at > now - LINK_S
    )
    return conn.execute(query).scalar_one() >= MOST_LINKS


def _good(token: str, now: float) -> tuple[ColumnElement[bool], ...]:
    return (
        _L.token_sha256 == _fingerprint(token),
        _L.used_at.is_(None),
        _L.expires_at > now,
        _is_theirs(_L.party_id, func.coalesce(_L.asked_from, _L.address), now),
    )


def _is_theirs(party_id: ColumnElement[Any], address: ColumnElement[Any], now: float) -> ColumnElement[bool]:
    """Whether a customer has this address now: not taken away, not known to be wrong, not out of its dates."""
    day = today(now)
    return exists().where(
        _P.party_id == party_id,
        _P.kind == "email",
        _P.normal == address,
        _P.deleted_at.is_(None),
        _P.invalid_since.is_(None),
        func.coalesce(_P.valid_from, day) <= day,
        func.coalesce(_P.valid_until, day) >= day,
    )


def _customer(row: Any, address: str, seen_at: float) -> Customer:
    return Customer(
        party_id=row.id,
        name=row.name,
        address=address,
        language=row.language,
        owner_id=row.owner_id,
        seen_at=seen_at,
    )


def _made(  # noqa: PLR0917 - the parts of a link
    conn: Connection, party_id: str, address: str, purpose: str, now: float, asked_from: str | None = None
) -> str:
    token = secrets.token_urlsafe(32)
    conn.execute(
        insert(portal_link).values(
            token_sha256=_fingerprint(token),
            party_id=party_id,
            address=address,
            purpose=purpose,
            asked_from=asked_from,
            made_at=now,
            expires_at=now + LINK_S,
        )
    )
    return token


def _fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
