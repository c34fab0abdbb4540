"""The ground that every other test stands on."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet import defer

from config.loop import as_deferred, as_future, reactor


@pytest.fixture
async def group() -> AsyncIterator[asyncio.TaskGroup]:
    async with asyncio.TaskGroup() as tasks:
        yield tasks


async def test_async_tests_are_asyncio_tasks(group: asyncio.TaskGroup) -> None:
    """A coroutine test runs as a task on the reactor's own loop, and TaskGroups span its fixtures."""
    task = group.create_task(asyncio.sleep(0.001, "slept"))
    async with asyncio.timeout(5):
        assert await task == "slept"
    assert asyncio.get_running_loop() is reactor._asyncioEventloop


@given(number=st.integers())
async def test_hypothesis_drives_async_tests(number: int) -> None:
    """Property tests may await."""
    await asyncio.sleep(0)
    assert number == int(str(number))


async def test_a_deferred_is_awaited_through_the_bridge() -> None:
    """A pending Deferred can be awaited and cancelled as a future; a coroutine can be handed out as a Deferred."""
    pending: defer.Deferred[str] = defer.Deferred()
    reactor.callLater(0, pending.callback, "fired")
    assert await as_future(pending) == "fired"
    assert await as_future(as_deferred(asyncio.sleep(0, "back"))) == "back"
    never: defer.Deferred[None] = defer.Deferred()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await as_future(never)
    assert never.called
