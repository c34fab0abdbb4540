"""Whether the clocks equal the walk; in a module of its own, as other processes ask it too."""

from random import Random

from crm_core.sla.clock import Clock, ClockState, rounds
from tests.crm_core.sla import walk
from tests.crm_core.sla.walk import Walk, Walked


def agree(random: Random) -> int:
    """Compare one history; how many clocks ran in it."""
    drawn = walk.history(random)
    found = rounds(drawn.events, drawn.now)
    walked = Walk(drawn.start, drawn.start.timestamp()).until(drawn.events, drawn.now)
    assert len(found) == len(walked), (drawn, found, walked)
    for clock, expected in zip(found, walked, strict=True):
        assert told(clock) == expect(clock, expected), drawn
        if clock.state is ClockState.RUNNING and expected.due is not None:
            assert clock.due == expected.due, drawn
    return len(found)


def told(clock: Clock) -> tuple[object, ...]:
    return clock.kind, clock.met_at, clock.breached_at, clock.target_s - clock.remaining_s


def expect(clock: Clock, walked: Walked) -> tuple[object, ...]:
    return walked.kind, walked.met_at, walked.breached_at, walked.elapsed


def agree_many(seed: int, histories: int) -> int:
    """Compare so many; how many clocks ran in all."""
    random = Random(seed)
    return sum(agree(random) for _ in range(histories))
