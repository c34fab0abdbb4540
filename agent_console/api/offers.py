"""Offers: a letter is accepted here, a call by its phone; either may be declined here."""

from fastapi import APIRouter

from agent_console.access import AsAgent, InContext
from agent_console.context import Context
from config.errors import Kind, Refused
from crm_core.users import User
from routing.core.events import Accepted, OfferFailed
from routing.core.facts import OfferEnded
from routing.core.model import InteractionId, Medium, OfferId, Outcome
from routing.core.presence import Work

router = APIRouter(tags=["offers"])


# An offer's id holds a slash, hence `path`; browsers send it encoded.
@router.post("/offers/{offer:path}/accept", status_code=204)
async def accept(offer: str, user: AsAgent, within: InContext) -> None:
    """Take a letter; 409 `offer.gone` when it was withdrawn, timed out or answered elsewhere meanwhile."""
    work = _mine(within, user, offer)
    if work.medium is Medium.VOICE:
        raise Refused("offer.by_phone", offer=offer)
    await _settle(within, offer, Accepted(offer=OfferId(offer), at=within.clock.now()), Outcome.ACCEPTED)


@router.post("/offers/{offer:path}/decline", status_code=204)
async def decline(offer: str, user: AsAgent, within: InContext) -> None:
    """Not me, not now: it waits on for another agent; the router pauses whoever declines."""
    _mine(within, user, offer)
    failed = OfferFailed(offer=OfferId(offer), outcome=Outcome.DECLINED, at=within.clock.now())
    await _settle(within, offer, failed, Outcome.DECLINED)


def _mine(within: Context, user: User, offer: str) -> Work:
    work = within.floor.centre.interactions.get(InteractionId(offer.rpartition("/")[0]))
    if work is None or work.offer != offer:
        raise Refused("offer.gone", offer=offer)
    if work.agent != user.id:
        raise Refused("interaction.not_yours", Kind.FORBIDDEN)
    return work


async def _settle(within: Context, offer: str, event: Accepted | OfferFailed, wanted: Outcome) -> None:
    facts = await within.floor.settle(event)
    ended = (fact.outcome for fact in facts if isinstance(fact, OfferEnded) and fact.offer == offer)
    if next(ended, None) is not wanted:
        raise Refused("offer.gone", offer=offer)
