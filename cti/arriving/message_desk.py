"""Messages as the floor sees them: an offer is on the screen as soon as it is made, so there is nothing to ring."""

from config.clock import Clock
from config.errors import Unavailable
from cti.ports import Floor
from routing.core.decisions import Offer, TurnAway, Withdraw
from routing.core.events import Rang
from routing.core.model import Medium


class MessageDesk:
    """The Channel for messages that callers left."""

    medium = Medium.VOICEMAIL

    def __init__(self, floor: Floor, clock: Clock) -> None:
        self._floor, self._clock = floor, clock

    async def offer(self, decision: Offer) -> None:
        """The console shows the offer from the ledger's fact; that is its ringing."""
        self._floor.submit(Rang(offer=decision.offer, at=self._clock.now()))

    async def withdraw(self, decision: Withdraw) -> None:
        """The console takes it away by the ledger's fact."""

    async def turn_away(self, decision: TurnAway) -> None:
        """A message waits until somebody hears it: only callers are turned away."""
        raise Unavailable("voicemail", f"messages are not turned away: {decision.interaction}")
