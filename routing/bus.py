"""The bus wakes people up: what it says may get lost, so every consumer looks for itself from time to time."""

import asyncio
from collections.abc import Callable
from typing import Protocol

Callback = Callable[[str], None]

CALLER_KNOWN = "caller"
"""Topic: who calls, and for which contract, was written down; the payload is the call. Nothing else of it is new, so that it wakes nobody but the
screens: under twenty calls a second whoever looks after letters, cases and rules would otherwise look for them twenty times."""


class Bus(Protocol):
    """Topics with text payloads; see docs/contracts.md for which."""

    def publish(self, topic: str, payload: str) -> None:
        """Tell whoever listens now; never blocks, never fails."""
        ...

    def subscribe(self, topic: str, callback: Callback) -> Callable[[], None]:
        """Call `callback` with each payload, in order, on the loop; the result ends that."""
        ...


class Subscriptions:
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
        self._subscriptions = Subscriptions()

    def publish(self, topic: str, payload: str) -> None:
        asyncio.get_running_loop().call_soon(self._subscriptions.tell, topic, payload)

    def subscribe(self, topic: str, callback: Callback) -> Callable[[], None]:
        return self._subscriptions.add(topic, callback)
