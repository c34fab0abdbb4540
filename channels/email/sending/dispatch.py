"""From drafts to letters: at its moment a draft is composed and recorded, with its outbox row and all that a letter changes, in one unit.

Until then there is no letter: taking it back is clearing a moment. Composing is done beside the store's writer, because files of many megabytes
are; what was changed meanwhile is noticed by its version, and looked at again.
"""

import asyncio
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from channels.email.addresses import reply_address, return_address
from channels.email.sending import addressing, beginning, composing, rich_text, writing
from channels.email.sending.beginning import Standing
from channels.email.sending.composing import Envelope, Piece, Words
from channels.email.sending.written import quoted
from config.clock import Clock
from config.errors import Refused, Unavailable
from config.ids import new_id
from config.logs import Transcript
from config.settings import Mail
from crm_core import cases, letters, notifications
from crm_core.branding import kept as branding
from crm_core.casework import texts
from crm_core.drafts import files, kept, people, sent
from crm_core.drafts.kept import Place
from crm_core.drafts.model import Content, Draft, FullFile
from crm_core.knowledge import usefulness
from crm_core.letters import Letter, NewAttachment
from crm_core.store import Connection, Store
from routing.bus import Bus

TOPIC = "draft"
log = Transcript("dispatch")
_LOOK_AGAIN_S = 30.0
_BATCH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """All that a letter is composed of, read in one visit."""

    draft: Draft
    at: Standing
    letter_id: str
    envelope: Envelope
    envelope_from: str
    answered: Letter | None
    files: Sequence[FullFile]


class Dispatch:
    """One part of the server. Wakes on the bus topic `draft` and when the next is due."""

    def __init__(self, settings: Mail, centre_name: str, store: Store, bus: Bus, clock: Clock) -> None:
        self._settings, self._centre_name = settings, centre_name
        self._store, self._bus, self._clock = store, bus, clock

    async def run(self) -> None:
        """Until cancelled."""
        woken = asyncio.Event()
        unsubscribe = self._bus.subscribe(TOPIC, lambda _: woken.set())
        try:
            while True:
                woken.clear()
                wait_s = _LOOK_AGAIN_S
                try:
                    await self.round()
                    wait_s = await self._until_next()
                except Unavailable as problem:
                    log.note("!", problem.peer, f"letters wait: {problem.reason}")
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await woken.wait()
        finally:
            unsubscribe()

    async def round(self) -> None:
        """All that is due now."""
        while due := await self._store.read(lambda conn: kept.due(conn, self._clock.now(), _BATCH)):
            for draft_id in due:
                await self._dispatch(draft_id)

    async def _until_next(self) -> float:
        due_at = await self._store.read(kept.next_due)
        if due_at is None:
            return _LOOK_AGAIN_S
        return min(max(due_at - self._clock.now(), 0.05), _LOOK_AGAIN_S)

    async def _dispatch(self, draft_id: str) -> None:
        now = self._clock.now()
        try:
            ready = await self._store.read(lambda conn: self._ready(conn, draft_id, now))
            raw, plain = await asyncio.to_thread(_composed, ready)
            letter = await self._store.write(lambda conn: _recorded(conn, ready, raw, plain, now))
        except Refused as refusal:
            await self._give_back(draft_id, refusal, now)
            return
        subject = ready.at.interaction_id or letter.id
        log.note(">", subject, f"letter to {', '.join(letter.envelope_to)} by {ready.draft.owner}")
        self._bus.publish("outbox", letter.id)
        await self._tell(ready.draft)

    async def _give_back(self, draft_id: str, refusal: Refused, now: float) -> None:
        """Its author is told; what is not there any more, or was changed at this moment, needs nothing."""
        if refusal.code in {"draft.unknown", "draft.changed"}:
            return
        log.note("!", draft_id, f"became no letter: {refusal}")
        given = await self._store.write(lambda conn: _back(conn, draft_id, refusal.code, now))
        self._bus.publish("notification", draft_id)
        await self._tell(given)

    async def _tell(self, draft: Draft) -> None:
        """Whoever shows its case or its interaction looks again."""
        about = {draft.interaction_id} if draft.interaction_id else set()
        case_id = draft.case_id
        if case_id is not None:
            about |= set(await self._store.read(lambda conn: cases.interactions_of(conn, case_id)))
            self._bus.publish("case", case_id)
        for each in about:
            self._bus.publish("interaction", each)

    def _ready(self, conn: Connection, draft_id: str, now: float) -> Ready:
        found = kept.draft(conn, draft_id)
        content = found.content
        place = Place(case_id=found.case_id, interaction_id=found.interaction_id, party_id=found.party_id)
        at = beginning.standing(conn, place)
        must_be_whole(content)
        letter_id = new_id()
        others = addressing.entries(conn)
        sender = addressing.sender(
            conn, content.queue_id or at.queue_id, at.entry_address, *others, about=found.id
        )
        secret = self._settings.reply_secret.get_secret_value()
        answered = letters.letter(conn, content.answers) if content.answers else None
        threaded = answered if content.way == "reply" else None
        named = _names(conn, at, now)
        envelope = Envelope(
            sender=sender,
            sender_name=branding.centre_name(conn, self._centre_name),
            to=[(each, named.get(each.lower(), "")) for each in content.to],
            cc=[(each, named.get(each.lower(), "")) for each in content.cc],
            reply_to=reply_address(secret, sender, at.case_id) if at.case_id else sender,
            subject=content.subject,
            message_id=message_id(found.id, self._settings.hostname),
            in_reply_to=threaded.message_id if threaded else "",
            references=addressing.references(threaded),
            at=now,
            receipt_to=sender if content.receipt else "",
        )
        return Ready(
            draft=found,
            at=at,
            letter_id=letter_id,
            envelope=envelope,
            envelope_from=return_address(secret, sender, letter_id),
            answered=answered if content.quote or content.way == "forward" else None,
            files=files.all_of(conn, found),
        )


