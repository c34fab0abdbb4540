"""What customers are told as, in JSON: relations, charts, consents, duplicates, merges, the time line, long work."""

from collections.abc import Iterable, Mapping
from typing import Any

from typing_extensions import TypedDict

from agent_console.records import Labels, labels
from crm_core.customers.duplicates import Alike, Candidate
from crm_core.customers.groups import Member
from crm_core.customers.merge_undo import ChangedSince, Merge
from crm_core.customers.relations import Relation
from crm_core.customers.repair import Incomplete
from crm_core.customers.timeline import Entry
from crm_core.jobs import Job
from crm_core.search.party_list import PartyRow


class PartyBrief(TypedDict):
    id: str
    kind: str
    name: str
    organisation: str | None
    title: str | None
    tier: str | None
    phone: str | None
    email: str | None


class RelationDocument(TypedDict):
    """From one customer's end: `label` says it with `other` as its object."""

    id: str
    type: str
    outward: bool
    label: Labels
    other: dict[str, str]
    role: str | None
    department: str | None
    primary: bool
    valid_from: str | None
    valid_until: str | None
    open: bool
    row_version: int


class RelationsAnswer(TypedDict):
    items: list[RelationDocument]
    types: list[dict[str, Any]]


class MemberDocument(TypedDict):
    """`above`: whom it stands under; null at the top."""

    id: str
    name: str
    title: str | None
    department: str | None
    above: str | None


class ChartAnswer(TypedDict):
    items: list[MemberDocument]


class GroupAnswer(TypedDict):
    """The group with its cases by status and its revenue in a year."""

    items: list[MemberDocument]
    cases: dict[str, int]
    revenue: str


class ConsentVerdict(TypedDict):
    allowed: bool
    reason: str
    consent_id: str | None


class AlikeDocument(TypedDict):
    party: PartyBrief
    score: int
    reasons: dict[str, int]


class AlikeAnswer(TypedDict):
    items: list[AlikeDocument]


class CandidateDocument(TypedDict):
    id: str
    a: PartyBrief
    b: PartyBrief
    score: int
    reasons: dict[str, int]
    state: str
    found_at: float


class CandidatePage(TypedDict):
    items: list[CandidateDocument]
    next_cursor: str | None


class MergeDocument(TypedDict):
    id: str
    survivor_id: str
    merged_id: str
    survivor_name: str
    merged_name: str
    at: float
    by: str
    undone_at: float | None
    undone_by: str | None


class MergesAnswer(TypedDict):
    items: list[MergeDocument]


class MergedAnswer(TypedDict):
    merge_id: str
    survivor_id: str


class ChangedDocument(TypedDict):
    """Changed after the merge and left so: columns of a row; none: the row was removed."""

    table: str
    key: dict[str, Any]
    columns: list[str]


class UndoneAnswer(TypedDict):
    changed_since: list[ChangedDocument]


class EntryDocument(TypedDict):
    kind: str
    id: str
    at: float
    party_id: str
    party: str
    title: str
    planned: bool
    detail: dict[str, Any]


class TimelinePage(TypedDict):
    items: list[EntryDocument]
    next_cursor: str | None
    kinds: list[str]


class IncompleteDocument(TypedDict):
    party_id: str
    name: str
    kind: str
    lacking: list[str]
    since: float


class RepairPage(TypedDict):
    items: list[IncompleteDocument]
    next_cursor: str | None


class JobDocument(TypedDict):
    """`state`: queued, running, done, failed, cancelled; `error` is a code."""

    id: str
    kind: str
    state: str
    asked: dict[str, Any]
    result: dict[str, Any]
    done: int
    total: int
    by: str
    created_at: float
    started_at: float | None
    ended_at: float | None
    error: str


class JobAnswer(TypedDict):
    job: JobDocument


class JobsAnswer(TypedDict):
    items: list[JobDocument]


def brief(row: PartyRow) -> PartyBrief:
    return PartyBrief(
        id=row.id,
        kind=row.kind,
        name=row.name,
        organisation=row.organisation,
        title=row.title,
        tier=row.tier,
        phone=row.phone,
        email=row.email,
    )


def relation(row: Relation) -> RelationDocument:
    return RelationDocument(
        id=row.id,
        type=row.type,
        outward=row.outward,
        label=labels(row.label),
        other={"id": row.other_id, "name": row.other, "kind": row.other_kind},
        role=row.role,
        department=row.department,
        primary=row.primary,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        open=row.open,
        row_version=row.version,
    )


def member(row: Member) -> MemberDocument:
    return MemberDocument(
        id=row.id, name=row.name, title=row.title, department=row.department, above=row.above
    )


def alike(rows: Iterable[Alike], known: Mapping[str, PartyRow]) -> list[AlikeDocument]:
    return [
        AlikeDocument(party=brief(known[row.party_id]), score=row.score, reasons=dict(row.reasons))
        for row in rows
        if row.party_id in known
    ]


def candidate(row: Candidate, known: Mapping[str, PartyRow]) -> CandidateDocument:
    return CandidateDocument(
        id=row.id,
        a=brief(known[row.party_a]),
        b=brief(known[row.party_b]),
        score=row.score,
        reasons=dict(row.reasons),
        state=row.state,
        found_at=row.found_at,
    )


def merge(row: Merge) -> MergeDocument:
    return MergeDocument(
        id=row.id,
        survivor_id=row.survivor_id,
        merged_id=row.merged_id,
        survivor_name=row.survivor_name,
        merged_name=row.merged_name,
        at=row.at,
        by=row.by_name,
        undone_at=row.undone_at,
        undone_by=row.undone_by,
    )


def changed(row: ChangedSince) -> ChangedDocument:
    return ChangedDocument(table=row.table, key=dict(row.key), columns=list(row.columns))


def entry(row: Entry, names: Mapping[str, str]) -> EntryDocument:
    return EntryDocument(
        kind=row.kind,
        id=row.id,
        at=row.at,
        party_id=row.party_id,
        party=names.get(row.party_id, ""),
        title=row.title,
        planned=row.planned,
        detail=dict(row.detail),
    )


def incomplete(row: Incomplete) -> IncompleteDocument:
    return IncompleteDocument(
        party_id=row.party_id, name=row.name, kind=row.kind, lacking=list(row.lacking), since=row.since
    )


def job(row: Job) -> JobDocument:
    return JobDocument(
        id=row.id,
        kind=row.kind,
        state=row.state,
        asked=dict(row.asked),
        result=dict(row.result),
        done=row.done,
        total=row.total,
        by=row.by_name,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        error=row.error,
    )
