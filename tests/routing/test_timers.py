"""Moments of interactions, against a plain list of them."""

import random

from routing.core.model import InteractionId
from routing.core.timers import Moments


def test_moments_come_in_their_order_each_once() -> None:
    """They are set, set anew, within a second and hours ahead, and taken back."""
    chance, moments, there = random.Random(1), Moments(), dict[InteractionId, float]()
    now, came = 1_800_000_000.0, 0
    for _ in range(20_000):
        one = InteractionId(f"i{chance.randrange(300)}")
        at = chance.choice(
            [None, now + chance.random(), now + chance.randrange(5), now + chance.uniform(0, 9_000)]
        )
        moments.set(one, at)
        if at is None:
            there.pop(one, None)
        else:
            there[one] = at
        now += chance.choice([0.0, 0.1, 2.0])
        while (due := moments.pop(now)) is not None:
            assert (there[due], due) == min((at, one) for one, at in there.items())
            assert there.pop(due) <= now
            came += 1
        assert moments.next() == min(there.values(), default=None)
        assert all(at > now for at in there.values())
    assert came > 1_000


def test_whoever_has_no_moment_is_never_due() -> None:
    moments = Moments()
    moments.set(InteractionId("i"), None)
    assert moments.next() is None
    assert moments.pop(2e9) is None
