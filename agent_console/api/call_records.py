"""The record of one interaction: who did what and when, in lanes."""

from functools import partial

from fastapi import APIRouter
from typing_extensions import TypedDict

from agent_console import scope, sight
from agent_console.access import InContext, SignedIn
from agent_console.api.recordings import RecordingAnswer, recording_answer
from agent_console.record_documents import LaneDocument, lanes
from crm_core import interactions
from crm_core.access.model import EVERYTHING
from crm_core.callrecord.read import Found
from crm_core.callrecord.read import read as read_record
from crm_core.store import Connection

router = APIRouter(tags=["interactions"])


class CallRecordAnswer(TypedDict):
    """`begin` and `end` hold all of it, in seconds since 1970 UTC; `going_on`: it is not over, and `end` is now. `ended_by`: customer, agent or system; `cause`: why
    the line that ended first did, as a number of ITU-T Q.850 (null: not a call, or not known). `explained`: whether whoever asks may ask why
    (`GET /interactions/{id}/routing`)."""

    id: str
    medium: str
    direction: str
    begin: float
    end: float
    going_on: bool
    ended_at: float | None
    ended_by: str | None
    outcome: str | None
    cause: int | None
    explained: bool
    lanes: list[LaneDocument]
    recordings: list[RecordingAnswer]


@router.get("/interactions/{interaction}/record")
async def read_call_record(interaction: str, user: SignedIn, within: InContext) -> CallRecordAnswer:
    """Who took part in it, what each did from when to when and how that ended; the customer's lane comes first. Whoever may read the interaction may read
    its record; that a supervisor listened is told as `[centre] listening_is_shown` says."""
    await scope.readable_interaction(within, user, interaction)
    found, shown = await within.store.read(partial(_read, name=interaction, now=within.clock.now()))
    names = within.hub.world.directory
    rights = names.rights.get(user.id, EVERYTHING)
    row, record, supervises = found.interaction, found.record, user.role in {"supervisor", "admin"}
    told = lanes(
        found,
        names,
        customer=shown if sight.callers_are_seen(rights) else "",
        numbers=sight.addresses_are_seen(rights),
        reader=user.id,
        supervises=supervises,
        listeners=within.hub.world.listening_is_shown,
    )
    return CallRecordAnswer(
        id=row.id,
        medium=row.medium,
        direction=row.direction,
        begin=record.begin,
        end=record.end,
        going_on=record.going_on,
        ended_at=row.ended_at,
        ended_by=row.ended_by or ("customer" if row.outcome == "abandoned" else None),
        outcome=row.outcome,
        cause=row.hangup_cause,
        explained=supervises,
        lanes=told,
        recordings=[
            recording_answer(within, user, each, theirs=row.medium == "voicemail")
            for each in found.recordings
        ],
    )


def _read(conn: Connection, name: str, now: float) -> tuple[Found, str]:
    return read_record(conn, name, now), interactions.shown_names(conn, [name]).get(name, "")
