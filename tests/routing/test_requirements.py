"""What an interaction asks of whoever serves it, whom it would rather have, and what it gives up in time."""

import pytest

from routing.core import matching
from routing.core.events import MoreKnown
from routing.core.facts import Described, Offered
from routing.core.model import AgentId, Choice, InteractionId, Outcome, Status
from routing.core.router import Router
from tests.routing.scene import START, Scene, agent, nothing, offers, present, queue, skill_set, step


def test_an_interaction_asks_for_more_than_its_queue() -> None:
    """zh from the queue and billing from the caller: who has one of them is passed over, and the offer says why."""
    scene = Scene(
        [queue(needs=[("zh", 3)])],
        [agent("ann", skills=[("zh", 9)]), agent("bob", skills=[("zh", 3), ("billing", 1)])],
    )
    scene.ready("ann", "bob")
    turn = scene.call("c", needs=[("billing", 1)])
    assert offers(turn) == [("c", "bob")]
    (offered,) = (fact for fact in turn.facts if isinstance(fact, Offered))
    assert dict(offered.passed_over) == {"ann": "skill"}


def test_the_higher_of_two_levels_is_asked() -> None:
    scene = Scene(
        [queue(needs=[("zh", 3)])], [agent("low", skills=[("zh", 4)]), agent("high", skills=[("zh", 8)])]
    )
    scene.ready("low", "high")
    assert offers(scene.call("c", needs=[("zh", 5)])) == [("c", "high")]
    assert offers(scene.call("d", needs=[("zh", 1)])) == [("d", "low")]


def test_each_step_of_relaxation_comes_at_its_time() -> None:
    """First a lower level, then without the skill, each by the age that the interaction has, and at once when its time is there."""
    scene = Scene(
        [queue(needs=[("zh", 8)], relaxation=(step(10, lower=[("zh", 5)]), step(30, drop=["zh"])))],
        [agent("half", skills=[("zh", 5)]), agent("none")],
    )
    scene.ready("none")
    assert offers(scene.call("c", age_s=2)) == []
    assert scene.router.next_deadline() == scene.now + 8
    assert offers(scene.later(7.9)) == []
    scene.ready("half")  # a second later: 10.9 s old
    assert scene.work("c").agent == "half"
    scene.leave("c")
    assert offers(scene.call("d", age_s=29)) == [("d", "half")]
    scene.accept(scene.work("d").id)
    assert offers(scene.call("e", age_s=29)) == []
    turn = scene.later(1)
    assert offers(turn) == [("e", "none")]
    (offered,) = (fact for fact in turn.facts if isinstance(fact, Offered))
    assert offered.steps == 2


def test_what_is_given_up_leaves_the_order_alone() -> None:
    """Whoever waits for less is not put before an older one who waits for the same agent."""
    scene = Scene(
        [queue("zh", needs=[("zh", 1)], relaxation=(step(5, drop=["zh"]),)), queue("any")],
        [agent("ann")],
    )
    scene.call("older", "any", age_s=20)
    scene.call("relaxed", "zh", age_s=6)
    assert offers(scene.ready("ann")) == [("older", "ann")]


def test_a_certificate_counts_until_its_moment_and_no_longer() -> None:
    """The router asks to be woken then; who waits on goes to others, and the reason is not that somebody never could."""
    scene = Scene(
        [queue(needs=[("crane", 3)])],
        [
            agent("ann", skills=[("crane", 5)], ends=[("crane", START + 60)]),
            agent("low", skills=[("crane", 2)], ends=[("crane", START + 50)]),
            agent("bob", skills=[("crane", 9)], ends=[("other", START + 10)]),
        ],
    )
    scene.ready("ann", "low")
    scene.now = START + 59.5
    assert offers(scene.call("before")) == [("before", "ann")]
    scene.accept("before")
    scene.end("before")
    scene.wrap_up("before", "ann")
    assert scene.router.next_deadline() == START + 60
    scene.later(0.5)
    assert scene.agent("ann").status is Status.READY
    assert offers(scene.call("after")) == []
    told = scene.router.explain(InteractionId("after"), scene.now)
    assert told is not None
    assert dict(told.not_offered) == {"ann": "skill_expired", "low": "skill"}
    assert scene.router.next_deadline() is None
    assert offers(scene.ready("bob")) == [("after", "bob")]


def test_what_is_offered_or_held_stays_when_the_certificate_ends() -> None:
    scene = Scene(
        [queue(needs=[("crane", 3)])], [agent("ann", skills=[("crane", 5)], ends=[("crane", START + 60)])]
    )
    scene.ready("ann")
    scene.call("c", age_s=1)
    scene.rang("c")
    scene.now = START + 59
    scene.accept("c")
    assert nothing(scene.later(10))
    assert scene.work("c").agent == "ann"


