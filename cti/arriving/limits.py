"""A service contract's limits at intake: whoever calls under one is told what is left before they wait, and it is decided where they go.

The look-up has a deadline, and happens only while some contract in force has a limit: nobody waits for it longer than `LOOK_UP_WITHIN_S`,
and where it is too late or the store is away, callers go on untold; the agent sees the limits all the same.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from config.errors import Unavailable
from config.logs import Transcript
from crm_core.contracts.allowance import Allowance
from crm_core.store import Connection, Store
from routing.core.model import QueueId

LOOK_UP_WITHIN_S = 0.15
TOLD_FROM_CALLS = 10
"""From so many calls left on a caller is told; a contract with hundreds left is not read out at every call."""
TOLD_MINUTES = (5, 10, 15, 30, 60)

_log = Transcript("entry")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What to say, and where the caller goes afterwards: on as they were, into another queue, or nowhere."""

    prompt: str | None = None
    queue: QueueId | None = None
    refused: bool = False


NOTHING = Telling()


def telling(left: Allowance | None) -> Telling:
    """What follows from what is left (pure)."""
    if left is None:
        return NOTHING
    if left.over is None:
        return Telling(prompt=_remaining(left))
    match left.contract.when_over:
        case "refuse":
            return Telling(prompt="limit-refused", refused=True)
        case "redirect" if left.contract.over_queue_id:
            return Telling(prompt="limit-queue", queue=QueueId(left.contract.over_queue_id))
        case _:
            return Telling(prompt=f"{left.over}-left-0")


def _remaining(left: Allowance) -> str | None:
    if left.calls_left is not None and left.calls_left <= TOLD_FROM_CALLS:
        return f"calls-left-{left.calls_left}"
    if left.minutes_left is not None:
        return next((f"minutes-left-{most}" for most in TOLD_MINUTES if left.minutes_left < most), None)
    return None


async def look_up(store: Store, work: Callable[[Connection], T], interaction: str) -> T | None:
    """Read something about a caller who waits for it; None when it does not come in time."""
    try:
        async with asyncio.timeout(LOOK_UP_WITHIN_S):
            return await store.read(work)
    except TimeoutError:
        _log.note("!", interaction, f"goes on without being looked up: not within {LOOK_UP_WITHIN_S} s")
    except Unavailable as problem:
        _log.note("!", interaction, f"goes on without being looked up: {problem}")
    return None
