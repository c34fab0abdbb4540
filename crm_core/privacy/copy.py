"""A copy of everything that is kept about a person, for them (GDPR, article 15; PIPA of Taiwan, article 10; PIPL, article 45)."""

import io
import json
import zipfile
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Table, select

from crm_core.mail_in import large
from crm_core.privacy.links import OF_INTERACTION, OF_LETTER
from crm_core.privacy.person import CARRIERS, Person, among, among_keys, person, speaking
from crm_core.tables import attachment, chat_file, letter_part, letter_raw, party

_NOT_THEIRS = frozenset({"interaction_match", "outbox"})
"""The house's own workings, which may name others."""
_SECRET = frozenset({"pin_hash", "token_sha256"})
"""What opens doors: a hash of a short PIN is as good as the PIN to whoever tries all."""


def copy_of(conn: Connection, party_id: str) -> bytes:
    """A ZIP: `person.json` with the rows by table, each letter as it came (`letters/<id>.eml`), attachments beside. `Refused` for an
    unknown party."""
    found = person(conn, party_id)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "person.json", json.dumps(_rows(conn, found), ensure_ascii=False, indent=1, default=_plain)
        )
        for condition in among(letter_raw.c.letter_id, found.carried[OF_LETTER]):
            for row in conn.execute(select(letter_raw).where(condition)):
                raw = row.raw or large.joined(conn, row.letter_id, large.RAW)
                archive.writestr(f"letters/{row.letter_id}.eml", raw)
        for condition in among(attachment.c.letter_id, found.carried[OF_LETTER]):
            for row in conn.execute(select(attachment).where(condition)):
                content = row.content or large.joined(conn, row.letter_id, row.position)
                archive.writestr(f"attachments/{row.letter_id}/{row.position}", content)
        for condition in among(chat_file.c.interaction_id, found.carried[OF_INTERACTION]):
            for row in conn.execute(select(chat_file).where(condition)):
                archive.writestr(f"chats/{row.interaction_id}/{row.id}", row.content)
    return made.getvalue()


def _rows(conn: Connection, found: Person) -> dict[str, list[dict[str, Any]]]:
    told: dict[str, list[dict[str, Any]]] = {"party": _of(conn, party, [party.c.id == found.id])}
    for kind, table in CARRIERS.items():
        told[table.name] = _of(conn, table, among(table.c.id, found.carried[kind]))
    for table, keys in found.own.items():
        if keys and table.name not in _NOT_THEIRS and table not in (letter_raw, letter_part, attachment):
            told[table.name] = _of(conn, table, among_keys(table, keys))
    for link in speaking():
        if link.kind == OF_INTERACTION and link.table not in found.own and link.table.name not in told:
            told[link.table.name] = _of(conn, link.table, among(link.column, found.carried[link.kind]))
    return {name: rows for name, rows in told.items() if rows}


def _of(conn: Connection, table: Table, conditions: Any) -> list[dict[str, Any]]:
    rows = (row for each in conditions for row in conn.execute(select(table).where(each)))
    return [
        {
            name: value
            for name, value in zip(row._fields, row, strict=True)
            if value is not None and name not in _SECRET
        }
        for row in rows
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return f"{len(value)} bytes" if isinstance(value, bytes) else str(value)
