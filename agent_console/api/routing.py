"""Why: each offer and each wait answers for itself, to supervisors."""

from collections.abc import Iterable
from typing import Annotated, cast

from fastapi import APIRouter
from pydantic import Field

from agent_console import scope
from agent_console.access import AsSupervisor, InContext
from agent_console.acting import AtDesk
from agent_console.api.bodies import Body
from agent_console.directory import Directory
from agent_console.routing_answers import (
    AskedSkill,
    LeadsOn,
    NotOffered,
    OfferTold,
    Reason,
    RoutingAnswer,
    StillWaiting,
)
from config.errors import Kind, Refused
from crm_core import interactions
from crm_core.interactions import OfferRecord
from routing.core.events import Moved
from routing.core.facts import LedOn
from routing.core.model import InteractionId, Overflow, QueueId, Seconds
from routing.floor import Floor

router = APIRouter(prefix="/interactions/{interaction}/routing", tags=["interactions"])


class OtherQueue(Body):
    """The queue to wait in."""

    queue_id: Annotated[str, Field(min_length=1, max_length=100)]


@router.put("/queue", status_code=204)
async def move(
    interaction: str, given: OtherQueue, user: AsSupervisor, within: InContext, at: AtDesk
) -> None:
    """Have it wait in another queue, at its age; an agent who is being offered it loses the offer without a reproach. 409 `interaction.state`:
    it does not wait any more, or is there already."""
    await scope.readable_interaction(within, user, interaction)
    if QueueId(given.queue_id) not in within.hub.world.directory.queues:
        raise Refused("queue.unknown", Kind.MISSING, pointer="/queue_id")
    event = Moved(
        interaction=InteractionId(interaction), queue=QueueId(given.queue_id), at=within.clock.now()
    )
    facts = await within.floor.settle(event)
    if not any(isinstance(fact, LedOn) and fact.interaction == interaction for fact in facts):
        raise Refused("interaction.state")
    await at.tell("moved", "interaction", interaction, {"queue": given.queue_id})


@router.get("")
async def explain(interaction: str, user: AsSupervisor, within: InContext) -> RoutingAnswer:
    """Who was offered it and who was passed over, each with the reason; and why it still waits."""
    await scope.readable_interaction(within, user, interaction)
    names = within.hub.world.directory
    made = await within.store.read(lambda c: interactions.offers(c, interaction))
    return RoutingAnswer(
        waiting=_waiting(within.floor, InteractionId(interaction), names),
        offers=[_offer(each, names) for each in made],
    )


def _waiting(floor: Floor, interaction: InteractionId, names: Directory) -> StillWaiting | None:
    waits, expected = floor.explain(interaction), floor.estimate(interaction)
    if waits is None:
        return None
    line = [work.id for work in floor.centre.waiting(waits.asked.queue)]
    asks = sorted(waits.asked.needs, key=lambda need: need.skill)
    return StillWaiting(
        asks=[AskedSkill(skill=need.skill, level=need.level) for need in asks],
        departments=sorted(names.groups.get(group, group) for group in waits.asked.groups),
        steps=waits.steps,
        changes_at=waits.changes_at,
        kept_for=names.user_name(waits.preferred) if waits.preferred else None,
        position=line.index(interaction) + 1,
        expected_wait_s=None if expected is None else expected.wait_s,
        leads_on=_leads_on(waits.leads_on, names),
        not_offered=_not_offered(waits.not_offered, names),
    )


def _leads_on(told: tuple[Seconds, Overflow] | None, names: Directory) -> LeadsOn | None:
    if told is None:
        return None
    at, rule = told
    return LeadsOn(at=at, queue=names.queue_name(rule.queue))


def _offer(made: OfferRecord, names: Directory) -> OfferTold:
    return OfferTold(
        id=made.id,
        agent_id=made.agent_id,
        name=_name(made.agent_id, names),
        offered_at=made.offered_at,
        rang_at=made.rang_at,
        ended_at=made.ended_at,
        outcome=made.outcome,
        steps=made.steps,
        preferred=made.preferred,
        passed_over=_not_offered(made.passed_over, names),
    )


def _not_offered(pairs: Iterable[tuple[str, str]], names: Directory) -> list[NotOffered]:
    return [
        NotOffered(agent_id=agent, name=_name(agent, names), reason=cast("Reason", reason))
        for agent, reason in pairs
    ]


def _name(agent: str, names: Directory) -> str:
    return names.user_name(agent) or agent
