"""A caller who hears nothing waits for nobody's database: what is asked for them while they are on their way in has a deadline."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from config.errors import Unavailable

STORE_WITHIN_S = 2.0
T = TypeVar("T")


async def in_time(work: Awaitable[T]) -> T:
    """What the store says, or `Unavailable` when it says nothing in time."""
    try:
        async with asyncio.timeout(STORE_WITHIN_S):
            return await work
    except TimeoutError as late:
        raise Unavailable("database", f"no answer within {STORE_WITHIN_S:g} s") from late
