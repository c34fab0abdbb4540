"""What was done, as JSON."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import TypedDict

from crm_core.audit.reading import Told


class PastDocument(TypedDict):
    """One thing done to a record. `changes`: by field, before and after; none once they were erased."""

    seq: int
    at: float
    actor: str
    via: str
    action: str
    changes: dict[str, list[Any]]


class HistoryPage(TypedDict):
    """`named`: what the values refer to, by entity and id."""

    items: list[PastDocument]
    named: dict[str, dict[str, str]]
    next_cursor: str | None


class AuditDocument(TypedDict):
    """One event of the chain; `detail` is null once it was erased."""

    seq: int
    at: float
    actor_id: str | None
    actor: str
    via: str
    action: str
    entity: str
    object_id: str | None
    detail: Mapping[str, Any] | None


class AuditPage(TypedDict):
    """`named`: what the values refer to, by entity and id."""

    items: list[AuditDocument]
    named: dict[str, dict[str, str]]
    next_cursor: str | None


class AuditVerdict(TypedDict):
    """`broken_at`: the first event that is wrong; null: all are as they were written."""

    events: int
    broken_at: int | None


def past(told: Told) -> PastDocument:
    """An event on its record's page: no more of its detail than the fields that changed."""
    changes = {} if told.detail is None else dict(told.detail.get("changes") or {})
    return PastDocument(
        seq=told.seq, at=told.at, actor=told.actor, via=told.via, action=told.action, changes=changes
    )


def event(told: Told) -> AuditDocument:
    """An event for administrators."""
    return AuditDocument(
        seq=told.seq,
        at=told.at,
        actor_id=told.actor_id,
        actor=told.actor,
        via=told.via,
        action=told.action,
        entity=told.entity,
        object_id=told.object_id,
        detail=told.detail,
    )
