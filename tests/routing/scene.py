"""A router with names short enough to read a test aloud, and everything that it recorded."""

from collections.abc import Iterable
from typing import Any

from routing.core.decisions import Decision, Offer
from routing.core.events import (
    Accepted,
    Arrived,
    ConsoleChanged,
    CustomerLeft,
    DeviceChanged,
    Event,
    OfferFailed,
    Rang,
    StatusChosen,
    WorkEnded,
    WrapUpEnded,
)
from routing.core.facts import Fact
from routing.core.model import (
    AgentId,
    AgentRule,
    By,
    Choice,
    Device,
    GroupId,
    InteractionId,
    Medium,
    OfferId,
    Opening,
    Outcome,
    Overflow,
    QueueId,
    QueueRule,
    Room,
    Seconds,
    Status,
    Step,
    Why,
)
from routing.core.presence import AgentState, Work
from routing.core.router import Router, Turn
from routing.core.words import Need

START = 1_000_000.0


def skill_set(pairs: Iterable[tuple[str, int]]) -> frozenset[Need]:
    return frozenset(Need(skill=skill, level=level) for skill, level in pairs)


def group_set(names: Iterable[str]) -> frozenset[GroupId]:
    return frozenset(GroupId(name) for name in names)


def queue(
    name: str = "q",
    *,
    needs: Iterable[tuple[str, int]] = (),
    groups: Iterable[str] = (),
    relaxation: tuple[Step, ...] = (),
    choice: Choice = Choice.LONGEST_IDLE,
    opening: Iterable[tuple[Seconds, Seconds]] | None = None,
    overflow: Iterable[Overflow] = (),
    rooms: Iterable[Room] = (),
    **rules: float | bool,
) -> QueueRule:
    return QueueRule(
        id=QueueId(name),
        needs=skill_set(needs),
        groups=group_set(groups),
        relaxation=relaxation,
        choice=choice,
        opening=None if opening is None else Opening(spans=tuple(opening)),
        overflow=tuple(overflow),
        rooms=frozenset(rooms),
        **rules,  # type: ignore[arg-type]
    )


def leads(why: Why, to: str | None = None, limit: float = 0.0, *, letters: bool = False) -> Overflow:
    return Overflow(why=why, limit=limit, queue=None if to is None else QueueId(to), letters=letters)


def step(
    after_s: float,
    *,
    lower: Iterable[tuple[str, int]] = (),
    drop: Iterable[str] = (),
    groups: Iterable[str] = (),
    anybody: bool = False,
) -> Step:
    return Step(
        after_s=after_s,
        lower=skill_set(lower),
        drop=frozenset(drop),
        groups=group_set(groups),
        anybody=anybody,
    )


def call_room(load: int = 100, *, beside: Iterable[Medium] = (), pauses: Iterable[Medium] = ()) -> Room:
    return Room(medium=Medium.VOICE, load=load, beside=frozenset(beside), pauses=frozenset(pauses))


def letter_room(load: int = 0, *, beside: Iterable[Medium] = (), pauses: Iterable[Medium] = ()) -> Room:
    """It stands beside other letters."""
    return Room(
        medium=Medium.EMAIL, load=load, beside=frozenset({Medium.EMAIL, *beside}), pauses=frozenset(pauses)
    )


def chat_room(load: int = 0, *, beside: Iterable[Medium] = (), pauses: Iterable[Medium] = ()) -> Room:
    """It stands beside other chats."""
    return Room(
        medium=Medium.CHAT, load=load, beside=frozenset({Medium.CHAT, *beside}), pauses=frozenset(pauses)
    )


BESIDE_CALLS = letter_room(beside=[Medium.VOICE])
"""A letter that may be offered to who talks."""


def agent(
    name: str,
    *,
    skills: Iterable[tuple[str, int]] = (),
    groups: Iterable[str] = (),
    queues: Iterable[str] = (),
    letters: int = 1,
    chats: int = 3,
    load: int = 100,
    ends: Iterable[tuple[str, Seconds]] = (),
) -> AgentRule:
    return AgentRule(
        id=AgentId(name),
        skills=skill_set(skills),
        groups=group_set(groups),
        queues=frozenset(QueueId(one) for one in queues),
        letters_at_once=letters,
        chats_at_once=chats,
        load_at_most=load,
        skill_ends=frozenset(ends),
    )


def present(name: str, at: Seconds) -> tuple[Event, ...]:
    """What it takes to be ready for everything."""
    who = AgentId(name)
    return (
        ConsoleChanged(agent=who, present=True, at=at),
        DeviceChanged(agent=who, device=Device.REACHABLE, at=at),
        StatusChosen(agent=who, status=Status.READY, at=at),
    )


