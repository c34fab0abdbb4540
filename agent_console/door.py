"""How a socket gets in: our own origin, a session, a hello, a view the role allows. Then the hub has it."""

import asyncio

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from agent_console import frames
from agent_console.chat_socket import CHAT_PATH, ChatSocket
from agent_console.frames import Hello
from agent_console.gate import SOCKET_PATH, allowed_origin, may_view, token_in
from agent_console.hub import Hub
from agent_console.sockets import Socket
from config.clock import Clock
from config.errors import Kind, Refused
from crm_core import sessions
from crm_core.store import Store
from crm_core.users import User
from routing.core.model import AgentId

_HELLO_WITHIN_S = 10.0


class Door:
    """`check` runs before the handshake is answered, `serve` for the life of the connection."""

    def __init__(
        self, hub: Hub, store: Store, clock: Clock, origins: frozenset[str], chats: ChatSocket
    ) -> None:
        self._hub = hub
        self._store = store
        self._clock = clock
        self._origins = origins
        self._chats = chats

    async def check(self, connection: ServerConnection, request: Request) -> Response | None:
        """Refuse what no page of ours sends: another path (404), a foreign origin or none at all (403)."""
        path, origin = request.path.partition("?")[0], request.headers.get("Origin")
        if path == CHAT_PATH and self._chats.allows(origin):
            return None
        if path not in (SOCKET_PATH, CHAT_PATH):
            return connection.respond(404, "There is no socket here.\n")
        if path == CHAT_PATH or origin is None or not allowed_origin(origin, self._origins):
            return connection.respond(403, "This origin may not open a socket.\n")
        return None

    async def serve(self, connection: ServerConnection) -> None:
        """One browser, until it goes."""
        assert connection.request is not None  # noqa: S101 - the handshake is done
        if connection.request.path.partition("?")[0] == CHAT_PATH:
            await self._chats.serve(connection)
            return
        try:
            socket, hello = await self._admit(connection)
        except Refused as refusal:
            ended = refusal.kind is Kind.UNAUTHENTICATED
            await connection.close(frames.SESSION_ENDED if ended else frames.NOT_ALLOWED, refusal.code)
            return
        self._hub.join(socket, hello.resume)
        try:
            # commands go through the API: here a browser only says where it looks
            async for text in connection:
                look = frames.read_look(text)
                if look is not None:
                    socket.looks_at = look.case
        finally:
            self._hub.leave(socket)

    async def _admit(self, connection: ServerConnection) -> tuple[Socket, Hello]:
        assert connection.request is not None  # noqa: S101 - the handshake is done
        token = token_in(connection.request.headers.get("Cookie", ""))
        user = await self._user_of(token)
        if token is None or user is None:
            raise Refused("session.ended", Kind.UNAUTHENTICATED)
        hello = await self._hello(connection)
        user = await self._user_of(token)  # revoked while we waited: nobody else would close it
        if user is None:
            raise Refused("session.ended", Kind.UNAUTHENTICATED)
        if not may_view(user, hello.view):
            raise Refused("socket.view", Kind.FORBIDDEN, view=hello.view)
        await self._hub.know(AgentId(user.id))
        stream = self._hub.stream_for(hello.view, AgentId(user.id))
        is_agent = hello.view == "agent"
        return Socket(connection=connection, user=user, token=token, stream=stream, is_agent=is_agent), hello

    async def _user_of(self, token: str | None) -> User | None:
        now = self._clock.now()
        return await self._store.read(lambda c: sessions.user_of(c, token, now) if token else None)

    async def _hello(self, connection: ServerConnection) -> Hello:
        try:
            async with asyncio.timeout(_HELLO_WITHIN_S):
                return frames.read_hello(await connection.recv())
        except TimeoutError as error:
            raise Refused("socket.hello", Kind.INVALID) from error
