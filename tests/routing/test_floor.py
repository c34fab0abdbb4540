"""The floor with a real loop: decide, record, act; and again after a crash."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from config.clock import SystemClock
from config.errors import Refused, Unavailable
from crm_core.ledger import LeaseLost
from routing.core.decisions import Decision, Offer, Withdraw
from routing.core.events import (
    Accepted,
    Arrived,
    ConsoleChanged,
    CustomerLeft,
    DeviceChanged,
    Rang,
    StatusChosen,
)
from routing.core.facts import Fact, Offered
from routing.core.figures import Figures
from routing.core.model import (
    AgentId,
    Device,
    InteractionId,
    Medium,
    OfferId,
    Phase,
    QueueId,
    QueueRule,
    Seconds,
    Status,
)
from routing.core.router import Router
from routing.core.state import Centre
from routing.floor import CONSOLES_BACK_WITHIN_S, Floor
from tests.fakes.ledger import MemoryLedger
from tests.routing.scene import agent, kinds, queue

AGENTS = (agent("ann"), agent("bob"))
CLOCK = SystemClock()


class Wire:
    """A channel that keeps what it was asked, and may be slow or broken."""

    def __init__(self, medium: Medium = Medium.VOICE) -> None:
        self.medium = medium
        self.asked: list[Decision] = []
        self.done: list[Decision] = []
        self.error: Exception | None = None
        self.something = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()

    async def offer(self, decision: Offer) -> None:
        await self._take(decision)

    async def withdraw(self, decision: Withdraw) -> None:
        await self._take(decision)

    async def _take(self, decision: Decision) -> None:
        self.asked.append(decision)
        self.something.set()
        await self.open.wait()
        if self.error is not None:
            raise self.error
        self.done.append(decision)

    async def asked_for(self, count: int) -> list[Decision]:
        """Wait until so many decisions came."""
        async with asyncio.timeout(5):
            while len(self.asked) < count:
                self.something.clear()
                await self.something.wait()
        return self.asked


def make_floor(ledger: MemoryLedger, *rules: QueueRule, snapshot_every: int = 1000) -> Floor:
    queues = rules or (queue(),)
    figures = Figures(CLOCK.now() - 3600, queues)
    return Floor(Router(queues, AGENTS), ledger, CLOCK, figures, snapshot_every=snapshot_every)


@asynccontextmanager
async def running(floor: Floor) -> AsyncIterator[Floor]:
    """Run the floor; leaving the block is the crash."""
    task = asyncio.create_task(floor.run())
    try:
        async with asyncio.timeout(5):
            await floor.restored()
        yield floor
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def present(*names: str) -> tuple[ConsoleChanged | DeviceChanged | StatusChosen, ...]:
    at = CLOCK.now()
    return tuple(
        event
        for who in map(AgentId, names)
        for event in (
            ConsoleChanged(agent=who, present=True, at=at),
            DeviceChanged(agent=who, device=Device.REACHABLE, at=at),
            StatusChosen(agent=who, status=Status.READY, at=at),
        )
    )


def call(name: str, medium: Medium = Medium.VOICE) -> Arrived:
    at = CLOCK.now()
    return Arrived(interaction=InteractionId(name), medium=medium, queue=QueueId("q"), enqueued_at=at, at=at)


async def test_nothing_is_carried_out_before_it_is_durable() -> None:
    """While the ledger takes its time, no channel is asked, no listener told, no answer given."""
    ledger, wire, heard = MemoryLedger(), Wire(), list[str]()
    floor = make_floor(ledger)
    floor.add_channel(wire)
    floor.listen(lambda facts: heard.extend(kinds(facts)))
    async with running(floor):
        await floor.settle(*present("ann"))
        heard.clear()
        ledger.gate.clear()
        answer = asyncio.ensure_future(floor.settle(call("c1")))
        done, _ = await asyncio.wait([answer], timeout=0.05)
        assert (done, wire.asked, heard) == (set(), [], [])
        ledger.gate.set()
        assert kinds(await answer) == ["Enqueued", "Offered"]
        assert heard == ["Enqueued", "Offered"]
        assert ledger.facts[-2:] == list(await answer)
        assert kinds(await wire.asked_for(1)) == ["Offer"]


async def test_a_ledger_that_is_away_loses_nothing() -> None:
    """The batch is kept and offered again until it is durable; then everything goes on in order."""
    ledger, wire = MemoryLedger(), Wire()
    floor = make_floor(ledger)
    floor.add_channel(wire)
    async with running(floor):
        ledger.away = True
        first = asyncio.ensure_future(floor.settle(*present("ann")))
        await asyncio.sleep(0)
        second = asyncio.ensure_future(floor.settle(call("c1")))
        while ledger.appends < 2:
            await asyncio.sleep(0.01)
        assert not wire.asked
        assert not ledger.facts
        ledger.away = False
        assert kinds(await first) == ["ConsoleSeen", "DeviceSeen", "StatusChanged"]
        assert kinds(await second) == ["Enqueued", "Offered"]


async def test_what_a_phone_says_waits_for_company_but_not_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """That it rings is told at once and written with what comes next, in its order; by itself when nothing comes."""
    ledger, heard = MemoryLedger(), list[str]()
    floor = make_floor(ledger)
    floor.add_channel(Wire())
    floor.listen(lambda facts: heard.extend(kinds(facts)))
    async with running(floor):
        await floor.settle(*present("ann", "bob"), call("c1"), call("c2"))
        written = ledger.appends
        await floor.settle(Rang(offer=OfferId("c1/1"), at=CLOCK.now()))
        assert heard[-1] == "OfferRang"
        assert ledger.appends == written
        await floor.settle(Accepted(offer=OfferId("c1/1"), at=CLOCK.now()))
        assert ledger.appends == written + 1
        assert kinds(ledger.facts)[-3:] == ["OfferRang", "OfferEnded", "Connected"]
        monkeypatch.setattr("routing.floor.UNWRITTEN_FOR_S", 0.05)
        await floor.settle(Rang(offer=OfferId("c2/1"), at=CLOCK.now()))
        assert ledger.appends == written + 1
        async with asyncio.timeout(5):
            while ledger.appends == written + 1:
                await asyncio.sleep(0.01)
        assert kinds(ledger.facts)[-1] == "OfferRang"


async def test_that_a_screen_shows_a_letter_is_durable_at_once() -> None:
    """No phone rings for it again after a restart: who says then that it was shown?"""
    ledger = MemoryLedger()
    floor = make_floor(ledger)
    floor.add_channel(Wire(Medium.EMAIL))
    async with running(floor):
        await floor.settle(*present("ann"), call("m1", Medium.EMAIL))
        await floor.settle(Rang(offer=OfferId("m1/1"), at=CLOCK.now()))
        assert kinds(ledger.facts)[-1] == "OfferRang"


async def test_decisions_about_one_interaction_keep_their_order() -> None:
    """A withdrawal waits for the offer that is still on its way; another interaction does not wait."""
    ledger, wire = MemoryLedger(), Wire()
    floor = make_floor(ledger)
    floor.add_channel(wire)
    async with running(floor):
        await floor.settle(*present("ann", "bob"))
        wire.open.clear()
        await floor.settle(call("c1"))
        await floor.settle(CustomerLeft(interaction=InteractionId("c1"), at=CLOCK.now()))
        await floor.settle(call("c2"))
        await wire.asked_for(2)
        assert [(type(one), one.interaction) for one in wire.asked] == [(Offer, "c1"), (Offer, "c2")]
        wire.open.set()
        await wire.asked_for(3)
        assert [type(one) for one in wire.asked if one.interaction == "c1"] == [Offer, Withdraw]


@pytest.mark.parametrize("error", [Unavailable("asterisk", "link down"), Refused("channel.gone")])
async def test_an_offer_that_cannot_be_carried_out_fails(error: Exception) -> None:
    """The agent is paused for it and the caller waits; the withdrawal that fails as well changes nothing."""
    ledger, wire = MemoryLedger(), Wire()
    floor = make_floor(ledger)
    floor.add_channel(wire)
    async with running(floor):
        await floor.settle(*present("ann"))
        wire.error = error
        await floor.settle(call("c1"))
        await wire.asked_for(2)
        assert kinds(wire.asked) == ["Offer", "Withdraw"]
        assert floor.centre.agents[AgentId("ann")].reason == "phone_failed"
        assert floor.centre.interactions[InteractionId("c1")].phase is Phase.WAITING


async def test_a_medium_without_a_channel_fails_its_offers() -> None:
    """A letter where no mail runs is not lost and not offered for ever."""
    ledger = MemoryLedger()
    floor = make_floor(ledger)
    async with running(floor):
        await floor.settle(*present("ann"))
        seen = asyncio.Event()
        floor.listen(lambda facts: seen.set() if "OfferEnded" in kinds(facts) else None)
        floor.submit(call("m1", Medium.EMAIL))
        async with asyncio.timeout(5):
            await seen.wait()
        assert floor.centre.interactions[InteractionId("m1")].phase is Phase.WAITING


async def test_a_bug_in_a_channel_stops_the_floor() -> None:
    """Anything but the two expected failures ends `run`; whoever waits for an answer is told."""
    ledger, wire = MemoryLedger(), Wire()
    wire.error = ZeroDivisionError("a bug")
    floor = make_floor(ledger)
    floor.add_channel(wire)
    floor.submit(*present("ann"), call("c1"))
    with pytest.raises(ExceptionGroup) as caught:
        await floor.run()
    assert caught.value.subgroup(ZeroDivisionError)
    assert not floor.alive


async def test_whoever_waits_is_told_when_the_floor_stops() -> None:
    """`settle` ends as Unavailable when its turn cannot become durable any more."""
    ledger = MemoryLedger()
    floor = make_floor(ledger)
    async with running(floor):
        ledger.gate.clear()
        pending = asyncio.ensure_future(floor.settle(*present("ann")))
        await asyncio.sleep(0.01)
        behind = asyncio.ensure_future(floor.settle(call("c1")))
        await asyncio.sleep(0)
    for answer in (pending, behind):
        with pytest.raises(Unavailable):
            await answer


async def test_a_restart_in_the_middle_of_an_offer_goes_on() -> None:
    """Another floor over the same ledger has the same centre, hears the answer to the old offer, and counts once."""
    ledger, wire = MemoryLedger(), Wire()
    first = make_floor(ledger)
    first.add_channel(wire)
    async with running(first):
        await first.settle(*present("ann"))
        await first.settle(call("c1"))
        await first.settle(Rang(offer=OfferId("c1/1"), at=CLOCK.now()), call("c2"))
    again = MemoryLedger(ledger)
    second = make_floor(again)
    async with running(second):
        assert second.centre == first.centre
        facts = await second.settle(Accepted(offer=OfferId("c1/1"), at=CLOCK.now()))
        assert kinds(facts) == ["OfferEnded", "Connected"]
        figures = second.figures.queue(QueueId("q"))
        assert (figures.offered, figures.answered, figures.unanswered()) == (2, 1, 1)


class NoHistory(MemoryLedger):
    """One that never tells the whole day."""

    async def history(self, since: Seconds) -> list[Fact]:
        raise AssertionError(since)


async def test_a_start_reads_what_was_kept_and_the_facts_since_then() -> None:
    """Not the day's: the centre and the figures are the same, an offer that was live is."""
    ledger = MemoryLedger()
    first = make_floor(ledger, snapshot_every=10)
    first.add_channel(Wire())
    async with running(first):
        await first.settle(*present("ann"))
        for number in range(5):
            await first.settle(call(f"left{number}"))
            await first.settle(CustomerLeft(interaction=InteractionId(f"left{number}"), at=CLOCK.now()))
        async with asyncio.timeout(5):
            while not ledger.kept or ledger.kept[0][1] < len(ledger.facts) - 10:
                await asyncio.sleep(0)
        await first.settle(call("c1"))
    second = make_floor(NoHistory(ledger))
    async with running(second):
        assert second.centre == first.centre
        assert second.figures.snapshot() == first.figures.snapshot()
        assert second.figures.queue(QueueId("q")).abandoned == 5
        facts = await second.settle(Accepted(offer=OfferId("c1/1"), at=CLOCK.now()))
        assert kinds(facts) == ["OfferEnded", "Connected"]


