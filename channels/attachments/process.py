"""The server's side of the reader: one worker process with a time limit, replaced when it is stuck or dies."""

import asyncio
import json
import subprocess

from channels import workers
from channels.attachments.worker import HEAD
from config.logs import Transcript
from crm_core.attachments.kept import BROKEN, VERDICTS

log = Transcript("attachments")
_TIME_LIMIT_S = 30.0
_LARGEST_ANSWER_BYTES = 64 * 1024 * 1024


class ReadingProcess:
    """Reads files one at a time beside the loop. The worker ends by itself when it had nothing to do for a while: `rest`."""

    def __init__(self, time_limit_s: float = _TIME_LIMIT_S) -> None:
        self._time_limit_s = time_limit_s
        self._worker: subprocess.Popen[bytes] | None = None
        self._turn = asyncio.Lock()

    async def read(self, name: str, content_type: str, content: bytes) -> tuple[str, str, int | None]:
        """Verdict, text, pages; `broken` when the worker failed on it."""
        asked: dict[str, object] = {"what": "text", "name": name, "content_type": content_type}
        answer = await self._asked(asked, content)
        if answer is None:
            return BROKEN, "", None
        told = answer[0]
        verdict, text, pages = told.get("verdict"), told.get("text"), told.get("pages")
        if verdict not in VERDICTS or not isinstance(text, str):
            return BROKEN, "", None
        return str(verdict), text, pages if isinstance(pages, int) else None

    async def picture(self, content: bytes, page: int = 0) -> bytes | None:
        """A page as PNG; None where there is nothing to be seen."""
        answer = await self._asked({"what": "picture", "page": page}, content)
        return answer[1] or None if answer else None

    async def close(self) -> None:
        """End the worker; the next file gets a new one."""
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.kill()
        await asyncio.to_thread(workers.end, worker)

    async def rest(self) -> None:
        """Nothing is to be read now: a process that only waits need not be there."""
        async with self._turn:
            await self.close()

    async def _asked(
        self, asked: dict[str, object], content: bytes
    ) -> tuple[dict[str, object], bytes] | None:
        async with self._turn:
            try:
                async with asyncio.timeout(self._time_limit_s):
                    return await self._ask(json.dumps(asked).encode(), content)
            except (TimeoutError, OSError, EOFError, ValueError) as problem:
                log.note("!", "", f"the reader failed on a file: {problem!r}")
                await self.close()
                return None
            except asyncio.CancelledError:
                await self.close()
                raise

    async def _ask(self, asked: bytes, content: bytes) -> tuple[dict[str, object], bytes]:
        worker = self._worker = self._worker or workers.start("channels.attachments.worker")
        return await asyncio.to_thread(_answer, worker, asked, content)


def _answer(worker: subprocess.Popen[bytes], asked: bytes, content: bytes) -> tuple[dict[str, object], bytes]:
    """In a thread."""
    asks, answers = workers.pipes(worker)
    asks.write(HEAD.pack(len(asked), len(content)) + asked)
    asks.write(content)
    asks.flush()
    told_length, shown_length = HEAD.unpack(workers.exactly(answers, HEAD.size))
    if told_length + shown_length > _LARGEST_ANSWER_BYTES:
        message = f"{told_length + shown_length} bytes of an answer"
        raise ValueError(message)
    told = json.loads(workers.exactly(answers, told_length))
    shown = workers.exactly(answers, shown_length)
    if not isinstance(told, dict):
        raise TypeError("an answer that is no object")
    return told, shown