def test_a_restart_after_the_end_knows_of_it() -> None:
    """Nothing of it is in the ledger: the first turn finds what ended while nobody was there."""
    rules = [queue(needs=[("crane", 3)])], [agent("ann", skills=[("crane", 5)], ends=[("crane", START + 60)])]
    scene = Scene(*rules)
    scene.call("c")
    scene.router = Router(*rules)
    scene.router.restore(scene.facts)
    scene.now = START + 61
    assert offers(scene.ready("ann")) == []
    early = Router(*rules)
    early.restore(scene.facts)
    turn = early.decide((), START + 59)
    assert offers(turn) == [("c", "ann")]
    assert early.next_deadline() == START + 60


def test_the_end_of_one_skill_leaves_the_others() -> None:
    """And for who is a specialist only the skills count that are left."""
    scene = Scene(
        [queue(needs=[("zh", 1)], choice=Choice.FEWEST_SKILLS)],
        [
            agent(
                "ann", skills=[("zh", 5), ("crane", 1), ("vip", 1)], ends=[("crane", START), ("vip", START)]
            ),
            agent("bob", skills=[("zh", 5), ("vip", 1)]),
        ],
    )
    scene.ready("bob", "ann")
    assert offers(scene.call("c")) == [("c", "ann")]


def test_a_wait_widens_to_other_groups_then_to_everybody() -> None:
    scene = Scene(
        [queue(groups=["taipei"], relaxation=(step(10, groups=["tainan"]), step(20, anybody=True)))],
        [agent("far"), agent("near", groups=["tainan"])],
    )
    scene.ready("far", "near")
    assert offers(scene.call("c")) == []
    assert offers(scene.later(10)) == [("c", "near")]
    assert offers(scene.call("d", age_s=10)) == []
    assert offers(scene.later(10)) == [("d", "far")]


def test_the_preferred_agent_is_waited_for() -> None:
    """Somebody else is free, but for a while only the one who knows the customer is asked, whatever their skills; then anybody."""
    scene = Scene([queue(needs=[("zh", 1)])], [agent("owner"), agent("other", skills=[("zh", 1)])])
    scene.ready("owner", "other")
    scene.status("owner", Status.PAUSED, "lunch")
    assert offers(scene.call("c", preferred="owner", preferred_wait_s=15)) == []
    assert offers(scene.call("d", preferred="owner", preferred_wait_s=60)) == []
    assert offers(scene.later(15)) == [("c", "other")]
    turn = scene.status("owner", Status.READY)
    assert offers(turn) == [("d", "owner")]
    (offered,) = (fact for fact in turn.facts if isinstance(fact, Offered))
    assert offered.preferred
    assert offered.passed_over == ()


def test_nobody_waits_for_a_preferred_agent_who_is_not_there() -> None:
    """Signed out: anybody, at once. Signed in while it waits: theirs again until the time is over."""
    scene = Scene([queue()], [agent("owner"), agent("other")])
    scene.ready("other")
    assert offers(scene.call("c", preferred="owner", preferred_wait_s=60)) == [("c", "other")]
    assert offers(scene.call("d", preferred="owner", preferred_wait_s=60)) == []
    assert offers(scene.tell(*present("owner", scene.now))) == [("d", "owner")]
    scene.accept("d")
    scene.leave("c")
    assert offers(scene.call("e", preferred="owner", preferred_wait_s=60)) == [], "the owner talks"
    assert offers(scene.status("owner", Status.SIGNED_OUT)) == [("e", "other")]


def test_who_declined_is_not_waited_for() -> None:
    scene = Scene([queue()], [agent("owner"), agent("other")])
    scene.ready("owner", "other")
    assert offers(scene.call("c", preferred="owner", preferred_wait_s=60)) == [("c", "owner")]
    assert offers(scene.fail("c", Outcome.DECLINED)) == [("c", "other")]


def test_more_becomes_known_while_it_waits() -> None:
    """Recognition comes after the arrival: what it says counts from then on, and whoever rings already goes on ringing."""
    scene = Scene([queue()], [agent("ann"), agent("owner")])
    scene.ready("ann")
    scene.call("ringing")
    scene.call("waiting", age_s=5)
    known = MoreKnown(
        interaction=InteractionId("ringing"), at=scene.now, preferred=AgentId("owner"), preferred_wait_s=60
    )
    assert scene.tell(known).decisions == ()
    assert scene.work("ringing").agent == "ann"
    told = MoreKnown(interaction=InteractionId("waiting"), at=scene.now, needs=skill_set([("billing", 1)]))
    turn = scene.tell(told)
    assert [type(fact) for fact in turn.facts] == [Described]
    assert scene.tell(told).facts == (), "the same once more is no news"
    assert offers(scene.ready("owner")) == [], "nobody has billing"
    assert scene.work("waiting").enqueued_at == scene.now - 6


