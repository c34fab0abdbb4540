"""The server's side of the parser: one worker process with a time limit, replaced when it is stuck or dies."""

import asyncio
import subprocess
import sys
from contextlib import suppress

from channels.email.reading.parse_worker import REQUEST, answer_in
from channels.email.reading.parsed import UNPARSABLE, Parsed
from config.logs import Transcript

log = Transcript("mail")

# The largest letters of real mail take 2 s. A letter made to take for ever costs those behind it no more than this.
_TIME_LIMIT_S = 20.0
_LARGEST_ANSWER_BYTES = 256 * 1024 * 1024


class Parsing:
    """Parses letters one at a time beside the loop. Not a pool of concurrent.futures: that starts its processes with a
    copy of our main module, cannot end one that is stuck, and leaves them behind when we are killed.

    A thread talks with it, by plain reads and writes that let the loop run meanwhile. The loop's own pipes would copy a letter of 50 MB at once,
    and its attachments again, while calls wait."""

    def __init__(self, time_limit_s: float = _TIME_LIMIT_S) -> None:
        self._time_limit_s = time_limit_s
        self._worker: subprocess.Popen[bytes] | None = None
        self._turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """The worker's process."""
        return self._worker.pid if self._worker else None

    async def parse(self, raw: bytes, sender: str, subject_of_log: str) -> Parsed:
        """The letter's fields; `UNPARSABLE` when the worker failed on it. Cancelling leaves a fresh worker."""
        async with self._turn:
            try:
                async with asyncio.timeout(self._time_limit_s):
                    worker = self._worker = self._worker or _start()
                    return await asyncio.to_thread(_ask, worker, raw, sender)
            except (TimeoutError, OSError, EOFError, ValueError, KeyError, TypeError) as problem:
                log.note(
                    "!", subject_of_log, f"the parser failed on this letter ({problem!r}): shown unparsed"
                )
                await self.close()
                return UNPARSABLE
            except asyncio.CancelledError:
                await self.close()
                raise

    async def close(self) -> None:
        """End the worker; the next letter gets a new one. A thread that waits for its answer ends with it."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()
            await asyncio.to_thread(_end, worker)


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "channels.email.reading.parse_worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip


def _ask(worker: subprocess.Popen[bytes], raw: bytes, sender: str) -> Parsed:
    assert worker.stdin  # noqa: S101 - a pipe, see _start
    assert worker.stdout  # noqa: S101 - the same
    envelope = sender.encode("utf-8", "replace")
    worker.stdin.write(REQUEST.pack(len(envelope), len(raw)) + envelope)
    worker.stdin.write(raw)
    worker.stdin.flush()
    return answer_in(worker.stdout, _LARGEST_ANSWER_BYTES)


def _end(worker: subprocess.Popen[bytes]) -> None:
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        with suppress(OSError):  # what was not written yet goes nowhere
            if pipe:
                pipe.close()
