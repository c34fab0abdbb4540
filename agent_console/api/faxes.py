"""Faxes: those of a case or a contact, their pages, and sending one."""

import asyncio
import binascii
from base64 import b64decode
from collections.abc import Iterator
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import Field
from typing_extensions import TypedDict

from agent_console import scope
from agent_console.access import AsAgent, AsSupervisor, InContext, SignedIn
from agent_console.acting import AtDesk
from agent_console.acting import Desk as At
from agent_console.api.bodies import Body
from agent_console.api.case_access import may_change
from agent_console.context import Context
from agent_console.ports import Faxes
from config.errors import Kind, Refused, Unavailable
from crm_core import parties
from crm_core.faxes import kept, outgoing
from crm_core.faxes.kept import PDF, PICTURES, TIFF, Fax
from crm_core.faxes.outgoing import Wanted
from crm_core.recordings.chest import Damaged
from crm_core.records.change import Acting
from crm_core.store import Connection
from crm_core.users import User
from routing.core.model import Phase, QueueId

router = APIRouter(tags=["faxes"])
DAY_S = 86_400.0
IdempotencyKey = Annotated[str, Header(min_length=8, max_length=200, pattern=r"^[\x21-\x7e]+$")]
_TYPES = {TIFF: "image/tiff", PDF: "application/pdf", PICTURES: "image/png"}


class FaxDocument(TypedDict):
    """`state`: received, failed, waiting, sending, sent, unknown (nobody knows whether it arrived), cancelled. `code`: why it failed, or waits. `mark`:
    truncated, unreadable (the TIFF alone is there), long (more pages than are shown). `pages` are those that can be shown or are to go, `confirmed`
    those that came over. `resolution`: as the other side named it. `has_pdf`, `has_tiff`: what can be had."""

    id: str
    direction: str
    state: str
    code: str
    mark: str
    interaction_id: str | None
    case_id: str | None
    queue: str | None
    author: str | None
    number: str
    our_number: str
    station: str
    subject: str
    words: str
    pages: int
    shown: int
    confirmed: int
    resolution: str
    at: float
    due_at: float | None
    tried_at: float | None
    attempts: int
    has_pdf: bool
    has_tiff: bool


class FaxesAnswer(TypedDict):
    """In the order in which they came and were written; `numbers` are the customer's, the likeliest first. `tries`: how often one is sent at most by
    itself."""

    items: list[FaxDocument]
    numbers: list[str]
    name: str
    tries: int


class FaxListAnswer(TypedDict):
    """The latest first. `today`: by direction and state, of the last 24 hours (`in_received`, `in_failed`, `out_sent`)."""

    items: list[FaxDocument]
    today: dict[str, int]
    next_before: float | None


class FaxAnswer(TypedDict):
    fax: FaxDocument


class GivenFile(Body):
    """A PDF or a picture (PNG, JPEG, TIFF)."""

    name: Annotated[str, Field(max_length=200)] = ""
    base64: Annotated[str, Field(max_length=20_000_000)]


class NewFax(Body):
    """What is to be sent, to which number. The cover page has the name, the subject and the text, in the customer's language unless one is named; without
    a cover the files go alone."""

    to: Annotated[str, Field(min_length=1, max_length=40)]
    name: Annotated[str, Field(max_length=200)] = ""
    subject: Annotated[str, Field(max_length=200)] = ""
    text: Annotated[str, Field(max_length=20_000)] = ""
    cover: bool = True
    language: Literal["", "en", "zh-TW", "zh-CN"] = ""
    files: Annotated[list[GivenFile], Field(max_length=10)] = Field(default_factory=list)


@router.get("/faxes")
async def list_faxes(
    user: AsSupervisor,
    within: InContext,
    *,
    direction: Literal["", "in", "out"] = "",
    state: Annotated[list[str], Query(max_length=7)] = [],  # noqa: B006 - FastAPI copies it
    before: float | None = None,
) -> FaxListAnswer:
    """All of the house, for supervisors: also transmissions that failed and are in no case."""
    since = within.clock.now() - DAY_S
    found, today = await within.store.read(
        lambda c: (
            kept.latest(c, states=state, direction=direction, before=before),
            kept.counted(c, since),
        )
    )
    more = found[-1].at if len(found) == kept.MOST_LISTED else None
    return FaxListAnswer(items=[_document(within, each) for each in found], today=today, next_before=more)


@router.get("/cases/{case}/faxes")
async def read_case_faxes(case: str, user: SignedIn, within: InContext) -> FaxesAnswer:
    """Those of a case."""
    found = await scope.readable_case(within, user, case)
    items, numbers, name = await within.store.read(
        lambda c: (kept.of_case(c, case), *_reached(c, found.party_id))
    )
    return _answer(within, items, numbers, name)


