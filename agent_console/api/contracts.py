"""What a service contract's fields do not tell: what was used of it, and how promises were kept in its term. Lines that ask who calls."""

from typing import Literal

from fastapi import APIRouter
from typing_extensions import TypedDict  # pydantic needs this one before Python 3.12

from agent_console.access import AsSupervisor, InContext
from agent_console.acting import AtDesk
from agent_console.api.bodies import Body
from agent_console.customer_rows import contract as contract_card
from agent_console.documents import ContractCard
from config.errors import Kind, Refused
from crm_core import audit, queues
from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.contracts.allowance import Allowance, allowance
from crm_core.contracts.coverage import contract
from crm_core.contracts.performance import Performance, performance
from crm_core.records import known, lists
from crm_core.store import Connection

router = APIRouter(tags=["contracts"])


class KeptDocument(TypedDict):
    """Of one kind of promise, in the contract's term."""

    kind: str
    met: int
    missed: int
    running: int


class PerformanceDocument(TypedDict):
    """`more`: only the latest `cases` were counted."""

    since: float
    until: float
    cases: int
    more: bool
    kept: list[KeptDocument]


class ContractStanding(TypedDict):
    """`since`, `until`: the period in which its limits count now."""

    contract: ContractCard
    since: float
    until: float
    performance: PerformanceDocument


class LineDocument(TypedDict):
    number: str
    queue: str
    identify: str


class LinesAnswer(TypedDict):
    items: list[LineDocument]


class GivenLine(Body):
    """When callers of this number are asked who they are: never, when their own number does not tell (unknown),
    or unless it is marked as trusted (untrusted)."""

    identify: Literal["never", "unknown", "untrusted"]


@router.get("/service-contracts/{contract_id}/standing")
async def read_standing(contract_id: str, at: AtDesk) -> ContractStanding:
    """What is left of it now, and how promises were kept."""
    now = at.within.clock.now()

    def read(connection: Connection, reader: Reader) -> tuple[Allowance, Performance]:
        entity = known.entity("service_contract")
        lists.row_of(connection, entity, contract_id)
        lists.must_reach(connection, reader, entity, contract_id, Action.READ)
        found = contract(connection, contract_id)
        if found is None:
            raise Refused("record.unknown", Kind.MISSING, entity=entity.name, id=contract_id[:100])
        return allowance(connection, found, now), performance(connection, found, now)

    left, told = await at.read(read)
    return ContractStanding(
        contract=contract_card(left, None),
        since=left.used.since,
        until=left.used.until,
        performance=PerformanceDocument(
            since=told.since,
            until=told.until,
            cases=told.cases,
            more=told.more,
            kept=[
                KeptDocument(kind=each.kind, met=each.met, missed=each.missed, running=each.running)
                for each in told.kept
            ],
        ),
    )


@router.get("/lines")
async def read_lines(user: AsSupervisor, within: InContext) -> LinesAnswer:
    """The numbers that customers dial."""
    found = await within.store.read(queues.entries)
    return LinesAnswer(
        items=[
            LineDocument(number=each.address, queue=each.queue_id, identify=each.identify)
            for each in found
            if each.medium == "voice"
        ]
    )


@router.put("/lines/{number}", status_code=204)
async def change_line(
    number: str, given: GivenLine, user: AsSupervisor, within: InContext, at: AtDesk
) -> None:
    """Ask callers of this number who they are, or do not; from the next call on."""
    now = within.clock.now()

    def unit(connection: Connection) -> str:
        line, before = queues.set_identify(connection, number, given.identify, now=now)
        if before != given.identify:
            entry = audit.Entry(
                at=now,
                origin=at.origin,
                action="changed",
                entity="entry",
                object_id=line,
                detail={"changes": {"identify": [before, given.identify]}},
            )
            audit.record(connection, entry)
        return line

    line = await within.store.write(unit)
    within.bus.publish("entry", line)
    within.bus.publish("config", line)
