"""The log of SQLite is copied back by a thread of its own, not by who writes."""

import asyncio
import threading
from functools import partial
from pathlib import Path

import pytest

from crm_core import checkpoints
from crm_core.checkpoints import CHECKPOINT_PAGES, Checkpoints
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


async def test_a_store_that_closes_while_its_log_is_copied_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end that was asked for during a copy is not forgotten with it."""
    copying, go_on = threading.Event(), threading.Event()

    def copy(_: object) -> int:
        copying.set()
        assert go_on.wait(30)
        return CHECKPOINT_PAGES

    monkeypatch.setattr(checkpoints, "_copy", copy)
    monkeypatch.setattr(Checkpoints, "_is_long", lambda _: not copying.is_set())
    store = Store(with_tables(tmp_path / "centre.db"))
    store.open()
    await store.write(lambda _: None)
    assert await asyncio.to_thread(copying.wait, 30)
    closing = asyncio.ensure_future(store.close())
    async with asyncio.timeout(30):
        while store._checkpoints is not None and not store._checkpoints._stopped:
            await asyncio.sleep(0.01)
        go_on.set()
        await closing
