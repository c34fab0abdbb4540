"""Letters about a case that nobody types: filled-in texts, and news for watchers. Recorded with their outbox rows in the caller's unit."""

import hashlib
from dataclasses import dataclass

from channels.email.addresses import reply_address
from channels.email.sending import addressing, writing
from channels.email.sending.written import Reply, answer_address, compose, reply_subject, reply_subject_of
from config.errors import Kind, Refused
from config.settings import Mail
from crm_core import cases, letters, parties
from crm_core.branding import kept
from crm_core.cases import Case
from crm_core.casework import texts
from crm_core.casework.texts import Place
from crm_core.letters import BY_MACHINES, NOT_MAIL, Letter
from crm_core.store import Connection

MOST_AUTOMATIC = 5
"""Letters that nobody wrote, to one address in a day: a machine that does not say that it is one is answered no more often."""
_DAY_S = 86400.0
_SAID = {
    "moved": "{number}: now {to}",
    "note": "{number}: a note was written",
    "customer_wrote": "{number}: the customer wrote",
    "procedure": "{number}: a procedure has started",
}
_SAID_OTHERWISE = "{number}: something happened"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ToWrite:
    """A letter before it is one."""

    case: Case
    to: str
    to_name: str
    subject: str
    words: str
    answered: Letter | None
    key: str
    author_id: str | None
    now: float
    of_case: bool


class CasePost:
    """Writes in the name of the case's queue."""

    def __init__(self, settings: Mail, centre_name: str) -> None:
        self._settings = settings
        self._centre_name = centre_name

    def from_template(
        self,
        conn: Connection,
        *,
        case_id: str,
        template_id: str,
        address: str | None,
        key: str,
        author_id: str | None,
        now: float,
    ) -> str:
        """See `crm_core.casework.post.Post`."""
        case = _case(conn, case_id)
        place = Place(case_id=case_id, author_id=author_id, centre=self._centre_name)
        filled = texts.fill(conn, template_id, place, now)
        answered = _latest(conn, case_id) if address is None else None
        if author_id is None and answered is not None and not BY_MACHINES.isdisjoint(answered.marks):
            # two machines would go on for ever
            raise Refused("letter.automatic", id=case_id)
        to, name = (address, "") if address else _customer(conn, case, answered)
        if author_id is None:
            _must_be_few(conn, to, now)
        subject = filled.subject or (reply_subject_of(answered) if answered else case.subject)
        letter = self._queue(
            conn,
            _ToWrite(
                case=case,
                to=to,
                to_name=name,
                subject=subject,
                words=filled.body,
                answered=answered,
                key=key,
                author_id=author_id,
                now=now,
                of_case=True,
            ),
        )
        if author_id is not None:
            cases.replied(conn, case_id, now, author_id)
        return letter.id

    def to_watcher(
        self, conn: Connection, *, case_id: str, address: str, code: str, text: str, key: str, now: float
    ) -> str:
        """See `crm_core.casework.post.Post`. It belongs to no case: a watcher's answer must not reach the customer."""
        case = _case(conn, case_id)
        subject = _SAID.get(code, _SAID_OTHERWISE).format(number=case.number, to=case.state or case.status)
        letter = self._queue(
            conn,
            _ToWrite(
                case=case,
                to=address,
                to_name="",
                subject=subject,
                words=f"{case.number} {case.subject}\n\n{text}".rstrip(),
                answered=None,
                key=key,
                author_id=None,
                now=now,
                of_case=False,
            ),
        )
        return letter.id

    def _queue(self, conn: Connection, given: _ToWrite) -> Letter:
        if not writing.is_address(given.to):
            raise Refused("letter.no_address", id=given.case.id)
        case = given.case
        sender = addressing.sender(conn, case.queue_id, *addressing.entries(conn), about=case.id)
        digest = hashlib.sha256(f"case\0{given.case.id}\0{given.key}".encode()).hexdigest()
        secret = self._settings.reply_secret.get_secret_value()
        answered = given.answered
        reply = Reply(
            sender=sender,
            sender_name=kept.centre_name(conn, self._centre_name),
            to=given.to,
            to_name=given.to_name,
            reply_to=reply_address(secret, sender, given.case.id) if given.of_case else sender,
            subject=reply_subject(given.subject) if answered else given.subject,
            message_id=f"<{digest[:40]}@{self._settings.hostname}>",
            in_reply_to=answered.message_id if answered else "",
            references=addressing.references(answered),
            at=given.now,
            automatic=given.author_id is None,
        )
        return letters.queue_reply(
            conn,
            interaction_id=None,
            case_id=given.case.id if given.of_case else None,
            author_id=given.author_id,
            envelope_from=reply.reply_to,
            to=[given.to],
            cc=[],
            subject=reply.subject,
            text=given.words,
            message_id=reply.message_id,
            in_reply_to=reply.in_reply_to,
            references=reply.references,
            raw=compose(reply, given.words, answered),
            now=given.now,
            from_address=sender,
            from_name=reply.sender_name,
        )


def _case(conn: Connection, case_id: str) -> Case:
    found = cases.case(conn, case_id)
    if found is None:
        raise Refused("case.unknown", id=case_id)
    return found


def _must_be_few(conn: Connection, address: str, now: float) -> None:
    if letters.automatic_ones(conn, address, now - _DAY_S) >= MOST_AUTOMATIC:
        raise Refused("letter.too_many", Kind.TOO_MANY, address=address, most=MOST_AUTOMATIC)


def _latest(conn: Connection, case_id: str) -> Letter | None:
    thread = letters.thread(conn, case_id)
    came = (each for each in reversed(thread) if each.direction == "in")
    return next((each for each in came if NOT_MAIL.isdisjoint(each.marks)), None)


def _customer(conn: Connection, case: Case, answered: Letter | None) -> tuple[str, str]:
    """Who wrote last, where they want answers; else the customer's first address."""
    wanted = answer_address(conn, answered) if answered else None
    if wanted is not None:
        return wanted
    party = parties.party(conn, case.party_id) if case.party_id else None
    for address in party.reached_by("email") if party else ():
        if party is not None and writing.is_address(address):
            return address, party.name
    raise Refused("letter.no_address", id=case.id)
