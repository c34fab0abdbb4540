"""A visitor without a browser: what the widget does, and what it makes of the frames."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from tests.agent_console.house import House

NOW = 1_790_000_000.0


def add_door(conn: Connection, queue: str, **more: Any) -> str:
    """The door that the page /chat has, unless another key is given."""
    return rows.create(
        conn, system(NOW), known.entity("chat_door"), {"key": "main", "queue_id": queue} | more
    ).id


def solved(puzzle: str, bits: int) -> str:
    """The work that a browser does."""
    return next(str(nonce) for nonce in count() if _leading(puzzle, nonce, bits) == 0)


def unsolved(puzzle: str, bits: int) -> str:
    """What somebody sends who has not done it."""
    return next(str(nonce) for nonce in count() if _leading(puzzle, nonce, bits) != 0)


def _leading(puzzle: str, nonce: int, bits: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{puzzle}:{nonce}".encode()).digest()[:4], "big") >> (32 - bits)


class Visitor:
    """Somebody at the widget: `lines` and `state` are their screen, over all sockets that they had."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.token = secrets.token_urlsafe(32)
        self.http = httpx.AsyncClient(base_url=house.origin, headers={"Origin": house.origin}, timeout=30)
        self.id = ""
        self.lines: list[dict[str, Any]] = []
        self.state: dict[str, Any] = {}
        self.refused: dict[str, str] = {}

    async def begin(
        self, question: str = "My lamp flickers", door: str = "main", **more: Any
    ) -> httpx.Response:
        """Fill in the form and send it."""
        asked = (await self.http.get(f"/chat/doors/{door}")).json()
        given = {
            "door": door,
            "token": self.token,
            "language": "en",
            "question": question,
            "puzzle": asked["puzzle"],
            "nonce": solved(asked["puzzle"], asked["bits"]),
        }
        answer = await self.http.post("/chat/conversations", json=given | more)
        if answer.status_code == 201:
            self.id = answer.json()["id"]
        return answer

    @asynccontextmanager
    async def socket(self) -> AsyncIterator["Line"]:
        """A socket that goes on after the last line that is on the screen."""
        address = self.house.origin.replace("http", "ws", 1) + "/chat/socket"
        async with connect(address, origin=self.house.origin, proxy=None) as connection:  # type: ignore[arg-type]
            hello = {"type": "hello", "token": self.token, "seen": len(self.lines)}
            await connection.send(json.dumps(hello))
            yield Line(self, connection)

    def take(self, frame: dict[str, Any]) -> None:
        """As the widget does: known lines are passed by, a gap is a fault."""
        if frame["type"] == "news":
            assert frame["after"] <= len(self.lines), "a gap"
            self.lines += [line for line in frame["lines"] if line["seq"] > len(self.lines)]
            assert [line["seq"] for line in self.lines] == list(range(1, len(self.lines) + 1))
            self.state = frame.get("state", self.state)
        elif frame["type"] == "refused":
            self.refused[frame["id"]] = frame["code"]

    def said(self, by: str = "") -> list[str]:
        """The texts on the screen; the system's by their codes."""
        return [line["text"] or line.get("code", "") for line in self.lines if by in ("", line["by"])]

    async def close(self) -> None:
        await self.http.aclose()


class Line:
    """One socket of a visitor's."""

    def __init__(self, visitor: Visitor, connection: ClientConnection) -> None:
        self.visitor = visitor
        self.connection = connection

    async def until(self, holds: Callable[[Visitor], Any]) -> Any:
        """Read on until that is so."""
        async with asyncio.timeout(10):
            while not (found := self.visitor.state and holds(self.visitor)):
                self.visitor.take(json.loads(await self.connection.recv()))
        return found

    async def send(self, **frame: Any) -> None:
        await self.connection.send(json.dumps(frame))

    async def say(self, text: str, key: str = "") -> str:
        """Send a message; its id."""
        key = key or secrets.token_hex(8)
        await self.send(type="send", id=key, text=text)
        return key


@asynccontextmanager
async def visitor(house: House) -> AsyncIterator[Visitor]:
    there = Visitor(house)
    try:
        yield there
    finally:
        await there.close()
