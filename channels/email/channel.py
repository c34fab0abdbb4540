"""E-mail as the floor sees it: an offer is on the screen as soon as it is made, so there is nothing to ring."""

from config.clock import Clock
from config.errors import Unavailable
from routing.core.decisions import Offer, TurnAway, Withdraw
from routing.core.events import Rang
from routing.core.model import Medium
from routing.floor import Floor


class EmailChannel:
    """The Channel for letters."""

    medium = Medium.EMAIL

    def __init__(self, floor: Floor, clock: Clock) -> None:
        self._floor = floor
        self._clock = clock

    async def offer(self, decision: Offer) -> None:
        """The console shows the offer from the ledger's fact; that is its ringing."""
        self._floor.submit(Rang(offer=decision.offer, at=self._clock.now()))

    async def withdraw(self, decision: Withdraw) -> None:
        """The console takes it away by the ledger's fact."""

    async def turn_away(self, decision: TurnAway) -> None:
        """A letter waits until somebody reads it: only callers are turned away."""
        raise Unavailable("email", f"letters are not turned away: {decision.interaction}")
