"""Entry flows and prompts as JSON."""

from collections.abc import Mapping, Sequence

from typing_extensions import TypedDict

from config.asterisk.spoken import sentences
from config.errors import Param
from crm_core.flows.kept import KeptFlow, Version
from crm_core.flows.machine import Stage
from crm_core.flows.model import Flow, Language
from crm_core.flows.preview import Way
from crm_core.flows.prompts import KeptPrompt
from crm_core.flows.validation import Problem, Severity
from crm_core.flows.visits import Figures, Visit


class ProblemDocument(TypedDict):
    """What is wrong with a flow: `pointer` leads into its document (RFC 6901), an error keeps it from being published."""

    severity: Severity
    code: str
    pointer: str
    params: dict[str, Param]


class ProblemsAnswer(TypedDict):
    """Errors first."""

    problems: list[ProblemDocument]


class FlowBrief(TypedDict):
    """A line of the list. `published`: the number of the version that callers go through; `changed`: the draft differs from it; `numbers`
    lead through it."""

    id: str
    name: str
    published: int | None
    published_at: float | None
    changed: bool
    numbers: list[str]
    updated_at: float
    row_version: int


class FlowsAnswer(TypedDict):
    """By name."""

    items: list[FlowBrief]


class FlowAnswer(FlowBrief):
    """With the draft as `document`, and what is wrong with it."""

    document: Flow
    problems: list[ProblemDocument]


class VersionBrief(TypedDict):
    """One that was published once; `by`: the name of who did."""

    version: int
    note: str
    published_at: float
    by: str | None


class VersionsAnswer(TypedDict):
    """The newest first."""

    items: list[VersionBrief]


class VersionAnswer(VersionBrief):
    document: Flow


class StageDocument(TypedDict):
    """One step of somebody's way: what they keyed in it (secrets masked) and the word under which it led on. `label`: what the flow called
    the step then; `choice`: what the key that they chose was for. Empty where nobody wrote it."""

    step: str
    kind: str
    at: float
    keys: list[str]
    outcome: str
    label: str
    choice: str


class HeardDocument(TypedDict):
    step: str
    prompt: str
    language: str


class SkillDocument(TypedDict):
    skill: str
    level: int


class EndDocument(TypedDict):
    """`kind`: queue, callback, voicemail, fax, transfer, hangup, left (the caller hung up), failed (with a reason: to the number's own queue)."""

    kind: str
    queue_id: str | None
    skills: list[SkillDocument]
    priority_points: int
    reason: str


class WayAnswer(TypedDict):
    """What a caller would have gone through."""

    path: list[StageDocument]
    heard: list[HeardDocument]
    language: str
    collected: dict[str, str]
    end: EndDocument


class StepFiguresDocument(TypedDict):
    """How many came by a step, hung up in it, fell out of the flow there."""

    step: str
    visits: int
    left: int
    failed: int


class FiguresAnswer(TypedDict):
    """Counted from the calls themselves: all that came in from `since` until before `until`."""

    since: float
    until: float
    visits: int
    outcomes: dict[str, int]
    languages: dict[str, int]
    steps: list[StepFiguresDocument]


class VisitDocument(TypedDict):
    """How somebody came through a flow. `path` and `collected` are empty once they have been forgotten."""

    flow: str
    flow_id: str
    version: int
    language: str
    step: str
    outcome: str
    reason: str
    started_at: float
    ended_at: float | None
    path: list[StageDocument]
    collected: dict[str, str]


class SoundDocument(TypedDict):
    language: Language
    seconds: float
    sha256: str
    uploaded_at: float


class PromptAnswer(TypedDict):
    """An uploaded prompt; flows name it `prompt:<id>`."""

    id: str
    name: str
    text: str
    sounds: list[SoundDocument]
    used_by: list[str]
    updated_at: float
    row_version: int


class SentenceDocument(TypedDict):
    """One that the product ships, with what it says by language; flows name it `ours:<name>`."""

    name: str
    texts: dict[str, str]


class PromptsAnswer(TypedDict):
    """Uploaded ones by name; `ours` come with the product."""

    items: list[PromptAnswer]
    ours: list[SentenceDocument]


def problems(found: Sequence[Problem]) -> list[ProblemDocument]:
    return [
        ProblemDocument(
            severity=each.severity, code=each.code, pointer=each.pointer, params=dict(each.params)
        )
        for each in found
    ]


def brief(of: KeptFlow) -> FlowBrief:
    return FlowBrief(
        id=of.id,
        name=of.name,
        published=of.published,
        published_at=of.published_at,
        changed=of.changed,
        numbers=list(of.numbers),
        updated_at=of.updated_at,
        row_version=of.row_version,
    )


def flow(of: KeptFlow, found: Sequence[Problem]) -> FlowAnswer:
    return FlowAnswer(**brief(of), document=of.draft, problems=problems(found))


def version_brief(of: Version, by: str | None) -> VersionBrief:
    return VersionBrief(version=of.number, note=of.note, published_at=of.published_at, by=by)


def version(of: Version, by: str | None) -> VersionAnswer:
    return VersionAnswer(**version_brief(of, by), document=of.flow)


def stages(path: Sequence[Stage]) -> list[StageDocument]:
    return [
        StageDocument(
            step=each.step,
            kind=each.kind,
            at=each.at,
            keys=list(each.keys),
            outcome=each.outcome,
            label=each.label,
            choice=each.choice,
        )
        for each in path
    ]


def way(of: Way) -> WayAnswer:
    end = of.end
    return WayAnswer(
        path=stages(of.state.path),
        heard=[
            HeardDocument(step=each.step, prompt=each.prompt, language=each.language) for each in of.heard
        ],
        language=of.state.language,
        collected=of.state.shown,
        end=EndDocument(
            kind=end.kind.value,
            queue_id=end.queue_id or None,
            skills=[SkillDocument(skill=each.skill, level=each.level) for each in end.skills],
            priority_points=end.priority_points,
            reason=end.reason,
        ),
    )


def figures(of: Figures, since: float, until: float) -> FiguresAnswer:
    return FiguresAnswer(
        since=since,
        until=until,
        visits=of.visits,
        outcomes=dict(of.outcomes),
        languages=dict(of.languages),
        steps=[
            StepFiguresDocument(step=each.step, visits=each.visits, left=each.left, failed=each.failed)
            for each in of.steps
        ],
    )


def visit(of: tuple[Visit, str] | None) -> VisitDocument | None:
    if of is None:
        return None
    found, name = of
    return VisitDocument(
        flow=name,
        flow_id=found.flow_id,
        version=found.version,
        language=found.language,
        step=found.step,
        outcome=found.outcome,
        reason=found.reason,
        started_at=found.started_at,
        ended_at=found.ended_at,
        path=stages(found.path or ()),
        collected=dict(found.collected or {}),
    )


def prompt(of: KeptPrompt) -> PromptAnswer:
    return PromptAnswer(
        id=of.id,
        name=of.name,
        text=of.text,
        sounds=[
            SoundDocument(
                language=_language(each.language),
                seconds=each.seconds,
                sha256=each.sha256,
                uploaded_at=each.uploaded_at,
            )
            for each in of.sounds
        ],
        used_by=list(of.used_by),
        updated_at=of.updated_at,
        row_version=of.row_version,
    )


def ours() -> list[SentenceDocument]:
    told: Mapping[str, Mapping[str, str]] = sentences()
    return [SentenceDocument(name=name, texts=dict(texts)) for name, texts in told.items()]


def _language(kept: str) -> Language:
    match kept:
        case "zh-TW" | "zh-CN":
            return kept
        case _:
            return "en"
