"""Callers who are called back keep their place, are put before nobody, and are tried by rule."""

from typing import Any

from routing.core.callbacks import HANGS_UP_WITHIN_S
from routing.core.decisions import Offer, TurnAway, Withdraw
from routing.core.events import (
    Assigned,
    CallbackCancelled,
    CallbackWanted,
    CustomerLeft,
    Event,
    OfferFailed,
    Reached,
    Returned,
    Unreached,
    WorkEnded,
)
from routing.core.facts import (
    Abandoned,
    CallbackDropped,
    CallbackKept,
    CallbackMissed,
    CallbackPutOff,
    Connected,
    CustomerReached,
    Fact,
    Finished,
    Offered,
    TurnedAway,
    Unparked,
)
from routing.core.figures import Figures
from routing.core.model import (
    AgentId,
    By,
    InteractionId,
    Medium,
    Outcome,
    Phase,
    QueueId,
    Status,
    Why,
    WorkState,
)
from routing.core.router import Router, Turn
from tests.routing.scene import START, Scene, agent, leads, nothing, offers, queue

ONE = InteractionId("one")
HOUR = 3600.0


def wants(scene: Scene, name: str = "one") -> Turn:
    """They press the key and hang up."""
    turn = scene.tell(CallbackWanted(interaction=InteractionId(name), at=scene.now))
    scene.now += 3
    assert nothing(scene.tell(CustomerLeft(interaction=InteractionId(name), at=scene.now)))
    return turn


def kept(*rules: Any, **given: Any) -> Scene:
    """One asked to be called back, and has hung up; nobody is ready."""
    scene = Scene(rules or [queue(callback_tries=3, callback_retry_s=600.0, wrap_up_s=20.0)], [agent("ann")])
    scene.call("one", to=given.get("to", "q"))
    wants(scene)
    scene.later(HANGS_UP_WITHIN_S)
    return scene


def called(scene: Scene) -> Scene:
    """An agent is there and the customer is being called."""
    scene.ready("ann")
    scene.later(1)
    scene.accept("one")
    return scene


def last(scene: Scene, kind: type) -> Any:
    return [fact for fact in scene.facts if isinstance(fact, kind)][-1]


def test_the_place_is_kept_and_nobody_is_passed() -> None:
    """Between one who came before and one who came after, whoever waits on the line."""
    scene = Scene(agents=[agent("ann")])
    for name in ("before", "one", "after"):
        scene.now += 1
        scene.call(name)
    turn = wants(scene)
    assert [type(fact) for fact in turn.facts] == [CallbackKept]
    scene.later(HANGS_UP_WITHIN_S)
    served = []
    turn = scene.ready("ann")
    for _ in range(3):
        [(name, _)] = offers(turn)
        served.append(name)
        scene.accept(name)
        if name == "one":
            scene.tell(Reached(interaction=ONE, at=scene.now))
        scene.end(name)
        turn = scene.wrap_up(name, "ann")
    assert served == ["before", "one", "after"]


def test_nobody_calls_while_they_are_still_on_the_line() -> None:
    scene = Scene(agents=[agent("ann")])
    scene.call("one")
    wants(scene)
    scene.call("two")
    turn = scene.ready("ann")
    assert offers(turn) == [("two", "ann")], "whoever is there is served meanwhile"
    assert scene.work("one").phase is Phase.PARKED
    scene.leave("two")
    assert offers(scene.later(HANGS_UP_WITHIN_S)) == [("one", "ann")]
    assert scene.work("one").enqueued_at == START


def test_who_is_reached_is_a_caller_like_any_other() -> None:
    """After that their hang-up ends the talk, and an agent's lost phone takes them back to the line."""
    scene = called(kept())
    assert scene.agent("ann").work is WorkState.TALKING
    reached = scene.tell(Reached(interaction=ONE, at=scene.now))
    assert [type(fact) for fact in reached.facts] == [CustomerReached]
    assert nothing(scene.tell(Reached(interaction=ONE, at=scene.now)))
    assert nothing(scene.tell(Unreached(interaction=ONE, reason="busy", at=scene.now)))
    scene.tell(Returned(interaction=ONE, reason="phone_lost", at=scene.now))
    assert (scene.work("one").phase, scene.work("one").callback) == (Phase.OFFERED, False)
    scene.accept("one")
    turn = scene.tell(CustomerLeft(interaction=ONE, at=scene.now))
    [finished] = turn.facts
    assert isinstance(finished, Finished)
    assert (finished.by, finished.wrap_up_until) == (By.CUSTOMER, scene.now + 20)


