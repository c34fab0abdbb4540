"""What to do: imperative, carried out by the Channel of the medium. Recorded as facts before anyone acts."""

from typing import Final

from routing.core.model import AgentId, InteractionId, Medium, OfferId, Outcome, QueueId, Seconds, Why
from routing.core.record import dataclass


@dataclass(slots=True, init=False)
class Offer:
    """Reserve `agent` for `interaction` until `deadline` and let them know."""

    offer: Final[OfferId]
    interaction: Final[InteractionId]
    agent: Final[AgentId]
    medium: Final[Medium]
    deadline: Final[Seconds]
    ring_s: Final[float]

    def __init__(
        self,
        *,
        offer: OfferId,
        interaction: InteractionId,
        agent: AgentId,
        medium: Medium,
        deadline: Seconds,
        ring_s: float,
    ) -> None:
        self.offer = offer
        self.interaction = interaction
        self.agent = agent
        self.medium = medium
        self.deadline = deadline
        self.ring_s = ring_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """Take the offer back: stop ringing; the customer waits on at the old place unless they left."""

    offer: OfferId
    interaction: InteractionId
    agent: AgentId
    medium: Medium
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnAway:
    """Tell the customer why nobody of this queue serves them (`why`), and let them go."""

    interaction: InteractionId
    queue: QueueId
    medium: Medium
    why: Why
    voicemail: bool = False
    """They leave a message first."""


Decision = Offer | Withdraw | TurnAway
