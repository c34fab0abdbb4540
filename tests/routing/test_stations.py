"""The fronts of lines in their order, against a plain look at all of them."""

import random

import pytest

from routing.core import stations
from routing.core.choice import Pool
from routing.core.model import InteractionId
from routing.core.order import Head

POOLS = [Pool(number=number) for number in range(20)]


def drawn_head(chance: random.Random, number: int) -> Head:
    """Many came in the same moment, so that their numbers decide."""
    return float(chance.randrange(40)), number, InteractionId(f"i{number}")


def drawn_marks(chance: random.Random) -> bytes:
    """Who can serve the line: about every eighth."""
    return bytes(
        chance.randrange(256) & chance.randrange(256) & chance.randrange(256)
        for _ in range(len(POOLS) // 8 + 1)
    )


def serves(marks: bytes, pool: Pool) -> bool:
    return bool(marks[pool.number // 8] >> pool.number % 8 & 1)


@pytest.mark.parametrize("block", [1, 2, 8, 256])
def test_the_first_front_that_a_pool_may_serve_is_found(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fronts come and go, also those at the ends of a block; what is not before somebody known is not looked for."""
    monkeypatch.setattr(stations, "_BLOCK", block)
    chance, row, there = random.Random(block), stations._Row(), dict[Head, bytes]()
    for number in range(6_000):
        if there and (len(there) > 120 or chance.random() < 0.5):
            gone = chance.choice(list(there))
            row.drop(gone)
            del there[gone]
        else:
            head, marks = drawn_head(chance, number), drawn_marks(chance)
            row.put(head, marks)
            there[head] = marks
        pool = chance.choice(POOLS)
        known = chance.choice([None, drawn_head(chance, chance.randrange(number + 1))])
        before = [one for one, marks in there.items() if serves(marks, pool)]
        assert row.first(pool, known) == min([*before, *([known] if known else [])], default=None)
    for head in list(there):
        row.drop(head)
    assert row.first(POOLS[0], None) is None
