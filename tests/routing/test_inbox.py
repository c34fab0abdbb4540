"""What waits for the next turn, and when it is woken for."""

import asyncio

from routing.core.events import ConsoleChanged
from routing.core.model import AgentId
from routing.inbox import Inbox

EVENT = ConsoleChanged(agent=AgentId("ann"), present=True, at=0.0)


async def woken(inbox: Inbox, at_most_s: float | None, within_s: float) -> bool:
    """Whether the wait ends within this time."""
    try:
        async with asyncio.timeout(within_s):
            await inbox.wait(at_most_s)
    except TimeoutError:
        return False
    inbox.drain()
    return True


async def test_it_wakes_for_an_event_and_for_a_deadline() -> None:
    """One that has passed already, too; for nothing when there is neither."""
    inbox = Inbox()
    inbox.put(EVENT)
    assert await woken(inbox, None, 5)
    assert not await woken(inbox, None, 0.05)
    assert await woken(inbox, 0.01, 5)
    assert await woken(inbox, -1.0, 5)
    inbox.rest()


async def test_the_soonest_deadline_that_was_named_counts() -> None:
    """A sooner one takes the place of a later; a later one leaves the sooner, which wakes with nothing, and is named again then."""
    inbox = Inbox()
    assert not await woken(inbox, 60.0, 0.02)
    assert await woken(inbox, 0.01, 5)
    assert not await woken(inbox, 0.2, 0.02)
    assert await woken(inbox, 60.0, 5)
    assert not await woken(inbox, 60.0, 0.05)
    assert await woken(inbox, 0.01, 5)
    inbox.rest()


async def test_at_rest_nothing_is_pending() -> None:
    """A floor that has stopped leaves no timer behind."""
    inbox = Inbox()
    assert not await woken(inbox, 0.05, 0.01)
    inbox.rest()
    await asyncio.sleep(0.1)
    assert not await woken(inbox, None, 0.05)
