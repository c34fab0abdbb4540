"""Supervisors at agents' talks: they listen, speak to the agent alone, or to both."""

from fastapi import APIRouter

from agent_console import rows, scope
from agent_console.access import AsSupervisor, InContext
from agent_console.acting import AtDesk
from agent_console.answers import PhoneDocument
from agent_console.api.bodies import Body
from config.errors import Refused
from routing.core.model import AgentId
from routing.core.words import WatchMode

router = APIRouter(tags=["supervision"])


class Watch(Body):
    """`listen`: nobody hears the supervisor; `whisper`: the agent alone does; `barge`: both do."""

    mode: WatchMode


@router.post("/me/phone")
async def make_phone(user: AsSupervisor, within: InContext) -> PhoneDocument:
    """Have this browser be the supervisor's phone. 409 `agent.no_phone`: their account has no extension. Whatever was their phone before is it no more."""
    if user.extension is None:
        raise Refused("agent.no_phone", agent=user.id)
    return rows.phone(await within.phones.credential(user.extension))


@router.post("/interactions/{interaction}/watch", status_code=204)
async def watch(interaction: str, given: Watch, user: AsSupervisor, within: InContext, at: AtDesk) -> None:
    """Be at an agent's talk: the supervisor's phone rings, unless it is at a talk already, from which it goes to this one, or at this one in another way.
    The board's `watchers` tell that it is so. 409 `agent.no_phone`, `interaction.state`, `call.not_connected`: no agent talks there; `watch.own_call`."""
    await scope.readable_interaction(within, user, interaction)
    work = scope.any_call(within, interaction)
    if user.extension is None:
        raise Refused("agent.no_phone", agent=user.id)
    await within.watches.watch(work.id, AgentId(user.id), user.extension, given.mode)
    await at.tell("watched", "interaction", interaction, {"mode": given.mode.value, "agent": work.agent})


@router.post("/interactions/{interaction}/takeover", status_code=204)
async def take_over(interaction: str, user: AsSupervisor, within: InContext, at: AtDesk) -> None:
    """The supervisor who is at the talk has it alone with the customer; the agent is rid of it and wraps up. It counts as the agent's, and the supervisor's
    phone stays in it until somebody hangs up. 409 `watch.not_there`: they are not at this talk; `interaction.state`: nobody talks there."""
    await scope.readable_interaction(within, user, interaction)
    work = scope.any_call(within, interaction)
    await within.watches.take_over(work.id, AgentId(user.id))
    await at.tell("taken_over", "interaction", interaction, {"agent": work.agent})


@router.delete("/me/watch", status_code=204)
async def leave(user: AsSupervisor, within: InContext) -> None:
    """Leave the talk, and have the phone hung up. At none: nothing."""
    within.watches.leave(AgentId(user.id))
