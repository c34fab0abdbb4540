"""Asks clamd about a file: its INSTREAM command, over a Unix socket or TCP. Nothing is written to a disk."""

import asyncio
import struct
from dataclasses import dataclass

from config.errors import Unavailable

_BLOCK_BYTES = 256 * 1024
_LONGEST_ANSWER = 1000


@dataclass(frozen=True, slots=True)
class VirusScan:
    """`address`: a socket's path, or `host:port`."""

    address: str
    time_limit_s: float = 20.0

    async def of(self, content: bytes) -> str:
        """What the scanner calls it; "" for a clean file. `Unavailable` when there is no verdict."""
        try:
            async with asyncio.timeout(self.time_limit_s):
                answer = await self._ask(content)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError) as problem:
            raise Unavailable("clamd", f"no verdict: {problem!r}") from problem
        verdict = answer.rpartition(": ")[2].strip("\0\n ")
        if verdict == "OK":
            return ""
        if verdict.endswith(" FOUND"):
            return verdict.removesuffix(" FOUND")[:200]
        raise Unavailable("clamd", verdict[:200] or "no verdict")

    async def _ask(self, content: bytes) -> str:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), _BLOCK_BYTES):
                block = content[start : start + _BLOCK_BYTES]
                writer.write(struct.pack(">I", len(block)) + block)
                await writer.drain()
            writer.write(struct.pack(">I", 0))
            await writer.drain()
            return (await reader.readuntil(b"\0"))[:_LONGEST_ANSWER].decode("utf-8", "replace")
        finally:
            writer.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.address.startswith("/"):
            return await asyncio.open_unix_connection(self.address)
        host, _, port = self.address.rpartition(":")
        return await asyncio.open_connection(host.strip("[]"), int(port))
