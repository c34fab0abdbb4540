"""What people decide by hand: who is to have it, and that a letter can wait until later."""

import pytest

from routing.core.by_hand import KEPT_S
from routing.core.decisions import Withdraw
from routing.core.events import (
    Accepted,
    Arrived,
    Assigned,
    CustomerLeft,
    HoldBegan,
    HoldEnded,
    Returned,
    SetAside,
    StatusChosen,
    TakenUp,
    Transferred,
)
from routing.core.facts import Described, Fact, Held, Offered, OfferEnded, Parked, Requeued, Resumed, Unparked
from routing.core.figures import Figures
from routing.core.model import AgentId, InteractionId, Medium, Outcome, Phase, QueueId, Status
from routing.core.presence import Work
from tests.routing.scene import START, Scene, agent, present, queue

ONE, ANN, BOB = InteractionId("one"), AgentId("ann"), AgentId("bob")


def centre(*ready: str, medium: Medium = Medium.EMAIL) -> Scene:
    """One letter came; these are ready."""
    scene = Scene([queue(ring_s=20.0, wrap_up_s=0.0)], [agent("ann"), agent("bob", skills=[("x", 1)])])
    for name in ready:
        scene.tell(*present(name, scene.now))
    come = Arrived(interaction=ONE, medium=medium, queue=QueueId("q"), enqueued_at=scene.now, at=scene.now)
    scene.tell(come)
    return scene


def offered_to(facts: tuple[Fact, ...]) -> list[str]:
    return [fact.agent for fact in facts if isinstance(fact, Offered)]


def work(scene: Scene) -> Work:
    return scene.router.centre.interactions[ONE]


def opened(scene: Scene) -> None:
    """Whoever is being offered it takes it."""
    offer = work(scene).offer
    assert offer is not None
    scene.tell(Accepted(offer=offer, at=scene.now))


def aside(scene: Scene, seconds: float = 3600.0, who: AgentId = ANN) -> tuple[Fact, ...]:
    return scene.tell(SetAside(interaction=ONE, agent=who, until=scene.now + seconds, at=scene.now)).facts


def test_assigned_is_offered_to_that_agent_whatever_their_turn() -> None:
    scene = centre()
    scene.tell(*present("ann", scene.now))
    scene.later(5)
    assert work(scene).agent == ANN
    turn = scene.tell(
        *present("bob", scene.now), Assigned(interaction=ONE, agent=BOB, wait_s=60, at=scene.now)
    )
    assert [type(one) for one in turn.decisions][:1] == [Withdraw]
    assert offered_to(turn.facts) == ["bob"]
    ended = [fact for fact in turn.facts if isinstance(fact, OfferEnded)]
    assert [(fact.agent, fact.outcome) for fact in ended] == [("ann", Outcome.WITHDRAWN)]
    assert scene.router.centre.agents[ANN].status is Status.READY, "without a reproach"


def test_assigned_waits_for_a_busy_agent_and_then_for_anybody() -> None:
    scene = centre("ann")
    scene.tell(*present("bob", scene.now))
    scene.tell(StatusChosen(agent=BOB, status=Status.PAUSED, reason="lunch", at=scene.now))
    turn = scene.tell(Assigned(interaction=ONE, agent=BOB, wait_s=60, at=scene.now))
    assert offered_to(turn.facts) == []
    assert offered_to(scene.later(59.9).facts) == []
    assert offered_to(scene.later(0.1).facts) == ["ann"]


def test_who_is_being_offered_it_already_keeps_the_offer() -> None:
    scene = centre("ann")
    assert not scene.tell(Assigned(interaction=ONE, agent=ANN, wait_s=60, at=scene.now)).facts


@pytest.mark.parametrize("who", ["bob", "nobody"])
def test_nothing_is_assigned_to_who_is_not_there(who: str) -> None:
    scene = centre("ann")
    assert not scene.tell(Assigned(interaction=ONE, agent=AgentId(who), wait_s=60, at=scene.now)).facts


def test_set_aside_until_later_and_back_to_who_did_so() -> None:
    """At its age; for a quarter of an hour for nobody else, if they are there."""
    scene = centre("ann")
    opened(scene)
    scene.tell(*present("bob", scene.now))
    facts = aside(scene)
    assert [type(fact) for fact in facts] == [Parked]
    assert (work(scene).phase, work(scene).agent, scene.router.centre.agents[ANN].at_work) == (
        Phase.PARKED,
        None,
        (),
    )
    assert scene.router.next_deadline() == scene.now + 3600
    assert not scene.later(3599).facts
    back = scene.later(1).facts
    assert isinstance(back[0], Unparked)
    assert offered_to(back) == ["ann"]
    assert work(scene).enqueued_at == START


def test_what_comes_back_to_somebody_who_left_goes_to_anybody() -> None:
    scene = centre("ann")
    opened(scene)
    aside(scene)
    scene.tell(StatusChosen(agent=ANN, status=Status.SIGNED_OUT, at=scene.now), *present("bob", scene.now))
    assert offered_to(scene.later(3600).facts) == ["bob"]


def test_what_comes_back_to_somebody_busy_waits_a_quarter_of_an_hour() -> None:
    scene = centre("ann")
    opened(scene)
    aside(scene)
    scene.tell(
        StatusChosen(agent=ANN, status=Status.PAUSED, reason="lunch", at=scene.now),
        *present("bob", scene.now),
    )
    assert offered_to(scene.later(3600).facts) == []
    assert offered_to(scene.later(KEPT_S).facts) == ["bob"]