async def test_figures_of_a_snapshot_of_yesterday_begin_anew() -> None:
    """Those who still wait are not counted as today's; the centre is as it was."""
    ledger, midnight = MemoryLedger(), CLOCK.now() + 0.2
    first = make_floor(ledger, snapshot_every=1)
    async with running(first):
        await first.settle(*present("ann"), call("c1"))
        async with asyncio.timeout(5):
            while not ledger.kept:
                await asyncio.sleep(0)
    await asyncio.sleep(max(0.0, midnight - CLOCK.now()) + 0.01)
    router, rules = Router((queue(),), AGENTS), (queue(),)
    second = Floor(
        router, NoHistory(ledger), CLOCK, Figures(midnight - 3600, rules), day_of=lambda _: midnight
    )
    async with running(second):
        assert second.centre == first.centre
        assert second.figures.day_start == midnight
        assert second.figures.queue(QueueId("q")).offered == 0
        await second.settle(call("c2"))
        assert second.figures.queue(QueueId("q")).offered == 1


async def test_a_snapshot_that_cannot_be_kept_stops_nothing() -> None:
    """It is said, and tried again after as many facts."""
    ledger = MemoryLedger()
    ledger.keeps = False
    floor = make_floor(ledger, snapshot_every=1)
    async with running(floor):
        await floor.settle(*present("ann"))
        await asyncio.sleep(0.01)
        assert not ledger.kept
        ledger.keeps = True
        await floor.settle(call("c1"))
        async with asyncio.timeout(5):
            while not ledger.kept:
                await asyncio.sleep(0)


