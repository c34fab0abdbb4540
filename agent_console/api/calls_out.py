"""Calls that agents make by themselves, on behalf of a queue."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from typing_extensions import TypedDict

from agent_console.access import AsAgent, InContext
from agent_console.acting import AtDesk
from agent_console.api.bodies import Body
from config.errors import Kind, Refused
from crm_core import calls_out
from crm_core.calls_out import CallOut
from crm_core.customers.consent import SERVICE
from routing.core.model import AgentId, InteractionId, QueueId

router = APIRouter(prefix="/calls", tags=["interactions"])


class Dial(Body):
    """Whom to call: a number as one writes it, on behalf of one of the agent's queues. `party_id`, `case_id`: the customer and the case that it is about, where
    they are known. `purpose`: `receipt` (they asked for it) or one of consents. `confirmed`: the agent has read that the customer would rather not
    be called (now)."""

    number: Annotated[str, Field(min_length=1, max_length=40)]
    queue_id: Annotated[str, Field(min_length=1, max_length=100)]
    party_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    case_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    purpose: Annotated[str, Field(min_length=1, max_length=60)] = SERVICE
    confirmed: bool = False


class CallAnswer(TypedDict):
    """The interaction that the call is; the socket tells how it goes (`callback`: the customer has not answered yet)."""

    interaction: str


class LineDocument(TypedDict):
    """A queue on whose behalf the agent may call, and the number that customers see then."""

    id: str
    name: str
    shown: str


class LinesAnswer(TypedDict):
    """By name. `allowed`: whether any number outside may be called at all."""

    queues: list[LineDocument]
    allowed: bool


@router.get("/lines")
async def read_call_lines(user: AsAgent, within: InContext) -> LinesAnswer:
    """On whose behalf the agent may call."""
    directory = within.hub.world.directory
    serves = directory.serves.get(AgentId(user.id), frozenset())
    lines = [
        LineDocument(
            id=name,
            name=directory.queue_name(name) or name,
            shown=within.dialling.shown_by(name),
        )
        for name in serves
    ]
    return LinesAnswer(
        queues=sorted(lines, key=lambda line: line["name"]),
        allowed=bool(within.settings.asterisk.outside_numbers),
    )


@router.post("", status_code=201)
async def dial(given: Dial, user: AsAgent, within: InContext, at: AtDesk) -> CallAnswer:
    """Ring the agent's phone and, when they have answered, the customer's. The agent has room for it as for a call that is offered to them, and may be on a
    break. 409 `call.no_room` (`reason`), `agent.no_phone`; `call.not_wanted` (`reason`: the customer's wish, which `confirmed` outweighs); `call.forbidden`
    (`reason`: they have forbidden it, or are no customer any more). 422 `number.not_allowed`. 403 `queue.not_yours`."""
    agent, queue = AgentId(user.id), QueueId(given.queue_id)
    if queue not in within.hub.world.directory.serves.get(agent, frozenset()):
        raise Refused("queue.not_yours", Kind.FORBIDDEN, pointer="/queue_id")
    wanted = CallOut(
        interaction="",
        queue=queue,
        number=given.number,
        party_id=given.party_id,
        case_id=given.case_id,
        purpose=given.purpose,
        confirmed=given.confirmed,
    )
    zone = within.settings.centre.time_zone

    async def keep(call: CallOut) -> None:
        await at.write(lambda conn, acting: calls_out.begin(conn, acting, call, zone))

    name = await within.dialling.dial(agent, wanted, keep)
    within.bus.publish("interaction", name)
    return CallAnswer(interaction=name)


@router.delete("/{interaction}", status_code=204)
async def cancel(interaction: str, user: AsAgent, within: InContext) -> None:
    """Call nobody after all, as long as the customer has not answered: 409 `interaction.state` afterwards."""
    await within.dialling.cancel(InteractionId(interaction), AgentId(user.id))
