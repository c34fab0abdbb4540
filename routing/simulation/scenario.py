"""What is simulated: who comes, who works, under which rules. Read from TOML; every mistake is said with its place.

Times are hours from the beginning (8.5 is half past eight hours in); durations carry their unit.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.errors import Kind, Refused
from routing.core.model import (
    USUAL_ROOMS,
    AgentId,
    AgentRule,
    Choice,
    GroupId,
    Medium,
    Opening,
    Overflow,
    QueueId,
    QueueRule,
    Room,
    Step,
    Why,
)
from routing.core.skills import mismatch, profile, requirement
from routing.core.words import Need

MOST_HOURS = 24.0 * 366
HOUR_S = 3600.0
Level = Annotated[int, Field(ge=1, le=10)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Spread(_Part):
    """A duration that varies: `mean_s` seconds on average; `exponential`, `lognormal` with `cv` (standard deviation over mean; 0.5 to 1.2 is
    usual for talk), or `constant`."""

    mean_s: Positive
    kind: Literal["exponential", "lognormal", "constant"] = "exponential"
    cv: Positive = 1.0


class StepSpec(_Part):
    """As `routing.core.model.Step`: what is no longer asked when somebody has waited for `after_s`."""

    after_s: Positive
    lower: dict[str, Level] = {}
    drop: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    anybody: bool = False

    def rule(self) -> Step:
        """For the router."""
        return Step(
            after_s=self.after_s,
            lower=_skills(self.lower),
            drop=frozenset(self.drop),
            groups=_groups(self.groups),
            anybody=self.anybody,
        )


class OverflowSpec(_Part):
    """As `routing.core.model.Overflow`: `queue` takes over; without it callers are turned away."""

    why: Literal["closed", "nobody", "waited", "length", "expected"]
    limit: NotNegative = 0.0
    queue: str | None = None
    letters: bool = False

    def rule(self) -> Overflow:
        """For the router."""
        queue = None if self.queue is None else QueueId(self.queue)
        return Overflow(why=Why(self.why), limit=self.limit, queue=queue, letters=self.letters)


class RoomSpec(_Part):
    """As `routing.core.model.Room`; what is not given is as usual."""

    load: Annotated[int, Field(ge=0, le=1000)] | None = None
    beside: frozenset[Medium] | None = None
    pauses: frozenset[Medium] | None = None

    def room(self, medium: Medium) -> Room:
        """For the router."""
        given = self.model_dump(exclude_none=True)
        return replace(USUAL_ROOMS[medium], **given)


class QueueSpec(_Part):
    """As `routing.core.model.QueueRule`; `needs` are skills with the least level, `groups` who may serve (none named: everybody), `open` the hours
    in which it takes anybody in (from, to; none named: always)."""

    id: Annotated[str, Field(min_length=1)]
    needs: dict[str, Level] = {}
    groups: tuple[str, ...] = ()
    relaxation: tuple[StepSpec, ...] = ()
    choice: Choice = Choice.LONGEST_IDLE
    priority_points: int = 0
    missed_at_most: Annotated[int, Field(ge=1)] = 1
    ring_s: Positive = 20.0
    wrap_up_s: NotNegative = 3_600.0
    """The longest wrap-up; how long it takes is the stream's."""
    answer_within_s: NotNegative = 20.0
    mail_while_talking: bool = False
    """Letters stand beside calls too."""
    open: tuple[tuple[NotNegative, Positive], ...] = ()
    overflow: tuple[OverflowSpec, ...] = ()
    rooms: dict[Medium, RoomSpec] = {}

    def rule(self) -> QueueRule:
        """For the router."""
        spans = tuple(sorted((start * HOUR_S, end * HOUR_S) for start, end in self.open))
        return QueueRule(
            id=QueueId(self.id),
            needs=_skills(self.needs),
            groups=_groups(self.groups),
            relaxation=tuple(step.rule() for step in sorted(self.relaxation, key=lambda one: one.after_s)),
            choice=self.choice,
            priority_points=self.priority_points,
            missed_at_most=self.missed_at_most,
            ring_s=self.ring_s,
            wrap_up_s=self.wrap_up_s,
            answer_within_s=self.answer_within_s,
            opening=Opening(spans=spans) if spans else None,
            overflow=tuple(each.rule() for each in self.overflow),
            rooms=self._rooms(),
        )

    def _rooms(self) -> frozenset[Room]:
        rooms = {medium: spec.room(medium) for medium, spec in self.rooms.items()}
        if self.mail_while_talking:
            letter = rooms.get(Medium.EMAIL, USUAL_ROOMS[Medium.EMAIL])
            rooms[Medium.EMAIL] = replace(letter, beside=letter.beside | {Medium.VOICE})
        return frozenset(rooms.values())


class Stream(_Part):
    """Customers of one kind. `per_hour` is a number, or one for each hour (the last goes on); they come at random (Poisson). `patience`: how long
    one waits before giving up; without it for ever. `wrap_up`: after-contact work; without it none. `priority_points`: seconds of age.
    `needs`: skills that they ask for beside those of the queue."""

    queue: str
    medium: Medium = Medium.VOICE
    per_hour: NotNegative | Annotated[tuple[NotNegative, ...], Field(min_length=1)]
    handling: Spread
    wrap_up: Spread | None = None
    patience: Spread | None = None
    priority_points: int = 0
    needs: dict[str, Level] = {}

    def own(self) -> frozenset[Need]:
        """What they ask for themselves."""
        return _skills(self.needs)

    def rate(self, hour: float) -> float:
        """Customers an hour at that time."""
        if isinstance(self.per_hour, tuple):
            return self.per_hour[min(int(hour), len(self.per_hour) - 1)]
        return self.per_hour

    @property
    def highest_rate(self) -> float:
        """The most that come in any hour."""
        return max(self.per_hour) if isinstance(self.per_hour, tuple) else self.per_hour


