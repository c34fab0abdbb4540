"""FastAGI, the server's side: Asterisk connects for each call, tells about it, and does what we write until we close.

The wire: lines `agi_name: value`, an empty line, then our commands, each answered by a line with a code (200 is well).
A peer that connects and closes, or never ends its request, costs a connection and nothing else.
"""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

REQUEST_CAP_BYTES = 16_384
REQUEST_WITHIN_S = 5.0
REPLY_WITHIN_S = 2.0


_RESULT = re.compile(r"200 result=([-0-9*#A-D]*)")
_VALUE = re.compile(r"200 result=1 \((.*)\)$")
GONE = "-1"
"""What Asterisk answers when the caller hung up meanwhile; so do we for a connection that ended."""


@dataclass(frozen=True, slots=True)
class AgiRequest:
    """What Asterisk says of the call. Values are the caller's words: data, never commands."""

    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")


def parse_request(block: bytes) -> AgiRequest:
    """Read the lines before the empty one; of a name that comes twice the first counts."""
    values: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").split("\n"):
        name, colon, value = line.partition(": ")
        if colon and name.startswith("agi_"):
            values.setdefault(name, value)
    return AgiRequest(values)


class AgiSession:
    """One call's connection."""

    def __init__(self, transport: asyncio.Transport, request: AgiRequest) -> None:
        self._transport = transport
        self._replies: deque[asyncio.Future[bytes | None] | None] = deque()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._closing = False
        self.request = request
        self.led = False
        """The call goes on where we said, with `lead`."""
        self.gone = asyncio.Event()
        """Set when Asterisk has left: the call hung up, or was redirected."""

    def set_variable(self, name: str, value: str) -> None:
        """Set a channel variable; `value` is one of ours (letters, digits, `-._/&`)."""
        self._command(_assignment(name, value))

    async def assign(self, name: str, value: str) -> bool:
        """Set a channel variable and wait for it; False when the caller left meanwhile."""
        return await self.run(_assignment(name, value)) != GONE

    def lead(self, context: str, extension: str, variables: Mapping[str, str]) -> bool:
        """Have the call leave for there at once, with these variables set; False when it has left already.

        Asterisk reads commands through a buffer and then polls the connection: of several it would sleep on the
        second. The end of our side, sent with them, keeps it awake, and is what it waits for anyway to go on.
        """
        if self._closing or self.led or self.gone.is_set():
            return False
        if not (_is_word(context) and _is_word(extension)):
            raise ValueError(f"{context[:40]!r}, {extension[:40]!r} are not words")
        assigned = [_assignment(name, value) for name, value in variables.items()]
        self._command(*assigned, f'EXEC Goto "{context},{extension},1"')
        self._transport.write_eof()
        self.led = True
        self.gone.set()
        return True

    async def run(self, command: str) -> str:
        """Have one command done and wait for its result; `GONE` when the caller left. One at a time: Asterisk reads through a
        buffer, and of two commands that come together it would sleep on the second."""
        await self._quiet.wait()
        if self._closing or self.led or self.gone.is_set():
            return GONE
        line = await self._replied(command)
        return GONE if line is None else _result(line)

    async def variable(self, name: str) -> str:
        """What a channel variable or a function of the dialplan says, in the caller's words as it may be; empty when it says nothing, or they left."""
        await self._quiet.wait()
        if self._closing or self.led or self.gone.is_set():
            return ""
        found = _VALUE.match(
            (await self._replied(f'GET VARIABLE "{name}"') or b"").decode("utf-8", "replace")
        )
        return found.group(1) if found else ""

    async def _replied(self, command: str) -> bytes | None:
        reply: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._command(command, reply=reply)
        return await reply

    def _command(self, *commands: str, reply: asyncio.Future[bytes | None] | None = None) -> None:
        self._replies.extend(reply for _ in commands)
        self._quiet.clear()
        self._transport.write("".join(f"{command}\n" for command in commands).encode())

    def answered(self, line: bytes) -> None:
        """Asterisk's reply to the oldest command, or its word that the call is over."""
        if line.startswith(b"HANGUP"):
            self.leave()
            return
        reply = self._replies.popleft() if self._replies else None
        if reply is not None and not reply.done():
            reply.set_result(line)
        if not self._replies:
            self._quiet.set()

    def leave(self) -> None:
        """Asterisk is not listening any more."""
        self.gone.set()
        self._quiet.set()
        while self._replies:
            reply = self._replies.popleft()
            if reply is not None and not reply.done():
                reply.set_result(None)

    async def close(self) -> None:
        """Let the dialplan go on, after what was asked has been done."""
        self._closing = True
        await self.heard()
        self._transport.close()

    async def heard(self) -> None:
        """Wait until everything asked was answered, or Asterisk has left; two seconds at most."""
        try:
            async with asyncio.timeout(REPLY_WITHIN_S):
                await self._quiet.wait()
        except TimeoutError:
            pass  # the dialplan copes: it looks at what is set


def _result(line: bytes) -> str:
    """The result of a command; what Asterisk refused counts as nothing keyed, not as a caller who left."""
    found = _RESULT.match(line.decode("ascii", "replace"))
    return found.group(1) if found else ""


def _assignment(name: str, value: str) -> str:
    if not _is_word(value.replace("&", "")):  # between two recordings
        raise ValueError(f"{value[:40]!r} is not a word")
    return f'SET VARIABLE {name} "{value}"'


def _is_word(text: str) -> bool:
    return all(mark.isalnum() or mark in "-._/" for mark in text)


Serve = Callable[[AgiSession], Awaitable[None]]


class AgiConnection(asyncio.Protocol):
    """Reads one request, then gives the session to `start`."""

    def __init__(self, start: Callable[[AgiSession], None]) -> None:
        self._start = start
        self._rest = b""
        self._session: AgiSession | None = None
        self._transport: asyncio.Transport | None = None
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP connections are
        self._transport = transport
        self._deadline = asyncio.get_running_loop().call_later(REQUEST_WITHIN_S, transport.abort)

    def data_received(self, data: bytes) -> None:
        self._rest += data
        if self._session is not None:
            self._read_replies(self._session)
        elif b"\n\n" in self._rest:
            self._begin()
        elif len(self._rest) > REQUEST_CAP_BYTES and self._transport is not None:
            self._transport.abort()

    def _begin(self) -> None:
        block, self._rest = self._rest.split(b"\n\n", 1)
        if self._transport is None or self._deadline is None:
            return
        self._deadline.cancel()
        self._session = AgiSession(self._transport, parse_request(block))
        self._start(self._session)

    def _read_replies(self, session: AgiSession) -> None:
        *lines, self._rest = self._rest.split(b"\n")
        self._rest = self._rest[-REQUEST_CAP_BYTES:]
        for line in lines:
            session.answered(line)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if self._session is not None:
            self._session.leave()
