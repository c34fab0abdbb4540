"""One connection to an IMAP server: commands with a deadline each, literals read in blocks, nothing believed without a bound."""

import asyncio
import base64
import os
import re
import secrets
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from channels.email.receiving.imap import grammar
from channels.email.receiving.imap.grammar import Garbled, Literal, Piece
from config.errors import Unavailable

_CONNECT_WITHIN_S = 10.0
_ANSWER_WITHIN_S = 60.0
_BLOCK_BYTES = 256 * 1024
# An answer to SEARCH names every letter of the box: 50,000 are 350 KB.
_LONGEST_LINE = 16 * 1024 * 1024
_MOST_LINES = 200_000


class SignInRefused(Exception):
    """The server does not let us in with these words: trying them again is of no use, and locks accounts."""


class CommandRefused(Exception):
    """NO or BAD, with the server's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the server is; `tls`: tls, starttls or none."""

    host: str
    port: int
    tls: str


@dataclass(slots=True, kw_only=True)
class Connection:
    """Between `connected` and its end. Not for two tasks at once."""

    name: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    most_bytes: int
    capabilities: frozenset[bytes] = frozenset()
    tag: str = field(default_factory=lambda: secrets.token_hex(3))
    number: int = 0

    async def command(self, line: bytes, *more: Literal | bytes) -> list[list[Piece]]:
        """Say it, with literals between its parts; the untagged answers. `CommandRefused` when the server will not."""
        tag = await self._say(line, more)
        answers: list[list[Piece]] = []
        while True:
            answer = await self._answer()
            first = answer[0]
            assert isinstance(first, bytes)  # noqa: S101 - a response begins with a line
            if first.startswith(tag + b" "):
                self._judge(first[len(tag) + 1 :])
                return answers
            if first.startswith(b"* BYE"):
                raise Unavailable(self.name, _words(first[5:]) or "the server said goodbye")
            answers.append(answer)
            if len(answers) > _MOST_LINES:
                raise Garbled("too many answers to one command")

    async def capability(self) -> None:
        """What the server can; asked again after everything that may change it."""
        for answer in await self.command(b"CAPABILITY"):
            first = answer[0]
            if isinstance(first, bytes) and first.upper().startswith(b"* CAPABILITY "):
                self.capabilities = frozenset(first.upper().split()[2:])

    async def wait_for_news(self, wait_s: float) -> bool:
        """IDLE (RFC 2177): until the server tells of a change, or so long; whether it told."""
        tag = await self._say(b"IDLE", ())
        told = False
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while not told:
                    first = await self._read_line()
                    if first.startswith(tag + b" "):
                        self._judge(first[len(tag) + 1 :])
                        return True
                    told = re.match(rb"\* \d+ (EXISTS|RECENT)", first, re.IGNORECASE) is not None
        self.writer.write(b"DONE\r\n")
        while True:
            last = (await self._answer())[0]
            if isinstance(last, bytes) and last.startswith(tag + b" "):
                self._judge(last[len(tag) + 1 :])
                return told

    async def _say(self, line: bytes, more: Sequence[Literal | bytes]) -> bytes:
        self.number += 1
        tag = f"{self.tag}{self.number}".encode()
        self.writer.write(tag + b" " + line)
        for part in more:
            if isinstance(part, Literal):
                raw = part.joined()
                self.writer.write(b" {%d}\r\n" % len(raw))
                await self._invited()
                self.writer.write(raw)
            else:
                self.writer.write(part)
        self.writer.write(b"\r\n")
        await self._flushed()
        return tag

    async def _invited(self) -> None:
        """`+`: the server waits for the literal."""
        while True:
            first = (await self._answer())[0]
            if isinstance(first, bytes) and first.startswith(b"+"):
                return
            if not isinstance(first, bytes) or not first.startswith(b"*"):
                raise CommandRefused(_words(first) if isinstance(first, bytes) else "")

    async def _flushed(self) -> None:
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                await self.writer.drain()
        except TimeoutError as problem:
            raise Unavailable(self.name, "the server reads nothing") from problem

    async def _answer(self) -> list[Piece]:
        """One response with its literals."""
        line = await self._line()
        answer: list[Piece] = [line]
        total = 0
        while (length := grammar.literal_length(line)) is not None:
            total += length
            if total > self.most_bytes:
                raise Garbled(f"a literal of {length} bytes that was not asked for")
            answer.append(await self._literal(length))
            line = await self._line()
            answer.append(line)
        return answer

    async def _line(self) -> bytes:
        try:
            async with asyncio.timeout(_ANSWER_WITHIN_S):
                return await self._read_line()
        except TimeoutError as problem:
            raise Unavailable(self.name, "the server does not answer") from problem

    async def _read_line(self) -> bytes:
        try:
            line = await self.reader.readuntil(b"\r\n")
        except asyncio.IncompleteReadError as problem:
            raise Unavailable(self.name, "the server hung up") from problem
        except asyncio.LimitOverrunError as problem:
            raise Garbled("a line without end") from problem
        return line[:-2]

    async def _literal(self, length: int) -> Literal:
        blocks: list[bytes] = []
        while length:
            try:
                async with asyncio.timeout(_ANSWER_WITHIN_S):
                    block = await self.reader.read(min(length, _BLOCK_BYTES))
            except TimeoutError as problem:
                raise Unavailable(self.name, "the server stopped in the middle of a letter") from problem
            if not block:
                raise Unavailable(self.name, "the server hung up in the middle of a letter")
            blocks.append(block)
            length -= len(block)
        return Literal(tuple(blocks))

    def _judge(self, status: bytes) -> None:
        word, _, text = status.partition(b" ")
        if word.upper() != b"OK":
            raise CommandRefused(_words(text))


