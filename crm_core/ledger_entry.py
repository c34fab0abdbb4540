"""One fact as the ledger keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

JsonScalar = str | int | float | bool | None
Json = JsonScalar | Sequence["Json"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One fact. `kind` is its class name in snake case, `data` its fields that have no column."""

    kind: str
    at: float
    interaction: str | None = None
    queue: str | None = None
    agent: str | None = None
    offer: str | None = None
    data: Mapping[str, Json] = field(default_factory=dict)
