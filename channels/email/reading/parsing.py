"""The server's side of the parser: one worker process with a time limit, replaced when it is stuck or dies."""

import asyncio
import subprocess

from channels import workers
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

    A thread talks with it (`channels.workers`)."""

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
                    worker = self._worker = self._worker or workers.start(
                        "channels.email.reading.parse_worker"
                    )
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
            await asyncio.to_thread(workers.end, worker)


def _ask(worker: subprocess.Popen[bytes], raw: bytes, sender: str) -> Parsed:
    asks, answers = workers.pipes(worker)
    envelope = sender.encode("utf-8", "replace")
    asks.write(REQUEST.pack(len(envelope), len(raw)) + envelope)
    asks.write(raw)
    asks.flush()
    return answer_in(answers, _LARGEST_ANSWER_BYTES)