@asynccontextmanager
async def connected(address: Address, name: str, most_bytes: int) -> AsyncIterator[Connection]:
    """A connection that is protected as the address says. `Unavailable` when there is none."""
    context = ssl.create_default_context() if address.tls != "none" else None
    try:
        async with asyncio.timeout(_CONNECT_WITHIN_S):
            reader, writer = await asyncio.open_connection(
                address.host,
                address.port,
                ssl=context if address.tls == "tls" else None,
                limit=_LONGEST_LINE,
            )
    except TimeoutError as problem:
        raise Unavailable(name, "no connection in time") from problem
    except OSError as problem:
        raise Unavailable(name, f"no connection ({_reason(problem)})") from problem
    link = Connection(name=name, reader=reader, writer=writer, most_bytes=most_bytes)
    try:
        try:
            await _greet(link, address, context)
            yield link
        except (OSError, Garbled) as problem:
            raise Unavailable(name, f"the connection broke ({_reason(problem)})") from problem
        with suppress(Unavailable, CommandRefused, OSError, Garbled):
            await link.command(b"LOGOUT")
    finally:
        writer.transport.abort()


async def _greet(link: Connection, address: Address, context: ssl.SSLContext | None) -> None:
    first = (await link._answer())[0]  # noqa: SLF001 - the greeting is nobody's answer
    if not isinstance(first, bytes) or not re.match(rb"\* (OK|PREAUTH)\b", first, re.IGNORECASE):
        words = _words(first[2:]) if isinstance(first, bytes) else ""
        raise Unavailable(link.name, words or "that is no IMAP server")
    if address.tls == "starttls":
        try:
            await link.command(b"STARTTLS")
        except CommandRefused as problem:
            raise Unavailable(link.name, f"STARTTLS is refused ({problem})") from problem
        # words that somebody put behind the OK are no answers to tags that nobody could know (RFC 7817, "command injection")
        link.tag = secrets.token_hex(6)
        async with asyncio.timeout(_CONNECT_WITHIN_S):
            await link.writer.start_tls(context or ssl.create_default_context(), server_hostname=address.host)
    await link.capability()


async def sign_in(link: Connection, user: str, password: str) -> None:
    """By AUTHENTICATE PLAIN (RFC 4616) where the server knows it, else LOGIN. `SignInRefused` with the server's words."""
    if b"AUTH=PLAIN" in link.capabilities:
        token = base64.b64encode(f"\0{user}\0{password}".encode())
        await _authenticate(link, b"PLAIN", token)
    elif b"LOGINDISABLED" in link.capabilities:
        raise SignInRefused("the server lets nobody in by password on this connection")
    else:
        await _login(link, user, password)
    await link.capability()


async def sign_in_by_token(link: Connection, user: str, token: str) -> None:
    """XOAUTH2, as Google and Microsoft have it."""
    said = base64.b64encode(f"user={user}\1auth=Bearer {token}\1\1".encode())
    await _authenticate(link, b"XOAUTH2", said)
    await link.capability()


async def _authenticate(link: Connection, method: bytes, token: bytes) -> None:
    try:
        if b"SASL-IR" in link.capabilities and len(token) < 8000:
            tag = await link._say(b"AUTHENTICATE " + method + b" " + token, ())  # noqa: SLF001 - a dialogue of its own
        else:
            tag = await link._say(b"AUTHENTICATE " + method, ())  # noqa: SLF001 - the same
            await link._invited()  # noqa: SLF001 - the same
            link.writer.write(token + b"\r\n")
        while True:
            first = (await link._answer())[0]  # noqa: SLF001 - the same
            assert isinstance(first, bytes)  # noqa: S101 - a response begins with a line
            if first.startswith(b"+"):
                # what was wrong, in base64; an empty answer ends it (RFC 7628, 3.2.3)
                link.writer.write(b"\r\n")
            elif first.startswith(tag + b" "):
                link._judge(first[len(tag) + 1 :])  # noqa: SLF001 - the same
                return
            elif first.startswith(b"* BYE"):
                raise SignInRefused(_words(first[5:]))
    except CommandRefused as problem:
        if grammar.coded(str(problem).encode()) == b"UNAVAILABLE":
            raise Unavailable(link.name, str(problem)) from problem
        raise SignInRefused(str(problem)) from problem


async def _login(link: Connection, user: str, password: str) -> None:
    parts: list[Literal | bytes] = []
    for word in (user, password):
        safe = grammar.quoted(word)
        parts.append(b" " + safe if safe is not None else Literal((word.encode(),)))
    try:
        await link.command(b"LOGIN", *parts)
    except CommandRefused as problem:
        raise SignInRefused(str(problem)) from problem


def _words(text: bytes) -> str:
    """The server's own words, short and on one line."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text.decode("utf-8", "replace"))
    return shown.strip()[:200]


def _reason(problem: Exception) -> str:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {problem.verify_message}"
    if isinstance(problem, OSError) and problem.errno and problem.errno > 0:
        return os.strerror(problem.errno)
    return str(problem) or type(problem).__name__