@pytest.mark.parametrize("away_s", [CONSOLES_BACK_WITHIN_S - 1, CONSOLES_BACK_WITHIN_S + 1])
async def test_consoles_that_were_open_count_after_a_short_absence_only(away_s: float) -> None:
    """Back within a minute, a caller is offered to who sat at a console before; after longer nobody is at work before their console says so."""
    ledger = MemoryLedger()
    async with running(make_floor(ledger)) as first:
        await first.settle(*present("ann"))
    again, wire = MemoryLedger(ledger), Wire()
    again.idle_s = away_s
    second = make_floor(again)
    second.add_channel(wire)
    async with running(second):
        ann = AgentId("ann")
        await second.settle(DeviceChanged(agent=ann, device=Device.REACHABLE, at=CLOCK.now()), call("c1"))
        assert second.centre.agents[ann].console is (away_s < CONSOLES_BACK_WITHIN_S)
        if away_s < CONSOLES_BACK_WITHIN_S:
            await wire.asked_for(1)
            return
        assert not wire.asked
        await second.settle(ConsoleChanged(agent=ann, present=True, at=CLOCK.now()))
        await wire.asked_for(1)


async def test_an_offer_runs_out_without_anyone_asking() -> None:
    """The floor wakes for the deadline by itself."""
    ledger, wire = MemoryLedger(), Wire(Medium.EMAIL)
    floor = make_floor(ledger, queue(ring_s=0.05))
    floor.add_channel(wire)
    async with running(floor):
        ended = asyncio.Event()
        end = floor.listen(lambda facts: ended.set() if "OfferEnded" in kinds(facts) else None)
        await floor.settle(*present("ann"), call("m1", Medium.EMAIL))
        async with asyncio.timeout(5):
            await ended.wait()
        end()
        assert kinds(await wire.asked_for(2)) == ["Offer", "Withdraw"]


