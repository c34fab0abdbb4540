"""What follows from an event, and the end of an offer, which many events bring."""

from routing.core.decisions import Decision, Withdraw
from routing.core.facts import Fact, OfferEnded
from routing.core.model import AgentId, OfferId, Outcome, Seconds
from routing.core.presence import Work


class Verdict:
    """Facts to record, decisions to act on; empty when the event changes nothing."""

    __slots__ = ("decisions", "facts")

    def __init__(self, facts: tuple[Fact, ...] = (), decisions: tuple[Decision, ...] = ()) -> None:
        self.facts = facts
        self.decisions = decisions


NOTHING = Verdict()


def end_offer(work: Work, outcome: Outcome, at: Seconds) -> OfferEnded:
    """The live offer of this interaction is over."""
    return OfferEnded(offer=live_offer(work), interaction=work.id, agent=holder(work), outcome=outcome, at=at)


def withdrawal(work: Work, outcome: Outcome) -> Withdraw:
    """And outside it must not go on."""
    return Withdraw(
        offer=live_offer(work),
        interaction=work.id,
        agent=holder(work),
        medium=work.medium,
        outcome=outcome,
    )


def holder(work: Work) -> AgentId:
    """Who is being offered it, or has it."""
    assert work.agent is not None  # noqa: S101 - every phase but waiting and parked has one
    return work.agent


def live_offer(work: Work) -> OfferId:
    """The offer of an offered one."""
    assert work.offer is not None  # noqa: S101 - the phase says so
    return work.offer
