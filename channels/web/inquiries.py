"""What a visitor sent by a form into the centre: a case, a letter in it with the files, the answers, an interaction that waits; in one unit, once by its key.

The letter is written out as mail is (RFC 5322), so that an agent answers it as any other, and the customer's reply finds the case.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from channels.web import receipts
from channels.web.form_letters import Words, letter
from channels.web.receipts import Receipt
from config.errors import Kind, Refused, Unavailable
from config.ids import new_id
from crm_core import cases, interactions, letters, queues, recognition, remembered
from crm_core.audit import Origin
from crm_core.contracts import intake
from crm_core.customers.relations import today
from crm_core.inquiries import answers, submissions
from crm_core.inquiries.answers import Judged, TakenFile
from crm_core.inquiries.kept import Shown
from crm_core.inquiries.model import said
from crm_core.inquiries.submissions import Submission
from crm_core.preferring import NOTHING, Wish, of_interaction
from crm_core.queues import Queue
from crm_core.recognition import Match
from crm_core.store import Connection
from routing.core.events import Arrived
from routing.core.model import InteractionId, Medium, QueueId
from routing.core.state import Centre
from routing.core.words import Need
from routing.wishes import needs_of, preferred

MEDIUM = Medium.FORM.value
MEDIA = (MEDIUM, Medium.EMAIL.value)
"""In which what is written about such a case is seen next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What was sent. `key` names this sending, so that a second press of the button is the same one; `suspected`: why it looks like a program's; `page`: where
    it was shown; `receipt`: in the visitor's words, None: none is wanted."""

    form: Shown
    language: str
    judged: Judged
    key: str
    via: str
    page: str
    peer: str
    suspected: str | None
    receipt: Receipt | None

    @property
    def digest(self) -> str:
        """Of all that was filled in."""
        files = [
            (each.field, each.name, hashlib.sha256(each.content).hexdigest()) for each in self.judged.taken
        ]
        given = [(each.asked.name, each.value) for each in self.judged.answers]
        return hashlib.sha256(json.dumps([given, files], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """Where it went; `arrived`: the interaction is new and has to be offered."""

    submission_id: str
    case_id: str
    number: str
    interaction_id: str
    queue_id: str
    at: float
    arrived: bool
    receipted: str | None = None
    points: int = 0
    needs: frozenset[Need] = frozenset()
    wish: Wish = NOTHING

    def event(self, centre: Centre, at: float) -> Arrived:
        """For the floor."""
        return Arrived(
            interaction=InteractionId(self.interaction_id),
            medium=Medium.FORM,
            queue=QueueId(self.queue_id),
            enqueued_at=self.at,
            at=at,
            priority_points=self.wish.points + self.points,
            needs=needs_of(self.wish) | self.needs,
            preferred=preferred(self.wish, centre),
            preferred_wait_s=self.wish.wait_s,
        )


def file_inquiry(conn: Connection, inquiry: Inquiry, hostname: str, secret: str, now: float) -> Filed:
    """File it. `Refused` (inquiry.sent_already) for other words under a key that was used."""
    key = hashlib.sha256(inquiry.key.encode()).hexdigest()
    known = submissions.by_key(conn, key)
    if known is not None:
        if known.digest != inquiry.digest:
            raise Refused("inquiry.sent_already")
        return _again(conn, known)
    judged, form = inquiry.judged, inquiry.form.form
    queue = _queue(conn, form.queue(inquiry.language))
    address = judged.value("email").lower()
    matches = _matches(conn, address, judged.value("phone"), now)
    party_id = recognition.verdict([(match.party_id, match.strength) for match in matches])[1]
    subject = answers.subject(form, inquiry.language, judged.answers)
    opened = cases.open_case(
        conn,
        subject=subject,
        party_id=party_id,
        queue_id=queue.id,
        now=now,
        channel="web",
        type_id=form.case_type_id or None,
    )
    visitor = _Visitor(address, judged.value("phone"), judged.value("name"), matches)
    interaction = _open(conn, visitor, queue, opened.id, subject, now)
    words = Words(
        spool_id=f"form:{key}",
        subject=subject,
        text=_text(judged, inquiry.language),
        marks=("form", *(("suspected",) if inquiry.suspected else ())),
        files=judged.taken,
    )
    stored = letters.store_letter(
        conn,
        letter(words, address, visitor.name, queue.mail_address or f"web@{hostname}", hostname, now),
        case_id=opened.id,
        interaction_id=interaction,
        party_id=party_id,
    )
    filed = Filed(
        submission_id=new_id(),
        case_id=opened.id,
        number=opened.number,
        interaction_id=interaction,
        queue_id=queue.id,
        at=now,
        arrived=True,
        points=judged.points,
        needs=frozenset(Need(skill=each.skill, level=each.level) for each in judged.needs),
    )
    _keep(conn, inquiry, filed, stored.id, key, address, party_id)
    sent = _receipt(conn, inquiry, filed, address, queue, hostname, secret)
    return replace(filed, receipted=sent, wish=of_interaction(conn, interaction, now))


def add_word(
    conn: Connection,
    to: Submission,
    *,
    text: str,
    files: Sequence[TakenFile],
    key: str,
    hostname: str,
    now: float,
) -> Filed:
    """The visitor has something to add: a further letter of the case. The same key again is the same word. `Refused` (case.unknown) when the
    case is gone."""
    spool_id = f"form-word:{hashlib.sha256(key.encode()).hexdigest()}"
    about = cases.leading(conn, to.case_id or "")
    if about is None:
        raise Refused("case.unknown", Kind.MISSING)
    if letters.is_stored(conn, spool_id):
        return Filed(
            submission_id=to.id,
            case_id=about.id,
            number=about.number,
            interaction_id="",
            queue_id="",
            at=now,
            arrived=False,
        )
    before = interactions.interaction(conn, to.interaction_id or "")
    queue = _queue(conn, about.queue_id or "")
    cases.customer_wrote(conn, about.id, now)
    working = interactions.open_about(conn, about.id, *MEDIA)
    visitor = _Visitor(
        to.address,
        "" if to.address else before.customer_address if before else "",
        before.customer_name if before else "",
        (),
    )
    interaction = working or _open(
        conn, visitor, queue, about.id, about.subject, now, party_id=about.party_id
    )
    words = Words(
        spool_id=spool_id, subject=about.subject, text=text, marks=("form_word",), files=tuple(files)
    )
    letters.store_letter(
        conn,
        letter(words, to.address, visitor.name, queue.mail_address or f"web@{hostname}", hostname, now),
        case_id=about.id,
        interaction_id=interaction,
        party_id=about.party_id,
    )
    return Filed(
        submission_id=to.id,
        case_id=about.id,
        number=about.number,
        interaction_id=interaction,
        queue_id=queue.id,
        at=now,
        arrived=working is None,
        wish=of_interaction(conn, interaction, now) if working is None else NOTHING,
    )


def unoffered(conn: Connection, interaction_id: str, now: float) -> Filed | None:
    """The same for one that was filed and never offered: the server ended between the two."""
    row = interactions.interaction(conn, interaction_id)
    if row is None or row.queue_id is None:
        return None
    first = next(iter(submissions.of_interaction(conn, interaction_id, None)), None)
    return Filed(
        submission_id=first.id if first else "",
        case_id=row.case_id or "",
        number="",
        interaction_id=row.id,
        queue_id=row.queue_id,
        at=row.enqueued_at,
        arrived=True,
        points=first.points if first else 0,
        needs=frozenset(
            Need(skill=each["skill"], level=each["level"]) for each in (first.needs if first else ())
        ),
        wish=of_interaction(conn, interaction_id, now),
    )


@dataclass(frozen=True, slots=True)
class _Visitor:
    address: str
    phone: str
    name: str
    matches: Sequence[Match]


def _again(conn: Connection, known: Submission) -> Filed:
    found = cases.case(conn, known.case_id or "")
    return Filed(
        submission_id=known.id,
        case_id=known.case_id or "",
        number=found.number if found else "",
        interaction_id=known.interaction_id or "",
        queue_id="",
        at=known.at,
        arrived=False,
    )


def _queue(conn: Connection, wanted: str) -> Queue:
    """The form's, else one that takes mail: a queue may have been removed since."""
    every = queues.list_queues(conn)
    for fits in (lambda queue: queue.id == wanted, lambda queue: bool(queue.mail_address), lambda _: True):
        for queue in every:
            if fits(queue):
                return queue
    raise Unavailable("queues", "there is no queue that could take what is sent by forms yet")


def _matches(conn: Connection, address: str, phone: str, now: float) -> list[Match]:
    """By the address; where nobody has it, by the number."""
    day = today(now)
    found = remembered.by_email(conn, address, day=day) if address else []
    return found or (remembered.by_phone(conn, phone, day=day) if phone else [])


def _open(  # noqa: PLR0917 - what an interaction is made of
    conn: Connection,
    visitor: _Visitor,
    queue: Queue,
    case_id: str,
    subject: str,
    now: float,
    party_id: str | None = None,
) -> str:
    interaction = new_id()
    interactions.ensure(
        conn,
        id=interaction,
        medium=MEDIUM,
        direction="in",
        queue_id=queue.id,
        customer_address=visitor.address or visitor.phone,
        customer_name=visitor.name,
        entry_address=queue.mail_address or "",
        subject=subject,
        enqueued_at=now,
    )
    cases.link(conn, interaction, case_id)
    recognition.identify(conn, interaction, visitor.matches)
    if party_id is not None:
        interactions.set_party(conn, interaction, party_id)
    intake.attach(conn, interaction)
    return interaction


def _text(judged: Judged, language: str) -> str:
    """The answers as people write them, in the form's order; what was left out is left out."""
    blocks = []
    for each in judged.answers:
        if each.value is None:
            continue
        name = said(each.asked.label, language)
        # a question has its sign already
        colon = "" if name.endswith(("?", "？", ":", "：")) else ":"
        long = each.asked.kind == "long_text" or "\n" in each.shown
        blocks.append(f"{name}{colon}\n{each.shown}\n" if long else f"{name}{colon} {each.shown}")
    return "\n".join(blocks).strip()


def _keep(  # noqa: PLR0917 - what a submission is made of
    conn: Connection,
    inquiry: Inquiry,
    filed: Filed,
    letter_id: str,
    key: str,
    address: str,
    party_id: str | None,
) -> None:
    judged, origin = (
        inquiry.judged,
        Origin(user_id=None, name=inquiry.form.key, via="form", address=inquiry.peer),
    )
    submissions.add(
        conn,
        id=filed.submission_id,
        letter_id=letter_id,
        form_id=inquiry.form.id,
        version=inquiry.form.version,
        key_sha256=key,
        digest=inquiry.digest,
        at=filed.at,
        language=inquiry.language,
        via=inquiry.via,
        answers=answers.written(judged.answers, inquiry.language),
        address=address,
        page=inquiry.page[:500],
        peer=inquiry.peer[:100],
        points=filed.points,
        needs=[{"skill": each.skill, "level": each.level} for each in judged.needs],
        suspected=inquiry.suspected,
        unmapped=submissions.set_in_case(conn, judged.answers, filed.case_id, origin, filed.at),
        receipted=False,
    )
    kept = submissions.one(conn, filed.submission_id)
    if kept is not None and party_id is not None and inquiry.suspected is None:
        submissions.record_consents(conn, kept, party_id, origin, filed.at)


def _receipt(  # noqa: PLR0917 - what a receipt hangs on
    conn: Connection, inquiry: Inquiry, filed: Filed, address: str, queue: Queue, hostname: str, secret: str
) -> str | None:
    """The letter's id; one for each that was sent, none for what is suspected, and not many a day to one address."""
    wanted = inquiry.receipt
    if (
        wanted is None
        or inquiry.suspected
        or not address
        or not submissions.may_receipt(conn, address, filed.at)
    ):
        return None
    sent = receipts.queue_receipt(
        conn,
        wanted,
        to=address,
        submission_id=filed.submission_id,
        case_id=filed.case_id,
        number=filed.number,
        sender=queue.mail_address or "",
        until=filed.at + inquiry.form.form.status_days * submissions.DAY_S,
        hostname=hostname,
        secret=secret,
        now=filed.at,
    )
    if sent is not None:
        submissions.receipted(conn, filed.submission_id)
    return sent
