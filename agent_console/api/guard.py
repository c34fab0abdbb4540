"""Calls out as those who keep watch see them, the lock, trying a number, and callers who are not to be taken any more."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from typing_extensions import TypedDict

from agent_console import scope
from agent_console.access import AsAdministrator, AsSupervisor, InContext, SignedIn
from agent_console.acting import AtDesk
from agent_console.api.bodies import Body
from agent_console.context import Context
from config.errors import Kind, Param, Refused
from crm_core import audit
from crm_core.audit import Origin
from crm_core.guard import alarms, blocks, calls, plan, plans
from crm_core.guard.blocks import Wish
from crm_core.guard.calls import Asked, Why
from crm_core.guard.plan import Allowed, Plan, Spent
from crm_core.records import known, lists
from crm_core.store import Connection
from routing.core.model import Medium

router = APIRouter(tags=["guard"])
MOST_ALARMS, MOST_HITS = 20, 20
HOUR_S = 3600.0


class SpentAnswer(TypedDict):
    """Calls that began in that time, minutes that were talked, and the cost as far as rates are known."""

    calls: int
    minutes: float
    cost: str


class PlanUse(TypedDict):
    """What goes out by one plan. `live`: calls that have not ended; `hour`: the last sixty minutes; `day`: since midnight. `limits`: those that the plan has."""

    id: str
    name: str
    live: int
    hour: SpentAnswer
    day: SpentAnswer
    limits: Mapping[str, str]


class AlarmAnswer(TypedDict):
    """`kind`: calls, cost (far beyond what is usual at that hour), country (many to a new one at night), by_hand (somebody locked)."""

    id: str
    at: float
    kind: str
    detail: Mapping[str, Any]
    locks: bool
    lifted_at: float | None
    lifted_by: str | None


class GuardAnswer(TypedDict):
    """`locked`: nobody dials out but emergency numbers. `lately`: all calls out of the last sixty minutes."""

    locked: bool
    lately: SpentAnswer
    plans: list[PlanUse]
    alarms: list[AlarmAnswer]


@router.get("/guard")
async def read_guard(user: AsSupervisor, within: InContext) -> GuardAnswer:
    """What goes out now and lately, and what was conspicuous."""
    now = within.clock.now()
    return await within.store.read(lambda conn: _seen(conn, now, within.settings.centre.time_zone))


class Lock(Body):
    """Whether calls out are locked."""

    locked: bool


@router.put("/guard/lock", status_code=204)
async def lock(given: Lock, user: AsSupervisor, within: InContext, at: AtDesk) -> None:
    """Lock calls out for everybody at once, or lift the lock, whoever or whatever set it. Calls that go on are not ended."""
    now = within.clock.now()

    def unit(conn: Connection) -> None:
        if alarms.locked(conn) == given.locked:
            return
        if given.locked:
            alarms.lock(conn, user.name, now)
        else:
            alarms.lift(conn, user.name, now)
        audit.record(conn, _told(at.origin, "locked" if given.locked else "lifted", now))

    await within.store.write(unit)


class Try(Body):
    """A number, and who would dial it: a person, or a queue that calls back; neither: whoever asks."""

    number: Annotated[str, Field(min_length=1, max_length=40)]
    user_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    queue_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None


class TryAnswer(TypedDict):
    """`plan`: by which it was decided, empty for that of the settings. `code`: why not."""

    allowed: bool
    plan: str
    code: str | None
    params: Mapping[str, Param]
    price: str | None


@router.post("/guard/try")
async def try_number(given: Try, who: AsAdministrator, within: InContext) -> TryAnswer:
    """Whether it would be dialled at this moment. Nothing is dialled, and it counts nothing."""
    why = Why.CALLBACK if given.queue_id is not None else Why.MANUAL
    asked = Asked(number=given.number, why=why, user_id=given.user_id or who.user.id, queue_id=given.queue_id)
    return await within.store.read(lambda conn: _tried(conn, within, asked))


class HitAnswer(TypedDict):
    """A call that was not taken as others are."""

    interaction_id: str
    at: float
    customer_address: str
    entry_address: str


class HitsAnswer(TypedDict):
    """How many calls an entry of the block list was applied to, and the latest."""

    count: int
    latest: list[HitAnswer]


@router.get("/blocked-callers/{blocked}/calls")
async def read_hits(blocked: str, user: AsSupervisor, within: InContext, at: AtDesk) -> HitsAnswer:
    """Counted from the calls. 404 for an entry that there is not."""

    def look(conn: Connection) -> HitsAnswer:
        lists.row_of(conn, known.entity("blocked_caller"), blocked)
        count, latest = blocks.hits(conn, blocked, MOST_HITS)
        shown = [
            HitAnswer(
                interaction_id=each.interaction_id,
                at=each.at,
                customer_address=each.customer_address,
                entry_address=each.entry_address,
            )
            for each in latest
        ]
        return HitsAnswer(count=count, latest=shown)

    return await within.store.read(look)


class Blocking(Body):
    """Why, and for how many hours (none: for good)."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    hours: Annotated[int, Field(ge=1, le=87_600)] | None = None


