"""Receipts: whoever opens a case by letter is told at once that it is here, where the queue wants that and no machine can be the reader."""

from dataclasses import dataclass

from channels.email.addresses import split
from channels.email.reading.parsed import Parsed
from channels.email.receiving.answerable import silence
from channels.email.sending import addressing
from channels.email.sending.case_post import CasePost
from config.errors import Refused
from config.logs import Transcript
from config.settings import Mail
from crm_core.casework import activity, customer_letters, texts
from crm_core.customers import outbound
from crm_core.customers.consent import SERVICE
from crm_core.customers.preferences import Outcome
from crm_core.mail_in import budget
from crm_core.queues import Queue
from crm_core.store import Connection

log = Transcript("mail")

_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A letter that opened a case."""

    case_id: str
    party_id: str | None
    queue: Queue
    parsed: Parsed
    sender: str
    raw: bytes


class Receipts:
    """Writes them into the outbox, in the unit that files the letter. Nothing about a receipt keeps a letter from being filed."""

    def __init__(self, settings: Mail, centre_name: str, zone: str = "UTC") -> None:
        self._post = CasePost(settings, centre_name)
        self._zone = zone

    def send(self, conn: Connection, letter: Opening, now: float) -> bool:
        """Whether one is on its way."""
        if letter.queue.receipt_template_id is None:
            return False
        address = letter.sender.strip().lower()
        why_not = self._unwanted(conn, letter, address, now)
        if not why_not:
            why_not = self._written(conn, letter, address, now)
        if why_not:
            log.note("-", letter.case_id, f"no receipt to {address or '<>'}: {why_not}")
        return not why_not

    def _unwanted(self, conn: Connection, letter: Opening, address: str, now: float) -> str:
        ours = {split(each).base for each in addressing.entries(conn)}
        why_not = silence(letter.parsed, letter.sender, letter.raw, ours)
        if why_not:
            return why_not
        if budget.had_one(conn, address, budget.RECEIPT, now - letter.queue.receipt_every_h * _HOUR_S):
            return "there was one lately"
        decision = customer_letters.decided(conn, letter.case_id, SERVICE, now, self._zone)
        return "the customer wants none" if decision and decision.outcome is Outcome.NO else ""

    def _written(self, conn: Connection, letter: Opening, address: str, now: float) -> str:
        template_id = letter.queue.receipt_template_id or ""
        known = outbound.wishes(conn, letter.party_id, self._zone).language if letter.party_id else None
        text = texts.in_language(conn, template_id, known or letter.queue.language)
        with conn.begin_nested() as step:
            try:
                sent = self._post.receipt(
                    conn, case_id=letter.case_id, template_id=text, address=address, now=now
                )
            except Refused as refusal:
                step.rollback()
                return refusal.code
        name = texts.name_of(conn, text)
        activity.record(conn, letter.case_id, now, "receipt_sent", None, name=name, letter=sent)
        return ""
