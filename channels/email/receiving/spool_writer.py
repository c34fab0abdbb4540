"""The drop's side of the spool: appends letters, one synchronous write for all that wait (group commit)."""

import asyncio
import fcntl
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from channels.email.receiving.spool import Envelope, encode, letter_id, segments

_SEGMENT_BYTES = 16 * 1024 * 1024
_BATCH_LETTERS = 256
_BATCH_BYTES = 64 * 1024 * 1024
_PIECE_BYTES = 512 * 1024
"""So much is written at once, so that a large letter does not keep the disk from the commits of calls until all of it is there."""
_RETRY_S = 1.0
_PATIENCE_S = 5.0


@dataclass(slots=True)
class _Waiting:
    parts: tuple[bytes, bytes]
    loop: asyncio.AbstractEventLoop
    stored: "asyncio.Future[None]"


class SpoolWriter:
    """Appends letters; each `append` returns when its batch is on the disk.

    `stored` is called on the loop after each batch, to wake the importer.
    """

    def __init__(
        self,
        folder: Path,
        stored: Callable[[], None],
        segment_bytes: int = _SEGMENT_BYTES,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        self._folder = folder
        self._stored = stored
        self._segment_bytes = segment_bytes
        self._segment = -1
        self._written = 0
        self._not_before = 0.0
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._lock = _lock(folder, patience_s)
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
        self._thread.start()

    async def append(self, envelope: Envelope, raw: bytes) -> str:
        """Store a letter; return its id when it is durable. Raises OSError when it is not."""
        spool_id = letter_id(envelope, raw)
        loop = asyncio.get_running_loop()
        waiting = _Waiting(encode(spool_id, envelope, raw), loop, loop.create_future())
        self._queue.put(waiting)
        await waiting.stored
        return spool_id

    def close(self) -> None:
        """Store what is waiting and let another writer in."""
        self._queue.put(None)
        self._thread.join()
        if self._segment >= 0:
            os.close(self._segment)
        os.close(self._lock)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, ended = self._take(first)
            try:
                self._write([part for waiting in batch for part in waiting.parts])
                problem = None
            except OSError as error:
                problem = error
            batch[0].loop.call_soon_threadsafe(self._settle, batch, problem)
            if ended:
                return

    def _take(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        batch, size = [first], len(first.parts[1])
        while len(batch) < _BATCH_LETTERS and size < _BATCH_BYTES:
            try:
                further = self._queue.get_nowait()
            except queue.Empty:
                break
            if further is None:
                return batch, True
            batch.append(further)
            size += len(further.parts[1])
        return batch, False

    def _settle(self, batch: Sequence[_Waiting], problem: OSError | None) -> None:
        for waiting in batch:
            if waiting.stored.done():  # the sender went away meanwhile
                continue
            if problem:
                waiting.stored.set_exception(problem)
            else:
                waiting.stored.set_result(None)
        if not problem:
            self._stored()

    def _write(self, parts: list[bytes]) -> None:
        """O_DSYNC makes each write durable by itself: one system call, and one wait for the interpreter, a batch of letters of usual size."""
        if self._segment < 0 or self._written >= self._segment_bytes:
            self._open_segment()
        data = memoryview(b"".join(parts))
        try:
            while data:
                count = os.write(self._segment, data[:_PIECE_BYTES])
                self._written += count
                data = data[count:]
        except OSError:
            # What was half written stays as a torn tail; cutting it off could pull it away under the reader.
            self._leave_segment()
            raise

    def _open_segment(self) -> None:
        if time.monotonic() < self._not_before:
            message = "the spool could not be written a moment ago"
            raise OSError(message)
        self._not_before = time.monotonic() + _RETRY_S
        if self._segment >= 0:
            os.close(self._segment)
            self._segment = -1
        numbers = [int(name.split("-")[0]) for name in segments(self._folder)]
        # The random part keeps a reader's remembered place from meaning a later file of the same number.
        name = f"{max(numbers, default=0) + 1:010d}-{os.urandom(4).hex()}.seg"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_DSYNC
        self._segment = os.open(self._folder / name, flags, 0o600)
        self._written = 0
        _sync_folder(self._folder)
        self._not_before = 0.0

    def _leave_segment(self) -> None:
        self._not_before = time.monotonic() + _RETRY_S
        os.close(self._segment)
        self._segment = -1


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(folder: Path, patience_s: float) -> int:
    """Hold the writer's lock; a predecessor that is just ending gets `patience_s`. Raises OSError (EWOULDBLOCK)."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise
            time.sleep(0.05)
        else:
            return descriptor
