"""A form's words into the centre: a case, a letter in it, an interaction that waits; in one unit, each once by its key.

The letter is written out as mail is (RFC 5322), so that an agent answers it as any other, and the customer's reply finds the case.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from channels.email.sending import writing
from config.errors import Kind, Refused, Unavailable
from config.ids import new_id
from crm_core import cases, interactions, letters, queues, recognition
from crm_core.cases import Case
from crm_core.casework import types
from crm_core.customers.relations import today
from crm_core.letter_types import NewLetter, ParsedFields
from crm_core.preferring import NOTHING, Wish, of_interaction
from crm_core.queues import Queue
from crm_core.recognition import Match
from crm_core.store import Connection
from routing.core.events import Arrived
from routing.core.model import Medium
from routing.core.state import Centre
from routing.wishes import arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was written. `key` names this sending, so that a second press of the button is the same one; `party_id`: who it is for
    certain (signed in), else the address tells; `case_id`: it goes on with that case; `case_type`: the code of a type, where it is of
    one; `mark` says where it came from."""

    key: str
    address: str
    name: str
    subject: str
    text: str
    mark: str
    language: str
    queue: str = ""
    party_id: str | None = None
    case_id: str | None = None
    case_type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Where it went; `arrived`: the interaction is new and has to be offered; `wish`: what its queue wishes for it."""

    case_id: str
    number: str
    interaction_id: str
    queue_id: str
    at: float
    arrived: bool
    wish: Wish = NOTHING

    def event(self, centre: Centre) -> Arrived:
        """For the floor."""
        return arrival(self.interaction_id, Medium.EMAIL, self.queue_id, self.at, self.wish, centre, self.at)


def file_request(conn: Connection, request: Request, hostname: str, now: float) -> Filed:
    """File it. `Refused` for an address that nobody can be answered at."""
    if not writing.is_address(request.address):
        raise Refused("letter.no_address", Kind.INVALID, pointer="/address")
    spool_id = f"web:{hashlib.sha256(request.key.encode()).hexdigest()}"
    known = letters.by_spool_id(conn, spool_id)
    if known is not None:
        return _again(conn, known)
    # a case that was merged lives on in another one
    about = cases.leading(conn, request.case_id) if request.case_id else None
    if request.case_id and about is None:
        raise Refused("case.unknown", Kind.MISSING, id=request.case_id[:100])
    queue = _queue(conn, request, about)
    matches = _matches(conn, request, now)
    _, found = recognition.verdict([(match.party_id, match.strength) for match in matches])
    party_id = request.party_id or found
    if about is None:
        opened = cases.open_case(
            conn,
            subject=request.subject,
            party_id=party_id,
            queue_id=queue.id,
            now=now,
            channel="web",
            type_id=types.id_of(conn, request.case_type) if request.case_type else None,
        )
        case_id = opened.id
    else:
        case_id = about.id
        cases.customer_wrote(conn, case_id, now)
    working = interactions.open_about(conn, case_id, "email", "form")
    interaction = working or _open(conn, request, queue, case_id, matches, now)
    letters.store_letter(
        conn,
        _letter(request, queue, spool_id, hostname, now),
        case_id=case_id,
        interaction_id=interaction,
        party_id=party_id,
    )
    return Filed(
        case_id=case_id,
        number=_number(conn, case_id),
        interaction_id=interaction,
        queue_id=queue.id,
        at=now,
        arrived=working is None,
        wish=of_interaction(conn, interaction, now) if working is None else NOTHING,
    )


def _again(conn: Connection, known: letters.Letter) -> Filed:
    return Filed(
        case_id=known.case_id or "",
        number=_number(conn, known.case_id or ""),
        interaction_id=known.interaction_id or "",
        queue_id="",
        at=known.received_at,
        arrived=False,
    )


def _queue(conn: Connection, request: Request, case: Case | None) -> Queue:
    """The case's own; the one that the settings name; an e-mail queue of the language; any e-mail queue; any."""
    every = queues.list_queues(conn)
    with_mail = {entry.queue_id for entry in queues.entries(conn) if entry.medium == "email"}
    for fits in (
        lambda queue: case is not None and queue.id == case.queue_id,
        lambda queue: bool(request.queue) and queue.name == request.queue,
        lambda queue: queue.id in with_mail and queue.language == request.language,
        lambda queue: queue.id in with_mail,
        lambda _: True,
    ):
        for queue in every:
            if fits(queue):
                return queue
    raise Unavailable("queues", "there is no queue that could take questions yet")


def _matches(conn: Connection, request: Request, now: float) -> list[Match]:
    if request.party_id is not None:
        return [Match(party_id=request.party_id, name=request.name, strength="exact")]
    return recognition.by_email(conn, request.address, day=today(now))


def _open(  # noqa: PLR0917 - what an interaction is made of
    conn: Connection, request: Request, queue: Queue, case_id: str, matches: list[Match], now: float
) -> str:
    interaction = new_id()
    interactions.ensure(
        conn,
        id=interaction,
        medium="email",
        direction="in",
        queue_id=queue.id,
        customer_address=request.address.lower(),
        customer_name=request.name,
        entry_address=queue.mail_address or "",
        subject=request.subject,
        enqueued_at=now,
    )
    cases.link(conn, interaction, case_id)
    recognition.identify(conn, interaction, matches)
    return interaction


def _letter(request: Request, queue: Queue, spool_id: str, hostname: str, now: float) -> NewLetter:
    message_id = f"<{spool_id[4:44]}@{hostname}>"
    to = queue.mail_address or f"web@{hostname}"
    body = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    body.set_content(request.text + "\n", charset="utf-8")
    raw = (
        writing.header(
            (
                ("From", writing.mailbox(request.name, request.address)),
                ("To", to),
                ("Subject", writing.text(request.subject)),
                ("Date", format_datetime(datetime.fromtimestamp(now, UTC))),
                ("Message-ID", message_id),
                ("Auto-Submitted", "no"),
            )
        )
        + body.as_bytes()
    )
    return NewLetter(
        spool_id=spool_id,
        raw=raw,
        sha256=hashlib.sha256(raw).hexdigest(),
        envelope_from=request.address,
        envelope_to=(to,),
        received_at=now,
        parsed=ParsedFields(
            message_id=message_id,
            from_address=request.address.lower(),
            from_name=request.name,
            to=(to,),
            subject=request.subject,
            date=now,
            text=request.text,
            marks=(request.mark,),
        ),
    )


def _number(conn: Connection, case_id: str) -> str:
    found = cases.case(conn, case_id)
    return found.number if found else ""
