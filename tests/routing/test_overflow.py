"""Closed, nobody there, too many, too long: where people are led, and when."""

import pytest

from routing.core import overflow
from routing.core.decisions import TurnAway, Withdraw
from routing.core.events import Accepted, Arrived, CustomerLeft, MessageWanted, Moved, StatusChosen
from routing.core.facts import Fact, LedOn, Offered, TurnedAway
from routing.core.figures import Figures
from routing.core.model import (
    AgentId,
    InteractionId,
    Medium,
    Opening,
    Overflow,
    Phase,
    QueueId,
    QueueRule,
    Status,
    Why,
)
from tests.routing.scene import START, Scene, agent, leads, present, queue, step

ONE = InteractionId("one")
HOUR = 3600.0


def arrives(scene: Scene, name: str = "one", to: str = "day", medium: Medium = Medium.VOICE) -> list[Fact]:
    come = Arrived(
        interaction=InteractionId(name),
        medium=medium,
        queue=QueueId(to),
        enqueued_at=scene.now,
        at=scene.now,
    )
    return list(scene.tell(come).facts)


def led(facts: list[Fact]) -> list[tuple[str, str]]:
    return [(fact.queue, fact.why) for fact in facts if isinstance(fact, LedOn)]


def turned_away(facts: list[Fact]) -> list[str]:
    return [fact.why for fact in facts if isinstance(fact, TurnedAway)]


def signed_in(scene: Scene, *names: str) -> Scene:
    for name in names:
        scene.tell(*present(name, scene.now))
    return scene


OFFICE = ((START - 8 * HOUR, START), (START + 16 * HOUR, START + 24 * HOUR))


def test_who_comes_after_hours_is_told_and_let_go() -> None:
    scene = signed_in(Scene([queue("day", opening=OFFICE)]), "ann")
    turn = scene.tell(
        Arrived(interaction=ONE, medium=Medium.VOICE, queue=QueueId("day"), enqueued_at=START, at=START)
    )
    assert turned_away(list(turn.facts)) == ["closed"]
    assert turn.decisions == (
        TurnAway(interaction=ONE, queue=QueueId("day"), medium=Medium.VOICE, why=Why.CLOSED),
    )
    assert ONE not in scene.router.centre.interactions
    assert scene.router.centre.closed(ONE)


def test_a_chat_after_hours_is_told_and_let_go() -> None:
    """Whoever chats is there to be told, as a caller is; a message by voice is nothing for them."""
    leaves = Overflow(why=Why.CLOSED, voicemail=True)
    scene = signed_in(Scene([queue("day", opening=OFFICE, overflow=[leaves])]), "ann")
    facts = arrives(scene, medium=Medium.CHAT)
    assert turned_away(facts) == [Why.CLOSED]
    assert not any(fact.voicemail for fact in facts if isinstance(fact, TurnedAway))


def test_a_letter_waits_for_the_morning() -> None:
    scene = Scene([queue("day", opening=OFFICE)])
    assert not turned_away(arrives(scene, medium=Medium.EMAIL))
    assert scene.router.centre.interactions[ONE].phase is Phase.WAITING


def test_the_night_team_takes_over_at_the_old_age() -> None:
    night = queue("night", needs=[("night", 1)])
    day = queue("day", opening=OFFICE, overflow=[leads(Why.CLOSED, "night")])
    scene = signed_in(Scene([day, night], [agent("ann"), agent("owl", skills=[("night", 1)])]), "ann", "owl")
    facts = arrives(scene)
    assert led(facts) == [("night", "closed")]
    assert [fact.agent for fact in facts if isinstance(fact, Offered)] == ["owl"]
    assert scene.router.centre.interactions[ONE].enqueued_at == START


