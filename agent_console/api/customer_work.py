"""Long work about customers, and what it leaves: the repair list, the quality of data, segments, hand-overs."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from typing_extensions import TypedDict

from agent_console import customers as documents
from agent_console.acting import AtDesk
from agent_console.api.bodies import Body
from agent_console.customers import JobAnswer, JobsAnswer, RepairPage
from config.errors import Kind, Refused
from crm_core import audit, jobs
from crm_core.access.model import Action, Scope
from crm_core.access.reader import Reader
from crm_core.customers import handover, repair, segments, work
from crm_core.jobs import Job
from crm_core.records import known, lists
from crm_core.records.change import Acting
from crm_core.store import Connection
from crm_core.users import User

router = APIRouter(tags=["customers"])


class Handing(Body):
    """Whose rows become whose; `entities`: of these kinds only (none named: all that one may change)."""

    from_id: Annotated[str, Field(max_length=100)]
    to_id: Annotated[str, Field(max_length=100)]
    entities: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=100)] = Field(
        default_factory=list
    )


class Starting(Body):
    """What is to be done now, beside its daily turn."""

    kind: Literal["duplicate_scan", "grading", "quality_report", "repair_scan"]


class Counts(TypedDict):
    counts: dict[str, int]


class MemberPage(TypedDict):
    items: list[dict[str, str | None]]
    next_cursor: str | None


@router.get("/parties/repairs")
async def list_repairs(
    at: AtDesk,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> RepairPage:
    """Customers whose record lacks what it must have, the longest first; whoever completes one takes it off."""

    def look(conn: Connection, reader: Reader) -> RepairPage:
        lists.must(reader, known.entity("party"), Action.READ)
        page = repair.listed(conn, reader, limit=limit, cursor=cursor)
        return RepairPage(
            items=[documents.incomplete(each) for each in page.items], next_cursor=page.next_cursor
        )

    return await at.read(look)


@router.get("/parties/work")
async def list_long_work(at: AtDesk) -> JobsAnswer:
    """The latest long work about customers."""
    _must_keep(at.user)
    found = await at.read(lambda conn, _: jobs.listed(conn, list(work.WORK)))
    return JobsAnswer(items=[documents.job(each) for each in found])


@router.post("/parties/work", status_code=202)
async def start_long_work(at: AtDesk, given: Starting) -> JobAnswer:
    """Begin it, unless it is at it already."""
    _must_keep(at.user)
    return await _begun(at, given.kind, {})


@router.get("/parties/work/{job}")
async def read_long_work(at: AtDesk, job: str) -> JobAnswer:
    """How far it is."""
    _must_keep(at.user)
    return JobAnswer(job=documents.job(await at.read(lambda conn, _: _ours(conn, job))))


@router.delete("/parties/work/{job}")
async def cancel_long_work(at: AtDesk, job: str) -> JobAnswer:
    """Stop it; what it did stays done."""
    _must_keep(at.user)

    def stop(conn: Connection, acting: Acting) -> Job:
        _ours(conn, job)
        return jobs.cancel(conn, job, acting.now)

    return JobAnswer(job=documents.job(await at.write(stop)))


@router.get("/handovers/{user}")
async def count_handover(at: AtDesk, user: str) -> Counts:
    """How much belongs to somebody, by kind of record."""
    _must_keep(at.user)

    def look(conn: Connection, reader: Reader) -> dict[str, int]:
        names = [
            each.name for each in handover.entities() if reader.scope(each.name, Action.READ) is Scope.ALL
        ]
        return handover.count(conn, user, names)

    return Counts(counts=await at.read(look))


@router.post("/handovers", status_code=202)
async def hand_over(at: AtDesk, given: Handing) -> JobAnswer:
    """Make all that belongs to one person another's: customers, cases, tasks and whatever else has an owner."""
    _must_keep(at.user)

    def begin(conn: Connection, acting: Acting) -> Job:
        names = handover.check(conn, acting.reader, given.from_id, given.to_id, given.entities)
        asked = {"from": given.from_id, "to": given.to_id, "entities": names}
        entry = audit.Entry(
            at=acting.now,
            origin=acting.origin,
            action="handover_asked",
            entity="user",
            object_id=given.from_id,
            detail=asked,
        )
        audit.record(conn, entry)
        return jobs.ask(conn, acting, work.HANDOVER, asked)

    job = await at.write(begin)
    at.within.bus.publish(jobs.TOPIC, job.id)
    return JobAnswer(job=documents.job(job))


@router.post("/segments/{segment}/refresh", status_code=202)
async def refresh_segment(at: AtDesk, segment: str) -> JobAnswer:
    """Count its members anew."""

    def begin(conn: Connection, acting: Acting) -> Job:
        lists.row_of(conn, known.entity("party_segment"), segment)
        lists.may(conn, acting.reader, known.entity("party_segment"), segment, Action.READ)
        return jobs.ask(conn, acting, work.SEGMENT, {"segment": segment})

    job = await at.write(begin)
    at.within.bus.publish(jobs.TOPIC, job.id)
    return JobAnswer(job=documents.job(job))


@router.get("/segments/{segment}/members")
async def list_members(
    at: AtDesk,
    segment: str,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> MemberPage:
    """Its members as they were counted last, those that one may read."""

    def look(conn: Connection, reader: Reader) -> MemberPage:
        page = segments.members(conn, reader, segment, limit=limit, cursor=cursor)
        items = [{"id": row.id, "name": row.name, "kind": row.kind, "tier": row.tier} for row in page.items]
        return MemberPage(items=items, next_cursor=page.next_cursor)

    return await at.read(look)


async def _begun(at: AtDesk, kind: str, asked: dict[str, str]) -> JobAnswer:
    job = await at.write(lambda conn, acting: jobs.ask(conn, acting, kind, asked))
    at.within.bus.publish(jobs.TOPIC, job.id)
    return JobAnswer(job=documents.job(job))


def _ours(conn: Connection, job_id: str) -> Job:
    found = jobs.job(conn, job_id)
    if found.kind not in work.WORK:
        raise Refused("job.unknown", Kind.MISSING, id=job_id[:100])
    return found


def _must_keep(user: User) -> None:
    """What concerns the whole base is the supervisors'."""
    if user.role == "agent":
        raise Refused("access.action", Kind.FORBIDDEN, entity="party", action="export")
