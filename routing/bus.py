"""The bus wakes people up: what it says may get lost, so every consumer looks for itself from time to time."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import redis.asyncio
from redis.exceptions import RedisError

from config.logs import Transcript

Callback = Callable[[str], None]
_log = Transcript("bus")
_PREFIX = "trunkline:"

CALLER_KNOWN = "caller"
"""Topic: who calls, and for which contract, was written down; the payload is the call. Nothing else of it is new, so that it wakes nobody but the
screens: under twenty calls a second whoever looks after letters, cases and rules would otherwise look for them twenty times."""
_AGAIN_S = 1.0


class Bus(Protocol):
    """Topics with text payloads; see docs/contracts.md for which."""

    def publish(self, topic: str, payload: str) -> None:
        """Tell whoever listens now; never blocks, never fails."""
        ...

    def subscribe(self, topic: str, callback: Callback) -> Callable[[], None]:
        """Call `callback` with each payload, in order, on the loop; the result ends that."""
        ...


class _Subscriptions:
    """Who wants to hear what."""

    def __init__(self) -> None:
        self._callbacks: dict[str, list[Callback]] = {}

    def add(self, topic: str, callback: Callback) -> Callable[[], None]:
        callbacks = self._callbacks.setdefault(topic, [])
        callbacks.append(callback)
        return lambda: callbacks.remove(callback)

    def tell(self, topic: str, payload: str) -> None:
        for callback in tuple(self._callbacks.get(topic, ())):
            callback(payload)


class LocalBus:
    """Within one process: delivered by the loop's next round, so that a publisher is never re-entered."""

    def __init__(self) -> None:
        self._subscriptions = _Subscriptions()

    def publish(self, topic: str, payload: str) -> None:
        asyncio.get_running_loop().call_soon(self._subscriptions.tell, topic, payload)

    def subscribe(self, topic: str, callback: Callback) -> Callable[[], None]:
        return self._subscriptions.add(topic, callback)


class RedisBus:
    """Between processes, by Redis' publish and subscribe. While Redis is away nothing is heard, nothing else breaks."""

    def __init__(self, url: str) -> None:
        self._redis = redis.asyncio.Redis.from_url(url, decode_responses=True)
        self._subscriptions = _Subscriptions()
        self._outgoing: asyncio.Queue[tuple[str, str]] = asyncio.Queue(maxsize=10_000)
        self._listening = asyncio.Event()

    def publish(self, topic: str, payload: str) -> None:
        try:
            self._outgoing.put_nowait((topic, payload))
        except asyncio.QueueFull:
            _log.note("!", topic, "too much to say while Redis is away; a wake-up is lost")

    def subscribe(self, topic: str, callback: Callback) -> Callable[[], None]:
        return self._subscriptions.add(topic, callback)

    async def listening(self) -> None:
        """Wait until what others publish arrives here."""
        await self._listening.wait()

    async def run(self) -> None:
        """Carry payloads both ways until cancelled; reconnects by itself."""
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._persist(self._send), name="bus out")
                tasks.create_task(self._persist(self._receive), name="bus in")
        finally:
            await self._redis.aclose()

    async def _persist(self, work: Callable[[], Any]) -> None:
        while True:
            try:
                await work()
            except (RedisError, OSError) as problem:
                self._listening.clear()
                _log.note("!", "redis", f"{problem}")
                await asyncio.sleep(_AGAIN_S)

    async def _send(self) -> None:
        while True:
            topic, payload = await self._outgoing.get()
            await self._redis.publish(_PREFIX + topic, payload)

    async def _receive(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=False) as pubsub:
            await pubsub.psubscribe(f"{_PREFIX}*")
            async for message in pubsub.listen():
                if message["type"] == "psubscribe":
                    self._listening.set()
                elif message["type"] == "pmessage":
                    self._subscriptions.tell(message["channel"].removeprefix(_PREFIX), message["data"])
