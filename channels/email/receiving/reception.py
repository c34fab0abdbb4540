"""The SMTP dialogue of the drop: aiosmtpd's commands, our limits and our way of reading DATA.

aiosmtpd reads a letter line by line in Python (12 ms of CPU for 200 KB) and refuses lines over 1001 bytes for good,
which some real senders produce. Here the letter is read in blocks up to its end mark, so that neither matters.
"""

import asyncio
import re
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from typing import Any

from aiosmtpd.smtp import SMTP

from config.logs import Transcript

log = Transcript("drop")

_END = b"\r\n.\r\n"
_PLAIN_ADDRESS = re.compile(r"<([A-Za-z0-9.+_=-]+@[A-Za-z0-9.-]+)>")
_LETTERS_IN_FLIGHT_BYTES = 512 * 1024 * 1024
# Behind this the other side is not a mail server that made a mistake: the connection ends.
_TOO_LONG_BY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one peer and all together may do; the idle time is RFC 5321's (4.5.3.2.7)."""

    message_bytes: int
    recipients: int = 100
    connections: int = 200
    connections_per_peer: int = 50
    idle_s: float = 300.0


@dataclass(slots=True)
class Doorkeeper:
    """Counts connections and the bytes of letters on their way in, over all connections."""

    limits: Limits
    peers: "Counter[str]" = field(default_factory=Counter)
    bytes_in_flight: int = 0

    def admits(self, peer: str) -> bool:
        """Whether one more connection of this peer may be served."""
        busy = self.peers.total() >= self.limits.connections
        return not busy and self.peers[peer] < self.limits.connections_per_peer

    def enter(self, peer: str) -> None:
        self.peers[peer] += 1

    def leave(self, peer: str) -> None:
        self.peers[peer] -= 1
        if self.peers[peer] <= 0:
            del self.peers[peer]


class TooMuch(Exception):
    """The letter is larger than we take; the sender is told 552 and need not try again."""


class Busy(Exception):
    """All letters on their way in take too much memory together; 451, try again."""


