"""What an agent does with a customer they are at: put them on hold, and pass them on."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, model_validator
from typing_extensions import TypedDict

from agent_console import scope, views
from agent_console.access import AsAgent, InContext
from agent_console.acting import AtDesk
from agent_console.api.bodies import Body
from agent_console.context import Context
from config.errors import Kind, Refused
from crm_core.guard import plans
from crm_core.guard.plan import from_settings
from crm_core.store import Connection
from routing.core.events import Transferred
from routing.core.facts import Requeued
from routing.core.model import AgentId, Medium, QueueId, Status
from routing.core.presence import Work, may_be_asked

router = APIRouter(prefix="/interactions/{interaction}", tags=["interactions"])
KEPT_S = 60.0
"""So long a customer who is passed on to somebody waits for them alone."""


class Transfer(Body):
    """To whom: a queue, a colleague, or a colleague by way of another queue, whose agents are next when they do not take it."""

    queue_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    agent_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None

    @model_validator(mode="after")
    def _to_somebody(self) -> "Transfer":
        if self.queue_id is None and self.agent_id is None:
            raise ValueError("name a queue, an agent, or both")
        return self


class QueueTarget(TypedDict):
    """`waiting`: of all media, `ready`: agents who could take something now. `closed`: for an emergency."""

    id: str
    name: str
    language: str
    waiting: int
    ready: int
    closed: bool


class AgentTarget(TypedDict):
    """A colleague who is signed in; `free`: they would be offered something at once; `can_be_called`: they can be
    asked now, which they also can on a break or at a letter."""

    id: str
    name: str
    extension: str | None
    status: str
    work: str
    free: bool
    can_be_called: bool


class TargetsAnswer(TypedDict):
    """To whom it can be passed on: queues by name; colleagues, those who are free first, by name. `outside`: numbers outside may be called to ask
    somebody."""

    queues: list[QueueTarget]
    agents: list[AgentTarget]
    outside: bool


@router.post("/hold", status_code=204)
async def hold(interaction: str, user: AsAgent, within: InContext) -> None:
    """The caller hears music, and the agent nothing. That it is so is told by the item's `held_since`. 409 `interaction.state`, `call.not_connected`: they do not talk."""
    await within.talks.hold(scope.own_call(within, user, interaction).id)


@router.delete("/hold", status_code=204)
async def resume(interaction: str, user: AsAgent, within: InContext) -> None:
    """Both hear each other again. 409 `call.held_by_phone`: the telephone itself holds the caller, and only it can end that."""
    await within.talks.resume(scope.own_call(within, user, interaction).id)


class Consultation(Body):
    """Whom to call: a colleague, or a number outside as one would dial it."""

    agent_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    number: Annotated[str, Field(min_length=1, max_length=40)] | None = None

    @model_validator(mode="after")
    def _somebody(self) -> "Consultation":
        if (self.agent_id is None) == (self.number is None):
            raise ValueError("name an agent or a number")
        return self


@router.post("/consult", status_code=204)
async def consult(
    interaction: str, given: Consultation, user: AsAgent, within: InContext, at: AtDesk
) -> None:
    """Put the caller on hold, unless they are, and call somebody meanwhile; the item's `consult` tells how that goes, `DELETE .../hold` ends it and
    brings the caller back. 409 `agent.busy`, `agent.no_phone`, `consult.already`, `interaction.state`, `call.not_connected`; 422 `number.not_allowed`; 409 `outside.locked`, `outside.night`, `outside.at_once`, `outside.budget`, by the dial plan."""
    work = scope.own_call(within, user, interaction)
    if given.agent_id is not None:
        if given.agent_id == user.id:
            raise Refused("agent.busy", pointer="/agent_id")
        await within.consults.ask_colleague(work.id, AgentId(given.agent_id))
    elif given.number is not None:
        await within.consults.ask_outside(work.id, given.number)
        await at.tell("called_outside", "interaction", interaction, {"number": given.number})


