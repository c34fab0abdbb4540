"""What became of each interaction of a recorded period: from agent to agent, how each offer went and how long each stretch of work took."""

from dataclasses import dataclass, field, replace

from routing.core.facts import Enqueued, Offered
from routing.core.model import AgentId, By, Outcome, Seconds

_OUR_OWN = frozenset({"signed_out", "adopted"})
"""Why work goes back to its queue by a decision of the router: it follows from another event, and is decided anew."""


@dataclass(frozen=True, slots=True)
class Span:
    """From one recorded moment to another; `place` and `turn` of its end as of `Planned`."""

    begin: Seconds
    end: Seconds
    place: int = 0
    turn: int | None = None

    def after(self, begin: Seconds) -> Seconds:
        """As long after that moment. From the very moment that was recorded it is the one that was recorded, to the last digit."""
        return self.end if begin == self.begin else begin + (self.end - self.begin)


@dataclass(slots=True)
class Attempt:
    """How an offer went. `ring_s` is what it had; `paused`: from the end of one that was missed or declined until the agent was ready again; `in_use` and
    `freed`: what their phone said of this very call, counted from the offer and from the end of it."""

    offered: Offered
    rang: Span | None = None
    outcome: Outcome | None = None
    ended: Span | None = None
    paused: Span | None = None
    in_use: Span | None = None
    freed: Span | None = None

    @property
    def ring_s(self) -> float:
        return self.offered.deadline - self.offered.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Talk with one agent, or an open letter: how long, and why it ended. `returned`: it went back to its queue; `aside`: it was set aside for so
    long; `missed`: the customer was called back and did not answer; else `by` ended it. `reached`: from its beginning until they did."""

    lasted: Span
    returned: str | None = None
    aside: Span | None = None
    missed: str | None = None
    reached: Span | None = None
    by: By = By.CUSTOMER

    @property
    def goes_on(self) -> bool:
        """What ended it was decided by the router, so the work itself was not over."""
        return self.returned in _OUR_OWN


@dataclass(slots=True)
class Journey:
    """One interaction. `wrap_up` is None as long as the work is not over."""

    came: Enqueued
    attempts: dict[AgentId, list[Attempt]] = field(default_factory=dict)
    stretches: list[Stretch] = field(default_factory=list)
    first_answered_at: Seconds | None = None
    wrap_up: Span | None = None
    disposition: str = ""
    held_since: Seconds | None = None
    reached: Span | None = None

    def stretch(
        self,
        over: Span,
        *,
        returned: str | None = None,
        aside: Span | None = None,
        missed: str | None = None,
        by: By = By.CUSTOMER,
    ) -> None:
        """The work that began last is over."""
        if self.held_since is not None:
            lasted = replace(over, begin=self.held_since)
            how = Stretch(
                lasted=lasted, returned=returned, aside=aside, missed=missed, reached=self.reached, by=by
            )
            self.stretches.append(how)
        self.held_since = self.reached = None

    def was_handed_over(self) -> None:
        """What ended the last stretch was that another agent has them: they did not go back to the line."""
        if self.stretches:
            self.stretches[-1] = replace(self.stretches[-1], returned="adopted")

    def was_reached(self, at: Span) -> None:
        """The customer answered the call back."""
        if self.held_since is not None:
            self.reached = replace(at, begin=self.held_since)

    def wrapped_up(self, over: Span, disposition: str) -> None:
        """So long it took; at most as long as the queue allowed then."""
        if self.wrap_up is not None:
            self.wrap_up = replace(over, begin=self.wrap_up.begin)
        self.disposition = disposition