@router.get("/interactions/{interaction}/faxes")
async def read_interaction_faxes(interaction: str, user: SignedIn, within: InContext) -> FaxesAnswer:
    """Those of a contact's case; without a case its own."""
    row = await scope.readable_interaction(within, user, interaction)

    def look(connection: Connection) -> tuple[list[Fax], list[str], str]:
        numbers, name = _reached(connection, row.party_id)
        items = (
            kept.of_case(connection, row.case_id)
            if row.case_id
            else kept.of_interaction(connection, interaction)
        )
        return items, numbers, name

    items, numbers, name = await within.store.read(look)
    theirs = (
        [row.customer_address] if row.medium in {"fax", "voice", "voicemail"} and row.customer_address else []
    )
    return _answer(within, items, [*theirs, *numbers], name)


@router.post("/cases/{case}/faxes", status_code=201)
async def send_case_fax(case: str, given: NewFax, at: AtDesk, idempotency_key: IdempotencyKey) -> FaxAnswer:
    """Send one about a case. The same key again answers with the same fax. 422 `number.not_allowed`, `fax.empty`, `fax.file_unreadable`,
    `fax.too_large`, `fax.too_many_pages`; 409 `fax.no_font`: the words are Chinese, and the server has no font for them."""

    await at.within.store.read(lambda c: may_change(c, _acting(at, c), case))
    made = await _write(at, _wanted(given, case=case), idempotency_key)
    return FaxAnswer(fax=_document(at.within, made))


@router.post("/interactions/{interaction}/faxes", status_code=201)
async def send_interaction_fax(
    interaction: str, given: NewFax, user: AsAgent, at: AtDesk, idempotency_key: IdempotencyKey
) -> FaxAnswer:
    """The same in a contact that the agent has: the answer to a fax."""
    work = scope.own_work(at.within, user, interaction)
    if work.phase is not Phase.CONNECTED:
        raise scope.wrong_state(interaction, work)
    made = await _write(at, _wanted(given, interaction=interaction), idempotency_key)
    at.within.bus.publish("interaction", interaction)
    return FaxAnswer(fax=_document(at.within, made))


@router.get("/faxes/{fax}")
async def read_fax(fax: str, user: SignedIn, within: InContext) -> FaxAnswer:
    """One."""
    return FaxAnswer(fax=_document(within, await _readable(within, user, fax)))


@router.post("/faxes/{fax}/again")
async def send_again(fax: str, at: AtDesk) -> FaxAnswer:
    """Send one that failed, was cancelled, or of which nobody knows whether it arrived, at once; one that waits does not wait any longer."""
    await _changeable(at, fax)
    made = await at.write(lambda c, acting: outgoing.again(c, acting, fax))
    _faxes(at.within).wake(made)
    return FaxAnswer(fax=_document(at.within, made))


@router.post("/faxes/{fax}/cancel")
async def cancel_fax(fax: str, at: AtDesk) -> FaxAnswer:
    """It does not go; only while it waits."""
    await _changeable(at, fax)
    made = await at.write(lambda c, acting: outgoing.cancel(c, acting, fax))
    _faxes(at.within).wake(made)
    return FaxAnswer(fax=_document(at.within, made))


@router.get("/faxes/{fax}/pages/{number}", response_class=Response)
async def read_fax_page(fax: str, number: int, user: SignedIn, within: InContext) -> Response:
    """The picture of a page (from 1), with dots as wide as high."""
    found = await _readable(within, user, fax)
    pictures = found.pictures
    if not 1 <= number <= len(pictures):
        raise Refused("fax.no_page", Kind.MISSING, id=fax[:100], number=number)
    first, length = pictures[number - 1]
    content = await _whole(within, found, PICTURES, first, length)
    return Response(content, media_type=_TYPES[PICTURES], headers={"Cache-Control": "private, max-age=3600"})