@router.post("/consult/handover", status_code=204)
async def hand_over_call(interaction: str, user: AsAgent, within: InContext, at: AtDesk) -> None:
    """The caller talks with whom the agent has called, and the agent is rid of the call. 409 `consult.not_reached`: nobody has answered yet."""
    work = scope.own_call(within, user, interaction)
    whom = work.consult.whom if work.consult is not None else ""
    await within.consults.hand_over(work.id, AgentId(user.id))
    await at.tell("handed_over", "interaction", interaction, {"to": whom})


@router.get("/targets")
async def read_targets(interaction: str, user: AsAgent, within: InContext) -> TargetsAnswer:
    """To whom this can be passed on."""
    work = scope.own_work(within, user, interaction)
    world = within.hub.world
    queues = [_queue(within, name) for name in world.directory.queues if name != work.queue]
    agents = [
        _agent(within, agent)
        for agent, state in world.centre.agents.items()
        if agent != user.id and agent in world.directory.users and state.status is not Status.SIGNED_OUT
    ]
    return TargetsAnswer(
        queues=sorted(queues, key=lambda each: each["name"]),
        agents=sorted(agents, key=lambda each: (not each["free"], each["name"])),
        outside=await within.store.read(partial(_calls_outside, user_id=user.id, within=within)),
    )


@router.post("/transfer", status_code=204)
async def transfer(interaction: str, given: Transfer, user: AsAgent, within: InContext, at: AtDesk) -> None:
    """Pass the customer on: they wait at their age, and for a minute for the colleague alone, if one is named. The agent is rid of it at once. 409
    `transfer.same_queue`: they are in that queue; `agent.signed_out`; `call.not_connected`. 404 `queue.unknown`."""
    work = scope.own_work(within, user, interaction)
    event = _event(within, work, AgentId(user.id), given)
    if work.medium is Medium.VOICE:
        passed_on = await within.talks.transfer(event)
    else:
        facts = await within.floor.settle(event)
        passed_on = any(isinstance(fact, Requeued) and fact.interaction == work.id for fact in facts)
    if not passed_on:
        raise scope.wrong_state(interaction, within.floor.centre.interactions.get(work.id))
    await at.tell("transferred", "interaction", interaction, {"queue": event.queue, "agent": event.to})


def _event(within: Context, work: Work, agent: AgentId, given: Transfer) -> Transferred:
    queue = work.queue if given.queue_id is None else QueueId(given.queue_id)
    to = None if given.agent_id is None else AgentId(given.agent_id)
    if queue not in within.hub.world.directory.queues:
        raise Refused("queue.unknown", Kind.MISSING, pointer="/queue_id", id=queue)
    if queue == work.queue and to in {None, agent}:
        raise Refused("transfer.same_queue")
    if to is not None:
        there = within.floor.centre.agents.get(to)
        if there is None or there.status is Status.SIGNED_OUT:
            raise Refused("agent.signed_out", pointer="/agent_id")
    at = within.clock.now()
    return Transferred(interaction=work.id, agent=agent, queue=queue, to=to, wait_s=KEPT_S, at=at)


def _calls_outside(conn: Connection, user_id: str, within: Context) -> bool:
    settled = from_settings(within.settings.asterisk.outside_numbers)
    theirs = plans.read(conn, "UTC").of_person(user_id, plans.roles_of(conn, user_id))
    return any(plan.allows_any or plan.emergency for plan in theirs or (settled,))


def _queue(within: Context, name: QueueId) -> QueueTarget:
    shown = views.queue(within.hub.world, name)
    return QueueTarget(
        id=name,
        name=shown["name"],
        language=shown["language"],
        waiting=within.floor.centre.unanswered(name),
        ready=shown["agents_ready"],
        closed=shown["closed"],
    )


def _agent(within: Context, agent: AgentId) -> AgentTarget:
    user, state = within.hub.world.directory.users[agent], views.state_of(within.floor.centre, agent)
    return AgentTarget(
        id=agent,
        name=user.name,
        extension=user.extension,
        status=state.status,
        work=state.work,
        free=views.is_ready(state),
        can_be_called=user.extension is not None and may_be_asked(state),
    )
