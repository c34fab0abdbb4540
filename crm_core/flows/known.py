"""What flows may name at this moment: queues, calendars, skills, levels of customers, prompts."""

from collections.abc import Callable

from sqlalchemy import Connection, select

from config.asterisk.spoken import sentences
from crm_core import calendars, queues
from crm_core.flows import prompts
from crm_core.flows.validation import Known
from crm_core.tables.base import metadata


def read(conn: Connection, may_call: Callable[[str], bool]) -> Known:
    """`may_call`: whether calls go out to a number."""
    return Known(
        queues=frozenset(each.id for each in queues.list_queues(conn)),
        calendars=frozenset(each.id for each in calendars.list_calendars(conn)),
        skills=frozenset(queues.known_skills(conn)),
        tiers=_tiers(conn),
        prompts=prompts.languages(conn),
        ours=frozenset(sentences()),
        may_call=may_call,
    )


def _tiers(conn: Connection) -> frozenset[str]:
    row = metadata.tables["code_value"].c
    query = select(row.code).where(row.list == "party_tier", row.deleted_at.is_(None))
    return frozenset(conn.execute(query).scalars())
