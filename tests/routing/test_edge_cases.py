"""Where other systems trip, by number: what the router does there.

Twenty-five places at which call distributors and their links are known to go wrong. A test is named after its number; below is which shows what, or
why a number is not the router's. Offers, work and restarts (7 to 22) are in `test_edge_offers`. What shows each on a real Asterisk is told in docs/testing.md.

==  ===========================================================  ==================================================================================
no  where others trip                                            shown by
==  ===========================================================  ==================================================================================
1   days of idleness outrank a level; a fresh agent is flooded   test_01_* here
2   rules changed while it rings; joining while nobody is free   test_02_* here
3   an older item that nobody can serve blocks; a late old one   test_03_* here
4   one who rings holds up all behind                            test_04_* here
5   two servers offer one agent                                  test_05_* here; contracts/test_floor_ledger, contracts/test_lease (the real lease)
6   two queues see one call; the last step; skills edited        test_06_* here
7   not answered, declined, busy, unreachable, registered anew   test_07_* in test_edge_offers; real/test_asterisk_voice (busy, not answered)
8   the caller hangs up while it rings                           test_08_* in test_edge_offers; real/test_asterisk_voice (gives up)
9   hang-up and answer cross; answered and dropped               test_09_* in test_edge_offers; cti/test_voice (an answer that crosses)
10  two answers to one call                                      test_10_* in test_edge_offers: one offer rings one phone, so there is no race of two
11  pause, sign-out, a call of one's own while it rings          test_11_* in test_edge_offers
12  a wait runs out while it rings                               test_12_* in test_edge_offers: steps and preferred agents
13  who owns talk and wrap-up after a transfer                   test_13_* in test_edge_offers; scenarios/13_*
14  two ends of a Local channel                                  not the router's: scenarios/14_*, cti/test_resync, cti/test_calls (each event twice)
15  wrap-up in many queues, of nothing, of parts of a second     test_15_* in test_edge_offers; nobody can lengthen one: there is no such event
16  a forgotten hold, three-way, barge                           not the router's: scenarios/16_*, real/test_talks, test_conferences, test_watches
17  the link drops, is slow, replies late or twice               not the router's: scenarios/17_*, cti/test_ami_link, cti/test_calls (each event twice)
18  Asterisk restarts                                            not the router's: scenarios/18_*, real/test_asterisk_resilience
19  we restart                                                   test_19_* in test_edge_offers; real/test_kill, real/test_asterisk_resilience
20  the database is slow or gone                                 test_floor (a ledger that is away), cti/test_voice (stops no telephone)
21  the clock is set, the day turns                              test_21_* in test_edge_offers; test_floor (midnight), test_figures (time zones)
22  the browser closes                                           test_22_* in test_edge_offers; agent_console/test_presence, test_socket, test_sessions
23  the last agent leaves before the dialled answer              the dialer's; not built
24  one number in two campaigns                                  the dialer's; not built
25  a rate from a few calls                                      the dialer's; not built
==  ===========================================================  ==================================================================================
"""

import asyncio
from contextlib import suppress

import pytest

from config.clock import SystemClock
from crm_core.ledger import LeaseLost
from routing.core.events import Event
from routing.core.facts import Offered
from routing.core.figures import Figures
from routing.core.model import Choice, Device, InteractionId, Phase, Status
from routing.core.router import Router
from routing.floor import Floor
from tests.fakes.ledger import MemoryLedger
from tests.routing.scene import START, Scene, agent, nothing, offers, present, queue, step

DAY_S = 86_400.0


# -- 1: who of several -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("idle_days", [1, 11, 12, 400])
def test_01_days_of_idleness_outrank_no_level(idle_days: int) -> None:
    """However long the worse one has had nothing to do (in app_queue: 11.57 days), the better level is asked first."""
    scene = Scene(
        [queue(needs=[("zh", 1)], choice=Choice.BEST_LEVEL)],
        [agent("worse", skills=[("zh", 3)]), agent("better", skills=[("zh", 4)])],
    )
    scene.ready("worse")
    scene.now += idle_days * DAY_S
    scene.ready("better")
    assert offers(scene.call("c")) == [("c", "better")]


@pytest.mark.parametrize("idle_days", [1, 11, 12, 400])
def test_01_the_longest_idle_is_the_longest_idle_after_any_time(idle_days: int) -> None:
    """Nobody who has never had a call overtakes one who waits longer, and nobody loses their turn by waiting too long."""
    scene = Scene(agents=[agent("never_called"), agent("called_once")])
    scene.ready("called_once")
    scene.call("first")
    scene.accept("first")
    scene.end("first")
    scene.wrap_up("first", "called_once")
    scene.now += idle_days * DAY_S
    scene.ready("never_called")
    assert offers(scene.call("c")) == [("c", "called_once")]