async def test_a_floor_without_a_fresh_lease_waits_with_acting() -> None:
    """Facts are written, the channel is asked only after the renewal."""
    ledger, wire = MemoryLedger(), Wire()
    floor = make_floor(ledger)
    floor.add_channel(wire)
    async with running(floor):
        assert floor.alive
        ledger.fresh = False
        assert not floor.alive
        facts = await floor.settle(*present("ann"), call("c1"))
        assert isinstance(facts[-1], Offered)
        await asyncio.sleep(0.02)
        assert not wire.asked
        ledger.renew()
        assert len(await wire.asked_for(1)) == 1


async def test_a_floor_that_lost_its_lease_ends() -> None:
    """Two floors never decide: the elder ends when the younger took the lease."""
    ledger = MemoryLedger()
    elder = asyncio.create_task(make_floor(ledger).run())
    await asyncio.sleep(0.01)
    await MemoryLedger(ledger).take()
    with pytest.raises(ExceptionGroup) as caught:
        await elder
    assert caught.value.subgroup(LeaseLost)


async def test_new_rules_are_taken_in_a_turn() -> None:
    """`configure` reaches router and figures, and what it sets free is offered."""
    ledger, wire = MemoryLedger(), Wire()
    floor = make_floor(ledger, queue("other"))
    floor.add_channel(wire)
    async with running(floor):
        await floor.settle(*present("ann"), call("c1"))
        floor.configure([queue()], AGENTS)
        assert [one.agent for one in await wire.asked_for(1)] == ["ann"]


