"""What forms may name at this moment: queues, types of cases, skills, purposes of consent, fields of cases and customers."""

from sqlalchemy import Connection, select

from crm_core import queues
from crm_core.inquiries.validation import Known
from crm_core.records import known as entities
from crm_core.records.declared import Field
from crm_core.records.shape import shape_of
from crm_core.tables.base import metadata

_KINDS = (
    "text",
    "long_text",
    "email",
    "phone",
    "number",
    "integer",
    "amount",
    "date",
    "choice",
    "code",
    "tags",
    "boolean",
)
_CASE = ("severity", "category", "priority", "tags")
"""Of the case's own fields those that a visitor may set; all fields of the centre's own besides."""


def read(conn: Connection) -> Known:
    return Known(
        queues=frozenset(each.id for each in queues.list_queues(conn)),
        types=_types(conn),
        skills=frozenset(queues.known_skills(conn)),
        purposes=_codes(conn, "consent_purpose"),
        targets={name: field.kind.value for name, field in targets(conn).items()},
    )


def targets(conn: Connection) -> dict[str, Field]:
    """What an answer may go to, by `case.<name>` and `party.<name>`."""
    found: dict[str, Field] = {}
    for entity in ("case", "party"):
        for name, field in shape_of(conn, entities.entity(entity)).fields.items():
            usable = field.custom or (entity == "case" and name in _CASE) or entity == "party"
            if usable and not field.read_only and field.kind.value in _KINDS:
                found[f"{entity}.{name}"] = field
    return found


def _types(conn: Connection) -> frozenset[str]:
    row = metadata.tables["case_type"].c
    return frozenset(conn.execute(select(row.id).where(row.deleted_at.is_(None))).scalars())


def _codes(conn: Connection, of_list: str) -> frozenset[str]:
    row = metadata.tables["code_value"].c
    query = select(row.code).where(row.list == of_list, row.retired_at.is_(None), row.deleted_at.is_(None))
    return frozenset(conn.execute(query).scalars())
