"""The rules of the random days: three queues and four agents, and what of them is drawn."""

from collections.abc import Iterable
from dataclasses import replace

from hypothesis import strategies as st

from routing.core.model import AgentRule, Choice, Medium, QueueRule, Room, Why
from tests.routing.scene import (
    BESIDE_CALLS,
    START,
    agent,
    call_room,
    chat_room,
    leads,
    letter_room,
    queue,
    step,
)

QUEUES = (
    queue(
        "zh",
        needs=[("zh", 5)],
        relaxation=(step(6.0, lower=[("zh", 4)]), step(15.0, drop=["zh"])),
        choice=Choice.BEST_LEVEL,
        ring_s=10.0,
        wrap_up_s=5.0,
        missed_at_most=2,
        overflow=(leads(Why.WAITED, "any", 25.0), leads(Why.WAITED, "en", 40.0, letters=True)),
        rooms=[
            call_room(60, beside=[Medium.CHAT], pauses=[Medium.EMAIL]),
            letter_room(20),
            chat_room(40, beside=[Medium.VOICE, Medium.EMAIL]),
        ],
    ),
    queue(
        "en",
        needs=[("en", 1)],
        choice=Choice.ROUND_ROBIN,
        ring_s=10.0,
        wrap_up_s=0.0,
        opening=((START - 1_000, START + 60), (START + 90, START + 100_000)),
        overflow=(leads(Why.CLOSED, "any"), leads(Why.LENGTH, "zh", 2), leads(Why.EXPECTED, None, 1_000)),
        rooms=[BESIDE_CALLS, chat_room(30, pauses=[Medium.EMAIL])],
    ),
    queue(
        "any",
        groups=["north"],
        relaxation=(step(9.0, groups=["south"]),),
        priority_points=3,
        ring_s=5.0,
        wrap_up_s=8.0,
        overflow=(leads(Why.NOBODY), leads(Why.WAITED, "zh", 30.0)),
    ),
)
AGENTS = (
    agent("ann", skills=[("zh", 9), ("en", 4)], groups=["north"], letters=2),
    agent("bob", skills=[("zh", 4)], groups=["south"], chats=1),
    agent("cat", skills=[("en", 2)], groups=["north", "south"], letters=3, chats=2, load=70),
    agent("dan", skills=[("zh", 5)], queues=["zh"]),
)
media = st.frozensets(st.sampled_from(Medium))
loads = st.sampled_from([0, 0, 20, 40, 60, 100])
some_rooms = st.tuples(
    *(st.builds(Room, medium=st.just(one), load=loads, beside=media, pauses=media) for one in Medium)
)
rooms_of_queues = st.lists(st.none() | some_rooms, min_size=len(QUEUES), max_size=len(QUEUES))
"""None: as it is."""
numbers = st.integers(0, 3)
capacities = st.lists(
    st.tuples(numbers, numbers, st.sampled_from([40, 70, 100, 160])),
    min_size=len(AGENTS),
    max_size=len(AGENTS),
)


def sharing(rooms: Iterable[tuple[Room, ...] | None]) -> tuple[QueueRule, ...]:
    """The queues, of which some say otherwise what their items take of an agent."""
    pairs = zip(QUEUES, rooms, strict=True)
    return tuple(one if own is None else replace(one, rooms=frozenset(own)) for one, own in pairs)


def able(drawn: Iterable[tuple[int, int, int]]) -> tuple[AgentRule, ...]:
    """The agents with so many letters, chats and so much load at once."""
    return tuple(
        replace(one, letters_at_once=letters, chats_at_once=chats, load_at_most=load)
        for one, (letters, chats, load) in zip(AGENTS, drawn, strict=True)
    )
