"""Life cycles as JSON: types with their forms and states, the steps from where a case stands, and sign-off."""

from collections.abc import Iterable, Mapping
from typing import Any

from typing_extensions import TypedDict

from agent_console import records
from agent_console.records import Labels
from config.errors import Param, Refused
from crm_core.casework.approvals import Approval
from crm_core.casework.forms import Form
from crm_core.casework.lifecycle import Lifecycle, State
from crm_core.casework.moving import Offered
from crm_core.casework.picture import mermaid
from crm_core.casework.types import CaseType


class FaultDocument(TypedDict):
    pointer: str
    code: str
    params: dict[str, Param]


class FormChoice(TypedDict):
    code: str
    label: Labels


class FormFieldDocument(TypedDict):
    """`required_at`: states in which it must be filled in; `required`: from the beginning. `pauses_recording`: while it has the focus nothing of the
    agent's talk is recorded."""

    name: str
    kind: str
    label: Labels
    hint: Labels | None
    required: bool
    required_at: list[str]
    choices: list[FormChoice]
    least: float | None
    most: float | None
    pauses_recording: bool


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


class MovedAnswer(TypedDict):
    """`asked`: it waits for approval and stays where it was."""

    state: str
    status: str
    asked: str | None


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
            pauses_recording=each.field.pauses_recording,
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
