"""What is simulated: who comes, who works, under which rules. Read from TOML; every mistake is said with its place.

Times are hours from the beginning (8.5 is half past eight hours in); durations carry their unit.
"""

import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from config.errors import Kind, Refused
from routing.core.model import AgentId, AgentRule, Medium, Need, QueueId, QueueRule

MOST_HOURS = 24.0 * 366
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


class QueueSpec(_Part):
    """As `routing.core.model.QueueRule`; `needs` are skills with the least level."""

    id: Annotated[str, Field(min_length=1)]
    needs: dict[str, Level] = {}
    ring_s: Positive = 20.0
    wrap_up_s: NotNegative = 3_600.0
    """The longest wrap-up; how long it takes is the stream's."""
    answer_within_s: NotNegative = 20.0
    mail_while_talking: bool = False

    def rule(self) -> QueueRule:
        """For the router."""
        return QueueRule(
            id=QueueId(self.id),
            needs=_skills(self.needs),
            ring_s=self.ring_s,
            wrap_up_s=self.wrap_up_s,
            answer_within_s=self.answer_within_s,
            mail_while_talking=self.mail_while_talking,
        )


class Stream(_Part):
    """Customers of one kind. `per_hour` is a number, or one for each hour (the last goes on); they come at random (Poisson). `patience`: how long
    one waits before giving up; without it for ever. `wrap_up`: after-contact work; without it none. `priority_points`: seconds of age."""

    queue: str
    medium: Medium = Medium.VOICE
    per_hour: NotNegative | Annotated[tuple[NotNegative, ...], Field(min_length=1)]
    handling: Spread
    wrap_up: Spread | None = None
    patience: Spread | None = None
    priority_points: int = 0

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
    """Agents alike: skills with levels, and when they work (`from_h` to `to_h`, less the `breaks`). `answer`: from the offer to the answer; `no_answer`:
    the share of offers they let ring, after which they come back when `back_after_s` have passed."""

    name: Annotated[str, Field(min_length=1)]
    agents: Annotated[int, Field(ge=1, le=10_000)]
    skills: dict[str, Level] = {}
    queues: tuple[str, ...] = ()
    from_h: NotNegative = 0.0
    to_h: Positive | None = None
    breaks: tuple[tuple[NotNegative, Positive], ...] = ()
    answer: Spread = Spread(mean_s=3.0, kind="constant")
    no_answer: Annotated[float, Field(ge=0, lt=1)] = 0.0
    back_after_s: Positive = 60.0
    letters_at_once: Annotated[int, Field(ge=1, le=100)] = 1

    def rules(self) -> list[AgentRule]:
        """For the router, in order."""
        return [
            AgentRule(
                id=AgentId(f"{self.name}/{number}"),
                skills=_skills(self.skills),
                letters_at_once=self.letters_at_once,
                queues=frozenset(QueueId(name) for name in self.queues),
            )
            for number in range(1, self.agents + 1)
        ]


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
        for queue in self.queue:
            if not any(_serves(group, queue) for group in self.group):
                raise ValueError(f"queue {queue.id!r}: no group has all the skills that it needs")
        if self.warm_up_h >= self.hours:
            raise ValueError("warm_up_h must be less than hours")
        return self


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


def _serves(group: Group, queue: QueueSpec) -> bool:
    able = all(group.skills.get(skill, 0) >= level for skill, level in queue.needs.items())
    return able and (not group.queues or queue.id in group.queues)
