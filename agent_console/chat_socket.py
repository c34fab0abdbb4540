"""A visitor's socket: a key, then messages; `channels.chat.session` says what it is sent."""

import asyncio

from websockets.asyncio.server import ServerConnection, broadcast

from agent_console import frames
from agent_console.chat_guard import ChatGuard
from agent_console.sockets import BUFFER_CAP_BYTES
from channels.chat import session
from channels.chat.frames import End, Hello, Read, Said, Send, Typing, read_hello, read_said
from channels.chat.rooms import ChatRooms, Visitor
from config.clock import Clock
from config.errors import Kind, Refused, Unavailable
from crm_core.chat.model import VISITOR, NewLine

CHAT_PATH = "/chat/socket"
_HELLO_WITHIN_S = 10.0
_BEAT_EVERY_S = 10.0
_LATER = Refused("chat.later")


class ChatSocket:
    """Serves one visitor's socket until it goes."""

    def __init__(self, chats: ChatRooms, guard: ChatGuard, clock: Clock, longest_chars: int) -> None:
        self._chats, self._guard, self._clock, self._longest = chats, guard, clock, longest_chars

    def allows(self, origin: str | None) -> bool:
        """A browser names where its page is from."""
        return origin is not None and self._guard.allows(origin)

    async def serve(self, connection: ServerConnection) -> None:
        """From hello to the end. 4001: there is no such chat; 4003: no hello; 4008: come back."""
        place = str((connection.remote_address or ("",))[0])
        if not self._guard.may_open(place):
            await connection.close(frames.COME_BACK, "chat.too_many")
            return
        try:
            hello = await self._hello(connection)
            chat = await self._chats.of_visitor(hello.token)
        except Refused as refusal:
            gone = refusal.kind is Kind.MISSING
            await connection.close(frames.SESSION_ENDED if gone else frames.NOT_ALLOWED, refusal.code)
            return
        except Unavailable:
            await connection.close(frames.COME_BACK, "chat.later")
            return
        allowance = BUFFER_CAP_BYTES

        def push(frame: bytes) -> None:
            nonlocal allowance
            broadcast((connection,), frame, text=True)
            if connection.transport.get_write_buffer_size() > allowance + len(frame):
                connection.transport.abort()  # it reads nothing; it comes back with what it has seen

        visitor = await self._chats.join(chat, hello.seen, push)
        try:
            await self._listen(connection, visitor)
        finally:
            self._chats.leave(visitor)

    async def _hello(self, connection: ServerConnection) -> Hello:
        try:
            async with asyncio.timeout(_HELLO_WITHIN_S):
                return read_hello(await connection.recv())
        except TimeoutError as error:
            raise Refused("chat.frame", Kind.INVALID) from error

    async def _listen(self, connection: ServerConnection, visitor: Visitor) -> None:
        while True:
            try:
                async with asyncio.timeout(_BEAT_EVERY_S):
                    text = await connection.recv()
            except TimeoutError:
                visitor.push(session.beat(self._clock.now()))
                continue
            try:
                said = read_said(text)
            except Refused as refusal:
                await connection.close(frames.NOT_ALLOWED, refusal.code)
                return
            await self._take(visitor, said)

    async def _take(self, visitor: Visitor, said: Said) -> None:
        chat_id = visitor.talk.chat.id
        within = self._guard.may_say(chat_id)
        match said:
            case Send():
                await self._send(visitor, said, within=within)
            case Typing() if within:
                self._chats.types(chat_id, VISITOR, on=said.on)
            case Read() if within:
                self._chats.has_read(chat_id, VISITOR, said.seq)
            case End():
                await self._chats.end(chat_id)
            case _:
                pass  # too many to be a person's: who types is not news

    async def _send(self, visitor: Visitor, said: Send, *, within: bool) -> None:
        text = said.text.strip()
        try:
            self._must_be_sayable(text, within=within)
            await self._chats.say(visitor.talk.chat.id, NewLine(author=VISITOR, key=said.id, text=text))
        except Refused as refusal:
            visitor.push(session.refused(said.id, refusal))
        except Unavailable:
            visitor.push(session.refused(said.id, _LATER))

    def _must_be_sayable(self, text: str, *, within: bool) -> None:
        if not within:
            raise Refused("chat.too_fast")
        if not text or len(text) > self._longest:
            raise Refused("chat.too_long" if text else "chat.empty")
