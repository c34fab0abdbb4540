"""Types of cases as administrators keep them, read for work: a form, a life cycle, and whether it is a complaint."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from crm_core.casework import forms, lifecycle
from crm_core.casework.forms import Form
from crm_core.casework.lifecycle import PLAIN, Lifecycle
from crm_core.records import known
from crm_core.records.declared import Label, label
from crm_core.records.tables import table_of

COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseType:
    """`severity` and `priority` are what a new case of it has unless somebody says otherwise."""

    id: str
    label: Label
    kind: str
    form: Form
    lifecycle: Lifecycle
    severity: str | None
    priority: str | None
    offered: bool

    @property
    def is_complaint(self) -> bool:
        return self.kind == COMPLAINT


NO_TYPE = CaseType(
    id="",
    label=label("Case", "案件", "工单"),
    kind="inquiry",
    form=(),
    lifecycle=PLAIN,
    severity=None,
    priority=None,
    offered=False,
)
"""What holds for a case without a type."""


def of(conn: Connection, type_id: str | None) -> CaseType:
    """The type as it is now, also one that was retired or deleted: its cases live on."""
    if not type_id:
        return NO_TYPE
    table = table_of(known.entity("case_type"))
    row = conn.execute(select(table).where(table.c.id == type_id)).one_or_none()
    return NO_TYPE if row is None else _read(row)


def offered(conn: Connection) -> list[CaseType]:
    """Those that new cases may have, in their order."""
    table = table_of(known.entity("case_type"))
    row = table.c
    query = select(table).where(row.deleted_at.is_(None), row.active).order_by(row.position, row.code)
    return [_read(each) for each in conn.execute(query)]


def default(conn: Connection) -> CaseType:
    """The type of a case about which nobody has said anything yet: a letter, a form."""
    row = conn.execute(_default()).one_or_none()
    return NO_TYPE if row is None else _read(row)


@cache
def _default() -> Select[Any]:
    table = table_of(known.entity("case_type"))
    row = table.c
    query = select(table).where(row.deleted_at.is_(None), row.active, row.is_default)
    return query.order_by(row.position, row.code).limit(1)


def id_of(conn: Connection, code: str) -> str | None:
    """The offered type with this code; None where administrators have taken it away."""
    row = table_of(known.entity("case_type")).c
    query = select(row.id).where(row.code == code, row.deleted_at.is_(None), row.active)
    found: str | None = conn.execute(query.limit(1)).scalar_one_or_none()
    return found


def _read(row: Row[Any]) -> CaseType:
    return CaseType(
        id=row.id,
        label=label(row.name, row.label_zh_tw or row.name, row.label_zh_cn or row.label_zh_tw or row.name),
        kind=row.kind,
        form=forms.read(row.form),
        lifecycle=PLAIN if row.lifecycle is None else lifecycle.read(row.lifecycle),
        severity=row.severity,
        priority=row.priority,
        offered=bool(row.active) and row.deleted_at is None,
    )


def judged_by(row: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A case's fields and its form's as one, as a move's needs name them."""
    values = dict(row) | dict(given or {})
    values |= values.get("custom") or {}
    return values | {f"form.{name}": value for name, value in (values.get("form") or {}).items()}
