"""What the store knows of each open interaction, loaded off the loop and kept while the interaction is open.

Whoever is offered comes first, a few in one visit, so that no pop waits for a hundred others; the board needs names alone, which come last.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from agent_console import rows
from agent_console.documents import PopDocument
from config.clock import Clock as WallClock
from config.errors import Refused, Unavailable
from config.logs import Transcript
from crm_core.case_clocks import clocks_of
from crm_core.interactions import shown_names
from crm_core.letters import count_of_interaction, count_thread
from crm_core.pop import Pop, pop
from crm_core.sla.clock import Clock
from crm_core.store import Connection, Store
from routing.core.model import InteractionId

_TRANSCRIPT = Transcript("console")
_RETRY_S = 1.0
_GATHER_S = 0.01
"""An edge describes a caller within milliseconds of the offer: waiting that long, one visit reads both."""
_AT_ONCE = 8
"""So many pops are read in one visit, and told before the next."""


class Pops:
    """`documents` is what is known, `names` what a board calls those of whom no more is known; `want` and `want_names` ask for more. Asked
    again while loading, it is loaded again after."""

    def __init__(
        self, store: Store, clock: WallClock, loaded: Callable[[Collection[InteractionId]], None]
    ) -> None:
        self.documents: dict[InteractionId, PopDocument] = {}
        self.names: dict[InteractionId, str] = {}
        self._store = store
        self._clock = clock
        self._loaded = loaded
        self._wanted: dict[InteractionId, None] = {}
        self._wanted_names: dict[InteractionId, None] = {}
        self._wake = asyncio.Event()

    def want(self, interactions: Iterable[InteractionId], *, again: bool = False) -> None:
        """Load these unless they are known; `again`: even so, because something of them changed."""
        fresh = [each for each in interactions if again or each not in self.documents]
        if fresh:
            self._wanted.update(dict.fromkeys(fresh))
            self._wake.set()

    def want_names(self, interactions: Iterable[InteractionId], *, again: bool = False) -> None:
        """The same of what the board calls them; whose pop is known has a name already."""
        fresh = [each for each in interactions if again or not (each in self.names or each in self.documents)]
        if fresh:
            self._wanted_names.update(dict.fromkeys(fresh))
            self._wake.set()

    def keep(self, still_open: Collection[InteractionId]) -> None:
        """Forget all others."""
        for known in (self.documents, self.names):
            for each in [each for each in known if each not in still_open]:
                del known[each]

    async def run(self) -> None:
        """Load what is wanted in visits to the store; `loaded` is told after each."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(_GATHER_S)
            self._wake.clear()
            while self._wanted or self._wanted_names:
                try:
                    await self._visit()
                except Unavailable as error:
                    _TRANSCRIPT.note("!", error.peer, f"pops wait for the store: {error.reason}")
                    await asyncio.sleep(_RETRY_S)

    async def _visit(self) -> None:
        """Pops that nobody has before those that changed, and names when no pop is wanted."""
        if self._wanted:
            batch = tuple(sorted(self._wanted, key=lambda each: each in self.documents))[:_AT_ONCE]
            for each in batch:
                del self._wanted[each]
            try:
                await self._load(batch)
            except Unavailable:
                self.want(batch, again=True)
                raise
            return
        names, self._wanted_names = tuple(self._wanted_names), {}
        try:
            found = await self._store.read(lambda connection: shown_names(connection, names))
        except Unavailable:
            self.want_names(names, again=True)
            raise
        self.names.update({InteractionId(each): name for each, name in found.items()})
        if found:
            self._loaded(())

    async def _load(self, batch: tuple[InteractionId, ...]) -> None:
        now = self._clock.now()
        for read in await self._store.read(lambda connection: _read(connection, batch, now)):
            interaction = InteractionId(read.known.interaction.id)
            before = self.documents.get(interaction)
            version = before["version"] + 1 if before else 1
            self.documents[interaction] = rows.pop(read.known, read.letters, version, read.clocks)
        self._loaded(batch)


def count_letters(connection: Connection, known: Pop) -> int:
    """How long the thread is; calls have none unless their case does."""
    if known.case is not None:
        return count_thread(connection, known.case.id)
    if known.interaction.medium == "voice":
        return 0
    return count_of_interaction(connection, known.interaction.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What one visit to the store says of an interaction."""

    known: Pop
    letters: int
    clocks: tuple[Clock, ...]


def read_pop(connection: Connection, interaction: str, now: float) -> Read:
    """Gather it; `Refused` for an unknown interaction."""
    known = pop(connection, interaction)
    return Read(
        known=known,
        letters=count_letters(connection, known),
        clocks=clocks_of(connection, known.case.id, now) if known.case else (),
    )


def _read(connection: Connection, batch: Iterable[InteractionId], now: float) -> list[Read]:
    found = []
    for interaction in batch:
        try:
            found.append(read_pop(connection, interaction, now))
        except Refused:
            continue  # the floor may know it a moment before the edge has described it; `interaction` on the bus follows
    return found
