"""A parsed letter into the store: its queue, its case, its customer, its interaction, in one unit.

Everything here runs in the store's writer (see `crm_core.store`): a letter is filed whole or not at all, and the spool's
id makes a second filing harmless.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from channels.email.addresses import case_of, letter_of, split
from channels.email.reading.parsed import Attachment, Mark, Parsed
from channels.email.reading.read_reports import receipt_in
from channels.email.receiving import returns
from channels.email.receiving.laying import Laid
from channels.email.receiving.spool import Spooled
from channels.email.receiving.thread import Evidence, Placement, Reference, place
from channels.email.sending.receipts import Opening, Receipts
from config.errors import Unavailable
from config.ids import new_id
from crm_core import cases, interactions, letters, queues, recognition, remembered
from crm_core.casework import watching
from crm_core.contracts import intake
from crm_core.customers.relations import today
from crm_core.drafts import sent
from crm_core.interactions import Beginning
from crm_core.letters import CaseLetter, NewAttachment, NewLetter, ParsedFields
from crm_core.mail_in import aliases, bounces
from crm_core.mail_in.bounces import Returned
from crm_core.preferring import NOTHING, Wish, of_interaction
from crm_core.queues import Queue
from crm_core.recognition import Match
from crm_core.store import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Where a letter went. `arrived`: the interaction is new and has to be offered; None as interaction: the letter
    needs nobody's work (an automatic answer to a case where nothing is open). `wish`: what its queue wishes for it; `receipt`: one is to be sent; `told`: somebody has news."""

    interaction: str | None
    queue_id: str
    enqueued_at: float
    arrived: bool
    wish: Wish = NOTHING
    receipt: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Customer:
    address: str
    name: str
    matches: Sequence[Match]

    @property
    def party_id(self) -> str | None:
        return recognition.verdict([(match.party_id, match.strength) for match in self.matches])[1]


def file_letter(  # noqa: PLR0917 - a letter, and what it is filed with
    conn: Connection,
    spooled: Spooled,
    parsed: Parsed,
    secret: str,
    now: float,
    receipts: Receipts | None = None,
    laid: Laid | None = None,
) -> list[Filed]:
    """File a letter, once for each queue it was sent to; nothing for the queues that have it already. `laid`: what is there of it already."""
    filed: list[Filed] = []
    cases_of_it: list[str] = []
    ours = _ours(conn)
    for number, (queue, addresses) in enumerate(_destinations(conn, spooled, ours)):
        # Two queues, two interactions, two cases: each team answers for itself.
        spool_id = spooled.spool_id if number == 0 else f"{spooled.spool_id}/{queue.id}"
        if letters.is_known(conn, spool_id, queue.id, fields_of(parsed)):
            continue
        task = _Task(spooled, spool_id, parsed, queue, addresses, secret, now, ours, receipts, laid)
        case_id, one = _file(conn, task)
        filed.append(one)
        if case_id is not None:
            cases_of_it.append(case_id)
    for other in dict.fromkeys(cases_of_it[1:]):
        if other != cases_of_it[0]:
            watching.link(conn, other, cases_of_it[0], "related", now, None)
    return filed


def placements(
    conn: Connection, spooled: Spooled, parsed: Parsed, secret: str, now: float
) -> list[tuple[Queue, Placement]]:
    """Where a letter would go: its queues, and its case in each. Nothing is stored."""
    ours = _ours(conn)
    tasks = [
        _Task(spooled, spooled.spool_id, parsed, queue, addresses, secret, now, ours)
        for queue, addresses in _destinations(conn, spooled, ours)
    ]
    return [(task.queue, place(_evidence(conn, task, _customer(conn, task).address))) for task in tasks]


@dataclass(frozen=True, slots=True)
class _Task:
    spooled: Spooled
    spool_id: str
    parsed: Parsed
    queue: Queue
    addresses: Sequence[str]
    secret: str
    now: float
    ours: "Ours"
    receipts: Receipts | None = None
    laid: Laid | None = None


Ours = Mapping[str, str]
"""Our own mail addresses, in lower case, each with the queue that it leads to."""


def _ours(conn: Connection) -> Ours:
    return {entry.address: entry.queue_id for entry in queues.entries(conn) if entry.medium == "email"}


def spool_ids(conn: Connection, spooled: Spooled) -> list[str]:
    """Of each letter that this one will be, by queue."""
    found = _destinations(conn, spooled, _ours(conn))
    return [spooled.spool_id, *(f"{spooled.spool_id}/{queue.id}" for queue, _ in found[1:])]


