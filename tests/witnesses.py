"""What is told of a failed test besides its assertion: the last lines of the logs, and the screens, of whatever ran beside it."""

import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

LINES = 100
"""So many of the last lines of a log are told."""
WITHIN_S = 5.0
_witnesses: dict[object, tuple[str, Callable[[], Awaitable[str]]]] = {}
_left: deque[tuple[str, str]] = deque(maxlen=12)
"""What those told who left while the test failed."""


def call(name: str, tell: Callable[[], Awaitable[str]]) -> Callable[[], None]:
    """`tell` is asked when a test fails, until what is returned is called."""
    key = object()
    _witnesses[key] = (name, tell)

    def dismiss() -> None:
        _witnesses.pop(key, None)

    return dismiss


@contextmanager
def log(name: str, path: Path) -> Iterator[None]:
    """The end of this file is told when a test fails within the block, as it was then: whoever ends after it writes more."""

    async def tell() -> str:
        return _end(path)

    dismiss = call(name, tell)
    try:
        yield
    except BaseException:
        _left.append((name, _end(path)))
        raise
    finally:
        dismiss()


async def leave(name: str, tell: Callable[[], Awaitable[str]]) -> None:
    """Whoever is closed when its block ends says this first: while an error goes through the block it is told, as nobody can be asked later."""
    if sys.exc_info()[0] is not None:
        _left.append(await _told(name, tell))


def begin() -> None:
    """Another test begins."""
    _left.clear()


async def testimony() -> list[tuple[str, str]]:
    """What each has to tell now, or told when it left; of one that cannot, why not."""
    return [*_left, *[await _told(name, tell) for name, tell in list(_witnesses.values())]]


def _end(path: Path) -> str:
    try:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES:])
    except OSError as problem:
        return f"cannot be told: {problem!r}"


async def _told(name: str, tell: Callable[[], Awaitable[str]]) -> tuple[str, str]:
    try:
        async with asyncio.timeout(WITHIN_S):
            return name, await tell()
    except Exception as problem:  # noqa: BLE001 - the test's own failure is what matters
        return name, f"cannot be told: {problem!r}"
