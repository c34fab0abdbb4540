"""Lists of work as JSON: open issues, one's own tasks and news, and the figures over all cases."""

from collections.abc import Mapping
from typing import Any, cast

from typing_extensions import TypedDict

from agent_console import rows
from agent_console.documents import ClockDocument
from agent_console.lifecycle_documents import ApprovalDocument
from crm_core.casework.figures import Figure, Figures
from crm_core.casework.overview import Issue, Todo
from crm_core.notifications import Notification


class TodoDocument(TypedDict):
    id: str
    subject: str
    kind: str
    status: str
    due_at: float | None
    remind_at: float | None
    progress: int | None
    phone: str | None
    party_id: str | None
    party: str | None
    about_entity: str | None
    about_id: str | None
    number: str | None
    row_version: int


class IssueDocument(TypedDict):
    id: str
    number: str
    subject: str
    status: str
    state: str | None
    type_id: str | None
    severity: str | None
    priority: str | None
    category: str | None
    owner: str | None
    queue_id: str | None
    queue: str | None
    channel: str | None
    party: str | None
    is_complaint: bool
    escalation_level: int
    reopened_count: int
    created_at: float
    updated_at: float
    due_at: float | None
    follow_up_at: float | None
    waiting_since: float | None
    late: bool
    important: bool
    clocks: list[ClockDocument]


class IssuesAnswer(TypedDict):
    items: list[IssueDocument]


class NotificationDocument(TypedDict):
    id: str
    at: float
    code: str
    params: dict[str, Any]
    entity: str
    record_id: str
    seen_at: float | None


class MyWorkAnswer(TypedDict):
    """Tasks, the cases that are mine, what waits for my decision, and what I was told."""

    tasks: list[TodoDocument]
    cases: list[IssueDocument]
    approvals: list[ApprovalDocument]
    notices: list[NotificationDocument]


class FigureDocument(TypedDict):
    """See docs/cases.md for the formulas; means are seconds, null where no case has the value."""

    key: str
    name: str
    opened: int
    complaints: int
    answered: int
    first_response_mean_s: float | None
    first_response_median_s: float | None
    solved: int
    handling_mean_s: float | None
    backlog: int


class DepartmentFigureDocument(FigureDocument):
    """Of a department with all below it, parents first; `depth`: how far down it stands. No key: of what belongs to none."""

    depth: int


class FiguresAnswer(TypedDict):
    since: float
    until: float
    whole: FigureDocument
    by_channel: list[FigureDocument]
    by_queue: list[FigureDocument]
    by_department: list[DepartmentFigureDocument]
    replies: int
    canned: int
    canned_share: float | None


def todo(row: Todo) -> TodoDocument:
    values: Mapping[str, Any] = {name: getattr(row, name) for name in TodoDocument.__annotations__}
    return cast("TodoDocument", values)


def issue(row: Issue, queue: str | None) -> IssueDocument:
    known = [name for name in IssueDocument.__annotations__ if name not in ("queue", "clocks")]
    values: Mapping[str, Any] = {name: getattr(row, name) for name in known}
    values = {**values, "queue": queue, "clocks": [rows.clock(each) for each in row.clocks]}
    return cast("IssueDocument", values)


def notification(row: Notification) -> NotificationDocument:
    return NotificationDocument(
        id=row.id,
        at=row.at,
        code=row.code,
        params=dict(row.params),
        entity=row.entity,
        record_id=row.record_id,
        seen_at=row.seen_at,
    )


def figures(row: Figures, since: float, until: float, queues: Mapping[str, str]) -> FiguresAnswer:
    return FiguresAnswer(
        since=since,
        until=until,
        whole=_figure(row.whole, ""),
        by_channel=[_figure(each, each.key) for each in row.by_channel],
        by_queue=[_figure(each, queues.get(each.key, "")) for each in row.by_queue],
        by_department=[
            DepartmentFigureDocument(depth=each.depth, **_figure(each.figure, each.name))
            for each in row.by_department
        ],
        replies=row.replies,
        canned=row.canned,
        canned_share=row.canned_share,
    )


def _figure(row: Figure, name: str) -> FigureDocument:
    return FigureDocument(
        key=row.key,
        name=name,
        opened=row.opened,
        complaints=row.complaints,
        answered=row.answered,
        first_response_mean_s=row.first_response_mean_s,
        first_response_median_s=row.first_response_median_s,
        solved=row.solved,
        handling_mean_s=row.handling_mean_s,
        backlog=row.backlog,
    )
