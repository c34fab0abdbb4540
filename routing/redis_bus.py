"""The bus between processes. Apart from `routing.bus`, because Redis' client takes a tenth of a start and a single server needs none."""

import asyncio
from collections.abc import Callable
from typing import Any

import redis.asyncio
from redis.exceptions import RedisError

from config.logs import Transcript
from routing.bus import Callback, Subscriptions

_log = Transcript("bus")
_PREFIX = "trunkline:"
_AGAIN_S = 1.0


class RedisBus:
    """Between processes, by Redis' publish and subscribe. While Redis is away nothing is heard, nothing else breaks."""

    def __init__(self, url: str) -> None:
        self._redis = redis.asyncio.Redis.from_url(url, decode_responses=True)
        self._subscriptions = Subscriptions()
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
