"""The process beside the server that reads and writes the pages of faxes, and the server's side of it.

A request is a line of JSON on standard input, the answer one on standard output; pages pass in files. A hostile file can at most end this
process or use up its limits; each request gets a fresh one.
"""

import asyncio
import json
import os
import resource
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from config.errors import Kind, Refused, Unavailable

WITHIN_S = 120.0
MOST_MEMORY = 2 * 1024**3


async def read(tiff: Path, pdf: Path, pictures: Path, expected: int) -> Mapping[str, Any] | None:
    """See `pages.convert`: `pages`, `mark`, `pictures`. None: nothing of it can be shown, by whatever reason."""
    request = {
        "do": "read",
        "tiff": str(tiff),
        "pdf": str(pdf),
        "pictures": str(pictures),
        "expected": expected,
    }
    try:
        answer = await _asked(request)
    except Unavailable:
        return None
    return None if "code" in answer else answer


async def write(request: Mapping[str, Any]) -> int:
    """See `writing.write`; how many pages there are. `Refused`: fax.file_unreadable (`number`), fax.too_many_pages. `Unavailable` when it takes too
    long."""
    answer = await _asked({"do": "write", **request})
    if "code" in answer:
        raise Refused(answer["code"], Kind.INVALID, **answer["params"])
    pages: int = answer["pages"]
    return pages


async def _asked(request: Mapping[str, Any]) -> Mapping[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "channels.fax.worker",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(WITHIN_S):
            told, _ = await process.communicate(json.dumps(request).encode())
    except TimeoutError as problem:
        raise Unavailable("fax pages", f"not done within {WITHIN_S:.0f} s") from problem
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode != 0:
        raise Unavailable("fax pages", f"ended with {process.returncode}")
    answer: Mapping[str, Any] = json.loads(told)
    return answer


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Do what is asked, in the worker."""
    from channels.fax import pages, writing  # noqa: PLC0415 - the server needs neither in its own process
    from channels.fax.cover import Cover  # noqa: PLC0415

    if request["do"] == "read":
        try:
            tiff, pdf, pictures = (Path(request[name]) for name in ("tiff", "pdf", "pictures"))
            seen = pages.convert(tiff, pdf, pictures, request["expected"])
        except pages.NoPage as problem:
            return {"code": "fax.unreadable", "params": {"reason": str(problem)[:200]}}
        return {"pages": seen.pages, "mark": seen.mark, "pictures": seen.pictures}
    told = request["cover"]
    wanted = writing.Written(
        cover=None
        if told is None
        else Cover(
            language=told["language"],
            title=told["title"],
            rows=tuple((label, value) for label, value in told["rows"]),
            words=told["words"],
            foot=told["foot"],
        ),
        files=tuple(map(Path, request["files"])),
        font=Path(request["font"]) if request["font"] else None,
        most_pages=request["most_pages"],
    )
    try:
        return {"pages": writing.write(wanted, Path(request["target"]))}
    except writing.Unreadable as problem:
        return {"code": "fax.file_unreadable", "params": {"number": problem.number}}
    except writing.TooMany:
        return {"code": "fax.too_many_pages", "params": {"most": wanted.most_pages}}


def main() -> None:
    """Answer one request."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    os.nice(10)  # calls come first
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, hard))
    sys.stdout.write(json.dumps(answer(json.loads(sys.stdin.read()))))


if __name__ == "__main__":
    main()
