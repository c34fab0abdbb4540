"""A letter's rows as they are written: their columns, and the statements that every letter runs, put together once."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Select, bindparam, insert, select, union_all

from config.ids import new_id
from crm_core import letter_findings
from crm_core.letter_types import NewAttachment, ParsedFields
from crm_core.many import ManyRows
from crm_core.prepared import Prepared
from crm_core.tables import attachment, letter, letter_raw, storable, support_case

_L = letter.c
STORE = Prepared(
    insert(letter).values(
        {column.name: bindparam(column.name) for column in _L if column.name != "author_id"}
    )
)
STORE_RAW = Prepared(insert(letter_raw).values(letter_id=bindparam("letter_id"), raw=bindparam("raw")))
STORE_FILES = ManyRows(attachment)


def parsed(given: ParsedFields) -> dict[str, Any]:
    """The columns of what was read out of a letter."""
    values = {field.name: getattr(given, field.name) for field in fields(given)}
    del values["attachments"]
    values["reference_ids"] = values.pop("references")
    values["bounce"] = letter_findings.as_json(given.bounce)
    values["invite"] = letter_findings.as_json(given.invite)
    values["authentication"] = [asdict(one) for one in given.authentication] or None
    return values


def file(letter_id: str, position: int, part: NewAttachment) -> dict[str, Any]:
    """The columns of an attachment."""
    return {
        "id": new_id(),
        "letter_id": letter_id,
        "position": position,
        "name": part.name,
        "content_type": part.content_type,
        "size": len(part.content),
        "inline": part.inline,
        "content_id": part.content_id,
        "content": part.content,
        "danger": part.danger,
    }


class Written:
    """A letter's row as it would be read, made of what was written."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        value = self._values[name]
        return storable(value) if isinstance(value, str) else value


def _twin() -> Select[Any]:
    return (
        select(_L.id)
        .join(support_case, support_case.c.id == _L.case_id)
        .where(
            _L.direction == "in",
            _L.message_id == bindparam("of_message_id"),
            support_case.c.queue_id == bindparam("of_queue_id"),
            _L.from_address == bindparam("of_from_address"),
            _L.date.is_not_distinct_from(bindparam("of_date")),
            _L.subject == bindparam("of_subject"),
            _L.text == bindparam("of_text"),
        )
    )


_BY_SPOOL_ID = select(_L.id).where(_L.spool_id == bindparam("of_spool_id"))
STORED = Prepared(_BY_SPOOL_ID)
STORED_OR_TWIN = Prepared(union_all(_BY_SPOOL_ID, _twin()).limit(1))
