"""Large letters, kept in pieces: one row of 50 MB would hold up every call's writes for as long as the disk takes for it."""

import uuid

from sqlalchemy import Connection, delete, select

from crm_core.tables import inserting, letter_part

LARGE_BYTES = 1024 * 1024
PIECE_BYTES = 128 * 1024
"""A unit of its own each, between which calls write."""
RAW = -1
_ROOT = uuid.UUID("5b4f3c52-7d55-4d0e-9a55-6f5e1b0d7c11")
_P = letter_part.c


def id_of(spool_id: str) -> str:
    """The letter's id before there is a letter, the same at every try."""
    return str(uuid.uuid5(_ROOT, spool_id))


def put(conn: Connection, letter_id: str, of: int, position: int, content: bytes) -> None:
    """One piece; twice is once."""
    made = inserting(conn, letter_part).values(letter_id=letter_id, of=of, position=position, content=content)
    conn.execute(made.on_conflict_do_nothing())


def joined(conn: Connection, letter_id: str, of: int) -> bytes:
    """All of it; nothing when it is not kept so."""
    query = select(_P.content).where(_P.letter_id == letter_id, _P.of == of).order_by(_P.position)
    return b"".join(bytes(each) for each in conn.execute(query).scalars())


def forget(conn: Connection, letter_ids: list[str]) -> None:
    conn.execute(delete(letter_part).where(_P.letter_id.in_(letter_ids)))