class Scene:
    """Time stands still but for `later`."""

    def __init__(self, queues: Iterable[QueueRule] = (), agents: Iterable[AgentRule] = ()) -> None:
        self.queues = tuple(queues) or (queue(),)
        self.agents = tuple(agents) or (agent("ann"), agent("bob"))
        self.router = Router(self.queues, self.agents)
        self.now = START
        self.facts: list[Fact] = []

    def tell(self, *events: Event) -> Turn:
        turn = self.router.decide(events, self.now)
        self.facts += turn.facts
        return turn

    def later(self, seconds: float) -> Turn:
        """Time passes; the router is called once, at the end."""
        self.now += seconds
        return self.tell()

    def ready(self, *names: str) -> Turn:
        """One after the other, a second apart, so that the first named is the longest idle."""
        turn = self.tell()
        for name in names:
            self.now += 1
            turn = self.tell(*present(name, self.now))
        return turn

    def status(self, name: str, status: Status, reason: str = "") -> Turn:
        return self.tell(StatusChosen(agent=AgentId(name), status=status, reason=reason, at=self.now))

    def console(self, name: str, *, here: bool) -> Turn:
        return self.tell(ConsoleChanged(agent=AgentId(name), present=here, at=self.now))

    def device(self, name: str, device: Device) -> Turn:
        return self.tell(DeviceChanged(agent=AgentId(name), device=device, at=self.now))

    def arrival(
        self,
        name: str,
        to: str = "q",
        medium: Medium = Medium.VOICE,
        *,
        age_s: float = 0.0,
        points: int = 0,
        needs: Iterable[tuple[str, int]] = (),
        preferred: str | None = None,
        preferred_wait_s: float = 0.0,
    ) -> Arrived:
        return Arrived(
            interaction=InteractionId(name),
            medium=medium,
            queue=QueueId(to),
            enqueued_at=self.now - age_s,
            at=self.now,
            priority_points=points,
            needs=skill_set(needs),
            preferred=None if preferred is None else AgentId(preferred),
            preferred_wait_s=preferred_wait_s,
        )

    def call(self, name: str, to: str = "q", **asked: Any) -> Turn:
        """See `arrival` for what it may ask."""
        return self.tell(self.arrival(name, to, **asked))

    def letter(self, name: str, to: str = "q", **asked: Any) -> Turn:
        return self.tell(self.arrival(name, to, Medium.EMAIL, **asked))

    def chat(self, name: str, to: str = "q", **asked: Any) -> Turn:
        return self.tell(self.arrival(name, to, Medium.CHAT, **asked))

    def leave(self, name: str) -> Turn:
        return self.tell(CustomerLeft(interaction=InteractionId(name), at=self.now))

    def rang(self, name: str) -> Turn:
        return self.tell(Rang(offer=self.offer(name), at=self.now))

    def accept(self, name: str) -> Turn:
        return self.tell(Accepted(offer=self.offer(name), at=self.now))

    def fail(self, name: str, outcome: Outcome) -> Turn:
        return self.tell(OfferFailed(offer=self.offer(name), outcome=outcome, at=self.now))

    def end(self, name: str, by: By = By.AGENT) -> Turn:
        return self.tell(WorkEnded(interaction=InteractionId(name), by=by, at=self.now))

    def wrap_up(self, name: str, who: str, disposition: str = "solved") -> Turn:
        return self.tell(
            WrapUpEnded(
                interaction=InteractionId(name), agent=AgentId(who), disposition=disposition, at=self.now
            )
        )

    def offer(self, name: str) -> OfferId:
        offer = self.work(name).offer
        assert offer is not None, f"{name} is not offered"
        return offer

    def work(self, name: str) -> Work:
        return self.router.centre.interactions[InteractionId(name)]

    def agent(self, name: str) -> AgentState:
        return self.router.centre.agents[AgentId(name)]

    def gone(self, name: str) -> bool:
        return InteractionId(name) not in self.router.centre.interactions


def offers(turn: Turn) -> list[tuple[str, str]]:
    """Who was offered what in this turn."""
    return [(one.interaction, one.agent) for one in turn.decisions if isinstance(one, Offer)]


def nothing(turn: Turn) -> bool:
    return not turn.facts and not turn.decisions


def kinds(things: Iterable[Fact | Decision]) -> list[str]:
    return [type(one).__name__ for one in things]