def test_the_customer_writes_again() -> None:
    scene = centre("ann")
    opened(scene)
    aside(scene)
    assert offered_to(scene.tell(TakenUp(interaction=ONE, at=scene.now)).facts) == ["ann"]
    assert not scene.tell(TakenUp(interaction=ONE, at=scene.now)).facts


def test_another_takes_up_what_was_set_aside() -> None:
    scene = centre("ann")
    opened(scene)
    aside(scene)
    turn = scene.tell(
        *present("bob", scene.now), Assigned(interaction=ONE, agent=BOB, wait_s=60, at=scene.now)
    )
    assert [type(fact) for fact in turn.facts if isinstance(fact, Unparked | Described)] == [
        Unparked,
        Described,
    ]
    assert offered_to(turn.facts) == ["bob"]


def test_only_who_has_it_sets_it_aside_and_only_until_later() -> None:
    scene = centre("ann")
    assert not aside(scene)  # nobody has opened it
    opened(scene)
    assert not aside(scene, who=BOB)
    assert not aside(scene, seconds=0.0)


def test_no_caller_is_set_aside() -> None:
    scene = centre("ann", medium=Medium.VOICE)
    opened(scene)
    assert not aside(scene)


def test_the_customer_withdraws_what_was_set_aside() -> None:
    scene = centre("ann")
    opened(scene)
    aside(scene)
    scene.tell(CustomerLeft(interaction=ONE, at=scene.now))
    assert ONE not in scene.router.centre.interactions
    assert scene.router.next_deadline() is None


def test_a_restart_knows_what_was_set_aside() -> None:
    scene = centre("ann")
    opened(scene)
    aside(scene)
    fresh = Scene(scene.queues, scene.agents)
    fresh.router.restore(scene.facts)
    fresh.now = scene.now
    fresh.tell()
    assert fresh.router.centre == scene.router.centre
    assert fresh.router.next_deadline() == scene.now + 3600
    assert offered_to(fresh.later(3600).facts) == ["ann"]


def test_work_that_was_set_aside_counts_once() -> None:
    figures, scene = Figures(START - 10), centre("ann")
    opened(scene)
    scene.later(60)
    aside(scene)
    for fact in scene.facts:
        figures.apply(fact)
    mine, theirs = figures.agent(ANN), figures.queue(QueueId("q"))
    assert (mine.handled, mine.letters_s) == (0, 60)
    assert (theirs.offered, theirs.answered, theirs.unanswered()) == (1, 1, 0)


def test_passed_on_to_somebody_it_waits_for_them_alone_and_then_for_anybody() -> None:
    """Whatever their skills; the one who passed it on is asked again only when the time for the other is over."""
    scene = centre("ann", medium=Medium.VOICE)
    opened(scene)
    scene.tell(*present("bob", scene.now))
    scene.tell(StatusChosen(agent=BOB, status=Status.PAUSED, reason="lunch", at=scene.now))
    queue_id, now = QueueId("q"), scene.now
    turn = scene.tell(Transferred(interaction=ONE, agent=ANN, queue=queue_id, to=BOB, wait_s=60, at=now))
    assert [type(fact) for fact in turn.facts] == [Requeued, Described]
    assert scene.router.centre.agents[ANN].holds == ()
    assert (work(scene).passed_by, work(scene).enqueued_at) == (ANN, START)
    assert offered_to(scene.later(59.9).facts) == []
    assert offered_to(scene.later(0.1).facts) == ["ann"]


@pytest.mark.parametrize(
    ("agent", "to", "queue_id"),
    [
        ("bob", None, "other"),
        ("ann", "nobody", "other"),
        ("ann", None, "q"),
        ("ann", "ann", "q"),
        ("ann", "bob", "none"),
    ],
)
def test_what_cannot_be_passed_on_stays(agent: str, to: str | None, queue_id: str) -> None:
    """By another, to nobody, to where it is, to a queue that there is not."""
    scene = centre("ann", medium=Medium.VOICE)
    scene.tell(*present("bob", scene.now))
    opened(scene)
    held = work(scene).agent
    assert held == ANN
    event = Transferred(
        interaction=ONE,
        agent=AgentId(agent),
        queue=QueueId(queue_id),
        to=None if to is None else AgentId(to),
        wait_s=60,
        at=scene.now,
    )
    assert not scene.tell(event).facts
    assert (work(scene).phase, work(scene).agent) == (Phase.CONNECTED, ANN)


def test_on_hold_until_both_talk_again_or_the_talk_ends() -> None:
    """Once at a time, and only who is with somebody."""
    scene = centre("ann", medium=Medium.VOICE)
    assert not scene.tell(HoldBegan(interaction=ONE, at=scene.now)).facts
    opened(scene)
    assert scene.tell(HoldBegan(interaction=ONE, at=scene.now)).facts == (
        Held(interaction=ONE, agent=ANN, at=scene.now),
    )
    assert not scene.tell(HoldBegan(interaction=ONE, at=scene.now)).facts
    assert work(scene).held_at == scene.now
    assert scene.tell(HoldEnded(interaction=ONE, at=scene.now)).facts == (
        Resumed(interaction=ONE, agent=ANN, at=scene.now),
    )
    assert not scene.tell(HoldEnded(interaction=ONE, at=scene.now)).facts
    scene.tell(HoldBegan(interaction=ONE, at=scene.now), Returned(interaction=ONE, reason="x", at=scene.now))
    assert work(scene).held_at is None