def test_a_restart_finds_everybody_where_they_waited() -> None:
    """Stages follow from ages: a router rebuilt from the facts moves nobody too early and nobody too late."""
    scene = Scene(
        [queue(needs=[("zh", 8)], relaxation=(step(10, drop=["zh"]),))], [agent("ann"), agent("bob")]
    )
    scene.ready("ann")
    scene.call("c")
    scene.later(9)
    rebuilt = Router(scene.queues, scene.agents)
    rebuilt.restore(scene.facts)
    assert offers(rebuilt.decide([], scene.now)) == []
    assert rebuilt.next_deadline() == scene.now + 1
    assert offers(rebuilt.decide([], scene.now + 1)) == [("c", "ann")]


def test_a_new_configuration_relaxes_who_waits_already() -> None:
    scene = Scene([queue(needs=[("zh", 8)])], [agent("ann")])
    scene.ready("ann")
    scene.call("c", age_s=30)
    assert scene.router.next_deadline() is None
    relaxed = queue(needs=[("zh", 8)], relaxation=(step(20, drop=["zh"]),))
    assert offers(scene.router.configure([relaxed], scene.agents, scene.now)) == [("c", "ann")]


def test_a_queue_of_priority_is_older_than_it_is() -> None:
    """A point is worth a second, of a queue as of an interaction: a call of 5 s goes before one of 14 s, not before one of 16 s."""
    scene = Scene([queue("vip", priority_points=10), queue("q")], [agent("ann")])
    scene.call("fourteen", age_s=14)
    scene.call("sixteen", age_s=16)
    scene.call("vip", "vip", age_s=5)
    assert offers(scene.ready("ann")) == [("sixteen", "ann")]
    scene.leave("sixteen")
    assert scene.work("vip").agent == "ann"


def test_why_one_still_waits() -> None:
    """What it asks now, when that changes, and why each agent was not offered it."""
    scene = Scene(
        [queue(needs=[("zh", 5)], relaxation=(step(60, drop=["zh"]),))],
        [agent("talks", skills=[("zh", 7)]), agent("unfit"), agent("away", skills=[("zh", 9)]), agent("out")],
    )
    scene.ready("talks", "unfit", "away")
    scene.status("away", Status.PAUSED, "lunch")
    scene.call("first")
    scene.accept("first")
    scene.call("second")
    told = scene.router.explain(InteractionId("second"), scene.now)
    assert told is not None
    assert (told.steps, told.changes_at) == (0, scene.now + 60)
    assert told.asked.needs == skill_set([("zh", 5)])
    assert dict(told.not_offered) == {"talks": "busy_call", "away": "paused", "unfit": "skill"}
    assert scene.router.explain(InteractionId("first"), scene.now) is None


