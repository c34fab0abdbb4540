"""Large letters, kept in pieces: one row of 50 MB would hold up every call's writes for as long as the disk takes for it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from crm_core.tables import inserting, letter_part

LARGE_BYTES = 1024 * 1024
PIECE_BYTES = 256 * 1024
UNIT_BYTES = 512 * 1024
"""So much is written in one unit; between two of them calls write."""
SMALL_BYTES = 16 * 1024
"""Attachments that are no larger go with the letter itself."""
RAW = -1
_ROOT = uuid.UUID("5b4f3c52-7d55-4d0e-9a55-6f5e1b0d7c11")
_P = letter_part.c


def id_of(spool_id: str) -> str:
    """The letter's id before there is a letter, the same at every try."""
    return str(uuid.uuid5(_ROOT, spool_id))


@dataclass(frozen=True, slots=True)
class Piece:
    """`of`: which attachment, or `RAW`."""

    of: int
    position: int
    content: bytes


def put(conn: Connection, letter_id: str, pieces: Sequence[Piece]) -> None:
    """These pieces; twice is once."""
    made = inserting(conn, letter_part).on_conflict_do_nothing()
    for each in pieces:
        values = {"letter_id": letter_id, "of": each.of, "position": each.position, "content": each.content}
        conn.execute(made, values)


def joined(conn: Connection, letter_id: str, of: int) -> bytes:
    """All of it; nothing when it is not kept so."""
    query = select(_P.content).where(_P.letter_id == letter_id, _P.of == of).order_by(_P.position)
    return b"".join(bytes(each) for each in conn.execute(query).scalars())
