"""WebSocket upgrades on uvicorn's port, handed to the `websockets` library's own `ServerConnection`.

uvicorn makes `Config(ws=CLASS)` for each upgrade: `CLASS(config, server_state, app_state)`, then `connection_made`,
`data_received` with the request's head, and the transport is its own from there. `ServerConnection` wants the object
that `websockets.serve` would have made; `Desk` is that object. 33 us of CPU per delivered frame against 57 through the
ASGI layer, and `broadcast` works. Both contracts are pinned by tests/agent_console/test_handoff.py.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, cast

from websockets.asyncio.server import Server, ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from config.logs import Transcript

_LOG = logging.getLogger("websockets.server")
_TRANSCRIPT = Transcript("console")
_OPEN_TIMEOUT_S = 10.0
_PING_EVERY_S = 5.0
_PING_TIMEOUT_S = 10.0  # a lid that closes is noticed within 15 s, the same grace a lost console has
_CLOSE_TIMEOUT_S = 3.0
_MAX_MESSAGE_BYTES = (
    131_072  # a console only ever says hello; a visitor's longest message has 20,000 characters
)

Check = Callable[[ServerConnection, Request], Awaitable[Response | None]]
Serve = Callable[[ServerConnection], Awaitable[None]]


class Desk:
    """Takes handed-over connections: what `websockets.serve` does, without its listening socket."""

    def __init__(self, check: Check, serve: Serve) -> None:
        self._check = check
        self._serve = serve
        self._closing = False
        self.handler_tasks: set[asyncio.Task[None]] = set()
        self.connections: set[ServerConnection] = set()
        self.logger = _LOG

    def is_serving(self) -> bool:
        """ServerConnection asks before it accepts; no means 503."""
        return not self._closing

    async def handler(self, connection: ServerConnection) -> None:
        """One connection from handshake to close; ServerConnection runs this as a task of its own."""
        try:
            await self._live(connection)
        except (ConnectionClosed, TimeoutError):
            _TRANSCRIPT.detail("-", "", "a socket went away during its handshake or its last words")
        except Exception as error:  # noqa: BLE001 - the task has no owner above it that could log; the socket dies
            _TRANSCRIPT.crash("", error)
        finally:
            self.connections.discard(connection)
            if connection.protocol.state is not OPEN:
                connection.transport.abort()
            self.handler_tasks.discard(cast("asyncio.Task[None]", asyncio.current_task()))

    async def _live(self, connection: ServerConnection) -> None:
        async with asyncio.timeout(_OPEN_TIMEOUT_S):
            await connection.handshake(self._check, server_header=None)
        if connection.protocol.state is not OPEN:
            return
        self.connections.add(connection)
        connection.start_keepalive()
        async with connection:
            await self._serve(connection)

    async def close(self) -> None:
        """Tell every browser that the server goes down (1001) and wait for their handlers."""
        self._closing = True
        goodbyes = [asyncio.create_task(each.close(1001)) for each in self.connections]
        if goodbyes:
            await asyncio.wait(goodbyes)
        if self.handler_tasks:
            await asyncio.wait(self.handler_tasks)


def protocol_class(desk: Desk) -> type[asyncio.Protocol]:
    """The class for `uvicorn.Config(ws=...)`."""

    class HandedOver(ServerConnection):
        def __init__(self, config: Any, server_state: Any, app_state: Any, _loop: Any = None) -> None:
            protocol = ServerProtocol(max_size=_MAX_MESSAGE_BYTES, logger=_LOG)  # no permessage-deflate
            super().__init__(
                protocol,
                cast("Server", desk),
                ping_interval=_PING_EVERY_S,
                ping_timeout=_PING_TIMEOUT_S,
                close_timeout=_CLOSE_TIMEOUT_S,
            )

    return HandedOver
