"""Three at a call: the customer, the agent, and whom the agent has asked."""

from fastapi import APIRouter

from agent_console import scope
from agent_console.access import AsAgent, InContext
from agent_console.acting import AtDesk

router = APIRouter(prefix="/interactions/{interaction}/conference", tags=["interactions"])


@router.post("", status_code=204)
async def confer(interaction: str, user: AsAgent, within: InContext, at: AtDesk) -> None:
    """Have customer, agent and whom the agent has called (`POST .../consult`) talk, all three; the item's `conference` tells that it is so. Whoever
    leaves first, the two others talk on. 409 `consult.not_reached`: nobody has answered yet; `call.in_conference`; `interaction.state`, `call.not_connected`.
    503 when Asterisk cannot be told."""
    work = scope.own_call(within, user, interaction)
    whom = work.consult.whom if work.consult is not None else ""
    await within.conferences.join(work.id)
    await at.tell("conferenced", "interaction", interaction, {"with": whom})


@router.delete("", status_code=204)
async def release_third(interaction: str, user: AsAgent, within: InContext) -> None:
    """Alone with the customer again: the third is hung up on. 409 `conference.none`: they are not three; `interaction.state`, `call.not_connected`."""
    await within.conferences.release(scope.own_call(within, user, interaction).id)


@router.post("/leave", status_code=204)
async def leave_conference(interaction: str, user: AsAgent, within: InContext, at: AtDesk) -> None:
    """The agent leaves, the two others talk on: a colleague has the call then, with its note; of somebody outside nobody here has to do with it any more.
    409 as of `DELETE .../conference`."""
    work = scope.own_call(within, user, interaction)
    whom = work.conference.whom if work.conference is not None else ""
    await within.conferences.step_out(work.id)
    await at.tell("handed_over", "interaction", interaction, {"to": whom})
