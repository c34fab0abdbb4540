"""Letters that are being written: begun, written on by one at a time, sent, taken back."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from pydantic import Field

from agent_console import drafting
from agent_console import writing_documents as documents
from agent_console.acting import AtDesk, Desk
from agent_console.api.bodies import Body
from agent_console.writing_documents import DraftAnswer, DraftDocument, HeldAnswer, WritingAnswer
from channels.email.sending import beginning, dispatch, rich_text
from config.errors import Kind, Refused
from crm_core import audit, letters, parties, queues
from crm_core.access.reader import Reader
from crm_core.casework import customer_letters
from crm_core.drafts import files, kept, people
from crm_core.drafts.kept import Place
from crm_core.drafts.model import Content, Draft
from crm_core.records import known
from crm_core.records import rows as records
from crm_core.records.change import Acting
from crm_core.store import Connection

router = APIRouter(prefix="/drafts", tags=["letters"])
Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Named = Annotated[str | None, Query(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Address = Annotated[str, Field(max_length=320)]
Addresses = Annotated[list[Address], Field(max_length=100)]
_LONGEST_WAIT_S = 400 * 86_400.0


class Written(Body):
    """What its author decides; `version`: upon which it was written."""

    version: int
    to: Addresses
    cc: Addresses = Field(default_factory=list)
    bcc: Addresses = Field(default_factory=list)
    subject: Annotated[str, Field(max_length=500)]
    rich: bool = False
    html: Annotated[str, Field(max_length=rich_text.LONGEST_HTML)] = ""
    text: Annotated[str, Field(max_length=200_000)] = ""
    quote: bool = True
    answers: Id | None = None
    texts: Annotated[list[Id], Field(max_length=20)] = Field(default_factory=list)
    receipt: bool = False
    queue_id: Id | None = None


class Begun(Body):
    """Where it is written: a case, an interaction, or a customer. `letter_id`: which letter is answered or forwarded; without one the
    customer's latest."""

    case_id: Id | None = None
    interaction_id: Id | None = None
    party_id: Id | None = None
    way: Literal["reply", "new", "forward"] = "reply"
    letter_id: Id | None = None


class Sending(Body):
    """`at`: when, on the clock of the letter's time zone (YYYY-MM-DDTHH:MM); without it in the seconds in which it can be taken back. `anyway`:
    although somebody wrote meanwhile, or the customer wants no letters."""

    version: int
    at: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d$")] | None = None
    anyway: bool = False


class NewTime(Body):
    at: Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d$")]


@router.get("")
async def read_drafts(
    at: AtDesk, case: Named = None, interaction: Named = None, party: Named = None
) -> WritingAnswer:
    """All that is being written there, and what writing needs."""
    now, asked = at.within.clock.now(), Place(case_id=case, interaction_id=interaction, party_id=party)

    def look(conn: Connection, reader: Reader) -> WritingAnswer:
        drafting.must_see(conn, reader, asked)
        place, standing = drafting.full_place(conn, asked)
        way: Literal["reply", "new"] = (
            "new" if place.case_id is None and place.interaction_id is None else "reply"
        )
        blank = beginning.begun(conn, standing, way, None, at.user.id, at.within.settings.centre.name, now)
        mail = at.within.settings.mail
        return WritingAnswer(
            items=[drafting.shown(conn, each, now) for each in drafting.here(conn, place)],
            blank=documents.content(blank),
            suggested=[
                documents.suggested(each)
                for each in people.suggested(conn, place.party_id, standing.thread, now)
            ],
            customers=people.customers(conn, place.party_id, now),
            zone=_zone(conn, place.party_id, at.within.settings.centre.time_zone),
            undo_s=mail.undo_send_s,
            most_bytes=mail.attachments_max_bytes,
        )

    return await at.read(look)


@router.get("/held")
async def read_held_drafts(at: AtDesk) -> HeldAnswer:
    """Own letters that can still be taken back."""
    now = at.within.clock.now()
    found = await at.read(lambda c, _: [drafting.shown(c, each, now) for each in kept.held_by(c, at.user.id)])
    return HeldAnswer(items=found)


@router.post("", status_code=201)
async def begin_draft(at: AtDesk, given: Begun) -> DraftAnswer:
    """Begin one. A letter that is forwarded brings its files along."""
    asked = Place(case_id=given.case_id, interaction_id=given.interaction_id, party_id=given.party_id)

    def write(conn: Connection, acting: Acting) -> DraftDocument:
        drafting.must_write(conn, acting.reader, asked)
        place, standing = drafting.full_place(conn, asked)
        content = beginning.begun(
            conn, standing, given.way, given.letter_id, at.user.id, at.within.settings.centre.name, acting.now
        )
        made = kept.begin(conn, place, at.user.id, content, acting.now)
        if given.way == "forward" and content.answers:
            _take_along(conn, at, made, content.answers, acting.now)
        return drafting.shown(conn, kept.draft(conn, made.id), acting.now)

    made = await at.write(write)
    await drafting.tell(at, made)
    return DraftAnswer(draft=made)


