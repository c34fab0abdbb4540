"""A floor without a ledger: the real router, decisions carried out in order, facts kept in memory."""

import asyncio
from collections.abc import Callable, Sequence

from config.clock import Clock
from config.errors import Refused, Unavailable
from routing.channel import Channel
from routing.core.decisions import Decision, Offer
from routing.core.events import Event, OfferFailed
from routing.core.facts import Fact
from routing.core.model import Outcome
from routing.core.router import Router
from routing.core.state import Centre

Listener = Callable[[Sequence[Fact]], None]


class FloorInMemory:
    """What `cti.ports.Floor` promises; durable means remembered in `facts`."""

    def __init__(self, router: Router, clock: Clock) -> None:
        self._router, self._clock = router, clock
        self._listeners: list[Listener] = []
        self._decisions: asyncio.Queue[Decision] = asyncio.Queue()
        self.channel: Channel | None = None
        self.facts: list[Fact] = []
        self.events: list[Event] = []
        self.changed = asyncio.Event()

    @property
    def centre(self) -> Centre:
        return self._router.centre

    def listen(self, listener: Listener) -> Callable[[], None]:
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def submit(self, *events: Event) -> None:
        self._turn(events)

    async def settle(self, *events: Event) -> tuple[Fact, ...]:
        return self._turn(events)

    def _turn(self, events: Sequence[Event]) -> tuple[Fact, ...]:
        self.events += events
        turn = self._router.decide(events, self._clock.now())
        self.facts += turn.facts
        for decision in turn.decisions:
            self._decisions.put_nowait(decision)
        for listener in list(self._listeners):
            listener(turn.facts)
        self.changed.set()
        return turn.facts

    async def run(self) -> None:
        """Carry out decisions and fire deadlines until cancelled."""
        while True:
            try:
                async with asyncio.timeout(0.2):
                    decision = await self._decisions.get()
            except TimeoutError:
                self._turn(())
            else:
                await self._act(decision)

    async def _act(self, decision: Decision) -> None:
        assert self.channel is not None
        try:
            if isinstance(decision, Offer):
                await self.channel.offer(decision)
            else:
                await self.channel.withdraw(decision)
        except (Refused, Unavailable):
            self.submit(OfferFailed(offer=decision.offer, outcome=Outcome.FAILED, at=self._clock.now()))
