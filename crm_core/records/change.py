"""A row that is about to be written, or was just written, as an entity's own rules see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from config.errors import Kind, Refused
from crm_core.access.model import Action
from crm_core.access.reader import SYSTEM, Reader
from crm_core.audit.chain import THE_SYSTEM, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who changes something, from where, and when."""

    reader: Reader
    origin: Origin
    now: float


def system(now: float) -> Acting:
    """The program itself: jobs, imports at the command line, seeds."""
    return Acting(reader=SYSTEM, origin=THE_SYSTEM, now=now)


@dataclass(slots=True, kw_only=True)
class Change:
    """`before` is None for a new row, `after` for one that is deleted. A rule that runs before the write may set values in
    `after`, also of columns that are no fields; `given` names the fields that were asked for."""

    action: Action
    id: str
    before: Mapping[str, Any] | None
    after: dict[str, Any]
    given: frozenset[str]
    acting: Acting
    noted: dict[str, Any] = field(default_factory=dict)

    def changed(self, name: str) -> bool:
        """Whether the field has another value than before."""
        return (self.before or {}).get(name) != self.after.get(name)

    def refuse(self, name: str, code: str, **params: str | int | float | bool | None) -> Refused:
        """To be raised by a rule: this field is to blame."""
        return Refused(code, Kind.INVALID, pointer=f"/{name}", **params)