@router.get("/{draft}")
async def read_draft(at: AtDesk, draft: str) -> DraftAnswer:
    """One of them."""
    now = at.within.clock.now()
    found = await at.read(lambda c, reader: drafting.shown(c, drafting.seen(c, reader, draft), now))
    return DraftAnswer(draft=found)


@router.put("/{draft}")
async def write_draft(at: AtDesk, draft: str, given: Written) -> DraftAnswer:
    """Write on. 409 `draft.taken`: a colleague writes on it now; `draft.changed`: another window did; `draft.held`: it is being sent."""
    html = await asyncio.to_thread(rich_text.clean, given.html) if given.html else ""

    def write(conn: Connection, acting: Acting) -> DraftDocument:
        before = drafting.writable(conn, acting.reader, draft)
        _must_be_there(conn, before, given.answers)
        made = kept.save(
            conn, draft, at.user.id, given.version, _content(before.content, given, html), acting.now
        )
        return drafting.shown(conn, made, acting.now)

    return DraftAnswer(draft=await at.write(write))


@router.post("/{draft}/take")
async def take_draft(at: AtDesk, draft: str) -> DraftAnswer:
    """Write on where a colleague stopped."""

    def write(conn: Connection, acting: Acting) -> DraftDocument:
        before = drafting.writable(conn, acting.reader, draft)
        _audit(conn, acting, "took_draft", before, {"from": before.owner})
        return drafting.shown(conn, kept.take(conn, draft, at.user.id, acting.now), acting.now)

    made = await at.write(write)
    await drafting.tell(at, made)
    return DraftAnswer(draft=made)


@router.delete("/{draft}", status_code=204)
async def drop_draft(at: AtDesk, draft: str) -> None:
    """Throw it away; one that waits for its time is cancelled by that."""

    def write(conn: Connection, acting: Acting) -> DraftDocument:
        before = drafting.writable(conn, acting.reader, draft)
        if before.held:
            kept.release(conn, draft, acting.now)
        shown = drafting.shown(conn, before, acting.now)
        _audit(conn, acting, "dropped_draft", before, {"owner": before.owner})
        kept.drop(conn, draft)
        return shown

    await drafting.tell(at, await at.write(write))


@router.post("/{draft}/send")
async def send_draft(at: AtDesk, draft: str, given: Sending) -> DraftAnswer:
    """Send it: it becomes a letter when the seconds are over in which it can be taken back, or at the time that was chosen. 409
    `letter.crossed` and `letter.crossed_by`: somebody wrote meanwhile; `letter.not_wanted`: the customer wants no letters. For a customer
    alone a case is opened. The same again changes nothing."""

    def write(conn: Connection, acting: Acting) -> DraftDocument:
        before = drafting.writable(conn, acting.reader, draft)
        if before.held and before.owner_id == at.user.id:
            return drafting.shown(conn, before, acting.now)
        dispatch.must_be_whole(before.content)
        _look_first(conn, acting, at, before, anyway=given.anyway)
        housed = before if before.case_id or before.interaction_id else _open_case(conn, acting, before)
        moment = acting.now + at.within.settings.mail.undo_send_s
        if given.at is not None:
            moment = _moment(conn, at, housed, given.at, acting.now)
        held = kept.hold(conn, housed.id, at.user.id, given.version, moment, scheduled=given.at is not None)
        _audit(
            conn, acting, "sent_letter", held, {"to": ", ".join(held.content.everybody)[:500], "at": moment}
        )
        return drafting.shown(conn, held, acting.now)

    made = await drafting.change(at, write)
    await drafting.tell(at, made)
    return DraftAnswer(draft=made)


@router.post("/{draft}/undo")
async def undo_sending(at: AtDesk, draft: str) -> DraftAnswer:
    """Take it back: it is a draft again. 409 `draft.gone` when it is a letter by now."""

    def write(conn: Connection, acting: Acting) -> DraftDocument:
        before = drafting.writable(conn, acting.reader, draft)
        if before.held:
            _audit(conn, acting, "took_letter_back", before, {})
        return drafting.shown(conn, kept.release(conn, draft, acting.now), acting.now)

    made = await drafting.change(at, write)
    await drafting.tell(at, made)
    return DraftAnswer(draft=made)