def test_lines_in_which_nobody_waits_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever customers ask for over the months; who waits goes on waiting, and is found."""
    monkeypatch.setattr(matching, "STATIONS", 20)
    scene = Scene([queue()], [agent("ann", skills=[("s5", 1)]), agent("bob")])
    scene.call("stays", needs=[("s5", 1)])
    for number in range(200):
        scene.call(f"c{number}", needs=[(f"s{number + 10}", 1)])
        scene.leave(f"c{number}")
    assert len(scene.router._matching._stations) <= 20
    assert offers(scene.ready("bob", "ann")) == [("stays", "ann")]


def test_missed_offers_are_overlooked_as_the_queue_says() -> None:
    """Two in a row may ring out; the third pauses. An answer in between begins the count anew."""
    scene = Scene([queue(missed_at_most=3, wrap_up_s=0.0)], [agent("ann")])
    scene.ready("ann")
    scene.call("c")
    for missed in (1, 2):
        scene.rang("c")
        scene.fail("c", Outcome.NO_ANSWER)
        assert scene.agent("ann").missed == missed
        assert scene.agent("ann").status is Status.READY
        assert scene.work("c").agent == "ann", "rings again"
    scene.accept("c")
    assert scene.agent("ann").missed == 0
    scene.end("c")
    scene.call("d")
    for _ in range(3):
        scene.rang("d")
        scene.fail("d", Outcome.NO_ANSWER)
    assert (scene.agent("ann").status, scene.agent("ann").reason) == (Status.PAUSED, "no_answer")


def test_who_did_not_answer_comes_after_all_others() -> None:
    scene = Scene([queue(missed_at_most=2)], [agent("ann"), agent("bob")])
    scene.ready("ann", "bob")
    assert offers(scene.call("c")) == [("c", "ann")]
    scene.later(1)
    assert offers(scene.fail("c", Outcome.NO_ANSWER)) == [("c", "bob")]


def test_a_callers_hang_up_is_no_missed_offer() -> None:
    scene = Scene([queue(missed_at_most=2)], [agent("ann")])
    scene.ready("ann")
    scene.call("c")
    scene.rang("c")
    scene.leave("c")
    assert scene.agent("ann").missed == 0


def test_the_best_level_first() -> None:
    """Of all skills that are asked, together; equal ones by who is longest idle."""
    scene = Scene(
        [queue(needs=[("zh", 1), ("billing", 1)], choice=Choice.BEST_LEVEL)],
        [
            agent("ann", skills=[("zh", 9), ("billing", 1), ("en", 10)]),
            agent("bob", skills=[("zh", 6), ("billing", 5)]),
            agent("cat", skills=[("zh", 5), ("billing", 6)]),
        ],
    )
    scene.ready("ann", "cat", "bob")
    turn = scene.call("c")
    assert offers(turn) == [("c", "cat")]
    (offered,) = (fact for fact in turn.facts if isinstance(fact, Offered))
    assert dict(offered.passed_over) == {"bob": "longer_idle", "ann": "better_level"}


def test_specialists_first() -> None:
    scene = Scene(
        [queue(needs=[("zh", 1)], choice=Choice.FEWEST_SKILLS)],
        [agent("both", skills=[("zh", 5), ("en", 5)]), agent("one", skills=[("zh", 1)])],
    )
    scene.ready("both", "one")
    turn = scene.call("c")
    assert offers(turn) == [("c", "one")]
    (offered,) = (fact for fact in turn.facts if isinstance(fact, Offered))
    assert dict(offered.passed_over) == {"both": "fewer_skills"}


def test_in_turn() -> None:
    """Round robin: whoever was offered something the longest ago, whatever became of it."""
    scene = Scene(
        [queue(choice=Choice.ROUND_ROBIN, wrap_up_s=0.0)], [agent("ann"), agent("bob"), agent("cat")]
    )
    scene.ready("ann", "bob", "cat")
    asked = []
    for number in range(6):
        scene.later(1)
        ((_, who),) = offers(scene.call(f"c{number}"))
        asked.append(who)
        scene.leave(f"c{number}")
    assert asked == ["ann", "bob", "cat"] * 2


def test_the_least_occupied_first() -> None:
    """Who worked the least lately, not who is idle the longest; and that changes while they are idle alike for all."""
    scene = Scene(
        [queue(choice=Choice.LEAST_OCCUPIED, wrap_up_s=0.0)],
        [agent("busy"), agent("fresh")],
    )
    scene.ready("busy")
    scene.call("long")
    scene.accept("long")
    scene.later(100)
    scene.end("long")
    scene.later(10)
    scene.ready("fresh")
    scene.later(50)
    assert offers(scene.call("short")) == [("short", "fresh")]
    scene.accept("short")
    scene.later(1)
    scene.end("short")
    turn = scene.call("next")
    assert offers(turn) == [("next", "fresh")]
    (offered,) = (fact for fact in turn.facts if isinstance(fact, Offered))
    assert dict(offered.passed_over) == {"busy": "less_occupied"}
    scene.accept("next")
    scene.later(200)
    scene.end("next")
    assert offers(scene.call("last")) == [("last", "busy")], "who worked longer, and longer ago"


@pytest.mark.parametrize(("shorter_s", "asked"), [(49.0, "lately"), (51.0, "before")])
def test_work_of_an_hour_ago_counts_half(shorter_s: float, asked: str) -> None:
    """A hundred seconds an hour ago weigh more than 49 now and less than 51."""
    scene = Scene([queue(choice=Choice.LEAST_OCCUPIED, wrap_up_s=0.0)], [agent("before"), agent("lately")])
    for name, works_s in (("before", 100.0), ("lately", shorter_s)):
        scene.ready(name)
        scene.call(f"with-{name}")
        scene.accept(f"with-{name}")
        scene.later(works_s)
        scene.end(f"with-{name}")
        scene.status(name, Status.PAUSED)
        if name == "before":
            scene.later(3_600 - shorter_s)
    scene.ready("before", "lately")
    assert offers(scene.call("c")) == [("c", asked)]