def test_open_is_from_the_first_moment_until_before_the_last() -> None:
    rule = queue("day", opening=((100.0, 200.0), (300.0, 400.0)))
    opened = [
        at for at in (99.9, 100.0, 199.9, 200.0, 299.9, 300.0, 399.9, 400.0) if overflow.is_open(rule, at)
    ]
    assert opened == [100.0, 199.9, 300.0, 399.9]
    assert overflow.opens_at(rule, 150.0) == 300.0
    assert overflow.opens_at(rule, 300.0) is None


def test_whoever_waits_when_the_doors_close_is_still_served() -> None:
    day = queue("day", opening=((START - HOUR, START + 60),))
    scene = Scene([day])
    arrives(scene)
    assert not scene.later(120).facts
    facts = list(scene.tell(*present("ann", scene.now)).facts)
    assert [fact.agent for fact in facts if isinstance(fact, Offered)] == ["ann"]


def test_an_emergency_closes_at_once_for_those_who_wait_too() -> None:
    scene = Scene([queue("day")])
    arrives(scene)
    arrives(scene, "letter", medium=Medium.EMAIL)
    closed = scene.router.configure([queue("day", closed=True)], scene.agents, scene.now)
    assert turned_away(list(closed.facts)) == ["closed"]
    assert [one.id for one in scene.router.centre.waiting(QueueId("day"))] == ["letter"]


def test_nobody_signed_in() -> None:
    """Asked at the door, and when the last one goes home; who is paused will come back."""
    scene = Scene([queue("day", overflow=[leads(Why.NOBODY)])])
    assert turned_away(arrives(scene, "early")) == ["nobody"]
    signed_in(scene, "ann")
    scene.tell(StatusChosen(agent=AgentId("ann"), status=Status.PAUSED, reason="lunch", at=scene.now))
    assert not turned_away(arrives(scene))
    home = scene.tell(StatusChosen(agent=AgentId("ann"), status=Status.SIGNED_OUT, at=scene.now))
    assert turned_away(list(home.facts)) == ["nobody"]


def test_somebody_who_will_do_after_relaxation_is_not_nobody() -> None:
    day = queue(
        "day", needs=[("zh", 5)], relaxation=(step(60, lower=[("zh", 1)]),), overflow=[leads(Why.NOBODY)]
    )
    scene = signed_in(Scene([day], [agent("ann", skills=[("zh", 2)]), agent("bob")]), "bob")
    assert turned_away(arrives(scene, "early")) == ["nobody"]
    signed_in(scene, "ann")
    assert not turned_away(arrives(scene))


def test_a_skill_that_ends_in_this_very_moment_is_no_longer_there() -> None:
    """Whoever comes, or comes back from an offer, in the moment in which the last certificate ends has nobody: told by the first rule that
    holds then, not by one further down."""
    long_waits = leads(Why.WAITED, "help", 5)
    day = queue("day", needs=[("en", 2)], ring_s=7.0, overflow=[leads(Why.NOBODY), long_waits])
    ends = START + 10
    ann = agent("ann", skills=[("en", 3)], ends=[("en", ends)])
    scene = signed_in(Scene([day, queue("help", needs=[("help", 1)])], [ann]), "ann")
    offered = [fact for fact in arrives(scene) if isinstance(fact, Offered)]
    assert offered[0].deadline + 3 == ends  # the grace for Asterisk's own timeout
    scene.now = ends
    assert turned_away(arrives(scene, "late")) == ["nobody", "nobody"]
    assert ONE not in scene.router.centre.interactions


def test_who_has_waited_long_enough_is_led_on_in_that_moment() -> None:
    rules = [queue("day", overflow=[leads(Why.WAITED, "help", 60)]), queue("help", needs=[("help", 1)])]
    scene = signed_in(Scene(rules, [agent("owl", skills=[("help", 1)], queues=["help"])]), "owl")
    arrives(scene)
    assert scene.router.next_deadline() == START + 60
    scene.later(59)
    assert scene.router.centre.interactions[ONE].queue == "day"
    facts = list(scene.later(1).facts)
    assert led(facts) == [("help", "waited")]
    assert [fact.agent for fact in facts if isinstance(fact, Offered)] == ["owl"]


