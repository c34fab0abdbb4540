"""A parsed letter into the store: its queue, its case, its customer, its interaction, in one unit.

Everything here runs in the store's writer (see `crm_core.store`): a letter is filed whole or not at all, and the spool's
id makes a second filing harmless.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from channels.email.addresses import case_of, split
from channels.email.reading.parsed import Attachment, Mark, Parsed
from channels.email.receiving.spool import Spooled
from channels.email.receiving.thread import Evidence, Placement, Reference, place
from config.errors import Unavailable
from config.ids import new_id
from crm_core import cases, interactions, letters, queues, recognition, remembered
from crm_core.contracts import intake
from crm_core.customers.relations import today
from crm_core.letters import CaseLetter, NewAttachment, NewLetter, ParsedFields
from crm_core.preferring import NOTHING, Wish, of_interaction
from crm_core.queues import Queue
from crm_core.recognition import Match
from crm_core.store import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Where a letter went. `arrived`: the interaction is new and has to be offered; None as interaction: the letter
    needs nobody's work (an automatic answer to a case where nothing is open). `wish`: what its queue wishes for it."""

    interaction: str | None
    queue_id: str
    enqueued_at: float
    arrived: bool
    wish: Wish = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class _Customer:
    address: str
    name: str
    matches: Sequence[Match]

    @property
    def party_id(self) -> str | None:
        return recognition.verdict([(match.party_id, match.strength) for match in self.matches])[1]


def file_letter(conn: Connection, spooled: Spooled, parsed: Parsed, secret: str, now: float) -> list[Filed]:
    """File a letter, once for each queue it was sent to; nothing for the queues that have it already."""
    filed: list[Filed] = []
    for number, (queue, addresses) in enumerate(_destinations(conn, spooled)):
        # Two queues, two interactions, two cases: each team answers for itself.
        spool_id = spooled.spool_id if number == 0 else f"{spooled.spool_id}/{queue.id}"
        if not letters.known(conn, spool_id):
            filed.append(_file(conn, _Task(spooled, spool_id, parsed, queue, addresses, secret, now)))
    return filed


def placements(
    conn: Connection, spooled: Spooled, parsed: Parsed, secret: str, now: float
) -> list[tuple[Queue, Placement]]:
    """Where a letter would go: its queues, and its case in each. Nothing is stored."""
    tasks = [
        _Task(spooled, spooled.spool_id, parsed, queue, addresses, secret, now)
        for queue, addresses in _destinations(conn, spooled)
    ]
    return [
        (task.queue, place(_evidence(conn, task, _customer(conn, parsed, now).address))) for task in tasks
    ]


@dataclass(frozen=True, slots=True)
class _Task:
    spooled: Spooled
    spool_id: str
    parsed: Parsed
    queue: Queue
    addresses: Sequence[str]
    secret: str
    now: float


def _destinations(conn: Connection, spooled: Spooled) -> list[tuple[Queue, list[str]]]:
    """The queues written to, each with the addresses used; the first e-mail queue when none is known."""
    found: dict[str, tuple[Queue, list[str]]] = {}
    for address in spooled.envelope.recipients:
        queue = queues.queue_for(conn, "email", split(address).base)
        if queue:
            found.setdefault(queue.id, (queue, []))[1].append(address)
    return list(found.values()) or [(_first_queue(conn), [])]


def _first_queue(conn: Connection) -> Queue:
    known = {queue.id: queue for queue in queues.list_queues(conn)}
    with_mail = [known[entry.queue_id] for entry in queues.entries(conn) if entry.medium == "email"]
    for queue in (*with_mail, *known.values()):
        return queue
    raise Unavailable("mail", "there is no queue that could take letters yet")


def _file(conn: Connection, task: _Task) -> Filed:
    customer = _customer(conn, task.parsed, task.now)
    placement = place(_evidence(conn, task, customer.address))
    case_id = placement.case_id or _open_case(conn, task, customer)
    working = interactions.open_about(conn, case_id, "email") if placement.case_id else None
    quiet = placement.case_id and Mark.AUTOMATIC in task.parsed.marks and Mark.BOUNCE not in task.parsed.marks
    if placement.case_id and not quiet:  # an automatic answer is nobody's work: solved stays solved
        cases.customer_wrote(conn, case_id, task.now)
    interaction = working
    if working is None and not quiet:
        interaction = _open(conn, task, customer, case_id, placement)
    letters.store_letter(
        conn,
        _new_letter(task, placement),
        case_id=case_id,
        interaction_id=interaction,
        party_id=customer.party_id,
    )
    arrived = interaction is not None and interaction != working
    return Filed(
        interaction=interaction,
        queue_id=task.queue.id,
        enqueued_at=task.spooled.envelope.received_at,
        arrived=arrived,
        wish=of_interaction(conn, interaction, task.now) if interaction and arrived else NOTHING,
    )


