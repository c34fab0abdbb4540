"""How a case is worked, as JSON: its type, form and steps, what belongs to it, what happened, and the figures over all."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from typing_extensions import TypedDict

from agent_console import records, rows
from agent_console.documents import ClockDocument
from agent_console.records import Labels
from config.errors import Param, Refused
from crm_core.casework.activity import Activity
from crm_core.casework.approvals import Approval
from crm_core.casework.figures import Figure, Figures
from crm_core.casework.forms import Form
from crm_core.casework.lifecycle import Lifecycle, State
from crm_core.casework.macros import Preview
from crm_core.casework.moving import Offered
from crm_core.casework.overview import Issue, Todo
from crm_core.casework.picture import mermaid
from crm_core.casework.regrouping import Regrouping
from crm_core.casework.texts import Filled, Text
from crm_core.casework.types import CaseType
from crm_core.casework.watching import Link, Watcher
from crm_core.notifications import Notification
from crm_core.rules.procedures import Run


class FaultDocument(TypedDict):
    pointer: str
    code: str
    params: dict[str, Param]


class FormChoice(TypedDict):
    code: str
    label: Labels


class FormFieldDocument(TypedDict):
    """`required_at`: states in which it must be filled in; `required`: from the beginning."""

    name: str
    kind: str
    label: Labels
    hint: Labels | None
    required: bool
    required_at: list[str]
    choices: list[FormChoice]
    least: float | None
    most: float | None


StateDocument = TypedDict("StateDocument", {"name": str, "class": str, "label": Labels})


class StepDocument(TypedDict):
    """A step from where the case stands. With `faults` it cannot be made yet; `needs`: fields that it asks for; `approval`: it is
    made when others have agreed."""

    to: str
    label: Labels
    to_label: Labels
    to_class: str
    needs: list[str]
    resolution: bool
    approval: bool
    faults: list[FaultDocument]


class CaseTypeDocument(TypedDict):
    """`picture`: the life cycle as Mermaid's text."""

    id: str
    label: Labels
    kind: str
    form: list[FormFieldDocument]
    states: list[StateDocument]
    moves: list[dict[str, Any]]
    initial: str
    on_customer: str
    on_reply: str | None


class CaseTypesAnswer(TypedDict):
    items: list[CaseTypeDocument]


class PictureAnswer(TypedDict):
    mermaid: str


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


class ApprovalDocument(TypedDict):
    """`who`: a user's name, or a role; `mine`: whoever asks may decide it now."""

    id: str
    request_id: str
    case_id: str
    state_to: str
    position: int
    kind: str
    who: str
    asked_at: float
    asked_by: str | None
    turn: bool
    mine: bool
    decision: str | None
    decided_at: float | None
    decided_by: str | None
    note: str


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


class MovedAnswer(TypedDict):
    """`asked`: it waits for approval and stays where it was."""

    state: str
    status: str
    asked: str | None


class RegroupedAnswer(TypedDict):
    """`number` of the case that the work goes on in."""

    id: str
    case_id: str
    other_id: str
    number: str


class TextDocument(TypedDict):
    id: str
    name: str
    shortcut: str | None
    channel: str
    language: str
    subject: str | None
    body: str


class TextsAnswer(TypedDict):
    items: list[TextDocument]


class FilledAnswer(TypedDict):
    """`lacking`: placeholders for which there was nothing."""

    template_id: str
    subject: str
    body: str
    lacking: list[str]


class ChangeDocument(TypedDict):
    field: str
    before: Any
    after: Any


class PreviewAnswer(TypedDict):
    name: str
    changes: list[ChangeDocument]
    state: str | None
    faults: list[FaultDocument]
    reply: FilledAnswer | None
    note: str | None
    tasks: list[str]


class RanAnswer(TypedDict):
    changed: list[str]
    state: str | None
    letter_id: str | None
    tasks: list[str]


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


class FiguresAnswer(TypedDict):
    since: float
    until: float
    whole: FigureDocument
    by_channel: list[FigureDocument]
    by_queue: list[FigureDocument]
    replies: int
    canned: int
    canned_share: float | None