@router.get("/faxes/{fax}/{kind}", response_class=Response)
async def read_fax_file(
    fax: str,
    kind: Literal["pdf", "tiff"],
    user: SignedIn,
    within: InContext,
    at: AtDesk,
    *,
    show: bool = False,
) -> Response:
    """All pages as a PDF, or as Asterisk wrote them; each time stands in the audit log. `show`: for the browser to show and print."""
    found = await _readable(within, user, fax)
    if not found.has(kind):
        raise Refused("fax.no_file", Kind.MISSING, id=fax[:100], what=kind)
    pieces = _faxes(within).read(found, kind)
    begin = await _opened(pieces)
    await at.tell("downloaded", "fax", found.id, {"interaction": found.interaction_id, "case": found.case_id})
    placed = "inline" if show and kind == PDF else "attachment"
    name = f"fax-{found.id[-24:]}.{'pdf' if kind == PDF else 'tif'}"
    headers = {
        "Content-Disposition": f'{placed}; filename="{name}"',
        "Content-Length": str((found.files or {})[kind]["bytes"]),
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(_all(begin, pieces), headers=headers, media_type=_TYPES[kind])


async def _write(at: At, wanted: Wanted, key: str) -> Fax:
    acting = await at.within.store.read(lambda c: _acting(at, c))
    return await _faxes(at.within).write(acting, at.user.name, wanted, key)


def _acting(at: At, connection: Connection) -> Acting:
    reader = scope.reader(connection, at.user, at.held)
    return Acting(reader=reader, origin=at.origin, now=at.within.clock.now())


def _wanted(given: NewFax, *, case: str | None = None, interaction: str | None = None) -> Wanted:
    return Wanted(
        case_id=case,
        interaction_id=interaction,
        to=given.to,
        name=given.name,
        subject=given.subject,
        text=given.text,
        cover=given.cover,
        language=given.language,
        files=tuple(_decoded(number, each.base64) for number, each in enumerate(given.files)),
    )


def _decoded(number: int, text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except binascii.Error as problem:
        raise Refused(
            "fax.file_unreadable", Kind.INVALID, pointer=f"/files/{number}", number=number
        ) from problem


async def _readable(within: Context, user: User, name: str) -> Fax:
    """As readable as its case or, without one, its contact; one in which no page came belongs to nobody, and supervisors see it."""
    found = await within.store.read(lambda c: kept.one(c, name))
    if found is None:
        raise Refused("fax.unknown", Kind.MISSING, id=name[:100])
    if found.case_id is not None:
        await scope.readable_case(within, user, found.case_id)
    elif found.interaction_id is not None:
        await scope.readable_interaction(within, user, found.interaction_id)
    elif user.role not in {"supervisor", "admin"}:
        raise Refused("interaction.not_yours", Kind.FORBIDDEN)
    return found


async def _changeable(at: At, name: str) -> None:
    """For whoever may change its case; in a contact without one, for its author and supervisors."""
    found = await _readable(at.within, at.user, name)
    if found.case_id is not None:
        case = found.case_id
        await at.within.store.read(lambda c: may_change(c, _acting(at, c), case))
    elif found.author_id != at.user.id and at.user.role not in {"supervisor", "admin"}:
        raise Refused("interaction.not_yours", Kind.FORBIDDEN)


def _faxes(within: Context) -> Faxes:
    if within.faxes is None:
        raise Unavailable("fax", "this server has no fax")
    return within.faxes


async def _whole(within: Context, fax: Fax, kind: str, first: int, length: int) -> bytes:
    pieces = _faxes(within).read(fax, kind, first=first, length=length)
    try:
        return await asyncio.to_thread(lambda: b"".join(pieces))
    except Damaged as problem:
        raise Refused("fax.damaged", reason=str(problem)[:200]) from problem


async def _opened(pieces: Iterator[bytes]) -> bytes:
    """The first piece, so that what cannot be read is said as such."""
    try:
        return await asyncio.to_thread(next, pieces)
    except Damaged as problem:
        raise Refused("fax.damaged", reason=str(problem)[:200]) from problem


def _all(begin: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield begin
    yield from pieces


def _reached(connection: Connection, party_id: str | None) -> tuple[list[str], str]:
    """The customer's numbers, those of fax machines first, and their name."""
    party = parties.party(connection, party_id) if party_id else None
    if party is None:
        return [], ""
    return [*party.reached_by("fax"), *party.reached_by("phone")], party.name


def _answer(within: Context, items: list[Fax], numbers: list[str], name: str) -> FaxesAnswer:
    sent_to = [fax.number for fax in reversed(items) if fax.number]
    return FaxesAnswer(
        items=[_document(within, each) for each in items],
        numbers=list(dict.fromkeys([*sent_to[:1], *numbers])),
        name=name,
        tries=len(within.settings.fax.retry_pauses_s) + 1,
    )


def _document(within: Context, fax: Fax) -> FaxDocument:
    names = within.hub.world.directory
    queue = names.queues.get(QueueId(fax.queue_id)) if fax.queue_id else None
    return FaxDocument(
        id=fax.id,
        direction=fax.direction,
        state=fax.state,
        code=fax.code,
        mark=fax.mark,
        interaction_id=fax.interaction_id,
        case_id=fax.case_id,
        queue=queue.name if queue else None,
        author=names.user_name(fax.author_id),
        number=fax.number,
        our_number=fax.our_number,
        station=fax.station,
        subject=fax.subject,
        words=fax.words,
        pages=fax.pages,
        shown=len(fax.pictures),
        confirmed=fax.confirmed,
        resolution=fax.resolution,
        at=fax.at,
        due_at=fax.due_at,
        tried_at=fax.tried_at,
        attempts=fax.attempts,
        has_pdf=fax.has(PDF),
        has_tiff=fax.has(TIFF),
    )