def _customer(conn: Connection, parsed: Parsed, now: float) -> _Customer:
    """Who wrote. A web form's letter comes from our own address and names the visitor in Reply-To."""
    own = bool(queues.queue_for(conn, "email", split(parsed.from_address).base))
    from_form = own and bool(parsed.reply_to)
    address = (parsed.reply_to if from_form else parsed.from_address).lower()
    matches = remembered.by_email(conn, address, day=today(now)) if address else []
    return _Customer(address=address, name="" if from_form else parsed.from_name, matches=matches)


def _evidence(conn: Connection, task: _Task, sender: str) -> Evidence:
    bounce = Mark.BOUNCE in task.parsed.marks
    newest_first = (*task.parsed.in_reply_to, *reversed(task.parsed.references))
    ids = task.parsed.returned_ids if bounce else tuple(dict.fromkeys(newest_first))
    # Our own addresses stand in every case; a letter that claims to come from one proves nothing.
    ours = {split(entry.address).base for entry in queues.entries(conn) if entry.medium == "email"}
    found = letters.case_by_message_ids(conn, ids) if ids else []
    signed = [case for address in task.addresses if (case := case_of(task.secret, address))]
    return Evidence(
        sender="" if split(sender).base in ours else sender,
        queue_id=task.queue.id,
        signed=next(filter(None, (_reference(conn, case_id) for case_id in signed)), None),
        cited=[_cited(conn, one) for one in found],
        bounce=bounce,
    )


def _reference(conn: Connection, case_id: str) -> Reference | None:
    # a merged case's address leads to the case that it lives on in
    known = cases.leading(conn, case_id)
    if known is None:
        return None
    return Reference(
        case_id=known.id, queue_id=known.queue_id, participants=letters.participants(conn, known.id)
    )


def _cited(conn: Connection, found: CaseLetter) -> Reference:
    known = cases.leading(conn, found.case_id)
    return Reference(
        case_id=known.id if known else found.case_id,
        queue_id=known.queue_id if known else None,
        participants=found.participants,
    )


def _open_case(conn: Connection, task: _Task, customer: _Customer) -> str:
    return cases.open_case(
        conn,
        subject=task.parsed.subject,
        party_id=customer.party_id,
        queue_id=task.queue.id,
        now=task.now,
        asked_at=task.spooled.envelope.received_at,
        channel="email",
        language=task.parsed.language or None,
    ).id


def _open(conn: Connection, task: _Task, customer: _Customer, case_id: str, placement: Placement) -> str:
    interaction = new_id()
    interactions.ensure(
        conn,
        id=interaction,
        medium="email",
        direction="in",
        queue_id=task.queue.id,
        customer_address=customer.address,
        customer_name=customer.name,
        entry_address=task.addresses[0] if task.addresses else task.queue.mail_address or "",
        subject=task.parsed.subject,
        enqueued_at=task.spooled.envelope.received_at,
    )
    cases.link(conn, interaction, case_id)
    recognition.identify(conn, interaction, customer.matches)
    intake.attach(conn, interaction)
    referred = cases.case(conn, placement.refers_to) if placement.refers_to else None
    if referred:
        interactions.set_note(conn, interaction, referred.number)
    return interaction


def _new_letter(task: _Task, placement: Placement) -> NewLetter:
    envelope, parsed = task.spooled.envelope, task.parsed
    marks = (*parsed.marks, *placement.marks, *(() if task.addresses else (Mark.NO_RECIPIENT,)))
    return NewLetter(
        spool_id=task.spool_id,
        raw=task.spooled.raw,
        sha256=hashlib.sha256(task.spooled.raw).hexdigest(),
        envelope_from=envelope.sender,
        envelope_to=envelope.recipients,
        received_at=envelope.received_at,
        parsed=fields_of(replace(parsed, marks=marks)),
    )


def fields_of(parsed: Parsed) -> ParsedFields:
    """What of a parsed letter is stored."""
    return ParsedFields(
        message_id=parsed.message_id or "",
        in_reply_to=parsed.in_reply_to[0] if parsed.in_reply_to else "",
        references=parsed.references,
        from_address=parsed.from_address,
        from_name=parsed.from_name,
        to=parsed.to,
        cc=parsed.cc,
        subject=parsed.subject,
        date=parsed.date,
        text=parsed.text,
        html=parsed.html or "",
        marks=parsed.marks,
        reply=parsed.reply,
        signature=parsed.signature,
        language=parsed.language,
        automatic_rule=parsed.automatic_rule,
        bounce=parsed.bounce,
        invite=parsed.invite,
        authentication=parsed.authentication,
        attachments=tuple(map(_attachment, parsed.attachments)),
    )


def _attachment(one: Attachment) -> NewAttachment:
    return NewAttachment(
        name=one.name,
        content_type=one.content_type,
        content=one.content,
        inline=one.inline,
        content_id=one.content_id or "",
        danger=one.danger,
    )