class Group(_Part):
    """Agents alike: skills with levels, the groups they belong to (their own name is one), and when they work (`from_h` to `to_h`, less the `breaks`). `answer`: from the offer to the answer; `no_answer`:
    the share of offers they let ring, after which they come back when `back_after_s` have passed."""

    name: Annotated[str, Field(min_length=1)]
    agents: Annotated[int, Field(ge=1, le=10_000)]
    skills: dict[str, Level] = {}
    groups: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    from_h: NotNegative = 0.0
    to_h: Positive | None = None
    breaks: tuple[tuple[NotNegative, Positive], ...] = ()
    answer: Spread = Spread(mean_s=3.0, kind="constant")
    no_answer: Annotated[float, Field(ge=0, lt=1)] = 0.0
    back_after_s: Positive = 60.0
    letters_at_once: Annotated[int, Field(ge=0, le=100)] = 1
    chats_at_once: Annotated[int, Field(ge=0, le=100)] = 3
    load_at_most: Annotated[int, Field(ge=0, le=1000)] = 100

    def rules(self) -> list[AgentRule]:
        """For the router, in order."""
        return [self.rule(number) for number in range(1, self.agents + 1)]

    def rule(self, number: int = 1) -> AgentRule:
        """One of them."""
        return AgentRule(
            id=AgentId(f"{self.name}/{number}"),
            skills=_skills(self.skills),
            groups=_groups((self.name, *self.groups)),
            letters_at_once=self.letters_at_once,
            chats_at_once=self.chats_at_once,
            load_at_most=self.load_at_most,
            queues=frozenset(QueueId(name) for name in self.queues),
        )


class Scenario(_Part):
    """`hours` are simulated; figures leave out customers who came in the first `warm_up_h`. `seed` makes it the same every time; each stream draws by
    itself, so two scenarios with the same streams have the same customers. `begins` (HH:MM) is for the labels alone."""

    name: str = ""
    begins: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "00:00"
    hours: Annotated[float, Field(gt=0, le=MOST_HOURS)]
    warm_up_h: NotNegative = 0.0
    seed: int = 1
    queue: Annotated[tuple[QueueSpec, ...], Field(min_length=1)]
    stream: Annotated[tuple[Stream, ...], Field(min_length=1)]
    group: Annotated[tuple[Group, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_together(self) -> "Scenario":
        known = {each.id for each in self.queue}
        if len(known) < len(self.queue):
            raise ValueError("two queues have the same id")
        if len({each.name for each in self.group}) < len(self.group):
            raise ValueError("two groups have the same name")
        for place, stream in enumerate(self.stream):
            if stream.queue not in known:
                raise ValueError(f"stream.{place}.queue: there is no queue {stream.queue!r}")
        for group in self.group:
            if unknown := set(group.queues) - known:
                raise ValueError(f"group {group.name!r}: there is no queue {min(unknown)!r}")
            if group.to_h is not None and group.to_h <= group.from_h:
                raise ValueError(f"group {group.name!r}: to_h must be later than from_h")
            if any(end <= begin for begin, end in group.breaks):
                raise ValueError(f"group {group.name!r}: a break must end after it begins")
        if self.warm_up_h >= self.hours:
            raise ValueError("warm_up_h must be less than hours")
        return self

    @model_validator(mode="after")
    def _leads_somewhere(self) -> "Scenario":
        known = {each.id for each in self.queue}
        for queue in self.queue:
            for each in queue.overflow:
                if each.queue is not None and each.queue not in known:
                    raise ValueError(f"queue {queue.id!r}: overflow to {each.queue!r}, which does not exist")
            if any(end <= begin for begin, end in queue.open):
                raise ValueError(f"queue {queue.id!r}: it opens later than it closes")
        return self

    @model_validator(mode="after")
    def _everybody_is_served(self) -> "Scenario":
        for queue in self.queue:
            if not self._reached(queue.rule(), {}):
                raise ValueError(f"queue {queue.id!r}: no group has all the skills that it needs")
        rules = {queue.id: queue.rule() for queue in self.queue}
        for place, stream in enumerate(self.stream):
            if not self._reached(rules[stream.queue], stream.needs):
                raise ValueError(f"stream.{place}: no group has all the skills that it needs")
        return self

    def _reached(self, rule: QueueRule, needs: Mapping[str, int]) -> bool:
        """Whether anybody may serve it once all is given up that the queue gives up."""
        at_last = requirement(rule, _skills(needs), len(rule.relaxation))
        return any(not mismatch(profile(group.rule(), 0.0), at_last) for group in self.group)


def read(text: str) -> Scenario:
    """Understand a scenario. `Refused` (scenario.not_toml), or (scenario.wrong) with every mistake and its place."""
    try:
        given: Mapping[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused("scenario.not_toml", Kind.INVALID, reason=str(error)) from error
    try:
        return Scenario.model_validate(given)
    except ValidationError as error:
        mistakes = (
            f"{'.'.join(map(str, each['loc'])) or 'scenario'}: {each['msg'].removeprefix('Value error, ')}"
            for each in error.errors(include_url=False)
        )
        raise Refused("scenario.wrong", Kind.INVALID, reason="; ".join(mistakes)) from error


def _skills(levels: Mapping[str, int]) -> frozenset[Need]:
    return frozenset(Need(skill=skill, level=level) for skill, level in levels.items())


def _groups(names: Iterable[str]) -> frozenset[GroupId]:
    return frozenset(GroupId(name) for name in names)
