"""The log of SQLite is copied back by a thread of its own, not by who writes."""

import asyncio
from functools import partial
from pathlib import Path

from crm_core.checkpoints import CHECKPOINT_PAGES
from crm_core.engines import LONGEST_LOG_PAGES
from crm_core.mail_in import large
from crm_core.store import Store
from tests.templates import with_tables

_PAGE_BYTES = 4096


async def test_a_long_log_is_copied_while_the_writer_goes_on(tmp_path: Path) -> None:
    """Long before the writer would have to do it, what was written is in the file; and nothing of it is lost."""
    file = tmp_path / "centre.db"
    store = Store(with_tables(file))
    store.open()
    written = 0
    try:
        while written < (CHECKPOINT_PAGES + LONGEST_LOG_PAGES) // 2:
            piece = large.Piece(large.RAW, written, bytes(256 * _PAGE_BYTES))
            await store.write_behind(partial(large.put, letter_id="x", pieces=[piece]))
            written += 256
        async with asyncio.timeout(60):
            while file.stat().st_size < CHECKPOINT_PAGES * _PAGE_BYTES:
                await asyncio.sleep(0.01)
        kept = await store.read(partial(large.joined, letter_id="x", of=large.RAW))
        assert len(kept) == written * _PAGE_BYTES
    finally:
        await store.close()
