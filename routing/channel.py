"""The Channel contract: what the floor asks of a medium. The edges implement it, `trunkline.app` hands it over."""

from typing import Protocol

from routing.core.decisions import Offer, TurnAway, Withdraw
from routing.core.model import Medium


class Channel(Protocol):
    """One medium's hands.

    Both calls return when the request is made, not when the agent answered: results come back as events
    (`Rang`, `Accepted`, `OfferFailed`, `CustomerLeft`). `Unavailable` and `Refused` raised here become
    `OfferFailed(FAILED)`. Calls for one interaction come in order; a repeated call is harmless.
    """

    medium: Medium

    async def offer(self, decision: Offer) -> None:
        """Let the agent's phone ring or screen show until `decision.deadline`."""
        ...

    async def withdraw(self, decision: Withdraw) -> None:
        """Stop that; the customer keeps waiting unless the outcome is CUSTOMER_LEFT."""
        ...

    async def turn_away(self, decision: TurnAway) -> None:
        """Tell the customer why, in their language, and end the contact. It is closed already: who cannot be told now is told when they
        are found still waiting."""
        ...
