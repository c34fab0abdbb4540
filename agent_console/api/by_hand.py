"""What people decide by hand: letters that an agent takes, or sets aside until later; work that a supervisor gives to somebody, or
calls off."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from typing_extensions import TypedDict

from agent_console import scope, sight
from agent_console.access import AsAgent, AsSupervisor, InContext
from agent_console.acting import AtDesk
from agent_console.api.bodies import Body
from agent_console.context import Context
from agent_console.documents import Customer
from config.errors import Kind, Refused
from crm_core import interactions
from crm_core.access.model import EVERYTHING, Rights
from crm_core.interactions import Interaction
from routing.core.events import Accepted, Assigned, CallbackCancelled, SetAside
from routing.core.facts import CallbackDropped, Connected, Described, Offered, Parked
from routing.core.model import LETTERS, AgentId, InteractionId, Phase, Status
from routing.core.presence import Work

router = APIRouter(tags=["interactions"])
SHOWN = 50
LONGEST_S = 90 * 86_400.0
TAKE_S, GIVE_S = 30.0, 3600.0
"""So long what an agent takes is for them alone, and what a supervisor gives to somebody."""


class Aside(Body):
    """Until when it is set aside, in seconds since 1970 UTC: later than now, and at most 90 days."""

    until: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Taker(Body):
    """Who is to have it."""

    agent_id: Annotated[str, Field(min_length=1, max_length=100)]


class WaitingLetter(TypedDict):
    """A letter that the agent may take. `until`: one that they set aside, and when it comes back by itself."""

    id: str
    queue: str
    customer: str
    subject: str
    enqueued_at: float
    until: float | None


class LettersAnswer(TypedDict):
    """Those that they set aside first, the soonest back first; then the others by age, at most 50."""

    items: list[WaitingLetter]


@router.get("/me/letters")
async def read_letters(user: AsAgent, within: InContext) -> LettersAnswer:
    """The letters that wait in the agent's queues, and those that they set aside; what the agent's roles hide (names, addresses, subjects) is
    empty."""
    rights = within.hub.world.directory.rights.get(user.id, EVERYTHING)
    works = sorted(_mine(within, AgentId(user.id)), key=_in_order)[:SHOWN]
    ids = [work.id for work in works]
    known = await within.store.read(lambda c: interactions.several(c, ids))
    return LettersAnswer(
        items=[_shown(within, work, known[work.id], rights) for work in works if work.id in known]
    )


@router.post("/interactions/{interaction}/take", status_code=204)
async def take(interaction: str, user: AsAgent, within: InContext) -> None:
    """Open a letter that waits in one of the agent's queues, or that they set aside. 409 `letter.gone`: somebody else has it or it is kept for
    somebody; `agent.no_room`: `reason` says why they cannot have it now."""
    agent, name = AgentId(user.id), InteractionId(interaction)
    if name not in {work.id for work in _mine(within, agent)}:
        raise Refused("letter.gone")
    if reason := within.floor.no_room(agent, name):
        raise Refused("agent.no_room", reason=reason)
    now = within.clock.now()
    facts = await within.floor.settle(Assigned(interaction=name, agent=agent, wait_s=TAKE_S, at=now))
    mine = (fact for fact in facts if isinstance(fact, Offered) and fact.interaction == name)
    offer = next((fact.offer for fact in mine if fact.agent == agent), None)
    if offer is None:
        raise Refused("letter.gone")
    facts = await within.floor.settle(Accepted(offer=offer, at=within.clock.now()))
    if not any(isinstance(fact, Connected) and fact.interaction == name for fact in facts):
        raise Refused("letter.gone")


@router.post("/interactions/{interaction}/park", status_code=204)
async def park(interaction: str, given: Aside, user: AsAgent, within: InContext) -> None:
    """Set a letter aside until later; it comes back to this agent first, or when the customer writes again."""
    work, now = scope.own_work(within, user, interaction), within.clock.now()
    if not now < given.until <= now + LONGEST_S:
        raise Refused("letter.aside_until", Kind.INVALID, pointer="/until", days=int(LONGEST_S // 86_400))
    event = SetAside(interaction=work.id, agent=AgentId(user.id), until=given.until, at=now)
    facts = await within.floor.settle(event)
    if not any(isinstance(fact, Parked) and fact.interaction == work.id for fact in facts):
        raise scope.wrong_state(interaction, within.floor.centre.interactions.get(work.id))


@router.put("/interactions/{interaction}/routing/agent", status_code=204)
async def give(interaction: str, given: Taker, user: AsSupervisor, within: InContext, at: AtDesk) -> None:
    """Have an agent who is signed in be offered it before anybody else, for an hour. 409 `interaction.state`: it does not wait any more, or is
    being offered to them already; `agent.signed_out`."""
    await scope.readable_interaction(within, user, interaction)
    agent = within.floor.centre.agents.get(AgentId(given.agent_id))
    if agent is None or agent.status is Status.SIGNED_OUT:
        raise Refused("agent.signed_out", pointer="/agent_id")
    name, now = InteractionId(interaction), within.clock.now()
    facts = await within.floor.settle(Assigned(interaction=name, agent=agent.id, wait_s=GIVE_S, at=now))
    if not any(isinstance(fact, Described) and fact.interaction == name for fact in facts):
        raise Refused("interaction.state")
    await at.tell("given", "interaction", interaction, {"agent": agent.id})


@router.delete("/interactions/{interaction}/callback", status_code=204)
async def cancel_callback(interaction: str, user: AsSupervisor, within: InContext, at: AtDesk) -> None:
    """Nobody calls this customer back any more, and the interaction is closed. 409 `interaction.state`: nobody is to be called back, or an agent
    is calling them already."""
    await scope.readable_interaction(within, user, interaction)
    name, now = InteractionId(interaction), within.clock.now()
    facts = await within.floor.settle(CallbackCancelled(interaction=name, at=now))
    if not any(isinstance(fact, CallbackDropped) and fact.interaction == name for fact in facts):
        raise Refused("interaction.state")
    await at.tell("callback_cancelled", "interaction", interaction, {})


def _mine(within: Context, agent: AgentId) -> Iterator[Work]:
    """What the agent may take: of their queues, unless somebody else put it aside or it is kept for somebody else."""
    now, serves = within.clock.now(), within.hub.world.directory.serves.get(agent, frozenset())
    for work in within.floor.centre.interactions.values():
        if work.medium not in LETTERS:
            continue
        if work.phase is Phase.PARKED and work.parked_by == agent:
            yield work
        elif work.phase is Phase.WAITING and work.queue in serves:
            kept = work.preferred not in {None, agent} and now < work.preferred_until
            if not kept:
                yield work


def _in_order(work: Work) -> tuple[bool, float]:
    parked = work.parked_until is not None
    return not parked, work.parked_until or work.enqueued_at


def _shown(within: Context, work: Work, row: Interaction, rights: Rights) -> WaitingLetter:
    customer = sight.of_caller(Customer(address=row.customer_address, name=row.customer_name), rights)
    return WaitingLetter(
        id=work.id,
        queue=within.hub.world.directory.queue_name(work.queue) or work.queue,
        customer=customer["name"] or customer["address"],
        subject=row.subject if sight.subjects_are_seen(rights) else "",
        enqueued_at=work.enqueued_at,
        until=work.parked_until,
    )
