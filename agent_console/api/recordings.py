"""Recorded talks: which there are of a call, and their sound."""

import asyncio
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import StreamingResponse
from typing_extensions import TypedDict

from agent_console import ranges, scope
from agent_console.access import InContext, SignedIn
from agent_console.acting import AtDesk
from agent_console.context import Context
from agent_console.ranges import Unsatisfiable
from config.errors import Kind, Refused
from crm_core.recordings import kept
from crm_core.recordings.chest import Chest, Damaged
from crm_core.recordings.kept import Recording
from crm_core.users import User
from crm_core.voicemail import filing

router = APIRouter(tags=["recordings"])
_TYPE = "audio/wav"


class PeaksAnswer(TypedDict):
    """How loud each side is over the time of the talk, 0 to 100, in at most 200 steps each."""

    customer: list[int]
    agent: list[int]


class RecordingAnswer(TypedDict):
    """`state`: kept, truncated, unreadable or missing. `may_listen`, `may_download`: whether whoever asks may; `peaks` only then. `pauses`: from when
    to when, in seconds of the audio, recording was paused: both sides are silent there."""

    id: str
    agent: str | None
    started_at: float
    seconds: float
    state: str
    audible: bool
    may_listen: bool
    may_download: bool
    peaks: PeaksAnswer | None
    pauses: list[tuple[float, float]]


class RecordingsAnswer(TypedDict):
    """In the order of the talks."""

    items: list[RecordingAnswer]


@router.get("/interactions/{interaction}/recordings")
async def list_recordings(interaction: str, user: SignedIn, within: InContext) -> RecordingsAnswer:
    """Its recorded talks."""
    await scope.readable_interaction(within, user, interaction)
    found = await within.store.read(lambda c: kept.of_interaction(c, interaction))
    theirs = await is_message(within, interaction)
    return RecordingsAnswer(items=[recording_answer(within, user, each, theirs=theirs) for each in found])


@router.get("/recordings/{recording}/audio", response_class=Response)
async def play(
    recording: str,
    user: SignedIn,
    within: InContext,
    at: AtDesk,
    *,
    asked: Annotated[str | None, Header(alias="range")] = None,
    unless: Annotated[str | None, Header(alias="if-range")] = None,
    download: Annotated[bool, Query()] = False,
) -> Response:
    """The sound, a stereo WAV (u-law, 8 kHz) with the customer left and the agent right, of a message the caller alone, or a range of its bytes. Each play and each download stands
    in the audit log. 403 `recording.not_yours`; 409 `recording.no_audio`: nothing was recorded, `recording.damaged`: the file is not what was kept."""
    found = await within.store.read(lambda c: kept.one(c, recording))
    if found is None or found.state == kept.ERASED:
        raise Refused("recording.unknown", Kind.MISSING, id=recording[:200])
    await scope.readable_interaction(within, user, found.interaction_id)
    theirs = await is_message(within, found.interaction_id)
    if not (_may_download(user) if download else _may_listen(within, user, found, theirs=theirs)):
        raise Refused("recording.not_yours", Kind.FORBIDDEN)
    if not found.audible:
        raise Refused("recording.no_audio")
    tag = f'"{found.sha256[:32]}"'
    try:
        part = ranges.wanted(asked if unless in {None, tag} else None, found.bytes)
    except Unsatisfiable:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{found.bytes}"})
    first, last = part or (0, found.bytes - 1)
    pieces = _pieces(within, found, first, last)
    begin = await _opened(pieces)
    if download or within.plays.wait_s(f"{user.id} {found.id}", within.clock.now()) == 0:
        said = {"interaction": found.interaction_id}
        await at.tell("downloaded" if download else "played", "recording", found.id, said)
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": tag,
        "Content-Length": str(last - first + 1),
        "Cache-Control": "private, no-store",
    }
    if download:
        headers["Content-Disposition"] = f'attachment; filename="{found.id}.wav"'
    if part is not None:
        headers["Content-Range"] = f"bytes {first}-{last}/{found.bytes}"
    return StreamingResponse(
        _all(begin, pieces), 200 if part is None else 206, headers=headers, media_type=_TYPE
    )


async def is_message(within: Context, interaction: str) -> bool:
    """What a caller has left is there to be heard by all who may read it."""
    return await within.store.read(lambda c: filing.call_of(c, interaction)) is not None


def recording_answer(within: Context, user: User, one: Recording, *, theirs: bool) -> RecordingAnswer:
    """A recording as this reader may know it; `theirs`: it is a message, which all may hear who may read it."""
    may = _may_listen(within, user, one, theirs=theirs)
    return RecordingAnswer(
        id=one.id,
        agent=within.hub.world.directory.user_name(one.agent_id),
        started_at=one.started_at,
        seconds=one.seconds,
        state=one.state,
        audible=one.audible,
        may_listen=may and one.audible,
        may_download=_may_download(user) and one.audible,
        peaks=PeaksAnswer(customer=one.peaks["customer"], agent=one.peaks["agent"])
        if may and one.peaks
        else None,
        pauses=[(begin, end) for begin, end in one.pauses or ()],
    )


def _may_listen(within: Context, user: User, one: Recording, *, theirs: bool) -> bool:
    own = theirs or (one.agent_id == user.id and within.settings.recordings.agents_listen)
    return own or _may_download(user)


def _may_download(user: User) -> bool:
    return user.role in {"supervisor", "admin"}


def _pieces(within: Context, one: Recording, first: int, last: int) -> Iterator[bytes]:
    chest = Chest(within.settings.recordings.recordings_key.get_secret_value())
    source = one.place(within.settings.recordings_dir())
    return chest.read(source, one.id, sealed=one.sealed, first=first, last=last)


async def _opened(pieces: Iterator[bytes]) -> bytes:
    """The first piece, so that what cannot be played is said as such."""
    try:
        return await asyncio.to_thread(next, pieces)
    except Damaged as problem:
        raise Refused("recording.damaged", reason=str(problem)[:200]) from problem


def _all(begin: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """In the server's threads: reading and decrypting never hold up the loop."""
    yield begin
    yield from pieces
