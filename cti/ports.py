"""What this room needs of the floor and the bus; `routing` provides both."""

from collections.abc import Callable, Sequence
from typing import Protocol

from routing.core.estimate import Estimate
from routing.core.events import Event
from routing.core.facts import Fact
from routing.core.model import AgentId, InteractionId, QueueId
from routing.core.state import Centre


class Floor(Protocol):
    """The shell round the router."""

    @property
    def centre(self) -> Centre: ...

    @property
    def alive(self) -> bool: ...

    async def restored(self) -> None: ...

    def no_room_to_dial(self, agent: AgentId, queue: QueueId) -> str: ...

    def submit(self, *events: Event) -> None: ...

    async def settle(self, *events: Event) -> tuple[Fact, ...]: ...

    def estimate(self, interaction: InteractionId) -> Estimate | None: ...

    def listen(self, listener: Callable[[Sequence[Fact]], None]) -> Callable[[], None]: ...


class Bus(Protocol):
    """Wake-ups between rooms."""

    def publish(self, topic: str, payload: str) -> None: ...

    def subscribe(self, topic: str, callback: Callable[[str], None]) -> Callable[[], None]: ...


class Tracked(Protocol):
    """The calls that are known, wherever they are (`cti.calls.Calls`)."""

    def arrived(self, interaction: InteractionId, *, recorded: bool = False) -> None: ...

    def forget(self, interaction: InteractionId) -> None: ...