def test_whom_a_phone_rings_for_is_left_to_that_agent() -> None:
    """The time comes while it rings: the agent may still answer; when they do not, the customer goes on at once."""
    rules = [queue("day", ring_s=20.0, overflow=[leads(Why.WAITED, "help", 10)]), queue("help")]
    scene = signed_in(Scene(rules, [agent("ann", queues=["day"])]), "ann")
    [offer] = [fact for fact in arrives(scene) if isinstance(fact, Offered)]
    scene.later(15)
    assert scene.router.centre.interactions[ONE].phase is Phase.OFFERED
    facts = list(scene.later(10).facts)  # 3 s of grace for Asterisk's own timeout
    assert led(facts) == [("help", "waited")]
    assert offer.queue == "day"


def test_whom_a_phone_rings_for_and_who_is_answered_stays() -> None:
    rules = [queue("day", overflow=[leads(Why.WAITED, "help", 10)]), queue("help")]
    scene = signed_in(Scene(rules, [agent("ann")]), "ann")
    [offer] = [fact for fact in arrives(scene) if isinstance(fact, Offered)]
    scene.later(15)
    assert not led(list(scene.tell(Accepted(offer=offer.offer, at=scene.now)).facts))


def test_the_line_is_long() -> None:
    """Two wait already: the third is led on; one more agent would not have made them wait."""
    rules = [queue("day", overflow=[leads(Why.LENGTH, "help", 2)]), queue("help")]
    scene = Scene(rules)
    assert not led(arrives(scene, "first") + arrives(scene, "second"))
    assert led(arrives(scene, "third")) == [("help", "length")]
    scene.tell(CustomerLeft(interaction=InteractionId("first"), at=scene.now))
    assert not led(arrives(scene, "fourth"))


def test_it_would_take_too_long() -> None:
    """One agent, 240 s of work each (what is supposed before anything was seen): who is third would wait 720 s."""
    scene = signed_in(Scene([queue("day", overflow=[leads(Why.EXPECTED, None, 700)])], [agent("ann")]), "ann")
    came = [turned_away(arrives(scene, f"caller {number}")) for number in range(1, 5)]
    assert came == [[], [], [], ["expected"]]


def test_the_first_rule_that_holds_counts() -> None:
    rules = [
        queue("day", overflow=[leads(Why.NOBODY, "help"), leads(Why.LENGTH, None, 0)]),
        queue("help"),
    ]
    assert led(arrives(Scene(rules))) == [("help", "nobody")]


def test_letters_have_rules_of_their_own() -> None:
    rules = [
        queue("day", overflow=[leads(Why.WAITED, "help", 60), leads(Why.WAITED, "back", 600, letters=True)]),
        queue("help"),
        queue("back"),
    ]
    scene = Scene(rules)
    arrives(scene, "call")
    arrives(scene, "letter", medium=Medium.EMAIL)
    assert led(list(scene.later(60).facts)) == [("help", "waited")]
    assert led(list(scene.later(540).facts)) == [("back", "waited")]


def test_a_chain_of_closed_doors_is_gone_through_in_one_turn() -> None:
    closed = ((START + HOUR, START + 2 * HOUR),)
    rules = [
        queue("day", opening=closed, overflow=[leads(Why.CLOSED, "evening")]),
        queue("evening", opening=closed, overflow=[leads(Why.CLOSED, "night")]),
        queue("night"),
    ]
    assert led(arrives(Scene(rules))) == [("evening", "closed"), ("night", "closed")]


def test_a_circle_sends_nobody_round() -> None:
    closed = ((START + HOUR, START + 2 * HOUR),)
    rules = [
        queue("day", opening=closed, overflow=[leads(Why.CLOSED, "night")]),
        queue("night", opening=closed, overflow=[leads(Why.CLOSED, "day")]),
    ]
    scene = Scene(rules)
    assert led(arrives(scene)) == [("night", "closed")]
    assert scene.router.centre.interactions[ONE].queue == "night"


