"""What a queue wishes for a customer (`crm_core.preferring`) as the router is told it."""

from crm_core.preferring import Wish
from routing.core.events import MoreKnown
from routing.core.model import AgentId, InteractionId, Seconds, Status
from routing.core.state import Centre


def preferred(wish: Wish, centre: Centre) -> AgentId | None:
    """The first of them who is signed in; with nobody of them there the first who is an agent: they may come yet."""
    agents = [centre.agents[AgentId(one)] for one in wish.agents if one in centre.agents]
    here = next((agent.id for agent in agents if agent.status is not Status.SIGNED_OUT), None)
    return here or next((agent.id for agent in agents), None)


def more_known(interaction: InteractionId, wish: Wish, centre: Centre, at: Seconds) -> MoreKnown | None:
    """What is to be said of one who arrived before anything was known of them; None: nothing, or it has been said (before a restart), and
    their time to wait for somebody does not begin anew."""
    work = centre.interactions.get(interaction)
    agent = preferred(wish, centre)
    if work is None or work.preferred is not None or (agent is None and not wish.points):
        return None
    return MoreKnown(
        interaction=interaction,
        at=at,
        priority_points=wish.points,
        needs=work.needs,
        preferred=agent,
        preferred_wait_s=wish.wait_s,
    )