def case_type(row: CaseType) -> CaseTypeDocument:
    table = row.lifecycle
    return CaseTypeDocument(
        id=row.id,
        label=records.labels(row.label),
        kind=row.kind,
        form=form(row.form),
        states=[state(each) for each in table.states],
        moves=[
            {"from": each.start, "to": each.end, "label": records.labels(each.label)} for each in table.moves
        ],
        initial=table.initial,
        on_customer=table.on_customer,
        on_reply=table.on_reply,
    )


def state(row: State) -> StateDocument:
    return StateDocument({"name": row.name, "class": row.of_class, "label": records.labels(row.label)})


def form(given: Form) -> list[FormFieldDocument]:
    return [
        FormFieldDocument(
            name=each.field.name,
            kind=each.field.kind.value,
            label=records.labels(each.field.label),
            hint=records.labels(each.field.hint) if each.field.hint else None,
            required=each.required,
            required_at=sorted(each.required_at),
            choices=[
                FormChoice(code=choice.code, label=records.labels(choice.label))
                for choice in each.field.choices
            ],
            least=each.field.least,
            most=each.field.most,
        )
        for each in given
    ]


def picture(table: Lifecycle, language: str) -> PictureAnswer:
    return PictureAnswer(mermaid=mermaid(table, language))


def step(row: Offered, table: Lifecycle) -> StepDocument:
    goal = table.state(row.move.end) or table.at_first
    return StepDocument(
        to=row.move.end,
        label=records.labels(row.move.label),
        to_label=records.labels(goal.label),
        to_class=row.of_class,
        needs=list(row.move.needs.fields),
        resolution=row.move.needs.resolution,
        approval=row.needs_approval,
        faults=faults(row.faults),
    )


def faults(given: Iterable[Refused]) -> list[FaultDocument]:
    return [FaultDocument(pointer=each.pointer, code=each.code, params=dict(each.params)) for each in given]


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


def todo(row: Todo) -> TodoDocument:
    values: Mapping[str, Any] = {name: getattr(row, name) for name in TodoDocument.__annotations__}
    return cast("TodoDocument", values)


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


def approval(row: Approval, names: Mapping[str, str], user_id: str, role: str) -> ApprovalDocument:
    theirs = row.who == (user_id if row.kind == "user" else role)
    return ApprovalDocument(
        id=row.id,
        request_id=row.request_id,
        case_id=row.case_id,
        state_to=row.state_to,
        position=row.position,
        kind=row.kind,
        who=names.get(row.who, row.who) if row.kind == "user" else row.who,
        asked_at=row.asked_at,
        asked_by=names.get(row.asked_by or ""),
        turn=row.turn,
        mine=row.turn and theirs and row.asked_by != user_id,
        decision=row.decision,
        decided_at=row.decided_at,
        decided_by=names.get(row.decided_by or ""),
        note=row.note,
    )


def regrouping(row: Regrouping) -> RegroupingDocument:
    return RegroupingDocument(id=row.id, kind=row.kind, case_id=row.case_id, other_id=row.other_id, at=row.at)


def text(row: Text) -> TextDocument:
    return TextDocument(
        id=row.id,
        name=row.name,
        shortcut=row.shortcut,
        channel=row.channel,
        language=row.language,
        subject=row.subject,
        body=row.body,
    )


def filled(row: Filled) -> FilledAnswer:
    return FilledAnswer(
        template_id=row.template_id, subject=row.subject, body=row.body, lacking=list(row.lacking)
    )


def preview(row: Preview) -> PreviewAnswer:
    return PreviewAnswer(
        name=row.name,
        changes=[
            ChangeDocument(field=name, before=before, after=after)
            for name, (before, after) in row.changes.items()
        ],
        state=row.state,
        faults=faults(row.faults),
        reply=filled(row.reply) if row.reply else None,
        note=row.note,
        tasks=list(row.tasks),
    )


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