@pytest.mark.parametrize("medium", list(Medium))
def test_a_supervisor_moves_what_waits(medium: Medium) -> None:
    scene = Scene([queue("day"), queue("help")])
    arrives(scene, medium=medium)
    scene.later(30)
    turn = scene.tell(Moved(interaction=ONE, queue=QueueId("help"), at=scene.now))
    assert led(list(turn.facts)) == [("help", "asked")]
    moved = scene.router.centre.interactions[ONE]
    assert (moved.queue, moved.enqueued_at, moved.queued_at) == ("help", START, START + 30)


def test_a_supervisor_moves_what_rings() -> None:
    """The agent loses it without a reproach: they stay ready, at their old turn."""
    scene = signed_in(Scene([queue("day"), queue("help", needs=[("help", 1)])]), "ann")
    arrives(scene)
    idle_since = scene.router.centre.agents[AgentId("ann")].idle_since
    scene.later(5)
    turn = scene.tell(Moved(interaction=ONE, queue=QueueId("help"), at=scene.now))
    assert [type(one) for one in turn.decisions] == [Withdraw]
    ann = scene.router.centre.agents[AgentId("ann")]
    assert (ann.status, ann.offer, ann.idle_since) == (Status.READY, None, idle_since)


def test_moving_into_a_closed_queue_is_meant() -> None:
    scene = Scene([queue("day"), queue("help", opening=OFFICE)])
    arrives(scene)
    assert led(list(scene.tell(Moved(interaction=ONE, queue=QueueId("help"), at=scene.now)).facts))
    assert scene.router.centre.interactions[ONE].queue == "help"


@pytest.mark.parametrize("to", ["day", "nowhere"])
def test_a_move_that_means_nothing_changes_nothing(to: str) -> None:
    scene = Scene([queue("day")])
    arrives(scene)
    assert not scene.tell(Moved(interaction=ONE, queue=QueueId(to), at=scene.now)).facts


def test_who_talks_is_not_moved() -> None:
    scene = signed_in(Scene([queue("day"), queue("help")]), "ann")
    [offer] = [fact for fact in arrives(scene) if isinstance(fact, Offered)]
    scene.tell(Accepted(offer=offer.offer, at=scene.now))
    assert not scene.tell(Moved(interaction=ONE, queue=QueueId("help"), at=scene.now)).facts


def test_a_restart_knows_who_has_been_where() -> None:
    rules = [
        queue("day", overflow=[leads(Why.WAITED, "help", 60)]),
        queue("help", overflow=[leads(Why.WAITED, "day", 60)]),
    ]
    scene = Scene(rules)
    arrives(scene)
    scene.later(60)
    fresh = Scene(rules)
    fresh.router.restore(scene.facts)
    fresh.now = scene.now + 60
    assert fresh.router.centre == scene.router.centre
    assert not fresh.tell().facts
    assert fresh.router.centre.interactions[ONE].queue == "help"


def test_explained() -> None:
    scene = Scene([queue("day", overflow=[leads(Why.WAITED, "help", 60)]), queue("help")])
    arrives(scene)
    told = scene.router.explain(ONE, scene.now)
    assert told is not None
    assert told.leads_on == (START + 60, leads(Why.WAITED, "help", 60))
    assert told.changes_at == START + 60


def test_the_figures_tell_them_apart() -> None:
    """Whom another queue takes over is offered there too; nobody who was turned away hurts the service level."""
    rules: list[QueueRule] = [
        queue("day", overflow=[leads(Why.LENGTH, "help", 1)]),
        queue("help", overflow=[leads(Why.LENGTH, None, 0)]),
    ]
    figures = Figures(START - 10, rules)
    scene = Scene(rules)
    facts = arrives(scene, "a") + arrives(scene, "b")
    facts += scene.tell(CustomerLeft(interaction=InteractionId("a"), at=scene.now)).facts
    for fact in facts:
        figures.apply(fact)
    day, help_desk = figures.queue(QueueId("day")), figures.queue(QueueId("help"))
    assert (day.offered, day.led_on, day.abandoned, day.unanswered()) == (2, 1, 1, 0)
    assert (help_desk.offered, help_desk.turned_away, help_desk.unanswered()) == (1, 1, 0)
    assert help_desk.service_level() is None