@pytest.mark.parametrize("choice", Choice)
def test_01_a_fresh_agent_is_not_flooded(choice: Choice) -> None:
    """Three have worked all morning, a fourth signs in: of the next eight calls, one after the other, nobody gets more than three."""
    names = ["a", "b", "c", "fresh"]
    scene = Scene([queue(choice=choice, wrap_up_s=0.0)], [agent(name) for name in names])
    scene.ready("a", "b", "c")
    served = dict.fromkeys(names, 0)
    for number in range(14):
        if number == 6:
            scene.ready("fresh")
            served = dict.fromkeys(names, 0)
        scene.now += 10
        ((_, who),) = offers(scene.call(f"c{number}"))
        served[who] += 1
        scene.accept(f"c{number}")
        scene.now += 300
        scene.end(f"c{number}")
    assert max(served.values()) <= 3, served


# -- 2: rules and rooms that change --------------------------------------------------------------------------------------


def test_02_rules_changed_while_it_rings_leave_the_offer() -> None:
    """Whoever is being offered it keeps it, though they would not be asked any more; the next offer is by the new rules."""
    scene = Scene(
        [queue(needs=[("zh", 3)])], [agent("ann", skills=[("zh", 3)]), agent("bob", skills=[("zh", 9)])]
    )
    scene.ready("ann", "bob")
    scene.call("c")
    deadline = scene.work("c").deadline
    turn = scene.router.configure([queue(needs=[("zh", 8)], ring_s=5.0)], scene.agents, scene.now)
    assert nothing(turn)
    assert (scene.work("c").agent, scene.work("c").deadline) == ("ann", deadline)
    turn = scene.status("ann", Status.PAUSED)
    assert offers(turn) == [("c", "bob")]
    assert scene.work("c").deadline == scene.now + 5.0


def away(scene: Scene, why: str) -> None:
    """Have the only agent in that state."""
    if why != "nobody_signed_in":
        scene.ready("ann")
    match why:
        case "paused":
            scene.status("ann", Status.PAUSED, "lunch")
        case "phone_unreachable":
            scene.device("ann", Device.UNREACHABLE)
        case "phone_in_use":
            scene.device("ann", Device.IN_USE)
        case "no_console":
            scene.console("ann", here=False)
        case "ringing" | "talking" | "wrap_up":
            scene.call("other")
            if why != "ringing":
                scene.accept("other")
            if why == "wrap_up":
                scene.end("other")
        case _:
            pass


@pytest.mark.parametrize(
    "why",
    [
        "nobody_signed_in",
        "paused",
        "phone_unreachable",
        "phone_in_use",
        "no_console",
        "ringing",
        "talking",
        "wrap_up",
    ],
)
def test_02_whoever_comes_while_nobody_is_free_waits(why: str) -> None:
    """Whatever keeps the agents, the caller stands in the line, is not sent away, and is offered when one comes."""
    scene = Scene(agents=[agent("ann"), agent("bob")])
    away(scene, why)
    assert not offers(scene.call("c"))
    assert scene.work("c").phase is Phase.WAITING
    assert offers(scene.ready("bob")) == [("c", "bob")]


def test_02_what_is_asked_does_not_depend_on_how_many_are_there() -> None:
    """One agent alone, of too low a level: nobody is asked below it because there is nobody else."""
    scene = Scene([queue(needs=[("zh", 5)])], [agent("ann", skills=[("zh", 4)])])
    scene.ready("ann")
    assert not offers(scene.call("c"))
    assert not offers(scene.later(DAY_S))


# -- 3 and 4: who holds up whom ------------------------------------------------------------------------------------------


def test_03_a_higher_priority_item_that_nobody_can_serve_does_not_block() -> None:
    """A thousand points and an hour of age of one whom nobody free can serve hold up nobody behind it."""
    scene = Scene(
        [queue("zh", needs=[("zh", 1)], priority_points=1_000), queue("en", needs=[("en", 1)])],
        [agent("ann", skills=[("en", 1)]), agent("bob", skills=[("zh", 1)])],
    )
    scene.call("dear", "zh", age_s=3_600, points=1_000)
    scene.call("plain", "en")
    assert offers(scene.ready("ann")) == [("plain", "ann")]
    assert offers(scene.ready("bob")) == [("dear", "bob")], "and it has lost nothing by it"


