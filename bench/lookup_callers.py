"""Who calls in `bench.lookup`: by kind, a source of numbers as the trunk gives them, and what must be found."""

import random
from collections.abc import Callable, Sequence

from bench import customers
from crm_core.recognition import Match

Caller = Callable[[random.Random], str]
MAIL = "mail"
SHARES = {
    "one match": 50,
    "called before": 9,
    "called 10,000 times": 1,
    "many: a household": 15,
    "many: a switchboard": 10,
    "tail only": 5,
    "none": 10,
}
"""Of a hundred calls that arrive."""


def callers(count: int) -> dict[str, Caller]:
    """For a database of `count` parties; the mail's gives addresses."""
    block, blocks = customers.BLOCK, count // customers.BLOCK

    def within(low: int, high: int) -> Caller:
        return lambda draw: customers.phone(draw.randrange(blocks) * block + draw.randrange(low, high)).normal

    def tail_only(draw: random.Random) -> str:
        return "+8862" + within(196, 200)(draw)

    return {
        "one match": within(0, 190),
        "called before": within(126, 127),
        "called 10,000 times": lambda draw: (
            customers.phone(1 + customers.STEP * draw.randrange(customers.HEAVY)).normal
        ),
        "many: a household": within(190, 195),
        "many: a switchboard": within(195, 196),
        "tail only": tail_only,
        "none": lambda draw: customers.mobile(count + draw.randrange(count)).normal,
        MAIL: lambda draw: str(customers.email(draw.randrange(count // 2) * 2)),
    }


def is_right(kind: str, found: Sequence[Match]) -> bool:
    """Whether it is an answer that this kind must have: how fast a wrong one is would say nothing."""
    exact = sum(match.strength == "exact" for match in found)
    match kind:
        case "none":
            return exact == 0
        case "tail only":
            return any(match.strength == "tail" for match in found)
        case "many: a household":
            return exact == 5
        case "many: a switchboard":
            return exact == customers.SWITCHBOARD
        case _:
            return exact > 0
