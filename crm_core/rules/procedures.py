"""Procedures run: each step by itself, so that one that cannot be done keeps none from the others; all of it is logged."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.exc import IntegrityError

from config.errors import Kind, Refused, RefusedFields
from config.ids import new_id
from crm_core.casework import activity
from crm_core.casework.post import Post
from crm_core.paging import columns
from crm_core.records import known
from crm_core.records.change import Acting
from crm_core.records.lists import row_of
from crm_core.records.shape import named_columns
from crm_core.records.tables import table_of
from crm_core.rules import events, model, steps
from crm_core.rules.model import Step, Trigger
from crm_core.rules.steps import Done, Setting
from crm_core.tables import inserting, procedure_run

DONE, PARTLY, FAILED = "done", "partly", "failed"
_WHOLE = "procedure"
"""In place of a step: none of them could be begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """Why a procedure runs. `key` is what makes it run once; `depth`: how many runs it follows from; `by`: who started it by hand, so that
    it does what they may do and nothing else."""

    key: str
    trigger: Trigger
    rule_id: str | None = None
    by: Acting | None = None
    depth: int = 0

    @property
    def by_id(self) -> str | None:
        return None if self.by is None else self.by.reader.user_id or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run with what became of each step: `{"kind", "outcome", ...}`."""

    id: str
    procedure_id: str
    rule_id: str | None
    entity: str
    record_id: str
    trigger: str
    started_at: float
    by_id: str | None
    outcome: str
    steps: list[dict[str, Any]]


_COLUMNS = [procedure_run.c[name] for name in Run.__dataclass_fields__]


def run(  # noqa: PLR0917 - what runs, on what, why, when, and by which post
    conn: Connection,
    procedure_id: str,
    entity: str,
    record_id: str,
    started: Started,
    now: float,
    post: Post | None,
) -> Run | None:
    """Run it; None when this key has run. What its steps make happen is one deeper. A procedure that there is not any more, or that
    cannot be understood, is a run that failed."""
    run_id = new_id()
    if not _reserve(conn, run_id, procedure_id, entity, record_id, started, now):
        return None
    table = table_of(known.entity("procedure"))
    procedure = conn.execute(select(table).where(table.c.id == procedure_id)).one_or_none()
    setting = Setting(
        entity=known.entity(entity),
        record_id=record_id,
        run_id=run_id,
        now=now,
        post=post,
        by=started.by,
        trigger=started.trigger,
    )
    try:
        with conn.begin_nested(), events.within(started.depth + 1):
            told = [_one(conn, setting, each) for each in _steps(procedure, entity, procedure_id)]
    except (Refused, IntegrityError) as problem:
        told = [_refused(_WHOLE, problem)]
    outcome = _outcome(told)
    row = procedure_run.c
    conn.execute(update(procedure_run).where(row.id == run_id).values(outcome=outcome, steps=told))
    for case_id in _cases_told(entity, record_id, told):
        activity.record(
            conn,
            case_id,
            now,
            "procedure",
            started.by_id,
            procedure=procedure.name if procedure else "",
            run=run_id,
            trigger=started.trigger.value,
            outcome=outcome,
            steps=told,
        )
    return of_id(conn, run_id)


def refuse(  # noqa: PLR0917 - what does not run, on what, why, and when
    conn: Connection,
    procedure_id: str,
    entity: str,
    record_id: str,
    started: Started,
    now: float,
    code: str,
) -> Run | None:
    """Keep that it could not even begin; None when this key is known."""
    run_id = new_id()
    if not _reserve(conn, run_id, procedure_id, entity, record_id, started, now):
        return None
    told = [{"kind": _WHOLE, "outcome": "refused", "code": code}]
    row = procedure_run.c
    conn.execute(update(procedure_run).where(row.id == run_id).values(outcome=FAILED, steps=told))
    return of_id(conn, run_id)


def of_record(conn: Connection, entity: str, record_id: str) -> list[Run]:
    """All runs on a record, the latest first."""
    row = procedure_run.c
    query = select(*_COLUMNS).where(row.entity == entity, row.record_id == record_id)
    return [
        Run(**columns(each)) for each in conn.execute(query.order_by(row.started_at.desc(), row.id.desc()))
    ]


def of_id(conn: Connection, run_id: str) -> Run | None:
    found = conn.execute(select(*_COLUMNS).where(procedure_run.c.id == run_id)).one_or_none()
    return None if found is None else Run(**columns(found))


def by_hand(conn: Connection, entity: str) -> list[Any]:
    """The procedures that people may start on such a record."""
    row = table_of(known.entity("procedure")).c
    query = select(row.id, row.name, row.note).where(
        row.entity == entity, row.by_hand, row.active, row.deleted_at.is_(None)
    )
    return [*conn.execute(query.order_by(row.name))]


def _reserve(  # noqa: PLR0917 - a row's columns
    conn: Connection,
    run_id: str,
    procedure_id: str,
    entity: str,
    record_id: str,
    started: Started,
    now: float,
) -> bool:
    """Whether it is new: another server may have started it in the same instant."""
    made = inserting(conn, procedure_run).values(
        id=run_id,
        key=started.key,
        procedure_id=procedure_id,
        rule_id=started.rule_id,
        entity=entity,
        record_id=record_id,
        trigger=started.trigger.value,
        depth=started.depth,
        started_at=now,
        by_id=started.by_id,
        outcome=DONE,
        steps=[],
    )
    return conn.execute(made.on_conflict_do_nothing()).rowcount == 1


def _steps(procedure: Row[Any] | None, entity: str, procedure_id: str) -> tuple[Step, ...]:
    if procedure is None or procedure.deleted_at is not None or not procedure.active:
        raise Refused("procedure.unknown", Kind.MISSING, id=procedure_id[:100])
    if procedure.entity != entity:
        raise Refused("rule.other_procedure", Kind.INVALID)
    return model.steps(procedure.steps)


def _one(conn: Connection, setting: Setting, step: Step) -> dict[str, Any]:
    """One step in a unit within the unit: what is refused is undone and told."""
    told: dict[str, Any] = {"kind": step.kind.value}
    try:
        with conn.begin_nested():
            row = named_columns(row_of(conn, setting.entity, setting.record_id))
            done: Done = steps.do(conn, setting, step, row)
        return told | {"outcome": "done"} | dict(done)
    except (Refused, IntegrityError) as problem:
        return _refused(step.kind.value, problem)


def _refused(kind: str, problem: Refused | IntegrityError) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": kind, "outcome": "refused"}
    match problem:
        case RefusedFields(faults=[first, *_]):
            return told | {"code": first.code, "params": dict(first.params)}
        case Refused(code=code, params=params):
            return told | {"code": code, "params": dict(params)}
        case _:
            return told | {"code": "record.conflict"}


def _outcome(told: list[dict[str, Any]]) -> str:
    done = sum(each["outcome"] == "done" for each in told)
    if done == len(told):
        return DONE
    return PARTLY if done else FAILED


def _cases_told(entity: str, record_id: str, told: list[dict[str, Any]]) -> list[str]:
    """The cases whose story it belongs to: this one, or those that a step opened."""
    own = [record_id] if entity == "case" else []
    return own + [str(each["case_id"]) for each in told if each.get("case_id")]
