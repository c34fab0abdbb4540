"""What a queue wishes for a customer (`crm_core.preferring`) as the router is told it."""

from crm_core.preferring import Wish
from routing.core.events import Arrived, MoreKnown
from routing.core.model import AgentId, InteractionId, Medium, QueueId, Seconds, Status
from routing.core.state import Centre
from routing.core.words import Need


def preferred(wish: Wish, centre: Centre) -> AgentId | None:
    """The first of them who is signed in; with nobody of them there the first who is an agent: they may come yet."""
    agents = [centre.agents[AgentId(one)] for one in wish.agents if one in centre.agents]
    here = next((agent.id for agent in agents if agent.status is not Status.SIGNED_OUT), None)
    return here or next((agent.id for agent in agents), None)


def needs_of(wish: Wish) -> frozenset[Need]:
    """What it asks beside what its queue asks: the people of the customer's territory."""
    return frozenset() if wish.territory is None else frozenset({Need(skill=of_territory(wish.territory))})


def of_territory(code: str) -> str:
    """The people of a territory as a skill: every agent who has the territory has it, and a queue gives it up after a wait."""
    return f"territory:{code}"


def arrival(  # noqa: PLR0917 - an interaction as its row has it, and what its queue wishes for it
    interaction: str,
    medium: Medium,
    queue: str,
    enqueued_at: Seconds,
    wish: Wish,
    centre: Centre,
    at: Seconds,
) -> Arrived:
    """An interaction that is stored, as the router is told of it."""
    return Arrived(
        interaction=InteractionId(interaction),
        medium=medium,
        queue=QueueId(queue),
        enqueued_at=enqueued_at,
        at=at,
        priority_points=wish.points,
        needs=needs_of(wish),
        preferred=preferred(wish, centre),
        preferred_wait_s=wish.wait_s,
    )


def more_known(interaction: InteractionId, wish: Wish, centre: Centre, at: Seconds) -> MoreKnown | None:
    """What is to be said of one who arrived before anything was known of them; None: nothing, or it has been said (before a restart), and
    their time to wait for somebody does not begin anew."""
    work = centre.interactions.get(interaction)
    agent, needs = preferred(wish, centre), needs_of(wish)
    if work is None or work.preferred is not None or (agent is None and not wish.points and not needs):
        return None
    if agent is None and needs <= work.needs and work.priority_points == wish.points:
        return None
    return MoreKnown(
        interaction=interaction,
        at=at,
        priority_points=wish.points,
        needs=work.needs | needs,
        preferred=agent,
        preferred_wait_s=wish.wait_s,
    )
