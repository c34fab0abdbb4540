"""The long work about customers, each kind as `crm_core.jobs` drives it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from crm_core import jobs
from crm_core.customers import (
    duplicate_scan,
    duplicates,
    grading,
    handover,
    merge,
    quality,
    repair,
    segments,
)
from crm_core.jobs import Job, Progress, Work
from crm_core.records import known
from crm_core.records.tables import table_of
from crm_core.search import index
from crm_core.tables import party

SCAN, GRADE, QUALITY, REPAIR, SEGMENT, HANDOVER = (
    "duplicate_scan",
    "grading",
    "quality_report",
    "repair_scan",
    "segment",
    "handover",
)
_REPAIR_AT_ONCE = 1000
_P = party.c


def _all_parties(conn: Connection, _: Job) -> int:
    return conn.execute(select(func.count()).where(_P.deleted_at.is_(None))).scalar_one()


def _more(job: Job, name: str, number: int) -> dict[str, Any]:
    return {**job.result, name: job.result.get(name, 0) + number}


def _look_for_duplicates(conn: Connection, job: Job) -> Any:
    rules = duplicates.rules(conn)
    return rules, duplicate_scan.look(conn, rules, tuple(job.place or (0, None)))


def _keep_duplicates(conn: Connection, job: Job, seen: Any, now: float) -> Progress:
    rules, step = seen
    fresh = duplicate_scan.keep(conn, rules, step, now)
    return Progress(
        place=None if step.place is None else list(step.place),
        rows=step.rows,
        result=_more(job, "new", fresh),
    )


def _look_for_grades(conn: Connection, job: Job) -> Any:
    return grading.step(conn, job.place or "")


def _keep_grades(conn: Connection, job: Job, seen: Any, now: float) -> Progress:
    changing, place, rows = seen
    done = grading.keep(conn, changing, job.origin(), now)
    return Progress(place=place, rows=rows, result=_more(job, "changed", done))


def _look_at_quality(conn: Connection, job: Job) -> Any:
    sums, rows, place = quality.look(conn, job.place or "", job.created_at)
    return sums, rows, place, quality.duplicates(conn) if place is None else None


def _keep_quality(_: Connection, job: Job, seen: Any, __: float) -> Progress:
    sums, rows, place, alike = seen
    result: dict[str, Any] = {
        "fields": quality.added(job.result.get("fields", {}), sums),
        "customers": job.result.get("customers", 0) + rows,
    }
    if alike is not None:
        result |= {"alike": alike[0], "alike_by": alike[1]}
    return Progress(place=place, rows=rows, result=result)


def _look_for_repair(conn: Connection, job: Job) -> Any:
    query = (
        select(party)
        .where(_P.id > (job.place or ""), _P.deleted_at.is_(None))
        .order_by(_P.id)
        .limit(_REPAIR_AT_ONCE)
    )
    rows = conn.execute(query).all()
    found = repair.lacking(conn, rows, repair.required(conn))
    return [row.id for row in rows], found


def _keep_repair(conn: Connection, job: Job, seen: Any, now: float) -> Progress:
    ids, found = seen
    there = set(conn.execute(select(_P.id).where(_P.id.in_(ids), _P.deleted_at.is_(None))).scalars())
    number = repair.keep(conn, ids, {name: lacks for name, lacks in found.items() if name in there}, now)
    place = ids[-1] if len(ids) == _REPAIR_AT_ONCE else None
    return Progress(place=place, rows=len(ids), result=_more(job, "incomplete", number))


def _look_for_members(conn: Connection, job: Job) -> Any:
    return segments.fitting(conn, job.asked["segment"], job.place or "")


def _keep_members(conn: Connection, job: Job, ids: Any, now: float) -> Progress:
    segment_id = job.asked["segment"]
    segments.keep(conn, segment_id, ids, first=job.place is None)
    result = _more(job, "members", len(ids))
    if len(ids) < segments.AT_ONCE:
        segments.finish(conn, segment_id, result["members"], now)
        return Progress(place=None, rows=len(ids), result=result)
    return Progress(place=ids[-1], rows=len(ids), result=result)


def _count_handover(conn: Connection, job: Job) -> int:
    return sum(handover.count(conn, job.asked["from"], job.asked["entities"]).values())


def _keep_handover(conn: Connection, job: Job, _: Any, now: float) -> Progress:
    """The rows that are left are those that still have the old owner, so that nothing but their kind is a place."""
    number = job.place or 0
    names = job.asked["entities"]
    name = names[number]
    both = {"giver": job.asked["from"], "taker": job.asked["to"]}
    moved = handover.step(conn, name, **both, origin=job.origin(), now=now)
    after = number if moved == handover.AT_ONCE else number + 1
    return Progress(place=after if after < len(names) else None, rows=moved, result=_more(job, name, moved))


def _look_for_people(conn: Connection, job: Job) -> list[str]:
    return merge.next_people(conn, job.asked["organisations"], job.place or "")


def _keep_people(conn: Connection, job: Job, ids: Any, _: float) -> Progress:
    index.refresh_many(conn, "party", ids)
    place = ids[-1] if len(ids) == merge.PEOPLE_AT_ONCE else None
    return Progress(place=place, rows=len(ids), result=job.result)


WORK: Mapping[str, Work] = {
    SCAN: Work(
        count=lambda conn, _: duplicate_scan.rows_in_all(conn),
        look=_look_for_duplicates,
        keep=_keep_duplicates,
        daily=True,
    ),
    GRADE: Work(count=_all_parties, look=_look_for_grades, keep=_keep_grades, daily=True),
    QUALITY: Work(count=_all_parties, look=_look_at_quality, keep=_keep_quality),
    REPAIR: Work(count=_all_parties, look=_look_for_repair, keep=_keep_repair, daily=True),
    SEGMENT: Work(count=_all_parties, look=_look_for_members, keep=_keep_members),
    merge.REINDEX: Work(
        count=lambda conn, job: merge.count_people(conn, job.asked["organisations"]),
        look=_look_for_people,
        keep=_keep_people,
    ),
    HANDOVER: Work(count=_count_handover, look=lambda *_: None, keep=_keep_handover),
}


def due_daily(conn: Connection, now: float) -> list[tuple[str, dict[str, Any]]]:
    """What is to be done by itself and was not asked for within a day; each segment counts by itself."""
    latest = jobs.listed(conn, [kind for kind, each in WORK.items() if each.daily], 20)
    recent = {job.kind for job in latest if job.created_at > now - 86_400}
    due: list[tuple[str, dict[str, Any]]] = [
        (kind, {}) for kind, each in WORK.items() if each.daily and kind not in recent
    ]
    row = table_of(known.entity("party_segment")).c
    old = select(row.id).where(
        row.deleted_at.is_(None), (row.refreshed_at.is_(None)) | (row.refreshed_at < now - 86_400)
    )
    return due + [(SEGMENT, {"segment": each}) for each in conn.execute(old.limit(100)).scalars()]
