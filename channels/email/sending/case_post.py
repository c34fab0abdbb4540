"""Letters about a case that nobody types: filled-in texts, and news for watchers. Recorded with their outbox rows in the caller's unit."""

import hashlib
from dataclasses import dataclass

from channels.email.addresses import is_machines, reply_address, return_address, split
from channels.email.sending import addressing, writing
from channels.email.sending.unsubscribing import PATH, Asked, token
from channels.email.sending.written import Reply, answer_address, compose, reply_subject, reply_subject_of
from config.errors import Refused
from config.ids import new_id
from config.settings import Mail
from crm_core import cases, letters, parties
from crm_core.branding import kept
from crm_core.cases import Case
from crm_core.casework import texts
from crm_core.casework.texts import Place
from crm_core.letters import BY_MACHINES, NOT_MAIL, Letter
from crm_core.mail_in import budget
from crm_core.store import Connection

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
    purpose: str | None = None
    spends: str = budget.NOTICE
    receipt: bool = False


class CasePost:
    """Writes in the name of the case's queue."""

    def __init__(self, settings: Mail, centre_name: str, origin: str = "") -> None:
        """`origin`: where customers reach our pages; empty: nowhere."""
        self._settings = settings
        self._centre_name = centre_name
        self._origin = origin

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
        purpose: str | None = None,
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
            _may_be_written(conn, to, budget.NOTICE, now)
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
                purpose=purpose,
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
        _may_be_written(conn, address, budget.WATCHER, now)
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
                spends=budget.WATCHER,
            ),
        )
        return letter.id

    def receipt(self, conn: Connection, *, case_id: str, template_id: str, address: str, now: float) -> str:
        """Tell whoever opened a case by letter that it is here, in its thread and without its words: a forged sender must not have us spread
        them. The null sender (RFC 3834, 3.3) makes sure that no report of non-delivery comes back."""
        case = _case(conn, case_id)
        filled = texts.fill(conn, template_id, Place(case_id=case_id, centre=self._centre_name), now)
        answered = _latest(conn, case_id)
        _may_be_written(conn, address, budget.RECEIPT, now)
        subject = filled.subject or (reply_subject_of(answered) if answered else case.subject)
        letter = self._queue(
            conn,
            _ToWrite(
                case=case,
                to=address,
                to_name="",
                subject=subject,
                words=filled.body,
                answered=answered,
                key="receipt",
                author_id=None,
                now=now,
                of_case=True,
                spends=budget.RECEIPT,
                receipt=True,
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
        answered, letter_id = given.answered, new_id()
        ending = self._unsubscribe(given, digest[:40])
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
            receipt=given.receipt,
            unsubscribe=ending,
        )
        words = f"{given.words.rstrip()}\n\n-- \n{ending}\n" if ending else given.words
        letter = letters.queue_reply(
            conn,
            interaction_id=None,
            case_id=given.case.id if given.of_case else None,
            author_id=given.author_id,
            envelope_from="" if given.receipt else return_address(secret, sender, letter_id),
            to=[given.to],
            cc=[],
            subject=reply.subject,
            text=words,
            message_id=reply.message_id,
            in_reply_to=reply.in_reply_to,
            references=reply.references,
            raw=compose(reply, words, None if given.receipt else answered),
            now=given.now,
            from_address=sender,
            from_name=reply.sender_name,
            letter_id=letter_id,
            marks=("bulk",) if ending else (),
        )
        if given.author_id is None:
            budget.spend(conn, letter.id, given.to, given.spends, case.queue_id, given.now)
        return letter

    def _unsubscribe(self, given: _ToWrite, letter: str) -> str:
        """Where the customer ends letters of this kind; empty for what is no mass mail."""
        if given.purpose is None or given.case.party_id is None or not self._origin:
            return ""
        asked = Asked(party_id=given.case.party_id, purpose=given.purpose, letter=letter)
        return f"{self._origin}{PATH}/{token(self._settings.reply_secret.get_secret_value(), asked)}"


def _case(conn: Connection, case_id: str) -> Case:
    found = cases.case(conn, case_id)
    if found is None:
        raise Refused("case.unknown", id=case_id)
    return found


def _may_be_written(conn: Connection, address: str, purpose: str, now: float) -> None:
    """By itself: never to ourselves, to no address that nobody reads, and not too often."""
    ours = {split(each).base for each in addressing.entries(conn)}
    if split(address).base in ours or is_machines(address):
        raise Refused("letter.automatic", id=address)
    budget.check(conn, address, purpose, now)


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