def test_03_one_who_comes_late_with_an_old_age_does_not_stop_offers() -> None:
    """Put in before all others while the first of them rings: that one rings on, and the old one is next."""
    scene = Scene()
    scene.call("first", age_s=10)
    scene.ready("ann")
    assert not offers(scene.call("older", age_s=500))
    assert scene.work("first").phase is Phase.OFFERED
    scene.call("younger")
    assert offers(scene.ready("bob")) == [("older", "bob")]
    scene.accept("first")
    scene.end("first")
    assert offers(scene.wrap_up("first", "ann")) == [("younger", "ann")]


def test_04_callers_do_not_queue_behind_one_who_rings() -> None:
    """Five callers and five agents: all five ring at once, in one turn."""
    names = [f"a{number}" for number in range(5)]
    scene = Scene(agents=[agent(name) for name in names])
    callers = [scene.arrival(f"c{number}", age_s=50 - number) for number in range(5)]
    ready = [event for number, name in enumerate(names) for event in present(name, START + number)]
    assert offers(scene.tell(*callers, *ready)) == [(f"c{number}", f"a{number}") for number in range(5)]


# -- 5: two servers --------------------------------------------------------------------------------------------------------


async def test_05_of_two_servers_that_offer_one_agent_one_reserves_them() -> None:
    """The elder decides while the younger has taken over: its offer is not recorded, it ends, and the caller is offered once, at the old age."""
    ledger, clock = MemoryLedger(), SystemClock()

    def floor(over: MemoryLedger) -> Floor:
        router = Router([queue()], [agent("ann"), agent("bob")])
        return Floor(router, over, clock, Figures(clock.now() - 3_600))

    elder, younger = floor(ledger), floor(MemoryLedger(ledger))
    running = asyncio.create_task(elder.run())
    await elder.restored()
    scene = Scene()
    scene.now = clock.now()
    await elder.settle(*present("ann", scene.now))
    ledger.gate.clear()  # the write that the younger comes before
    doomed: asyncio.Task[object] = asyncio.create_task(_settled(elder, scene.arrival("c", age_s=30)))
    await asyncio.sleep(0)
    after = asyncio.create_task(younger.run())
    await younger.restored()
    ledger.gate.set()
    with pytest.raises(ExceptionGroup) as caught:
        await running
    assert caught.value.subgroup(LeaseLost)
    with suppress(Exception):
        await doomed
    turn = await younger.settle(scene.arrival("c", age_s=30))
    assert [(one.interaction, one.agent) for one in turn if isinstance(one, Offered)] == [("c", "ann")]
    assert len([one for one in ledger.facts if isinstance(one, Offered)]) == 1
    assert younger.centre.interactions[InteractionId("c")].enqueued_at == scene.now - 30
    after.cancel()
    with suppress(asyncio.CancelledError):
        await after


async def _settled(floor: Floor, event: Event) -> object:
    return await floor.settle(event)


# -- 6: one call, two queues; the last step; skills edited -----------------------------------------------------------------


def test_06_one_call_seen_by_two_queues_is_one_caller() -> None:
    """The second arrival of the same call, in another queue, is no second customer: one place, one offer."""
    scene = Scene([queue("a"), queue("b")])
    scene.tell(scene.arrival("c", "a"), scene.arrival("c", "b"))
    turn = scene.ready("ann", "bob")
    assert not offers(turn)
    assert scene.work("c").queue == "a"
    assert len([fact for fact in scene.facts if isinstance(fact, Offered)]) == 1


def test_06_after_the_last_step_with_nobody_it_waits_on() -> None:
    """Everything given up and nobody there: it keeps its place and goes to the first who comes."""
    scene = Scene([queue(needs=[("zh", 5)], relaxation=(step(10, drop=["zh"]),))], [agent("ann")])
    scene.call("c")
    assert not offers(scene.later(10))
    assert scene.router.next_deadline() is None, "there is nothing left to give up"
    scene.now += 3_600
    assert offers(scene.ready("ann")) == [("c", "ann")]


def test_06_a_skill_given_or_taken_while_it_waits_counts_at_once() -> None:
    """Given: the free agent is offered it in that turn. Taken: they are not asked again."""
    scene = Scene([queue(needs=[("zh", 5)])], [agent("ann", skills=[("zh", 4)])])
    scene.ready("ann")
    scene.call("c")
    better = [agent("ann", skills=[("zh", 5)])]
    assert offers(scene.router.configure(scene.queues, better, scene.now)) == [("c", "ann")]
    assert nothing(scene.router.configure(scene.queues, scene.agents, scene.now)), "it rings on"
    scene.status("ann", Status.PAUSED)
    assert not offers(scene.status("ann", Status.READY))
