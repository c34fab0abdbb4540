"""The work on a case as JSON: what belongs to it, and what happened in it."""

from typing import Any

from typing_extensions import TypedDict

from agent_console.lifecycle_documents import ApprovalDocument, CaseTypeDocument, StateDocument, StepDocument
from agent_console.work_list_documents import TodoDocument
from crm_core.casework.activity import Activity
from crm_core.casework.regrouping import Regrouping
from crm_core.casework.watching import Link, Watcher
from crm_core.rules.procedures import Run


class LinkDocument(TypedDict):
    id: str
    kind: str
    outward: bool
    case_id: str
    number: str
    subject: str
    status: str


class WatcherDocument(TypedDict):
    user_id: str
    name: str
    email: str | None
    since: float


class ActivityDocument(TypedDict):
    """What happened: `kind` with `data`, by whom (null: the program)."""

    seq: int
    at: float
    kind: str
    actor: str | None
    data: dict[str, Any]


class RunDocument(TypedDict):
    id: str
    procedure_id: str
    rule_id: str | None
    trigger: str
    started_at: float
    outcome: str
    steps: list[dict[str, Any]]


class RegroupingDocument(TypedDict):
    id: str
    kind: str
    case_id: str
    other_id: str
    at: float


class NamedDocument(TypedDict):
    id: str
    name: str


class ProcedureDocument(NamedDocument):
    note: str | None


class WorkAnswer(TypedDict):
    """All about the work on a case beside its record, its interactions and its letters."""

    type: CaseTypeDocument
    state: StateDocument
    steps: list[StepDocument]
    form: dict[str, Any]
    links: list[LinkDocument]
    parts: list[LinkDocument]
    watchers: list[WatcherDocument]
    watching: bool
    tasks: list[TodoDocument]
    activity: list[ActivityDocument]
    runs: list[RunDocument]
    approvals: list[ApprovalDocument]
    regroupings: list[RegroupingDocument]
    macros: list[NamedDocument]
    procedures: list[ProcedureDocument]
    merged_into: NamedDocument | None


class RegroupedAnswer(TypedDict):
    """`number` of the case that the work goes on in."""

    id: str
    case_id: str
    other_id: str
    number: str


def link(row: Link) -> LinkDocument:
    return LinkDocument(
        id=row.id,
        kind=row.kind,
        outward=row.outward,
        case_id=row.case_id,
        number=row.number,
        subject=row.subject,
        status=row.status,
    )


def watcher(row: Watcher) -> WatcherDocument:
    return WatcherDocument(user_id=row.user_id, name=row.name, email=row.email, since=row.since)


def activity(row: Activity) -> ActivityDocument:
    return ActivityDocument(seq=row.seq, at=row.at, kind=row.kind, actor=row.actor, data=dict(row.data))


def run(row: Run) -> RunDocument:
    return RunDocument(
        id=row.id,
        procedure_id=row.procedure_id,
        rule_id=row.rule_id,
        trigger=row.trigger,
        started_at=row.started_at,
        outcome=row.outcome,
        steps=list(row.steps),
    )


def regrouping(row: Regrouping) -> RegroupingDocument:
    return RegroupingDocument(id=row.id, kind=row.kind, case_id=row.case_id, other_id=row.other_id, at=row.at)