@router.put("/{draft}/time")
async def move_sending(at: AtDesk, draft: str, given: NewTime) -> DraftAnswer:
    """Another time for one that waits."""

    def write(conn: Connection, acting: Acting) -> DraftDocument:
        before = drafting.writable(conn, acting.reader, draft)
        moment = _moment(conn, at, before, given.at, acting.now)
        _audit(conn, acting, "moved_letter", before, {"at": moment})
        return drafting.shown(conn, kept.move_time(conn, draft, moment, acting.now), acting.now)

    made = await drafting.change(at, write)
    await drafting.tell(at, made)
    return DraftAnswer(draft=made)


def _must_be_there(conn: Connection, before: Draft, answers: str | None) -> None:
    """Nobody quotes a letter of somebody else's case."""
    if answers in {None, before.content.answers}:
        return
    if answers not in {each.id for each in beginning.standing(conn, drafting.place_of(before)).thread}:
        raise Refused("letter.unknown", Kind.MISSING, id=str(answers))


def _content(before: Content, given: Written, html: str) -> Content:
    return replace(
        before,
        to=tuple(given.to),
        cc=tuple(given.cc),
        bcc=tuple(given.bcc),
        subject=" ".join(given.subject.split()),
        rich=given.rich,
        html=html,
        text=given.text.replace("\r\n", "\n").replace("\r", "\n"),
        quote=given.quote,
        answers=given.answers or before.answers,
        texts=tuple(given.texts),
        receipt=given.receipt,
        queue_id=given.queue_id,
    )


def _take_along(conn: Connection, at: Desk, to: Draft, letter_id: str, now: float) -> None:
    """The files of the letter that is forwarded."""
    found = letters.letter(conn, letter_id)
    for each in found.attachments if found else ():
        full = letters.attachment(conn, each.id)
        if full is not None and not full.danger:
            most = at.within.settings.mail.attachments_max_bytes
            files.add(
                conn,
                kept.draft(conn, to.id),
                full.name,
                full.content_type,
                full.content,
                now,
                most_bytes=most,
            )


def _look_first(conn: Connection, acting: Acting, at: Desk, before: Draft, *, anyway: bool) -> None:
    crossed = kept.crossed(conn, before)
    if crossed is not None and not anyway:
        raise crossed
    if before.case_id is not None and before.content.way == "new":
        customer_letters.begin(
            conn, acting, before.case_id, at.within.settings.centre.time_zone, confirmed=anyway
        )


def _open_case(conn: Connection, acting: Acting, before: Draft) -> Draft:
    """Nothing was written to this customer so far, or nothing that belongs here."""
    given = {
        "subject": before.content.subject[:200] or "–",
        "party_id": before.party_id,
        "queue_id": before.content.queue_id or _queue(conn, before),
        "channel": "email",
    }
    made = records.create(
        conn, acting, known.entity("case"), {name: value for name, value in given.items() if value}
    )
    return kept.belongs_to(conn, before, made.id)


def _queue(conn: Connection, before: Draft) -> str | None:
    """One that has an address to write from, of the customer's language where there is one."""
    party = parties.party(conn, before.party_id) if before.party_id else None
    found = [each for each in queues.list_queues(conn) if each.mail_address]
    found.sort(key=lambda each: party is None or each.language != party.language)
    return found[0].id if found else None


def _zone(conn: Connection, party_id: str | None, centre: str) -> str:
    """The customer's, where it is known, else the centre's."""
    party = parties.party(conn, party_id) if party_id else None
    return (party.time_zone if party else None) or centre


def _moment(conn: Connection, at: Desk, found: Draft, wall: str, now: float) -> float:
    standing = beginning.standing(conn, drafting.place_of(found))
    zone = ZoneInfo(_zone(conn, standing.party_id, at.within.settings.centre.time_zone))
    try:
        moment = datetime.fromisoformat(wall).replace(tzinfo=zone).timestamp()
    except (ValueError, OverflowError) as problem:
        raise Refused("draft.time", Kind.INVALID, pointer="/at") from problem
    if not now < moment < now + _LONGEST_WAIT_S:
        raise Refused("draft.time", Kind.INVALID, pointer="/at")
    return moment


def _audit(
    conn: Connection, acting: Acting, action: str, about: Draft, detail: dict[str, str | float]
) -> None:
    what, which = ("case", about.case_id) if about.case_id else ("interaction", about.interaction_id)
    audit.record(
        conn,
        audit.Entry(
            at=acting.now,
            origin=acting.origin,
            action=action,
            entity=what,
            object_id=which or about.id,
            detail=detail,
        ),
    )
