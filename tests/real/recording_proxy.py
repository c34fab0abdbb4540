"""A TCP proxy in front of an SMTP server that writes down which letters the server said 250 to.

smtp-source does not tell which of its letters were accepted, and it cannot see a 250 that is on its way when the
connection breaks. The proxy sees every reply that the server sent.
"""

import asyncio
import re
from contextlib import suppress

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^<>\r\n]+>)", re.IGNORECASE | re.MULTILINE)


class RecordingProxy:
    """Listens on a free port; `accepted` holds the Message-IDs of letters that got their 250."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._server: asyncio.Server | None = None
        self.port = 0
        self.accepted: list[str] = []

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        if self._server:
            self._server.close()

    async def _serve(self, client_in: asyncio.StreamReader, client_out: asyncio.StreamWriter) -> None:
        server_in, server_out = await self._connect()
        letter = bytearray()

        async def to_server() -> None:
            while data := await client_in.read(65536):
                letter.extend(data)
                server_out.write(data)
                await server_out.drain()

        async def to_client() -> None:
            ending = False
            while line := await server_in.readline():
                if line.startswith(b"354"):
                    letter.clear()
                    ending = True
                elif ending:
                    ending = False
                    if line.startswith(b"250"):
                        self._note(bytes(letter))
                client_out.write(line)
                await client_out.drain()

        both = [asyncio.ensure_future(to_server()), asyncio.ensure_future(to_client())]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        # What the server had sent before it was killed counts, whether or not the client is still there.
        with suppress(OSError):
            server_out.write_eof()
        await asyncio.wait(both, timeout=1)
        for task in both:
            task.cancel()
        await asyncio.gather(*both, return_exceptions=True)
        client_out.close()
        server_out.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A server that is just being started again is waited for."""
        async with asyncio.timeout(30):
            while True:
                try:
                    return await asyncio.open_connection("127.0.0.1", self._server_port)
                except OSError:
                    await asyncio.sleep(0.02)

    def _note(self, letter: bytes) -> None:
        found = _MESSAGE_ID.search(letter)
        assert found, letter[:200]
        self.accepted.append(found[1].decode())
