"""Channels of what is only shown: letters, faxes, messages. An offer is on the screen as soon as it is made, so there is nothing to ring."""

from config.clock import Clock
from config.errors import Unavailable
from routing.core.decisions import Offer, TurnAway, Withdraw
from routing.core.events import Rang
from routing.core.model import Medium
from routing.floor import Floor


class Shown:
    """The Channel of one such medium."""

    def __init__(self, medium: Medium, floor: Floor, clock: Clock) -> None:
        self.medium = medium
        self._floor, self._clock = floor, clock

    async def offer(self, decision: Offer) -> None:
        """The console shows the offer from the ledger's fact; that is its ringing."""
        self._floor.submit(Rang(offer=decision.offer, at=self._clock.now()))

    async def withdraw(self, decision: Withdraw) -> None:
        """The console takes it away by the ledger's fact."""

    async def turn_away(self, decision: TurnAway) -> None:
        """It waits until somebody reads it: only callers are turned away."""
        raise Unavailable(self.medium.value, f"not turned away: {decision.interaction}")
