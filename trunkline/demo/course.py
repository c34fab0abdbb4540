"""The course of a past interaction as the facts that the router would have recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from crm_core.ledger import LedgerEntry

RING_S = 20.0
WRAP_UP_S = 30.0
_OUTCOMES = (
    "solved", "solved", "solved", "information", "information", "callback", "forwarded", "order", "complaint"
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One interaction's frame: what is left open is chance."""

    interaction: str
    medium: str
    queue: str
    enqueued_at: float


def abandoned(random: Random, course: Course) -> list[LedgerEntry]:
    """The customer gave up after a while."""
    left_at = course.enqueued_at + random.expovariate(1 / 60) + 5
    end = LedgerEntry(kind="abandoned", at=left_at, interaction=course.interaction, queue=course.queue)
    return [_enqueued(course), end]


def handled(random: Random, course: Course, agent: str, colleagues: Sequence[str]) -> list[LedgerEntry]:
    """`agent` took it, now and then after one of the `colleagues` let it ring."""
    wait_s = 18 if course.medium == "voice" else 900
    offered_at = course.enqueued_at + random.expovariate(1 / wait_s)
    facts = [_enqueued(course)]
    attempt = 1
    if random.random() < 0.07:
        missed = _Try(attempt=1, agent=random.choice(colleagues), at=offered_at, until=offered_at + RING_S)
        facts += _offer(course, missed, "no_answer")
        offered_at, attempt = offered_at + RING_S, 2
    answered_at = offered_at + random.uniform(2.0, 9.0)
    facts += _offer(course, _Try(attempt=attempt, agent=agent, at=offered_at, until=answered_at), "accepted")
    return [*facts, *_talk(random, course, agent, answered_at)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Try:
    attempt: int
    agent: str
    at: float
    until: float


def _enqueued(course: Course) -> LedgerEntry:
    return LedgerEntry(
        kind="enqueued",
        at=course.enqueued_at,
        interaction=course.interaction,
        queue=course.queue,
        data={"medium": course.medium, "priority_points": 0},
    )


def _offer(course: Course, made: _Try, outcome: str) -> list[LedgerEntry]:
    name, agent, offer = course.interaction, made.agent, f"{course.interaction}/{made.attempt}"
    return [
        LedgerEntry(
            kind="offered",
            at=made.at,
            interaction=name,
            queue=course.queue,
            agent=agent,
            offer=offer,
            data={"deadline": made.at + RING_S, "passed_over": []},
        ),
        LedgerEntry(kind="offer_rang", at=made.at + 0.2, interaction=name, agent=agent, offer=offer),
        LedgerEntry(
            kind="offer_ended",
            at=made.until,
            interaction=name,
            agent=agent,
            offer=offer,
            data={"outcome": outcome},
        ),
    ]


def _talk(random: Random, course: Course, agent: str, answered_at: float) -> list[LedgerEntry]:
    name = course.interaction
    ended_at = answered_at + random.lognormvariate(5.0, 0.6)
    end = {"by": "customer" if course.medium == "voice" else "agent", "wrap_up_until": ended_at + WRAP_UP_S}
    return [
        LedgerEntry(kind="connected", at=answered_at, interaction=name, queue=course.queue, agent=agent),
        LedgerEntry(kind="finished", at=ended_at, interaction=name, agent=agent, data=end),
        LedgerEntry(
            kind="wrapped_up",
            at=ended_at + random.uniform(5.0, WRAP_UP_S),
            interaction=name,
            agent=agent,
            data={"disposition": random.choice(_OUTCOMES)},
        ),
    ]
