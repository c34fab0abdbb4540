"""An Asterisk that speaks AMI as far as a test says: logs in, answers, lies, stays silent, closes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

Answer = Callable[["AmiPeer", dict[str, str]], Awaitable[None]]


class AmiPeer:
    """One connection from the client's side to us."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def send(self, *headers: tuple[str, str]) -> None:
        """One message."""
        text = "".join(f"{name}: {value}\r\n" for name, value in headers)
        self.raw(text.encode() + b"\r\n")

    def reply(self, action: dict[str, str], response: str = "Success", *more: tuple[str, str]) -> None:
        """The reply to an action."""
        self.send(("Response", response), ("ActionID", action["ActionID"]), *more)

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._writer.write(data)

    def close(self) -> None:
        """Hang up."""
        self._writer.close()


class FakeAmi:
    """A server. `actions` is everything it was asked; `answers` decide by the action's name, else it says Success."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.port = 0
        self.actions: list[dict[str, str]] = []
        self.peers: list[AmiPeer] = []
        self.answers: dict[str, Answer] = {}
        self.asked = asyncio.Event()
        self.server: asyncio.Server | None = None

    async def wait_for(self, name: str, count: int = 1) -> dict[str, str]:
        """The `count`th action of this name."""
        async with asyncio.timeout(5):
            while len(found := [action for action in self.actions if action["Action"] == name]) < count:
                self.asked.clear()
                await self.asked.wait()
        return found[count - 1]

    def stop(self) -> None:
        """As a program that has died: nothing listens any more, and what was connected is closed."""
        if self.server is not None:
            self.server.close()
        for peer in self.peers:
            peer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = AmiPeer(writer)
        self.peers.append(peer)
        peer.raw(b"Asterisk Call Manager/11.0.0\r\n")
        try:
            while True:
                block = (await reader.readuntil(b"\r\n\r\n")).decode()
                action = dict(line.split(": ", 1) for line in block.split("\r\n") if ": " in line)
                self.actions.append(action)
                self.asked.set()
                await self._answer(peer, action)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, peer: AmiPeer, action: dict[str, str]) -> None:
        name = action["Action"]
        if name in self.answers:
            await self.answers[name](peer, action)
        elif name == "Login" and action["Secret"] != self.secret:
            peer.reply(action, "Error", ("Message", "Authentication failed"))
        elif name == "Login":
            peer.reply(action)
            peer.send(("Event", "FullyBooted"))
        elif name == "Ping":
            peer.reply(action, "Success", ("Ping", "Pong"), ("Timestamp", "1700000000.250000"))
        else:
            peer.reply(action)


@asynccontextmanager
async def fake_ami(secret: str = "right") -> AsyncIterator[FakeAmi]:
    """Serve on a free port until the block ends."""
    fake = FakeAmi(secret)
    fake.server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.port = fake.server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        fake.stop()
