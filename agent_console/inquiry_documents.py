"""Inquiry forms and what was sent by them as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from typing_extensions import TypedDict

from config.errors import Param
from crm_core.inquiries.kept import KeptForm, Version
from crm_core.inquiries.known import Named, Offered
from crm_core.inquiries.model import Form
from crm_core.inquiries.submissions import Figures, Submission
from crm_core.inquiries.validation import Problem, Severity
from crm_core.letter_types import Attachment


class InquiryProblem(TypedDict):
    """What is wrong with a form: `pointer` leads into its document (RFC 6901), an error keeps it from being published."""

    severity: Severity
    code: str
    pointer: str
    params: dict[str, Param]


class InquiryProblems(TypedDict):
    """Errors first."""

    problems: list[InquiryProblem]


class InquiryFormBrief(TypedDict):
    """A line of the list. `published`: the number of the version that visitors see; `changed`: the draft differs from it. Of the last 30 days:
    how many came, how many of them are suspected, how many were dropped and why."""

    id: str
    key: str
    name: str
    languages: list[str]
    published: int | None
    published_at: float | None
    changed: bool
    received: int
    suspected: int
    caught: dict[str, int]
    updated_at: float
    row_version: int


class InquiryFormsAnswer(TypedDict):
    """By name."""

    items: list[InquiryFormBrief]


class InquiryFormAnswer(InquiryFormBrief):
    """With the draft as `document`, and what is wrong with it; `address`: where visitors find it."""

    address: str
    document: Form
    problems: list[InquiryProblem]


class InquiryVersionBrief(TypedDict):
    """One that was published once."""

    version: int
    note: str
    published_at: float
    by: str | None


class InquiryVersionsAnswer(TypedDict):
    """The newest first."""

    items: list[InquiryVersionBrief]


class InquiryVersionAnswer(InquiryVersionBrief):
    """With its document."""

    document: Form


class PreviewAnswer(TypedDict):
    """The page, to be shown in a frame that runs nothing."""

    html: str


class NamedDocument(TypedDict):
    """Something that a form may name, with its name in each language that it has one in."""

    id: str
    label: dict[str, str]


class TargetDocument(TypedDict):
    """A field of a case or a customer that takes an answer."""

    id: str
    kind: str
    label: dict[str, str]


class InquiryKnown(TypedDict):
    """What forms may name now."""

    queues: list[NamedDocument]
    types: list[NamedDocument]
    purposes: list[NamedDocument]
    skills: list[str]
    targets: list[TargetDocument]


class AnswerDocument(TypedDict):
    """One answer, in the form's order. `shown`: by language; `maps_to`: what it is offered to."""

    name: str
    kind: str
    role: str
    maps_to: str
    label: dict[str, str]
    value: Any
    shown: dict[str, str]
    unmapped: bool


class SentFileDocument(TypedDict):
    """To be downloaded as an attachment of its letter; `size` in bytes."""

    id: str
    name: str
    size: int


class SubmissionDocument(TypedDict):
    """What a visitor sent. `via`: page, frame, api; `suspected`: why it looks like a program's."""

    id: str
    form: str
    form_id: str
    version: int
    at: float
    language: str
    via: str
    page: str
    suspected: str | None
    receipted: bool
    letter_id: str
    answers: list[AnswerDocument]
    files: list[SentFileDocument]


class SubmissionsAnswer(TypedDict):
    """The oldest first."""

    items: list[SubmissionDocument]


class TakenAnswer(TypedDict):
    """It waits. `status_url`: where the visitor sees how far it is."""

    id: str
    number: str
    status_url: str


def known(of: Offered) -> InquiryKnown:
    return InquiryKnown(
        queues=_named(of.queues),
        types=_named(of.types),
        purposes=_named(of.purposes),
        skills=list(of.skills),
        targets=[TargetDocument(id=each.id, kind=each.kind, label=dict(each.label)) for each in of.targets],
    )


def _named(given: Sequence[Named]) -> list[NamedDocument]:
    return [NamedDocument(id=each.id, label=dict(each.label)) for each in given]


def problems(found: Sequence[Problem]) -> list[InquiryProblem]:
    return [
        InquiryProblem(severity=each.severity, code=each.code, pointer=each.pointer, params=dict(each.params))
        for each in found
    ]


_NONE = Figures(received=0, suspected=0, caught={})


def brief(of: KeptForm, figures: Mapping[str, Figures]) -> InquiryFormBrief:
    counted = figures.get(of.id, _NONE)
    return InquiryFormBrief(
        id=of.id,
        key=of.key,
        name=of.name,
        languages=list(of.draft.languages),
        published=of.published,
        published_at=of.published_at,
        changed=of.changed,
        received=counted.received,
        suspected=counted.suspected,
        caught=dict(counted.caught),
        updated_at=of.updated_at,
        row_version=of.row_version,
    )


def form(
    of: KeptForm, found: Sequence[Problem], figures: Mapping[str, Figures], origin: str
) -> InquiryFormAnswer:
    return InquiryFormAnswer(
        **brief(of, figures),
        address=f"{origin}/forms/{of.key}",
        document=of.draft,
        problems=problems(found),
    )


def version_brief(of: Version, by: str | None) -> InquiryVersionBrief:
    return InquiryVersionBrief(version=of.number, note=of.note, published_at=of.published_at, by=by)


def version(of: Version, by: str | None) -> InquiryVersionAnswer:
    return InquiryVersionAnswer(**version_brief(of, by), document=of.form)


def submission(of: Submission, files: Sequence[Attachment]) -> SubmissionDocument:
    return SubmissionDocument(
        id=of.id,
        form=of.form,
        form_id=of.form_id,
        version=of.version,
        at=of.at,
        language=of.language,
        via=of.via,
        page=of.page,
        suspected=of.suspected,
        receipted=of.receipted,
        letter_id=of.letter_id,
        answers=[
            AnswerDocument(
                name=each["name"],
                kind=each["kind"],
                role=each["role"],
                maps_to=each["maps_to"],
                label=each["label"],
                value=each["value"],
                shown=each["shown"],
                unmapped=each["name"] in of.unmapped,
            )
            for each in of.answers
        ],
        files=[SentFileDocument(id=each.id, name=each.name, size=each.size) for each in files],
    )
