"""The server's side of the reading process: questions in, frames out, ended with whoever asked."""

import asyncio
import pickle
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from config.errors import Kind, Refused
from crm_core.transfer.prepare import Job
from crm_core.transfer.questions import LENGTH, Fault, Look, Seen

LOOK_LIMIT_S = 300.0
_LARGEST_FRAME = 256 * 1024 * 1024


async def look(question: Look) -> Seen:
    """What is in a file; `Refused` for what is no table, or takes for ever to read."""
    try:
        async with asyncio.timeout(LOOK_LIMIT_S), asked(question) as frames:
            async for frame in frames:
                answer: Any = pickle.loads(frame)  # noqa: S301 - from our own process
                if isinstance(answer, Seen):
                    return answer
    except (TimeoutError, asyncio.IncompleteReadError) as problem:
        raise Refused("import.file_unreadable", Kind.INVALID, pointer="/file") from problem
    raise Refused("import.file_unreadable", Kind.INVALID, pointer="/file")


@asynccontextmanager
async def asked(question: Look | Job) -> AsyncIterator[AsyncIterator[bytes]]:
    """The answer in frames. `IncompleteReadError` when the process dies in between; what it refuses is raised."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "crm_core.transfer.worker", stdin=PIPE, stdout=PIPE, limit=1024 * 1024
    )
    try:
        await _ask(process, pickle.dumps(question))
        yield _frames(process)
    finally:
        await end(process)


async def _ask(process: Process, question: bytes) -> None:
    assert process.stdin  # noqa: S101 - a pipe, see above
    with suppress(ConnectionError):  # a process that died is seen when it is read from
        process.stdin.write(LENGTH.pack(len(question)) + question)
        await process.stdin.drain()


async def _frames(process: Process) -> AsyncIterator[bytes]:
    assert process.stdout  # noqa: S101 - a pipe, see above
    while True:
        (length,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
        if length == 0:
            return
        if length > _LARGEST_FRAME:
            raise Refused("import.file_unreadable", Kind.INVALID, pointer="/file")
        frame = await process.stdout.readexactly(length)
        if length < 1000 and (told := _fault(frame)) is not None:
            raise Refused(told.code, Kind.INVALID, pointer=told.pointer, **told.params)
        yield frame


def _fault(frame: bytes) -> Fault | None:
    told = pickle.loads(frame)  # noqa: S301 - from our own process
    return told if isinstance(told, Fault) else None


async def end(process: Process) -> None:
    """Leave nothing behind."""
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