def test_who_does_not_answer_is_tried_again_later_at_the_old_place() -> None:
    scene = called(kept())
    turn = scene.tell(Unreached(interaction=ONE, reason="busy", at=scene.now))
    assert [type(fact) for fact in turn.facts] == [CallbackMissed]
    assert (scene.agent("ann").work, scene.agent("ann").status) == (WorkState.IDLE, Status.READY)
    assert not offers(scene.later(599))
    assert offers(scene.later(1)) == [("one", "ann")]
    assert (scene.work("one").tried, scene.work("one").enqueued_at) == (1, START)


def test_after_the_last_try_the_agent_says_what_becomes_of_it() -> None:
    """The third try of three: wrap-up, and then it is closed."""
    scene = called(kept())
    for _ in range(2):
        scene.tell(Unreached(interaction=ONE, reason="no_answer", at=scene.now))
        scene.later(600)
        scene.accept("one")
    scene.tell(Unreached(interaction=ONE, reason="no_answer", at=scene.now))
    finished = last(scene, Finished)
    assert (finished.by, finished.wrap_up_until) == (By.SYSTEM, scene.now + 20)
    scene.wrap_up("one", "ann")
    assert scene.gone("one")


def test_an_agent_who_gives_up_has_not_served_them() -> None:
    for end in (
        WorkEnded(interaction=ONE, by=By.AGENT, at=START + 100),
        Returned(interaction=ONE, reason="phone_lost", at=START + 100),
    ):
        scene = called(kept())
        scene.now = START + 100
        scene.tell(end)
        missed = last(scene, CallbackMissed)
        assert missed.reason == ("gave_up" if isinstance(end, WorkEnded) else "phone_lost")
        assert scene.work("one").phase is Phase.PARKED


def test_an_offer_that_fails_is_no_try() -> None:
    """The customer's phone never rang."""
    scene = kept()
    scene.ready("ann")
    scene.tell(OfferFailed(offer=scene.offer("one"), outcome=Outcome.DECLINED, at=scene.now))
    assert (scene.work("one").phase, scene.work("one").tried) == (Phase.WAITING, 0)


def test_only_who_waits_on_the_line_may_ask() -> None:
    """Not somebody whose agent's phone rings already, not twice, no letter, nobody unknown."""
    scene = Scene(agents=[agent("ann")])
    scene.ready("ann")
    scene.call("one")
    scene.letter("letter")
    for name in ("one", "letter", "nobody"):
        assert nothing(scene.tell(CallbackWanted(interaction=InteractionId(name), at=scene.now)))
    scene.call("two")
    wants(scene, "two")
    assert nothing(scene.tell(CallbackWanted(interaction=InteractionId("two"), at=scene.now)))


def test_it_is_cancelled_unless_they_are_being_called() -> None:
    cancel: Event = CallbackCancelled(interaction=ONE, at=START + 50)
    scene = kept()
    assert [type(fact) for fact in scene.tell(cancel).facts] == [CallbackDropped]
    assert scene.gone("one")
    scene = kept()
    scene.ready("ann")
    turn = scene.tell(cancel)
    assert [type(one) for one in turn.decisions] == [Withdraw]
    assert scene.gone("one")
    assert scene.agent("ann").offer is None
    scene = called(kept())
    assert nothing(scene.tell(cancel))
    plain = Scene()
    plain.call("one")
    assert nothing(plain.tell(cancel)), "who is on the line has asked for nothing"


def test_a_supervisor_gives_it_to_somebody_at_once() -> None:
    """Also while it is put off until the next try."""
    scene = called(kept())
    scene.tell(Unreached(interaction=ONE, reason="busy", at=scene.now))
    scene.later(5)
    turn = scene.tell(Assigned(interaction=ONE, agent=AgentId("ann"), wait_s=60, at=scene.now))
    assert offers(turn) == [("one", "ann")]


