"""The wire between the server and Asterisk's manager interface, which can be cut, and can go dead without anybody being told."""

import asyncio
from contextlib import suppress


class Wire:
    """Listens on `port` and leads to Asterisk. `dead`: what is sent either way is lost, and no connection ends (half-open)."""

    def __init__(self) -> None:
        self.port, self.dead, self.cut = 0, False, False
        self._target = 0
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()

    async def lay(self, target: int) -> None:
        """Begin to lead there."""
        self._target = target
        self._server = await asyncio.start_server(self._join, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def break_off(self) -> None:
        """Every connection ends at once, and none begins before `mend`."""
        self.cut = True
        self._drop()

    def mend(self) -> None:
        """It works again; what had been connected while it was dead never hears of it."""
        if self.dead:
            self._drop()
        self.dead = self.cut = False

    def close(self) -> None:
        self._drop()
        if self._server is not None:
            self._server.close()

    def _drop(self) -> None:
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _join(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        if self.cut:
            near_out.transport.abort()
            return
        try:
            far_in, far_out = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:  # Asterisk is not there
            near_out.transport.abort()
            return
        self._ends |= {near_out, far_out}
        await asyncio.gather(self._carry(near_in, far_out), self._carry(far_in, near_out))

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                if not self.dead:
                    sink.write(data)
        sink.transport.abort()