class Reception(SMTP):
    """One connection. `handler` has aiosmtpd's hooks and turns exceptions into 451."""

    line_length_limit = 64 * 1024  # a command line, and the block in which DATA is read

    def __init__(
        self, handler: Any, doorkeeper: Doorkeeper, hostname: str, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(
            handler,
            data_size_limit=doorkeeper.limits.message_bytes,
            enable_SMTPUTF8=True,
            hostname=hostname,
            ident="Trunkline",
            timeout=doorkeeper.limits.idle_s,
            loop=asyncio.get_running_loop(),
            tls_context=tls,
        )
        self._doorkeeper = doorkeeper
        self._peer = ""

    def __dir__(self) -> list[str]:
        """aiosmtpd looks through all our names for commands at every connection, a quarter of a short one's cost."""
        return _COMMANDS

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Serve the peer, or say 421 and close when there are too many already. After STARTTLS the same peer comes once more."""
        if self._peer:
            super().connection_made(transport)
            return
        peer = str((transport.get_extra_info("peername") or ("local",))[0])
        if not self._doorkeeper.admits(peer):
            log.note("!", peer, "too many connections: answered 421")
            assert isinstance(transport, asyncio.Transport)  # noqa: S101 - what create_server gives
            transport.write(b"421 4.7.0 Too many connections, please try again later\r\n")
            transport.close()
            return
        self._peer = peer
        self._doorkeeper.enter(peer)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the peer; nothing to do for one that was not served."""
        if self._peer:
            self._doorkeeper.leave(self._peer)
            self._peer = ""
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self._peer:
            super().data_received(data)

    def eof_received(self) -> bool | None:
        return super().eof_received() if self._peer else None

    def _getaddr(self, arg: str | None) -> tuple[str | None, str | None]:
        """aiosmtpd's parser costs 0.2 ms; most addresses are plain. What makes it raise is malformed, not our fault."""
        plain = _PLAIN_ADDRESS.match(arg or "")
        if plain:
            return plain[1], (arg or "")[plain.end() :]
        try:
            return super()._getaddr(arg or "")
        except (HeaderParseError, ValueError, IndexError, AttributeError):
            return None, None

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's name
        """RFC 5321, 4.1.1.4, with aiosmtpd's replies."""
        if await self.check_helo_needed():
            return
        assert self.envelope is not None  # noqa: S101 - set when the connection was made
        if not self.envelope.rcpt_tos:
            await self.push("503 5.5.1 Error: need RCPT command")
            return
        if arg:
            await self.push("501 5.5.4 Syntax: DATA")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        try:
            await self._reply(await self._take_letter())
        finally:
            self._set_post_data_state()  # type: ignore[no-untyped-call]

    async def _reply(self, status: str) -> None:
        """What became of the letter."""
        await self.push(status)

    async def _take_letter(self) -> str:
        assert self.envelope is not None  # noqa: S101 - as above
        blocks: list[bytes] = []
        try:
            await self._read_letter(blocks)
            self.envelope.content = unstuffed(blocks)
            return str(await self._call_handler_hook("DATA"))
        except TooMuch:
            return "552 5.3.4 The letter is larger than this server takes"
        except Busy:
            return "451 4.3.2 Too many large letters at this moment, please try again later"
        finally:
            self._doorkeeper.bytes_in_flight -= sum(map(len, blocks))

    async def _read_letter(self, blocks: list[bytes]) -> None:
        """Read to the end mark. Too large or too busy: the rest is read and dropped, then that is raised."""
        refusal: Exception | None = None
        total = 0
        async for block in self._blocks():
            self._reset_timeout()
            total += len(block)
            refusal = refusal or self._refusal(total, len(block))
            if not refusal:
                self._doorkeeper.bytes_in_flight += len(block)
                blocks.append(block)
            elif total > _TOO_LONG_BY * self._doorkeeper.limits.message_bytes and self.transport:
                self.transport.close()
                return
        if refusal:
            raise refusal

    def _refusal(self, total: int, block: int) -> Exception | None:
        if total > self._doorkeeper.limits.message_bytes:
            return TooMuch()
        if self._doorkeeper.bytes_in_flight + block > _LETTERS_IN_FLIGHT_BYTES:
            return Busy()
        return None

    async def _blocks(self) -> AsyncIterator[bytes]:
        """The letter with its end mark. Only CR LF . CR LF ends it (bare LF would let a second letter be smuggled)."""
        # The line break before the first line belongs to the DATA command: ".\r\n" at once is an empty letter.
        seen = b"\r\n"
        while missing := _missing_for_end(seen):
            if missing == len(_END):
                break
            block = await self._reader.readexactly(missing)
            seen += block
            yield block
        else:
            return
        while True:
            try:
                yield await self._reader.readuntil(_END)
            except asyncio.LimitOverrunError as overrun:
                yield await self._reader.read(overrun.consumed)
            else:
                return


class LocalReception(Reception):
    """LMTP (RFC 2033): from a mail server beside us, which is told of each recipient what became of the letter. For all the same: it is durable for
    all queues or for none."""

    def __dir__(self) -> list[str]:
        return [*_COMMANDS, "smtp_LHLO"]

    async def smtp_LHLO(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's name
        await super().smtp_EHLO(arg)

    async def smtp_HELO(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's name
        await self.push("500 5.5.1 This is LMTP: say LHLO")

    async def smtp_EHLO(self, arg: str | None) -> None:  # noqa: N802 - aiosmtpd's name
        await self.push("500 5.5.1 This is LMTP: say LHLO")

    async def _reply(self, status: str) -> None:
        assert self.envelope is not None  # noqa: S101 - set when the connection was made
        for _ in self.envelope.rcpt_tos:
            await self.push(status)


_COMMANDS = [name for name in dir(SMTP) if name.startswith(("smtp_", "auth_"))]


def _missing_for_end(seen: bytes) -> int:
    """How many bytes at least must follow until the end mark is complete."""
    return next(len(_END) - have for have in range(len(_END), -1, -1) if seen.endswith(_END[:have]))


def unstuffed(blocks: list[bytes]) -> bytes:
    """The letter's own bytes: without the end mark, and without the dot that lines beginning with one were given."""
    joined = b"".join((b"\r\n", *blocks))
    return joined.replace(b"\r\n.", b"\r\n")[2:-2]
