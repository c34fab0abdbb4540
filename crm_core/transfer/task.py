"""What the parts of an import's chunk share: its task, its rows on their way, and what is told of those that are not taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from config.errors import Refused, RefusedFields
from crm_core.records.change import Acting, Change
from crm_core.records.declared import Entity, Field
from crm_core.records.shape import Shape
from crm_core.transfer import told
from crm_core.transfer.plan import Plan
from crm_core.transfer.prepare import REFERRING, Ready
from crm_core.transfer.references import Known
from crm_core.transfer.told import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What all chunks of a batch share. `acting.now` is the moment the batch was started: what still has it was changed by
    nobody since, which is how undo knows."""

    conn: Connection
    acting: Acting
    shape: Shape
    plan: Plan
    batch_id: str
    remembered: Known

    @property
    def entity(self) -> Entity:
        return self.shape.entity

    def referring(self) -> list[Field]:
        return [
            each for each in self.shape.fields if each.name in self.plan.columns and each.kind in REFERRING
        ]


@dataclass(slots=True, kw_only=True)
class Planned:
    """A row that is to be written."""

    ready: Ready
    change: Change
    columns: dict[str, Any] = field(default_factory=dict)
    added: Any = None


Outcome = Told | Planned


def unique_groups(entity: Entity) -> list[tuple[str, ...]]:
    return [(each.name,) for each in entity.fields if each.unique] + list(entity.uniques)


def skipped(row: Ready, code: str, name: str, record_id: str | None = None) -> Told:
    return Told(
        row=row.number,
        outcome=told.SKIPPED,
        code=code,
        field=name,
        record_id=record_id,
        given=tuple(row.cells),
    )


def faulty(row: Ready, code: str, name: str, params: Mapping[str, Any]) -> Told:
    return Told(
        row=row.number,
        outcome=told.FAILED,
        code=code,
        field=name or None,
        params=params,
        given=tuple(row.cells),
    )


def failed(row: Ready, error: IntegrityError | Refused) -> Told:
    if isinstance(error, RefusedFields) and error.faults:
        fault = error.faults[0]
        return faulty(row, fault.code, fault.pointer.removeprefix("/"), fault.params)
    if isinstance(error, Refused):
        return faulty(row, error.code, error.pointer.removeprefix("/"), error.params)
    return faulty(row, "record.conflict", "", {})