class BlockedAnswer(TypedDict):
    """`in_force`, or `asked`: those who keep watch were told, and decide."""

    state: str


@router.post("/interactions/{interaction}/block")
async def block_caller(
    interaction: str, given: Blocking, user: SignedIn, within: InContext, at: AtDesk
) -> BlockedAnswer:
    """The caller's number is not to be taken any more. Whoever may not add to the block list asks for it. 409 `block.no_number`: they showed none,
    `block.already`; `interaction.state`: it is no call of a customer's."""
    found = await scope.readable_interaction(within, user, interaction)
    if found.medium != Medium.VOICE or found.direction != "in":
        raise Refused("interaction.state", Kind.CONFLICT, id=interaction)
    until = None if given.hours is None else within.clock.now() + given.hours * HOUR_S
    wish = Wish(interaction_id=found.id, number=found.customer_address, reason=given.reason, until=until)
    state = await at.write(lambda conn, acting: blocks.ask(conn, acting, wish))
    await at.tell("block_asked", "interaction", found.id, {"number": wish.number, "state": state})
    for topic in ("blocked_caller", "config", "notification"):
        within.bus.publish(topic, found.id)
    return BlockedAnswer(state=state)


def _seen(conn: Connection, now: float, zone: str) -> GuardAnswer:
    found = plans.read(conn, zone).plans.values()
    locked = alarms.locked(conn)
    return GuardAnswer(
        locked=locked,
        lately=_spent(calls.spent(conn, None, now - HOUR_S, now)),
        plans=[
            _use(conn, each, now, zone, locked=locked) for each in sorted(found, key=lambda one: one.name)
        ],
        alarms=[
            AlarmAnswer(
                id=each.id,
                at=each.at,
                kind=each.kind,
                detail=each.detail,
                locks=each.locks,
                lifted_at=each.lifted_at,
                lifted_by=each.lifted_by,
            )
            for each in alarms.latest(conn, MOST_ALARMS)
        ],
    )


def _use(conn: Connection, one: Plan, now: float, zone: str, *, locked: bool) -> PlanUse:
    used = calls.usage(conn, one, now, zone=zone, locked=locked)
    limits = {name: getattr(one.limits, name) for name in type(one.limits).__dataclass_fields__}
    return PlanUse(
        id=one.id,
        name=one.name,
        live=used.live,
        hour=_spent(used.hour),
        day=_spent(used.day),
        limits={name: str(value) for name, value in limits.items() if value is not None},
    )


def _spent(given: Spent) -> SpentAnswer:
    return SpentAnswer(
        calls=given.calls, minutes=round(given.talked_s / 60, 1), cost=str(round(given.cost, 2))
    )


def _tried(conn: Connection, within: Context, asked: Asked) -> TryAnswer:
    settings, now = within.settings, within.clock.now()
    zone, locked = settings.centre.time_zone, alarms.locked(conn)
    numbers = settings.asterisk.outside_numbers if asked.why.by_person else settings.asterisk.callback_numbers
    code, params, name = "number.not_allowed", dict[str, Param](), ""
    for one in calls.plans_of(conn, plans.read(conn, zone), asked) or (plan.from_settings(numbers),):
        used = calls.usage(conn, one, now, zone=zone, locked=locked)
        verdict = plan.judge(one, used, asked.number, now, by_person=asked.why.by_person)
        if isinstance(verdict, Allowed):
            price = None if verdict.price is None else str(verdict.price)
            return TryAnswer(allowed=True, plan=one.name, code=None, params={}, price=price)
        code, params, name = verdict.code, dict(verdict.params), one.name
    return TryAnswer(allowed=False, plan=name, code=code, params=params, price=None)


def _told(origin: Origin, action: str, now: float) -> audit.Entry:
    return audit.Entry(at=now, origin=origin, action=action, entity="outside_calls")