def test_nobody_is_called_outside_of_the_hours() -> None:
    """Whoever waits when the queue closes, or when their line is free, is called when it opens; a try that comes due at night waits for the morning."""
    hours = ((START, START + HOUR), (START + 10 * HOUR, START + 11 * HOUR))
    rule = queue(opening=hours, callback_retry_s=600.0)
    scene = kept(rule)
    assert scene.router.next_deadline() == START + HOUR
    scene.later(HOUR)
    assert last(scene, CallbackPutOff).until == START + 10 * HOUR
    assert not offers(scene.ready("ann"))
    scene.now = START + 10 * HOUR - 1
    assert not offers(scene.later(0))
    assert offers(scene.later(1)) == [("one", "ann")]
    assert scene.work("one").enqueued_at == START
    restarted = kept(rule)
    again = Router(restarted.queues, restarted.agents)
    again.restore(restarted.facts)
    again.decide([], restarted.now)
    assert again.next_deadline() == START + HOUR, "a restart does not forget when it closes"
    late = Scene([rule], [agent("ann")])
    late.now = START + HOUR - 5
    late.call("one")
    wants(late)
    late.later(HANGS_UP_WITHIN_S)
    assert isinstance(late.facts[-1], CallbackPutOff)
    tried = called(kept(rule))
    tried.now = START + HOUR - 100
    tried.tell(Unreached(interaction=ONE, reason="busy", at=tried.now))
    turn = tried.later(600)
    assert [type(fact) for fact in turn.facts] == [Unparked, CallbackPutOff]


def test_who_is_not_on_the_line_is_told_nothing() -> None:
    """What turns callers away leaves them alone; what leads callers on leads them too."""
    scene = Scene([queue(overflow=[leads(Why.WAITED, None, 30)])], [agent("ann")])
    scene.call("one")
    wants(scene)
    for _ in range(5):
        turn = scene.later(20)
        assert not [one for one in turn.decisions if isinstance(one, TurnAway)]
    assert not [fact for fact in scene.facts if isinstance(fact, TurnedAway)]
    emergency = scene.router.configure([queue(closed=True)], scene.agents, scene.now)
    assert not emergency.decisions
    assert scene.work("one").callback
    rules = [queue(overflow=[leads(Why.WAITED, "help", 60)]), queue("help")]
    led = kept(*rules)
    led.later(60)
    assert led.work("one").queue == "help"


def test_a_restart_forgets_nothing() -> None:
    """In each phase the restored router is the same, and goes on alike."""
    scene = called(kept())
    scene.tell(Unreached(interaction=ONE, reason="busy", at=scene.now))
    scene.later(600)
    scene.accept("one")
    scene.tell(Reached(interaction=ONE, at=scene.now))
    for count in range(len(scene.facts) + 1):
        before = Router(scene.queues, scene.agents)
        before.restore(scene.facts[:count])
        again = Router(scene.queues, scene.agents)
        again.restore(scene.facts[:count])
        assert again.centre == before.centre
    restored = Router(scene.queues, scene.agents)
    restored.restore(scene.facts)
    assert restored.centre == scene.router.centre


def figures(facts: list[Fact]) -> Figures:
    counted = Figures(START, [queue()])
    for fact in facts:
        counted.apply(fact)
    return counted


def test_they_count_as_answered_when_they_are_reached() -> None:
    """Not when an agent tries, and never as abandoned; what the agent spent on it is their talk."""
    scene = called(kept())
    key = QueueId("q"), Medium.VOICE
    assert figures(scene.facts).queue(*key).answered == 0
    scene.later(10)
    scene.tell(Unreached(interaction=ONE, reason="busy", at=scene.now))
    assert figures(scene.facts).agent(AgentId("ann")).talk_s == 10
    scene.later(600)
    scene.accept("one")
    scene.later(5)
    scene.tell(Reached(interaction=ONE, at=scene.now))
    scene.later(60)
    scene.end("one")
    counted = figures(scene.facts)
    shown = counted.queue(*key)
    assert (shown.offered, shown.answered, shown.abandoned, shown.answered_in_time) == (1, 1, 0, 0)
    reached = last(scene, CustomerReached)
    assert counted.waits(*key) == [reached.at - START]
    assert counted.agent(AgentId("ann")).talk_s == 75
    dropped = kept()
    dropped.tell(CallbackCancelled(interaction=ONE, at=dropped.now))
    left = figures(dropped.facts).queue(*key)
    assert (left.offered, left.answered, left.abandoned, left.not_reached) == (1, 0, 0, 1)
    assert left.unanswered() == 0
    assert not [fact for fact in dropped.facts if isinstance(fact, Abandoned | Offered | Connected)]
    assert not [one for one in dropped.tell().decisions if isinstance(one, Offer)]
