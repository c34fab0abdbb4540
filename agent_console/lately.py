"""When somebody was last here, kept to the minute: not every read may cost a write, of agents and of customers alike."""

from collections.abc import Callable

from agent_console.context import Context
from config.errors import Unavailable
from config.logs import Transcript
from crm_core.store import Connection

SEEN_EVERY_S = 60.0
_TRANSCRIPT = Transcript("console")


def is_old(at: float | None, now: float) -> bool:
    """Whether what is kept is so old that it is worth a write."""
    return at is None or now - at >= SEEN_EVERY_S


async def keep(within: Context, unit: Callable[[Connection], None]) -> None:
    """What is good to know, but no reason to refuse a reader while the database takes no writes."""
    try:
        await within.store.write(unit)
    except Unavailable as error:
        _TRANSCRIPT.note("!", error.peer, f"who was here is not kept: {error.reason}")
