"""A large letter goes into the store piece by piece before it is filed, so that a call's writes come between."""

import asyncio
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from channels.email.reading.parsed import Parsed
from channels.email.receiving.spool import Spooled
from crm_core.mail_in import large
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
        if len(part.content) > large.PIECE_BYTES
    }
    for spool_id in spool_ids:
        letter_id = large.id_of(spool_id)
        for of, content in ((large.RAW, letter.raw), *attached.items()):
            for position, piece in _pieces(content):
                await store.write(
                    partial(large.put, letter_id=letter_id, of=of, position=position, content=piece)
                )
    digest = await asyncio.to_thread(lambda: hashlib.sha256(letter.raw).hexdigest())
    return Laid(sha256=digest, attachments=frozenset(attached))


def _pieces(content: bytes) -> Iterator[tuple[int, bytes]]:
    for start in range(0, len(content), large.PIECE_BYTES):
        yield start // large.PIECE_BYTES, content[start : start + large.PIECE_BYTES]