def _destinations(conn: Connection, spooled: Spooled, ours: Ours) -> list[tuple[Queue, list[str]]]:
    """The queues written to, each with the addresses used; the first e-mail queue when none is known. What was fetched from a queue's mailbox is
    that queue's alone: the others' copies lie in their own."""
    own = queues.queue_by_id(conn, spooled.envelope.queue_id) if spooled.envelope.queue_id else None
    if own:
        return [(own, list(spooled.envelope.recipients))]
    found: dict[str, tuple[Queue, list[str]]] = {}
    for address in spooled.envelope.recipients:
        queue_id = ours.get(queues.folded(split(address).base))
        if queue_id in found:
            found[queue_id][1].append(address)
        elif queue_id and (queue := queues.queue_by_id(conn, queue_id)):
            found[queue_id] = (queue, [address])
    return list(found.values()) or [(_first_queue(conn, ours), [])]


def _first_queue(conn: Connection, ours: Ours) -> Queue:
    known = {queue.id: queue for queue in queues.list_queues(conn)}
    with_mail = [known[queue_id] for queue_id in ours.values()]
    for queue in (*with_mail, *known.values()):
        return queue
    raise Unavailable("mail", "there is no queue that could take letters yet")


def _file(conn: Connection, task: _Task) -> tuple[str | None, Filed]:
    """The letter's case and where it went."""
    task = _receipt(conn, task)
    customer = _customer(conn, task)
    evidence = _evidence(conn, task, customer.address)
    if (
        evidence.bounce
        and (came_back := returns.recognised(conn, task.parsed, evidence, _returned_to(task))) is not None
    ):
        return came_back.case_id, _file_return(conn, task, came_back, customer)
    placement = place(evidence)
    case_id = placement.case_id or _open_case(conn, task, customer)
    quiet = placement.case_id is not None and Mark.AUTOMATIC in task.parsed.marks and not evidence.bounce
    filed = _keep(conn, task, customer, placement, case_id, quiet=quiet)
    if placement.refers_to:
        watching.link(conn, case_id, placement.refers_to, "related", task.now, None)
    if Mark.STRANGER not in placement.marks and not evidence.bounce:
        aliases.remember(conn, case_id, _named_ids(task.parsed), task.now)
    if placement.case_id is None and task.receipts is not None:
        letter = Opening(
            case_id=case_id,
            party_id=customer.party_id,
            queue=task.queue,
            parsed=task.parsed,
            sender=task.spooled.envelope.sender,
            raw=task.spooled.raw,
        )
        filed = replace(filed, receipt=task.receipts.send(conn, letter, task.now))
    return case_id, filed


def _keep(
    conn: Connection,
    task: _Task,
    customer: _Customer,
    placement: Placement,
    case_id: str | None,
    *,
    quiet: bool,
) -> Filed:
    """Store it with its interaction. `quiet`: an automatic answer is nobody's work; solved stays solved."""
    known = case_id is not None and placement.case_id is not None
    working = interactions.open_about(conn, case_id, "email", "form") if known and case_id else None
    if known and case_id and not quiet:
        cases.customer_wrote(conn, case_id, task.now)
    interaction = working
    if working is None and not quiet and case_id:
        interaction = _open(conn, task, customer, case_id, placement)
    letters.store_letter(
        conn,
        _new_letter(task, placement),
        case_id=case_id,
        interaction_id=interaction,
        party_id=customer.party_id,
        in_pieces=task.laid.of(task.parsed) if task.laid else (),
        is_new=True,
    )
    arrived = interaction is not None and interaction != working
    return Filed(
        interaction=interaction,
        queue_id=task.queue.id,
        enqueued_at=task.spooled.envelope.received_at,
        arrived=arrived,
        wish=of_interaction(conn, interaction, task.now) if interaction and arrived else NOTHING,
    )


def _file_return(conn: Connection, task: _Task, came_back: Returned, customer: _Customer) -> Filed:
    """A letter of ours came back. It joins the case of that letter and opens none. It is somebody's work when a person wrote the letter and it
    failed for good, or nobody can tell; what nobody wrote is nobody's work when it comes back."""
    reports = returns.reports_of(task.parsed)
    bounces.record(conn, came_back, reports, task.now)
    told = task.parsed.bounce
    passing = told is not None and bool(told.recipients) and not any(each.hard for each in reports)
    quiet = passing or not came_back.by_person
    placement = Placement(case_id=came_back.case_id)
    filed = _keep(conn, task, customer, placement, came_back.case_id, quiet=quiet)
    return replace(filed, told=came_back.by_person)


