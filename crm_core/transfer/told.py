"""What became of a row."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Table

from crm_core.tables.base import Amount, TextList

CREATED, UPDATED, UNCHANGED, SKIPPED, FAILED = "created", "updated", "unchanged", "skipped", "failed"
OUTCOMES = (CREATED, UPDATED, UNCHANGED, SKIPPED, FAILED)
TAKEN_BACK, CHANGED_SINCE, IN_USE, NOT_YOURS = "taken_back", "changed_since", "in_use", "not_yours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One row of the report. `before`: what an update replaced, by column of the table, and `added`, what it brought along."""

    row: int
    outcome: str
    record_id: str | None = None
    code: str | None = None
    field: str | None = None
    params: Mapping[str, Any] | None = None
    before: Mapping[str, Any] | None = None
    given: tuple[str, ...] | None = None

    def as_row(self, batch: int) -> dict[str, Any]:
        return {
            "batch": batch,
            "row": self.row,
            "outcome": self.outcome,
            "record_id": self.record_id,
            "code": self.code,
            "field": self.field,
            "params": packed(self.params) if self.params else None,
            "before": packed(self.before),
            "given": packed(self.given),
            "undo": None,
        }


def packed(value: Any) -> str | None:
    """As JSON in ASCII, which every database holds; money as text."""
    return None if value is None else json.dumps(value, default=str)


def restored(table: Table, before: Mapping[str, Any]) -> dict[str, Any]:
    """Values of columns again that `packed` told."""
    found = dict(before)
    for name, value in before.items():
        kind = table.c[name].type
        if isinstance(kind, Amount) and value is not None:
            found[name] = Decimal(value)
        elif isinstance(kind, TextList):
            found[name] = tuple(value or ())
    return found
