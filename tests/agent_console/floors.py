"""A small centre for tests of screens: the real router, driven by drawn events."""

from dataclasses import dataclass, field

from hypothesis import strategies as st

from agent_console.directory import Directory
from crm_core.queues import Queue
from crm_core.users import User
from routing.core.events import (
    Accepted,
    Arrived,
    ConsoleChanged,
    CustomerLeft,
    DeviceChanged,
    Event,
    OfferFailed,
    Rang,
    Returned,
    StatusChosen,
    WorkEnded,
    WrapUpEnded,
)
from routing.core.facts import Fact
from routing.core.figures import Figures
from routing.core.model import (
    AgentId,
    AgentRule,
    By,
    Device,
    InteractionId,
    Medium,
    OfferId,
    Outcome,
    Phase,
    QueueId,
    QueueRule,
    Status,
)
from routing.core.router import Router
from routing.core.state import Centre

AGENTS = tuple(map(AgentId, ("u-ann", "u-bob", "u-cai")))
QUEUES = tuple(map(QueueId, ("q-zh", "q-en")))
SERVES = {AGENTS[0]: frozenset(QUEUES), AGENTS[1]: frozenset(QUEUES), AGENTS[2]: frozenset(QUEUES)}
NOON = 1_000_000.0


def user(name: str, role: str = "agent") -> User:
    """A person."""
    return User(
        id=name,
        login=name,
        name=name.title(),
        role=role,
        language="en",
        theme="system",
        density="comfortable",
        extension=None,
        active=True,
    )


def queue(name: str) -> Queue:
    """A queue for everyone."""
    return Queue(
        id=name,
        name=name.upper(),
        language="en",
        needs=(),
        ring_s=20.0,
        wrap_up_s=30.0,
        mail_while_talking=False,
        answer_within_s=20.0,
        mail_address=None,
    )


def directory() -> Directory:
    """Three agents who serve two queues."""
    return Directory(
        users={agent: user(agent) for agent in AGENTS},
        queues={name: queue(name) for name in QUEUES},
        serves=SERVES,
    )


@dataclass
class SmallFloor:
    """The router and the figures without ledger, channels or a loop."""

    router: Router = field(
        default_factory=lambda: Router(
            [QueueRule(id=name) for name in QUEUES],
            [AgentRule(id=agent, letters_at_once=2) for agent in AGENTS],
        )
    )
    figures: Figures = field(default_factory=lambda: Figures(NOON - 3600))
    now: float = NOON

    @property
    def centre(self) -> Centre:
        return self.router.centre

    def happens(self, *events: Event, later_s: float = 1.0) -> tuple[Fact, ...]:
        """One turn, so much later."""
        self.now += later_s
        facts = self.router.decide(events, self.now).facts
        for fact in facts:
            self.figures.apply(fact)
        return facts


AGENT = st.sampled_from(AGENTS)
INTERACTION = st.sampled_from([InteractionId(f"i{number}") for number in range(6)])
OFFER = st.builds(lambda one, attempt: OfferId(f"{one}/{attempt}"), INTERACTION, st.integers(1, 3))
AT = st.just(NOON)
FAILURES = st.sampled_from([Outcome.DECLINED, Outcome.NO_ANSWER, Outcome.UNREACHABLE, Outcome.FAILED])

EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Arrived,
        interaction=INTERACTION,
        medium=st.sampled_from(Medium),
        queue=st.sampled_from(QUEUES),
        enqueued_at=st.floats(NOON - 100, NOON),
        at=AT,
    ),
    st.builds(CustomerLeft, interaction=INTERACTION, at=AT),
    st.builds(StatusChosen, agent=AGENT, status=st.sampled_from(Status), at=AT, reason=st.just("")),
    st.builds(StatusChosen, agent=AGENT, status=st.just(Status.READY), at=AT, reason=st.just("")),
    st.builds(ConsoleChanged, agent=AGENT, present=st.sampled_from([True, True, False]), at=AT),
    st.builds(DeviceChanged, agent=AGENT, device=st.sampled_from(Device), at=AT),
    st.builds(Rang, offer=OFFER, at=AT),
    st.builds(Accepted, offer=OFFER, at=AT),
    st.builds(OfferFailed, offer=OFFER, outcome=FAILURES, at=AT),
    st.builds(Returned, interaction=INTERACTION, at=AT, reason=st.just("returned")),
    st.builds(WorkEnded, interaction=INTERACTION, by=st.sampled_from(By), at=AT),
    st.builds(WrapUpEnded, interaction=INTERACTION, agent=AGENT, disposition=st.just("ok"), at=AT),
)
"""Most of these do not fit the moment: the router passes them by, as it would a confused edge's."""

STEPS: st.SearchStrategy[Event | int] = st.one_of(st.integers(0, 1000), st.integers(0, 1000), EVENTS)
"""A number is a likely next step, see `next_step`."""


def on_duty(floor: SmallFloor) -> tuple[Fact, ...]:
    """Everybody is there, ready, with a phone: so that drawn events reach deep."""
    facts: list[Fact] = []
    for agent in AGENTS:
        facts += floor.happens(
            ConsoleChanged(agent=agent, present=True, at=NOON),
            DeviceChanged(agent=agent, device=Device.REACHABLE, at=NOON),
            StatusChosen(agent=agent, status=Status.READY, at=NOON),
            later_s=0.0,
        )
    return tuple(facts)


def next_step(floor: SmallFloor, choice: int) -> Event | None:
    """What could well happen next to one of the open interactions; None when nothing is open."""
    works = sorted(floor.centre.interactions.values(), key=lambda work: work.id)
    if not works:
        return None
    work, way = works[choice % len(works)], choice // len(works) % 4
    if work.phase is Phase.OFFERED and work.offer is not None:
        failed = OfferFailed(offer=work.offer, outcome=Outcome.NO_ANSWER, at=floor.now)
        taken = Accepted(offer=work.offer, at=floor.now)
        return (Rang(offer=work.offer, at=floor.now), taken, taken, failed)[way]
    if work.phase is Phase.CONNECTED:
        ended = WorkEnded(interaction=work.id, by=By.AGENT, at=floor.now)
        return (ended, ended, ended, Returned(interaction=work.id, at=floor.now, reason="returned"))[way]
    if work.phase is Phase.WRAP_UP and work.agent is not None:
        return WrapUpEnded(interaction=work.id, agent=work.agent, disposition="ok", at=floor.now)
    return CustomerLeft(interaction=work.id, at=floor.now) if way == 0 else None