def _receipt(conn: Connection, task: _Task) -> _Task:
    """A report that a letter of ours was read is noted at that letter; in its case it is nobody's work, whoever forgot to say that it is automatic."""
    receipt = receipt_in(task.spooled.raw)
    if receipt is None:
        return task
    at = task.spooled.envelope.received_at
    ours = sent.was_read(conn, receipt.message_id, task.parsed.from_address, at) if receipt.read else None
    if ours is None and not letters.case_by_message_ids(conn, [receipt.message_id]):
        return task
    marks = tuple(dict.fromkeys((*task.parsed.marks, Mark.AUTOMATIC)))
    cited = (receipt.message_id, *task.parsed.references)
    return replace(task, parsed=replace(task.parsed, marks=marks, references=cited))


def _customer(conn: Connection, task: _Task) -> _Customer:
    """Who wrote. A web form's letter comes from our own address and names the visitor in Reply-To."""
    parsed = task.parsed
    own = queues.folded(split(parsed.from_address).base) in task.ours
    from_form = own and bool(parsed.reply_to)
    address = (parsed.reply_to if from_form else parsed.from_address).lower()
    matches = remembered.by_email(conn, address, day=today(task.now)) if address else []
    return _Customer(address=address, name="" if from_form else parsed.from_name, matches=matches)


def _named_ids(parsed: Parsed) -> tuple[str, ...]:
    """What it answers, In-Reply-To first, then References from the newest."""
    return tuple(dict.fromkeys((*parsed.in_reply_to, *reversed(parsed.references))))


def _evidence(conn: Connection, task: _Task, sender: str) -> Evidence:
    bounce = Mark.BOUNCE in task.parsed.marks
    ids = task.parsed.returned_ids if bounce else _named_ids(task.parsed)
    # Our own addresses stand in every case; a letter that claims to come from one proves nothing.
    ours = {split(address).base for address in task.ours}
    found = letters.case_by_message_ids(conn, ids) if ids else []
    told = aliases.cases_of(conn, ids) if ids and not bounce else []
    signed = [case for address in task.addresses if (case := _signed(conn, task.secret, address))]
    return Evidence(
        sender="" if split(sender).base in ours else sender,
        queue_id=task.queue.id,
        signed=next(filter(None, (_reference(conn, case_id) for case_id in signed)), None),
        cited=[_cited(conn, one) for one in found],
        hearsay=[_cited(conn, one) for one in told],
        bounce=bounce,
    )


def _returned_to(task: _Task) -> str | None:
    """The letter of ours whose return address this was sent to."""
    return next((name for each in task.addresses if (name := letter_of(task.secret, each))), None)


def _signed(conn: Connection, secret: str, address: str) -> str | None:
    """The case of a signed reply address, or of the letter whose signed return address it is."""
    letter_id = letter_of(secret, address)
    letter = letters.letter(conn, letter_id) if letter_id else None
    return letter.case_id if letter else case_of(secret, address)


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
    referred = cases.case(conn, placement.refers_to) if placement.refers_to else None
    word, party_id = recognition.verdict([(match.party_id, match.strength) for match in customer.matches])
    beginning = Beginning(
        id=interaction,
        medium="email",
        queue_id=task.queue.id,
        customer_address=customer.address,
        customer_name=customer.name,
        entry_address=task.addresses[0] if task.addresses else task.queue.mail_address or "",
        subject=task.parsed.subject,
        enqueued_at=task.spooled.envelope.received_at,
        case_id=case_id,
        match=word,
        party_id=party_id,
        note=referred.number if referred else "",
    )
    interactions.begin(conn, beginning)
    if customer.matches:  # nobody else has a contract that it could count for
        recognition.keep(conn, interaction, customer.matches)
        intake.attach(conn, interaction)
    return interaction


def _new_letter(task: _Task, placement: Placement) -> NewLetter:
    envelope, parsed = task.spooled.envelope, task.parsed
    marks = (*parsed.marks, *placement.marks, *(() if task.addresses else (Mark.NO_RECIPIENT,)))
    return NewLetter(
        spool_id=task.spool_id,
        raw=task.spooled.raw,
        sha256=task.laid.sha256 if task.laid else hashlib.sha256(task.spooled.raw).hexdigest(),
        envelope_from=envelope.sender,
        envelope_to=envelope.recipients,
        received_at=envelope.received_at,
        parsed=fields_of(replace(parsed, marks=marks)),
        words=parsed.words,
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
