"""Replies from the console: from an agent's words to a letter in the outbox."""

import hashlib
import re

from channels.email.addresses import reply_address, return_address
from channels.email.sending import addressing, writing
from channels.email.sending.case_post import CasePost
from channels.email.sending.written import Reply, answer_address, compose, reply_subject
from config.clock import Clock
from config.errors import Kind, Refused
from config.ids import new_id
from config.logs import Transcript
from config.settings import Mail
from crm_core import cases, interactions, letters
from crm_core.branding import kept
from crm_core.interactions import Interaction
from crm_core.letters import NOT_MAIL, Letter
from crm_core.store import Connection, Store
from crm_core.users import User
from routing.bus import Bus

log = Transcript("mail")

_LONGEST_TEXT = 200_000
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class Composer:
    """The console's Letters port."""

    def __init__(  # noqa: PLR0917 - what it works with
        self,
        settings: Mail,
        centre_name: str,
        store: Store,
        bus: Bus,
        clock: Clock,
        zone: str = "UTC",
        origin: str = "",
    ) -> None:
        self._settings = settings
        self._centre_name = centre_name
        self._store = store
        self._bus = bus
        self._clock = clock
        self._about_cases = CasePost(settings, centre_name, origin)
        self._zone = zone

    @property
    def zone(self) -> str:
        """See `crm_core.casework.post.Post`."""
        return self._zone

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
        return self._about_cases.from_template(
            conn,
            case_id=case_id,
            template_id=template_id,
            address=address,
            key=key,
            author_id=author_id,
            now=now,
            purpose=purpose,
        )

    def to_watcher(
        self, conn: Connection, *, case_id: str, address: str, code: str, text: str, key: str, now: float
    ) -> str:
        """See `crm_core.casework.post.Post`."""
        return self._about_cases.to_watcher(
            conn, case_id=case_id, address=address, code=code, text=text, key=key, now=now
        )

    async def reply(self, *, interaction: str, author: User, text: str, idempotency_key: str) -> str:
        """Answer the customer's latest letter; the new letter's id. The same key again gives the same letter.

        Refused: `letter.empty`, `letter.too_long`, `interaction.unknown`, `letter.nothing_to_answer`,
        `letter.no_address`.
        """
        words = _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
        if not words:
            raise Refused("letter.empty", Kind.INVALID, pointer="/text")
        if len(words) > _LONGEST_TEXT:
            raise Refused("letter.too_long", Kind.INVALID, pointer="/text", longest=_LONGEST_TEXT)
        digest = hashlib.sha256(f"{interaction}\0{author.id}\0{idempotency_key}".encode()).hexdigest()
        message_id = f"<{digest[:40]}@{self._settings.hostname}>"
        now = self._clock.now()
        letter = await self._store.write(
            lambda conn: self._queue(
                conn, interaction_id=interaction, author=author, words=words, message_id=message_id, now=now
            )
        )
        log.note(">", interaction, f"reply to {', '.join(letter.to)} by {author.login}")
        self._bus.publish("outbox", letter.id)
        self._bus.publish("interaction", interaction)
        return letter.id

    def _queue(
        self, conn: Connection, *, interaction_id: str, author: User, words: str, message_id: str, now: float
    ) -> Letter:
        interaction = interactions.interaction(conn, interaction_id)
        if interaction is None:
            raise Refused("interaction.unknown", Kind.MISSING, id=interaction_id)
        answered = _latest(conn, interaction)
        reply = self._reply(conn, interaction, answered, message_id, now)
        raw, letter_id = compose(reply, words, answered), new_id()
        secret = self._settings.reply_secret.get_secret_value()
        if interaction.case_id:
            cases.replied(conn, interaction.case_id, now, author.id)
        return letters.queue_reply(
            conn,
            interaction_id=interaction.id,
            case_id=interaction.case_id,
            author_id=author.id,
            envelope_from=return_address(
                secret, reply.sender, letter_id
            ),  # a report of non-delivery finds its letter
            to=[reply.to],
            cc=[],
            subject=reply.subject,
            text=words,
            message_id=message_id,
            in_reply_to=reply.in_reply_to,
            references=reply.references,
            raw=raw,
            now=now,
            from_address=reply.sender,
            from_name=reply.sender_name,
            letter_id=letter_id,
        )

    def _reply(
        self, conn: Connection, interaction: Interaction, answered: Letter, message_id: str, now: float
    ) -> Reply:
        sender = addressing.sender(
            conn, interaction.queue_id, interaction.entry_address, about=interaction.id
        )
        to, to_name = _recipient(conn, interaction, answered)
        secret = self._settings.reply_secret.get_secret_value()
        return Reply(
            sender=sender,
            sender_name=kept.centre_name(conn, self._centre_name),
            to=to,
            to_name=to_name,
            reply_to=reply_address(secret, sender, interaction.case_id) if interaction.case_id else sender,
            subject=reply_subject(answered.subject),
            message_id=message_id,
            in_reply_to=answered.message_id,
            references=addressing.references(answered),
            at=now,
        )


def _latest(conn: Connection, interaction: Interaction) -> Letter:
    """The customer's last letter of this interaction, else of its case."""
    own = letters.of_interaction(conn, interaction.id)
    thread = letters.thread(conn, interaction.case_id) if interaction.case_id else []
    for letter in (*reversed(own), *reversed(thread)):
        if letter.direction == "in" and NOT_MAIL.isdisjoint(letter.marks):
            return letter
    raise Refused("letter.nothing_to_answer", id=interaction.id)


def _recipient(conn: Connection, interaction: Interaction, answered: Letter) -> tuple[str, str]:
    """Where the customer wants answers, else who called or wrote."""
    wanted = answer_address(conn, answered)
    if wanted is not None:
        return wanted
    if answered.from_address or not writing.is_address(interaction.customer_address):
        raise Refused("letter.no_address", id=interaction.id)
    return interaction.customer_address, answered.from_name
