"""Text messages of ours: whether one may go, from which number, when, and its row in the outbox."""

import hashlib
import re
from dataclasses import dataclass, replace

from channels.sms.counting import MOST_PARTS, count
from channels.sms.words import Wish
from channels.written.contract import Incoming
from channels.written.filing import spool_id
from config.errors import Kind, Refused
from config.settings import Sms
from crm_core import cases, interactions, letters
from crm_core.customers import outbound
from crm_core.customers.preferences import RECEIPT, Outcome
from crm_core.interactions import Interaction
from crm_core.letter_types import Letter, NewLetter, ParsedFields
from crm_core.sms import gateways, numbers, stops
from crm_core.store import Connection
from crm_core.written import conversations, outgoing
from crm_core.written.outgoing import NewMessage
from routing.core.model import Medium

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_HOUR_S, _DAY_S = 3600.0, 86_400.0
_MOST_CONFIRMATIONS = 5
_WITHDRAWN = frozenset({"withdrawn", "never_given", "gone"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to say. `purpose`: of consents, or `receipt` for an answer; `key` names this sending. `confirmed`: the agent has read that
    the customer would rather not be written to (now)."""

    text: str
    number: str
    queue_id: str | None
    key: str
    author_id: str
    party_id: str | None = None
    case_id: str | None = None
    interaction_id: str | None = None
    ours: str = ""
    purpose: str = "service"
    confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """It is on its way; `due_at`: not before, for the customer's sake."""

    letter: Letter
    due_at: float


def answer(  # noqa: PLR0917 - to what, what, who, how, when
    conn: Connection, interaction_id: str, draft: Draft, settings: Sms, zone: str, now: float
) -> Queued:
    """Answer a message that somebody works on, from the number that it came to. `Refused`: interaction.unknown, and as `send`."""
    about = interactions.interaction(conn, interaction_id)
    if about is None or about.medium != Medium.SMS:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id[:100])
    return send(conn, _of(draft, about), settings, zone, now)


def send(conn: Connection, draft: Draft, settings: Sms, zone: str, now: float) -> Queued:
    """Queue it. The same key again gives the same letter. `Refused`: letter.empty, sms.too_long, sms.number_unusable, sms.stopped, sms.not_allowed
    (reason), sms.not_wanted (reason; it takes `confirmed`), sms.too_many, sms.no_number."""
    before = outgoing.by_key(conn, Medium.SMS, draft.key)
    if before is not None:
        return Queued(letter=before, due_at=now)
    text = _UNPRINTABLE.sub("", draft.text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    counted = count(text)
    if not text:
        raise Refused("letter.empty", Kind.INVALID, pointer="/text")
    if counted.parts > MOST_PARTS:
        raise Refused("sms.too_long", Kind.INVALID, pointer="/text", parts=counted.parts, most=MOST_PARTS)
    number = numbers.can_be_written_to(draft.number)
    if number is None:
        raise Refused("sms.number_unusable", Kind.INVALID, pointer="/number", given=draft.number[:40])
    if stops.stopped(conn, number):
        raise Refused("sms.stopped", number=number)
    due_at = _allowed(conn, draft, number, zone, now)
    written = outgoing.made_since(conn, Medium.SMS, now - _HOUR_S)
    if settings.hourly_parts and written + counted.parts > settings.hourly_parts:
        raise Refused("sms.too_many", Kind.TOO_MANY, most=settings.hourly_parts)
    sender = gateways.sender(conn, draft.queue_id, draft.ours)
    letter = outgoing.put(
        conn,
        NewMessage(
            medium=Medium.SMS,
            account_id=sender.gateway_id,
            sender=sender.number,
            recipient=number,
            text=text,
            key=draft.key,
            parts=counted.parts,
            case_id=draft.case_id,
            interaction_id=draft.interaction_id,
            party_id=draft.party_id,
            author_id=draft.author_id,
            due_at=due_at,
        ),
        now,
    )
    if draft.case_id is not None:
        conversations.goes_on(conn, Medium.SMS, number, sender.number, draft.case_id, now)
        cases.replied(conn, draft.case_id, now, draft.author_id)
    return Queued(letter=letter, due_at=due_at)


def confirm(  # noqa: PLR0917 - to what, what, under which key, when
    conn: Connection, incoming: Incoming, text: str, key: str, case_id: str | None, now: float
) -> bool:
    """The one message that a stopped number gets. False where nothing can be sent there, or machines seem to talk with each other."""
    number = numbers.can_be_written_to(incoming.theirs)
    if number is None or _confirmed_lately(conn, number, now) >= _MOST_CONFIRMATIONS:
        return False
    outgoing.put(
        conn,
        NewMessage(
            medium=Medium.SMS,
            account_id=incoming.account_id,
            sender=incoming.ours,
            recipient=number,
            text=text,
            key=key,
            parts=count(text).parts,
            case_id=case_id,
            interaction_id=None,
            party_id=None,
            author_id=None,
        ),
        now,
    )
    return True


def kept(incoming: Incoming, wish: Wish) -> NewLetter:
    """A message that is nobody's work, as a letter."""
    name = spool_id(Medium.SMS, incoming.account_id, incoming.key)
    return NewLetter(
        spool_id=name,
        raw=incoming.raw,
        sha256=hashlib.sha256(incoming.raw).hexdigest(),
        envelope_from=incoming.theirs,
        envelope_to=(incoming.ours,),
        received_at=incoming.at,
        parsed=ParsedFields(
            message_id=f"<{name.partition(':')[2][:40]}@sms>",
            from_address=incoming.theirs,
            to=(incoming.ours,),
            date=incoming.at,
            text=incoming.text,
            marks=("sms", f"sms_{wish.value}"),
        ),
    )


def _of(draft: Draft, about: Interaction) -> Draft:
    return replace(
        draft,
        number=about.customer_address,
        queue_id=about.queue_id,
        ours=about.entry_address,
        party_id=about.party_id,
        case_id=about.case_id,
        interaction_id=about.id,
        purpose=RECEIPT,
    )


def _allowed(conn: Connection, draft: Draft, number: str, zone: str, now: float) -> float:
    """When it may go at the earliest, by what the customer wishes and has forbidden."""
    if draft.party_id is None:
        return now
    said = outbound.ask(conn, draft.party_id, Medium.SMS, draft.purpose, now, zone, number)
    match said.outcome:
        case Outcome.GO:
            return now
        case Outcome.WAIT:
            return now if draft.confirmed else said.until or now
        case Outcome.NO:
            if said.reason in _WITHDRAWN:
                raise Refused("sms.not_allowed", reason=said.reason)
            if not draft.confirmed:
                raise Refused("sms.not_wanted", reason=said.reason)
            return now


def _confirmed_lately(conn: Connection, number: str, now: float) -> int:
    return letters.sent_by_machines(conn, number, now - _DAY_S)
