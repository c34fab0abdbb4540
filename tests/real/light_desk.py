"""An agent without a browser: the API and the socket, nothing else; the phone is SIPp's. Comes back by itself."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import quote

import httpx
import websockets

Docs = dict[str, dict[str, dict[str, Any]]]


class LightDesk:
    """Follows the documents that a browser would show; `docs[collection][id]`."""

    def __init__(self, origin: str) -> None:
        self.docs: Docs = {}
        self._origin = origin
        self._http = httpx.AsyncClient(base_url=f"{origin}/api/v1", headers={"X-Trunkline": "1"}, timeout=10)
        self._stream: dict[str, Any] | None = None
        self._changed = asyncio.Event()

    async def sign_in(self, login: str, password: str) -> None:
        await self.call("POST", "/login", {"login": login, "password": password})

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """One API call; an error is an AssertionError with the problem document."""
        answer = await self._http.request(method, path, json=body, headers=headers)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def status(self, status: str, reason: str = "") -> None:
        await self.call("PUT", "/me/status", {"status": status} | ({"reason": reason} if reason else {}))

    async def accept(self, item: dict[str, Any]) -> None:
        await self.call("POST", f"/offers/{quote(item['offer']['id'], safe='')}/accept")

    async def until(self, holds: Callable[[Docs], Any], within_s: float = 15.0) -> Any:
        """Wait until the documents fulfil a condition; its value."""
        try:
            async with asyncio.timeout(within_s):
                while not (found := self.docs and holds(self.docs)):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError as late:
            raise AssertionError(
                f"not seen in {within_s} s; the screen shows {json.dumps(self.docs, ensure_ascii=False)[:4000]}"
            ) from late
        return found

    async def item(self, state: str, within_s: float = 15.0) -> dict[str, Any]:
        """Wait for a work item in this state."""
        found: dict[str, Any] = await self.until(
            lambda docs: next(
                (item for item in docs.get("items", {}).values() if item["state"] == state), None
            ),
            within_s,
        )
        return found

    async def follow(self, view: str = "agent") -> None:
        """Keep the socket open, resuming after each loss, until cancelled."""
        while True:
            with suppress(OSError, websockets.WebSocketException):
                await self._session(view)
            await asyncio.sleep(0.1)

    async def _session(self, view: str) -> None:
        cookies = "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())
        address = self._origin.replace("http", "ws", 1) + "/api/v1/socket"
        async with websockets.connect(
            address, additional_headers={"Cookie": cookies}, origin=websockets.Origin(self._origin)
        ) as socket:
            await socket.send(json.dumps({"type": "hello", "view": view, "resume": self._stream}))
            async for text in socket:
                self._take(json.loads(text))

    def _take(self, frame: dict[str, Any]) -> None:
        match frame["type"]:
            case "snapshot":
                self.docs = frame["docs"]
                self._stream = {"stream": frame["stream"], "seq": frame["seq"]}
            case "delta":
                assert self._stream is not None
                assert frame["seq"] == self._stream["seq"] + 1, "a gap in the stream"
                self._stream["seq"] = frame["seq"]
                for collection, name, document in frame["set"]:
                    self.docs.setdefault(collection, {})[name] = document
                for collection, name in frame["drop"]:
                    self.docs[collection].pop(name, None)
        self._changed.set()

    async def close(self) -> None:
        await self._http.aclose()


@asynccontextmanager
async def light_desk(
    origin: str, login: str, password: str, *, view: str = "agent"
) -> AsyncIterator[LightDesk]:
    """Sign in and follow the socket until the block ends."""
    desk = LightDesk(origin)
    await desk.sign_in(login, password)
    following = asyncio.create_task(desk.follow(view), name=f"desk of {login}")
    try:
        await desk.until(lambda docs: docs)
        yield desk
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await desk.close()
