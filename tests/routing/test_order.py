"""A line of interactions, in order, against a plain list of them."""

import random

from routing.core.model import InteractionId, Medium, QueueId
from routing.core.order import Line, place
from routing.core.presence import Work


def waiting(number: int, points: int) -> Work:
    """All came in the same second or two, so that points and arrivals decide."""
    return Work(
        id=InteractionId(f"i{number}"),
        medium=Medium.VOICE,
        queue=QueueId("q"),
        enqueued_at=float(number % 3),
        priority_points=points,
        arrival=number,
    )


def test_the_first_of_a_line_is_who_stands_before_all_others() -> None:
    """They come, go, come back to the same place, and are put forward or back while they wait."""
    chance, line, there = random.Random(1), Line(), dict[InteractionId, Work]()
    for _ in range(20_000):
        one = waiting(chance.randrange(40), chance.randrange(4))
        if chance.random() < 0.4:
            line.leave(one.id)
            there.pop(one.id, None)
        else:
            line.join(one)
            there[one.id] = one
        first = min(there.values(), key=place, default=None)
        assert line.first == (None if first is None else (*place(first), first.id))
        assert bool(line) == bool(there)


def test_a_line_forgets_old_places_also_while_nobody_leaves() -> None:
    line = Line()
    line.join(waiting(0, 9))
    for turn in range(5_000):
        line.join(waiting(1, turn % 5))
    assert line.remembered() < 100
    assert line.first == (*place(waiting(0, 9)), "i0")
