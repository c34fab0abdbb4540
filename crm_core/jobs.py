"""Long work over many rows, in steps: each reads on a reader's thread and writes little, so that calls never wait for it.

A job's place is kept with every step, so that a restart goes on where it was; asked twice while it waits or runs, it is one job.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.audit import Origin
from crm_core.records.change import Acting
from crm_core.tables import background_job

TOPIC = "job"
"""On the bus: the id of a job that was asked for or went on."""
_J = background_job.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`state`: queued, running, done, failed, cancelled. `done` of `total` rows (0: not counted yet)."""

    id: str
    kind: str
    state: str
    asked: Mapping[str, Any]
    place: Any
    result: Mapping[str, Any]
    done: int
    total: int
    by_id: str | None
    by_name: str
    created_at: float
    started_at: float | None
    ended_at: float | None
    error: str

    def origin(self) -> Origin:
        """Who is told as the one that did it."""
        return Origin(user_id=self.by_id, name=self.by_name, via="system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """After a step: where the next begins (None: there is none), the rows it took, and the results so far."""

    place: Any
    rows: int
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How a kind of job is done. `count`: the rows in all; `look` only reads, `keep` writes what was seen and says how far it is.
    `daily`: done by itself once a day."""

    count: Callable[[Connection, Job], int]
    look: Callable[[Connection, Job], Any]
    keep: Callable[[Connection, Job, Any, float], Progress]
    daily: bool = False


def ask(conn: Connection, acting: Acting, kind: str, asked: Mapping[str, Any]) -> Job:
    """Put it in the line, unless the same already waits or runs."""
    row = background_job.c
    waiting = select(background_job).where(row.kind == kind, row.state.in_(("queued", "running")))
    for each in conn.execute(waiting):
        if each.asked == dict(asked):
            return _job(each)
    job_id = new_id()
    values = {"state": "queued", "asked": dict(asked), "place": {}, "result": {}, "done": 0, "total": 0}
    by = {"by_id": acting.reader.user_id or None, "by_name": acting.origin.name, "created_at": acting.now}
    conn.execute(insert(background_job).values(id=job_id, kind=kind, **values, **by))
    return job(conn, job_id)


def job(conn: Connection, job_id: str) -> Job:
    """`Refused` for an unknown one."""
    row = conn.execute(select(background_job).where(_J.id == job_id)).one_or_none()
    if row is None:
        raise Refused("job.unknown", Kind.MISSING, id=job_id[:100])
    return _job(row)


def listed(conn: Connection, kinds: list[str], limit: int = 50) -> list[Job]:
    """The latest of these kinds."""
    query = (
        select(background_job)
        .where(_J.kind.in_(kinds))
        .order_by(_J.created_at.desc(), _J.id.desc())
        .limit(limit)
    )
    return [_job(row) for row in conn.execute(query)]


def latest_done(conn: Connection, kind: str) -> Job | None:
    """The last that came to its end."""
    query = (
        select(background_job)
        .where(_J.kind == kind, _J.state == "done")
        .order_by(_J.created_at.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else _job(row)


def next_job(conn: Connection) -> Job | None:
    """The one to go on with: what runs before what waits, in the order in which they were asked for."""
    query = (
        select(background_job)
        .where(_J.state.in_(("queued", "running")))
        .order_by(_J.state.desc(), _J.created_at, _J.id)
    )
    row = conn.execute(query.limit(1)).one_or_none()
    return None if row is None else _job(row)


def begin(conn: Connection, job_id: str, total: int, now: float) -> Job:
    changed = {"state": "running", "started_at": now, "total": total}
    conn.execute(update(background_job).where(_J.id == job_id, _J.state == "queued").values(**changed))
    return job(conn, job_id)


def go_on(conn: Connection, before: Job, progress: Progress, now: float) -> Job:
    """Keep how far it is; one that was cancelled meanwhile stays so."""
    changed: dict[str, Any] = {"done": _J.done + progress.rows, "result": dict(progress.result)}
    if progress.place is None:
        changed |= {"state": "done", "ended_at": now, "place": {}}
    else:
        changed |= {"place": {"at": progress.place}}
    conn.execute(update(background_job).where(_J.id == before.id, _J.state == "running").values(**changed))
    return job(conn, before.id)


def fail(conn: Connection, job_id: str, error: str, now: float) -> None:
    changed = {"state": "failed", "ended_at": now, "error": error[:500]}
    conn.execute(update(background_job).where(_J.id == job_id).values(**changed))


def cancel(conn: Connection, job_id: str, now: float) -> Job:
    """Stop it after the step that runs; what it did stays done."""
    live = (_J.id == job_id, _J.state.in_(("queued", "running")))
    conn.execute(update(background_job).where(*live).values(state="cancelled", ended_at=now))
    return job(conn, job_id)


def _job(row: Any) -> Job:
    values = row._asdict()
    values["place"] = (values["place"] or {}).get("at")
    return Job(**values)