async def test_a_new_day_begins_at_zero() -> None:
    """The figures begin anew when the day does, also when nothing happens."""
    day = [1.0]
    ledger = MemoryLedger()
    floor = Floor(Router([queue()], AGENTS), ledger, CLOCK, Figures(0.0), day_of=lambda _: day[0])
    async with running(floor):
        await floor.settle(call("c1"))
        assert floor.figures.queue(QueueId("q")).offered == 1
        day[0] = CLOCK.now() + 1
        assert floor.figures.queue(QueueId("q")).offered == 0


async def test_a_clock_that_is_set_back_over_midnight_costs_no_figures() -> None:
    """A correction by seconds right after midnight does not begin yesterday, nor today a second time."""
    day = [2.0]
    floor = Floor(Router([queue()], AGENTS), MemoryLedger(), CLOCK, Figures(2.0), day_of=lambda _: day[0])
    async with running(floor):
        await floor.settle(call("c1"))
        for day[0] in (1.0, 2.0):
            assert floor.figures.queue(QueueId("q")).offered == 1


async def test_ten_thousand_events() -> None:
    """Ten thousand events in bursts: every fact durable once, and the centre is their fold."""
    ledger, wire = MemoryLedger(), Wire()
    floor = make_floor(ledger, queue(wrap_up_s=0.0))
    floor.add_channel(wire)
    told: list[Fact] = []
    floor.listen(told.extend)
    async with running(floor):
        await floor.settle(*present("ann", "bob"))
        for number in range(2500):
            floor.submit(call(f"c{number}"))
            floor.submit(Accepted(offer=OfferId(f"c{number}/1"), at=CLOCK.now()))
            floor.submit(CustomerLeft(interaction=InteractionId(f"c{number}"), at=CLOCK.now()))
            floor.submit(call(f"c{number}"))
            if number % 50 == 0:
                await asyncio.sleep(0)
        await floor.settle()
        centre = Centre(one.id for one in AGENTS)
        for fact in ledger.facts:
            centre.apply(fact)
        assert told == ledger.facts
        assert centre == floor.centre
        figures = floor.figures.queue(QueueId("q"))
        assert figures.offered == 2500
        assert figures.unanswered() == len(centre.interactions)
        assert ledger.appends < 2500