def test_rules_compare_by_value() -> None:
    """Read twice from the database they are the same."""
    assert queue("day", opening=OFFICE).opening == Opening(spans=OFFICE)
    assert isinstance(leads(Why.CLOSED, "x").queue, str)


def test_what_came_due_while_the_rules_changed_is_done() -> None:
    """The floor is called late, with a new configuration: nobody's time is lost."""
    rules = [queue("day", overflow=[leads(Why.WAITED, "help", 60)]), queue("help")]
    scene = Scene(rules)
    arrives(scene)
    scene.now += 61
    turn = scene.router.configure(rules, scene.agents, scene.now)
    assert led(list(turn.facts)) == [("help", "waited")]


def test_who_is_not_served_leaves_a_message() -> None:
    """Whatever the reason is; the fact and the decision say so, and the contact is over like that of anybody who is told."""
    night = queue("day", opening=OFFICE, overflow=(Overflow(why=Why.CLOSED, voicemail=True),))
    turn = signed_in(Scene([night]), "ann").tell(
        Arrived(interaction=ONE, medium=Medium.VOICE, queue=QueueId("day"), enqueued_at=START, at=START)
    )
    [told] = [fact for fact in turn.facts if isinstance(fact, TurnedAway)]
    [decision] = [one for one in turn.decisions if isinstance(one, TurnAway)]
    assert (told.why, told.voicemail, decision.voicemail) == (Why.CLOSED, True, True)


def test_who_waits_leaves_a_message_by_key() -> None:
    """The dialplan takes it, so nothing is decided; who is led to a phone, talks, or wrote a letter has asked in vain."""
    scene = Scene([queue("day")])
    arrives(scene)
    turn = scene.tell(MessageWanted(interaction=ONE, at=scene.now))
    [told] = turn.facts
    assert isinstance(told, TurnedAway)
    assert (told.why, told.voicemail, list(turn.decisions)) == (Why.ASKED, True, [])
    assert ONE not in scene.router.centre.interactions
    arrives(scene, "letter", medium=Medium.EMAIL)
    arrives(scene, "message", medium=Medium.VOICEMAIL)
    for name in ("letter", "message", "one", "nobody"):
        assert not scene.tell(MessageWanted(interaction=InteractionId(name), at=scene.now)).facts
    signed_in(scene, "ann")
    rung = InteractionId("rung")
    arrives(scene, rung)
    if scene.router.centre.interactions[rung].phase is Phase.OFFERED:
        assert not scene.tell(MessageWanted(interaction=rung, at=scene.now)).facts


def test_a_message_waits_like_a_letter() -> None:
    """Whatever the hours; and it is never told anything, as nobody is on the line."""
    scene = signed_in(Scene([queue("day", opening=OFFICE)]), "ann")
    assert not turned_away(arrives(scene, medium=Medium.VOICEMAIL))
    assert scene.router.centre.interactions[ONE].phase is Phase.OFFERED


def test_a_message_takes_the_room_of_a_letter() -> None:
    """Who may have one letter at once has either, and a call interrupts it."""
    scene = signed_in(Scene([queue("day")]), "ann")
    arrives(scene, medium=Medium.VOICEMAIL)
    offer = scene.router.centre.interactions[ONE].offer
    assert offer is not None
    scene.tell(Accepted(offer=offer, at=scene.now))
    arrives(scene, "letter", medium=Medium.EMAIL)
    arrives(scene, "call")
    phases = {
        name: scene.router.centre.interactions[InteractionId(name)].phase for name in ("letter", "call")
    }
    assert phases == {"letter": Phase.WAITING, "call": Phase.OFFERED}
