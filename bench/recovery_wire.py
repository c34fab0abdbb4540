"""The wire between the server and Asterisk's AMI, which can be cut, or go dead without anybody being told."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.ports import free_port


class Wire:
    """A TCP proxy on `port`. `connected_at`: when the newest connection through it began (epoch seconds)."""

    def __init__(self, target: int) -> None:
        self.port, self._target = free_port(), target
        self.connected_at = 0.0
        self._live: dict[asyncio.Task[None], asyncio.Event] = {}

    def cut(self) -> None:
        """Both sides see the end of every connection, at once."""
        for task in self._live:
            task.cancel()

    def go_dead(self) -> None:
        """From now on nothing passes on the connections that there are, and none of them ends; new ones work."""
        for flowing in self._live.values():
            flowing.clear()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends or is cut."""
        task, flowing = asyncio.current_task(), asyncio.Event()
        assert task is not None
        flowing.set()
        self._live[task], self.connected_at = flowing, time.time()
        ends = [writer]
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
            ends.append(far_writer)
            async with asyncio.TaskGroup() as both:
                both.create_task(_pass(reader, far_writer, flowing), name="wire, to Asterisk")
                both.create_task(_pass(far_reader, writer, flowing), name="wire, to the server")
        except* OSError:
            pass  # who waits at the other end sees it end, as on a network
        finally:
            del self._live[task]
            for end in ends:
                end.transport.abort()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flowing: asyncio.Event) -> None:
    while data := await reader.read(65_536):
        await flowing.wait()
        writer.write(data)
        await writer.drain()
    raise ConnectionResetError("this side ended")


@asynccontextmanager
async def wire(target: int) -> AsyncIterator[Wire]:
    """Run one until the block ends."""
    running = Wire(target)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):  # cut: asyncio would log it as an error
            await running.carry(reader, writer)

    server = await asyncio.start_server(carry, "127.0.0.1", running.port)
    try:
        yield running
    finally:
        server.close()
        running.cut()
