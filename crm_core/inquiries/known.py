"""What forms may name at this moment: queues, types of cases, skills, purposes of consent, fields of cases and customers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from crm_core import queues
from crm_core.casework import types
from crm_core.inquiries.validation import Known
from crm_core.records import known as entities
from crm_core.records.declared import Field, Label
from crm_core.records.shape import shape_of
from crm_core.tables.base import metadata

_KINDS = (
    "text", "long_text", "email", "phone", "number", "integer", "amount", "date", "choice", "code", "tags", "boolean",
)  # fmt: skip
_CASE = ("severity", "category", "priority", "tags")
"""Of the case's own fields those that a visitor may set; all fields of the centre's own besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """`label`: by language; of a queue one word for all. `kind`: of a field."""

    id: str
    label: Mapping[str, str]
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """The same for whoever writes a form, with names."""

    queues: Sequence[Named]
    types: Sequence[Named]
    purposes: Sequence[Named]
    skills: Sequence[str]
    targets: Sequence[Named]


def read(conn: Connection) -> Known:
    found = offered(conn)
    return Known(
        queues=frozenset(each.id for each in found.queues),
        types=frozenset(each.id for each in found.types),
        skills=frozenset(found.skills),
        purposes=frozenset(each.id for each in found.purposes),
        targets={each.id: each.kind for each in found.targets},
    )


def offered(conn: Connection) -> Offered:
    return Offered(
        queues=[Named(id=each.id, label={"en": each.name}) for each in queues.list_queues(conn)],
        types=[Named(id=each.id, label=_words(each.label)) for each in types.offered(conn)],
        purposes=_purposes(conn),
        skills=sorted(queues.known_skills(conn)),
        targets=[
            Named(id=name, label=_words(field.label), kind=field.kind.value)
            for name, field in _targets(conn).items()
        ],
    )


def _targets(conn: Connection) -> dict[str, Field]:
    """What an answer may go to, by `case.<name>` and `party.<name>`."""
    found: dict[str, Field] = {}
    for entity in ("case", "party"):
        for field in shape_of(conn, entities.entity(entity)).fields:
            usable = field.custom or entity == "party" or field.name in _CASE
            if usable and not field.read_only and field.kind.value in _KINDS:
                found[f"{entity}.{field.name}"] = field
    return found


def _purposes(conn: Connection) -> list[Named]:
    row = metadata.tables["code_value"].c
    query = select(row.code, row.label_en, row.label_zh_tw, row.label_zh_cn)
    query = query.where(row.list == "consent_purpose", row.retired_at.is_(None), row.deleted_at.is_(None))
    return [
        Named(
            id=each.code,
            label={
                "en": each.label_en,
                "zh-TW": each.label_zh_tw or each.label_en,
                "zh-CN": each.label_zh_cn or each.label_en,
            },
        )
        for each in conn.execute(query.order_by(row.position, row.code))
    ]


def _words(words: Label) -> dict[str, str]:
    return {"en": words.en, "zh-TW": words.zh_tw, "zh-CN": words.zh_cn}
