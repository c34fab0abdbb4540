"""Letters to customers that procedures send: in the customer's language, if and when the customer wants them.

What cannot go now waits as a row and is decided on anew at its time, with the words as they are then: consent that was withdrawn meanwhile counts.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from config.errors import Refused
from config.ids import new_id
from crm_core import audit, parties
from crm_core.casework import activity, texts
from crm_core.casework.post import Post
from crm_core.customers import outbound
from crm_core.customers.consent import SERVICE
from crm_core.customers.preferences import RECEIPT, Decision, Outcome
from crm_core.records.change import Acting
from crm_core.tables import inserting, letter, support_case, waiting_letter

MEDIUM = "email"
_NO_MASS_MAIL = frozenset({SERVICE, RECEIPT})
"""What answers or serves: there is nothing to unsubscribe from."""
BATCH = 20
_W, _C = waiting_letter.c, support_case.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCustomer:
    """A text for a case's customer. The same key sends nothing twice."""

    case_id: str
    template_id: str
    purpose: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of it: a letter, or the moment for which it waits."""

    letter_id: str | None = None
    waits_until: float | None = None


def send(conn: Connection, post: Post, given: ToCustomer, now: float) -> Sent:
    """Send it or let it wait; `Refused` (`letter.not_wanted`) when it is not to be sent."""
    decision = decided(conn, given.case_id, given.purpose, now, post.zone)
    if decision is not None and decision.outcome is Outcome.NO:
        raise Refused("letter.not_wanted", reason=decision.reason)
    if decision is not None and decision.until is not None:
        _wait(conn, given, decision.until, now)
        return Sent(waits_until=decision.until)
    return Sent(letter_id=_write(conn, post, given, now))


def decided(conn: Connection, case_id: str, purpose: str, now: float, zone: str) -> Decision | None:
    """Whether the customer of this case may be written to; None when the case has none, so that nobody has said anything."""
    party_id = _party_of(conn, case_id)
    if party_id is None:
        return None
    return outbound.ask(conn, party_id, MEDIUM, purpose, now, zone, _address_of(conn, case_id, party_id))


def is_rather_called(conn: Connection, case_id: str, purpose: str, now: float, zone: str) -> bool:
    """Whether the customer likes the telephone better than such a letter, and may be called."""
    party_id = _party_of(conn, case_id)
    if party_id is None or purpose != SERVICE:
        return False
    by_phone = outbound.ask(conn, party_id, "phone", purpose, now, zone)
    return outbound.wishes(conn, party_id, zone).channel == "phone" and by_phone.outcome is not Outcome.NO


def unwanted(conn: Connection, case_id: str, now: float, zone: str) -> str | None:
    """Why a letter that an agent begins is against the customer's wish; None: it is not, or it answers a letter of theirs."""
    row = letter.c
    answered = select(row.id).where(row.case_id == case_id, row.direction == "in").limit(1)
    if conn.execute(answered).first() is not None:
        return None
    decision = decided(conn, case_id, SERVICE, now, zone)
    return decision.reason if decision is not None and decision.outcome is Outcome.NO else None


def begin(conn: Connection, acting: Acting, case_id: str, zone: str, *, confirmed: bool) -> None:
    """An agent is about to begin one. Against the customer's wish it takes a word of theirs, which is kept in the audit chain."""
    reason = unwanted(conn, case_id, acting.now, zone)
    if reason is None:
        return
    if not confirmed:
        raise Refused("letter.not_wanted", reason=reason)
    entry = audit.Entry(
        at=acting.now,
        origin=acting.origin,
        action="sent_unwanted",
        entity="case",
        object_id=case_id,
        detail={"medium": MEDIUM, "reason": reason},
    )
    audit.record(conn, entry)


def text_for(conn: Connection, case_id: str, template_id: str) -> str:
    """This text in the language of the case's customer, where there is one."""
    party_id = _party_of(conn, case_id)
    if party_id is None:
        return template_id
    return texts.in_language(conn, template_id, outbound.wishes(conn, party_id, "UTC").language)


def next_at(conn: Connection) -> float | None:
    """When the next one that waits is due."""
    return conn.execute(select(func.min(_W.due_at))).scalar_one_or_none()


def work(conn: Connection, now: float, post: Post | None) -> list[str]:
    """Decide on those that are due; the cases that this happened in."""
    if post is None:
        return []
    query = select(waiting_letter).where(_W.due_at <= now).order_by(_W.due_at, _W.id).limit(BATCH)
    found = conn.execute(query).all()
    for each in found:
        _due(conn, each, now, post)
    return [each.case_id for each in found]


def _due(conn: Connection, row: Row[Any], now: float, post: Post) -> None:
    given = ToCustomer(case_id=row.case_id, template_id=row.template_id, purpose=row.purpose, key=row.key)
    try:
        with conn.begin_nested():
            sent = _send_if_there(conn, post, given, now)
            if sent.letter_id is not None:
                _told(conn, given, now, "letter_sent", letter=sent.letter_id)
    except Refused as refusal:
        _told(conn, given, now, "letter_kept", code=refusal.code, params=dict(refusal.params))
        sent = Sent()
    if sent.waits_until is None:
        conn.execute(delete(waiting_letter).where(_W.id == row.id))


def _send_if_there(conn: Connection, post: Post, given: ToCustomer, now: float) -> Sent:
    row = conn.execute(select(_C.merged_into_id, _C.deleted_at).where(_C.id == given.case_id)).one()
    if row.merged_into_id is not None or row.deleted_at is not None:
        raise Refused("letter.case_gone")
    return send(conn, post, given, now)


def _write(conn: Connection, post: Post, given: ToCustomer, now: float) -> str:
    return post.from_template(
        conn,
        case_id=given.case_id,
        template_id=text_for(conn, given.case_id, given.template_id),
        address=None,
        key=given.key,
        author_id=None,
        now=now,
        purpose=None if given.purpose in _NO_MASS_MAIL else given.purpose,
    )


def _wait(conn: Connection, given: ToCustomer, until: float, now: float) -> None:
    """Once for a key; one that waits already waits longer."""
    made = inserting(conn, waiting_letter).values(
        id=new_id(),
        key=given.key,
        case_id=given.case_id,
        template_id=given.template_id,
        purpose=given.purpose,
        since=now,
        due_at=until,
    )
    if conn.execute(made.on_conflict_do_nothing()).rowcount == 0:
        conn.execute(update(waiting_letter).where(_W.key == given.key).values(due_at=until))


def _told(conn: Connection, given: ToCustomer, now: float, kind: str, **data: Any) -> None:
    activity.record(conn, given.case_id, now, kind, None, name=texts.name_of(conn, given.template_id), **data)


def _party_of(conn: Connection, case_id: str) -> str | None:
    return conn.execute(select(_C.party_id).where(_C.id == case_id)).scalar_one_or_none()


def _address_of(conn: Connection, case_id: str, party_id: str) -> str | None:
    """Where they wrote from last, else the first address that they have."""
    row = letter.c
    wrote = select(row.from_address).where(row.case_id == case_id, row.direction == "in")
    last: str | None = conn.execute(
        wrote.order_by(row.received_at.desc(), row.id.desc()).limit(1)
    ).scalar_one_or_none()
    if last:
        return last
    found = parties.party(conn, party_id)
    return next(iter(found.reached_by("email")), None) if found else None
