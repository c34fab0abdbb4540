"""What a round of the recovery benchmark has to say, from what the telephones and the ledger saw. No clock, no socket."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bench.ring_waits import Rang
from routing.core.facts import Abandoned, Connected, Enqueued, Fact, Offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """`dropped`: customers in talk whom we hung up on. `doubled`: callers whom two phones rang for, who stand in the books twice or were connected twice.
    `reordered`: offers of somebody while somebody older waited. `stuck`: agents who are not free at the end, channels, bridges and open
    interactions that are left. `unserved`: callers whom nobody talked to. `first_assignment_s`: from the return until a phone rang;
    `started_s`: until the server answered, where it was started anew."""

    dropped: int = 0
    doubled: int = 0
    reordered: int = 0
    stuck: int = 0
    unserved: int = 0
    first_assignment_s: float = 0.0
    started_s: float = 0.0


def dropped(talking: Collection[str], hung_up_on: Collection[str], asked: int) -> int:
    """Of who talked, how many were hung up on beyond those whose talks were ended on purpose."""
    return max(0, len(set(talking) & set(hung_up_on)) - asked)


def doubled(rings: Sequence[Rang], books: Mapping[str, int], facts: Sequence[Fact]) -> int:
    """`books`: how many interactions each number has."""
    rung = Counter(one.number for one in rings)
    connected = Counter(fact.interaction for fact in facts if isinstance(fact, Connected))
    return sum(count - 1 for counts in (rung, Counter(books), connected) for count in counts.values())


def reordered(facts: Sequence[Fact]) -> int:
    """How many offers went to somebody while an older one waited for their first."""
    waiting: dict[str, float] = {}
    late = 0
    for fact in facts:
        match fact:
            case Enqueued():
                waiting[fact.interaction] = fact.at
            case Offered() if (age := waiting.pop(fact.interaction, None)) is not None:
                late += any(other < age for other in waiting.values())
            case Abandoned():
                waiting.pop(fact.interaction, None)
    return late


def unserved(callers: Collection[str], rings: Sequence[Rang]) -> int:
    """Callers for whom no phone rang, ours or the fallback queue's doing."""
    return len(set(callers) - {one.number for one in rings})


def first_ring(rings: Sequence[Rang], after: float) -> float | None:
    """When the first phone rang after that, by SIPp's clock."""
    return min((one.at for one in rings if one.at > after), default=None)
