"""A large letter goes into the store piece by piece before it is filed, so that a call's writes come between."""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from channels.email.reading.parsed import Parsed
from channels.email.receiving.spool import Spooled
from crm_core.mail_in import large
from crm_core.mail_in.large import Piece
from crm_core.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """What is there already: the raw letter, and of these attachments the bytes."""

    sha256: str
    attachments: frozenset[int]

    def of(self, parsed: Parsed) -> tuple[int, ...]:
        """Of the letter as it is filed: unparsed it has no attachments."""
        return (large.RAW, *(each for each in self.attachments if each < len(parsed.attachments)))


async def lay_down(store: Store, letter: Spooled, parsed: Parsed, spool_ids: list[str]) -> Laid:
    """Piece by piece; a piece that is there is left."""
    attached = {
        position: part.content
        for position, part in enumerate(parsed.attachments)
        if len(part.content) > large.SMALL_BYTES
    }
    for spool_id in spool_ids:
        letter_id = large.id_of(spool_id)
        for unit in _units({large.RAW: letter.raw, **attached}):
            await store.write_behind(partial(large.put, letter_id=letter_id, pieces=unit), patient=True)
    digest = await asyncio.to_thread(lambda: hashlib.sha256(letter.raw).hexdigest())
    return Laid(sha256=digest, attachments=frozenset(attached))


def _units(contents: Mapping[int, bytes]) -> Iterator[list[Piece]]:
    """All pieces, gathered to what is written at once."""
    unit: list[Piece] = []
    size = 0
    for of, content in contents.items():
        for start in range(0, len(content), large.PIECE_BYTES):
            piece = content[start : start + large.PIECE_BYTES]
            unit.append(Piece(of, start // large.PIECE_BYTES, piece))
            size += len(piece)
            if size >= large.UNIT_BYTES:
                yield unit
                unit, size = [], 0
    if unit:
        yield unit