def message_id(draft_id: str, hostname: str) -> str:
    """Made of the draft's id: the same draft is never two letters."""
    return f"<{hashlib.sha256(f'draft {draft_id}'.encode()).hexdigest()[:40]}@{hostname}>"


def must_be_whole(content: Content) -> None:
    """`Refused`: letter.no_address, letter.address (one that cannot be written to), letter.empty."""
    if not content.to:
        raise Refused("letter.no_address", pointer="/to")
    for each in content.everybody:
        if not writing.is_address(each):
            raise Refused("letter.address", pointer="/to", address=each[:200])
    if not (plain_of(content).strip() or rich_text.pictures(content.html) or content.way == "forward"):
        raise Refused("letter.empty", pointer="/text")


def plain_of(content: Content) -> str:
    return rich_text.to_text(content.html) if content.rich else content.text.strip()


def _names(conn: Connection, at: Standing, now: float) -> Mapping[str, str]:
    named = people.suggested(conn, at.party_id, at.thread, now)
    known = {each.address.lower(): each.name for each in named}
    return known | ({at.address.lower(): at.name} if at.address else {})


def _composed(ready: Ready) -> tuple[bytes, str]:
    content = ready.draft.content
    plain = plain_of(content)
    html = rich_text.clean(content.html) if content.rich else ""
    below = quoted(ready.answered, whole=content.way == "forward")
    pieces = [
        Piece(
            id=each.id,
            name=each.name,
            content_type=each.content_type,
            content=each.content,
            inline=each.inline and content.rich,
        )
        for each in ready.files
    ]
    return composing.compose(ready.envelope, Words(text=plain, html=html, quoted=below), pieces), plain


def _recorded(conn: Connection, ready: Ready, raw: bytes, plain: str, now: float) -> Letter:
    draft, content, envelope = ready.draft, ready.draft.content, ready.envelope
    if kept.draft(conn, draft.id).version != draft.version:
        raise Refused("draft.changed")  # taken back, or given another time, at this very moment
    answers = content.way != "forward"
    if ready.at.case_id and answers:
        cases.replied(conn, ready.at.case_id, now, draft.owner_id)
    made = letters.queue_reply(
        conn,
        interaction_id=ready.at.interaction_id,
        case_id=ready.at.case_id,
        author_id=draft.owner_id,
        envelope_from=ready.envelope_from,
        to=content.to,
        cc=content.cc,
        bcc=content.bcc,
        subject=content.subject,
        text=plain,
        html=_kept_html(content, ready.files),
        message_id=envelope.message_id,
        in_reply_to=envelope.in_reply_to,
        references=envelope.references,
        raw=raw,
        now=now,
        from_address=envelope.sender,
        from_name=envelope.sender_name,
        letter_id=ready.letter_id,
        attachments=_attachments(content, ready.files),
        answers=answers,
    )
    sent.record(conn, made.id, draft.id, content)
    texts.used(conn, made.id, content.texts, draft.owner_id, now)
    if ready.at.interaction_id:
        usefulness.sent(conn, ready.at.interaction_id, plain, user_id=draft.owner_id, now=now)
    kept.drop(conn, draft.id)
    return made


def _kept_html(content: Content, found: Sequence[FullFile]) -> str:
    """As the thread shows it: its pictures by the ids that they have in the letter."""
    html = rich_text.clean(content.html) if content.rich else ""
    for each in found:
        html = html.replace(f'"cid:{each.id}"', f'"cid:{composing.content_id(each.id)}"')
    return html


def _attachments(content: Content, found: Sequence[FullFile]) -> list[NewAttachment]:
    shown = set(rich_text.pictures(content.html)) if content.rich else set()
    return [
        NewAttachment(
            name=each.name,
            content_type=each.content_type,
            content=each.content,
            inline=each.id in shown,
            content_id=composing.content_id(each.id) if each.id in shown else "",
        )
        for each in found
        if each.id in shown or not each.inline or not content.rich
    ]


def _back(conn: Connection, draft_id: str, code: str, now: float) -> Draft:
    before = kept.draft(conn, draft_id)
    kept.give_back(conn, before, code)
    what, which = ("case", before.case_id) if before.case_id else ("letter", before.id)
    notifications.tell(
        conn,
        [before.owner_id],
        now,
        "letter.given_back",
        what,
        which or "",
        subject=before.content.subject[:100],
        why=code,
    )
    return before
