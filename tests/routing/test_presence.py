"""What is known of agents and interactions, replaced as the router replaces it every day."""

from routing.core.model import AgentId, InteractionId, Medium, OfferId, Phase, QueueId, WorkState
from routing.core.presence import AgentState, Work
from routing.core.replaced import back_in_line, offered_to, with_agent, with_work, wrapping_up

NEW = Work(
    id=InteractionId("i"),
    medium=Medium.VOICE,
    queue=QueueId("q"),
    enqueued_at=1.0,
    priority_points=2,
    arrival=3,
)
FULL = Work(*(f"this is {name}" for name in Work._fields))._replace(attempts=4)  # type: ignore[arg-type]
"""Every field is another, so that one that is copied to a wrong place shows."""
AGENT, OFFER = AgentId("ann"), OfferId("i/5")


def test_back_in_line_nothing_of_the_agent_is_left() -> None:
    assert back_in_line(FULL) == FULL._replace(
        phase=Phase.WAITING,
        agent=None,
        offer=None,
        deadline=None,
        rang_at=None,
        connected_at=None,
        parked_by=None,
        parked_until=None,
        recorded=False,
        held_at=None,
        consult=None,
        conference=None,
        watchers=(),
        recording_pause=None,
    )


def test_an_offer_is_noted_and_counted() -> None:
    assert offered_to(FULL, AGENT, OFFER, 9.0) == FULL._replace(
        phase=Phase.OFFERED, agent=AGENT, offer=OFFER, deadline=9.0, attempts=5
    )


def test_with_an_agent_nothing_is_set_aside() -> None:
    assert with_agent(FULL, AGENT, 9.0, recorded=True) == FULL._replace(
        phase=Phase.CONNECTED,
        agent=AGENT,
        connected_at=9.0,
        parked_by=None,
        parked_until=None,
        recorded=True,
    )


def test_wrapping_up_what_was_beside_the_talk_is_over() -> None:
    assert wrapping_up(FULL, 9.0, 39.0) == FULL._replace(
        phase=Phase.WRAP_UP,
        finished_at=9.0,
        wrap_up_until=39.0,
        recorded=False,
        held_at=None,
        consult=None,
        conference=None,
        watchers=(),
        recording_pause=None,
    )


def test_a_new_one_waits_as_one_that_came_back() -> None:
    assert back_in_line(NEW) == NEW


def test_other_work_changes_nothing_else_of_an_agent() -> None:
    first = AgentState._fields.index("work")
    before = AgentState(*(f"this is {name}" for name in AgentState._fields))  # type: ignore[arg-type]
    work = (WorkState.IDLE, 1.0, 2.0, None, (), (), 0, 3.0, 0, 4.0, None)
    assert with_work(before, work) == before._replace(
        **dict(zip(AgentState._fields[first:], work, strict=True))
    )
