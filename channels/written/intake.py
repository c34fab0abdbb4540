"""What was filed reaches the floor: at once, and after a crash between the two."""

from functools import partial

from channels.written.contract import Incoming
from channels.written.filing import Taken, file_message
from config.clock import Clock
from config.logs import Transcript
from crm_core import interactions, preferring
from crm_core.interactions import Interaction
from crm_core.store import Store
from routing.bus import Bus
from routing.core.events import TakenUp
from routing.core.model import InteractionId, Medium
from routing.floor import Floor

log = Transcript("written")


class Intake:
    """The way in of every written channel."""

    def __init__(self, store: Store, floor: Floor, bus: Bus, clock: Clock) -> None:
        self._store, self._floor, self._bus, self._clock = store, floor, bus, clock

    async def take(self, incoming: Incoming) -> Taken:
        """File it and have it offered. When this returns it is durable, and what the peer was promised may be answered."""
        taken = await self._store.write(partial(file_message, incoming=incoming, now=self._clock.now()))
        self.tell(taken)
        return taken

    def tell(self, taken: Taken) -> None:
        """What was filed in a unit of somebody else's."""
        if not taken.new:
            log.note("-", taken.interaction_id or taken.letter_id, f"{taken.medium} is filed already")
            return
        log.note("<", taken.interaction_id, f"{taken.medium} of {taken.letter_id}")
        if taken.arrived:
            self._floor.submit(taken.event(self._floor.centre, self._clock.now()))
        else:  # it may have been set aside until later
            again = TakenUp(interaction=InteractionId(taken.interaction_id), at=self._clock.now())
            self._floor.submit(again)
        self._bus.publish("interaction", taken.interaction_id)

    async def offer_forgotten(self, medium: Medium) -> None:
        """Filed, but the floor never heard of it: we ended between the two. After `floor.restored()`."""
        for one in await self._store.read(partial(interactions.open_ones, medium=medium)):
            # only "new" ones: what the ledger has seen, the floor rebuilds from it
            if one.state == "new" and one.queue_id and one.id not in self._floor.centre.interactions:
                await self._offer(one, medium)

    async def _offer(self, one: Interaction, medium: Medium) -> None:
        now = self._clock.now()
        wish = await self._store.read(partial(preferring.of_interaction, interaction_id=one.id, now=now))
        taken = Taken(
            letter_id="",
            case_id=one.case_id or "",
            interaction_id=one.id,
            medium=medium,
            queue_id=one.queue_id or "",
            at=one.enqueued_at,
            new=True,
            arrived=True,
            wish=wish,
        )
        self.tell(taken)
