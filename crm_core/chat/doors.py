"""Where chats may begin, as visitors find it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from crm_core.entities.chat_door import CHAT_DOOR
from crm_core.records.tables import table_of
from crm_core.tables import queue as queue_table

MAIN = "main"
"""The door of our own page `/chat`."""
LANGUAGES = ("en", "zh-TW", "zh-CN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """`ask_name`, `ask_email`: required, optional, no. `consent`: what has to be agreed to, if anything."""

    key: str
    queue_id: str
    mail_address: str
    ask_name: str
    ask_email: str
    files: bool
    greeting: str
    consent: str


def door(conn: Connection, key: str, language: str) -> Door | None:
    """The door with this short name that is offered now, in the visitor's language (of a text that there is in others alone, the first)."""
    table = table_of(CHAT_DOOR)
    query = (
        select(table, queue_table.c.mail_address)
        .join(queue_table, queue_table.c.id == table.c.queue_id)
        .where(table.c.key == key, table.c.active, table.c.deleted_at.is_(None))
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    return Door(
        key=row.key,
        queue_id=row.queue_id,
        mail_address=row.mail_address or "",
        ask_name=row.ask_name,
        ask_email=row.ask_email,
        files=row.files,
        greeting=_said(row, "greeting", language),
        consent=_said(row, "consent", language),
    )


def _said(row: Any, name: str, language: str) -> str:
    ordered = (language, *(each for each in LANGUAGES if each != language))
    texts = (getattr(row, f"{name}_{each.replace('-', '_').lower()}") or "" for each in ordered)
    return next((text.strip() for text in texts if text.strip()), "")
