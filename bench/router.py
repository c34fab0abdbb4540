"""The router's index beside a scan of everything, over the same events: 1,000 agents, 40 skills with levels, relaxation, groups, five ways to choose;
calls, chats and letters at once with numbers, loads and queues that say differently what joins what.

    python -m bench.router [--waiting 10000] [--rounds 5]

Prints `router: scan_ratio= p99_us= p99_cpu_us= p99_middle_us= mismatches= bytes_per_item= more_waiting_ratio=`. A decision is one call of
`Router.decide` in which somebody was offered something, divided by the offers it made; `p99_cpu_us` is its processor time. Every round is lived
through three times, decision by decision the same: `p99_middle_us` takes the middle time of each decision, so that what interrupts one of a hundred
(the machine, not the decision) is left out. `more_waiting_ratio` is the median with ten times as many waiting.
"""

import routing.compiled  # isort: skip - before anything of the router

import argparse
import gc
import random
import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.frame import Row, machine, percentile, ratios, table
from routing.core.decisions import Offer
from routing.core.events import (
    Accepted,
    Arrived,
    ConsoleChanged,
    DeviceChanged,
    Event,
    StatusChosen,
    WorkEnded,
    WrapUpEnded,
)
from routing.core.facts import Fact
from routing.core.model import (
    AgentId,
    AgentRule,
    By,
    Choice,
    Device,
    GroupId,
    InteractionId,
    Medium,
    OfferId,
    Phase,
    QueueId,
    QueueRule,
    Room,
    Status,
    Step,
)
from routing.core.router import Router
from routing.core.words import Need
from tests.routing.scan import ScanningRouter

AGENTS, QUEUES, SKILLS, GROUPS = 1000, 120, 40, 5
LETTERS, CHATS = 0.25, 0.2
EVENTS, SCANNED = 20_000, 20
"""So many events in a round for the index, so many of them for the scan too."""


ROOMS: Sequence[frozenset[Room]] = (
    frozenset(),
    frozenset({Room(medium=Medium.EMAIL, load=20, beside=frozenset({Medium.EMAIL, Medium.VOICE}))}),
    frozenset(
        {
            Room(
                medium=Medium.VOICE,
                load=60,
                beside=frozenset({Medium.CHAT}),
                pauses=frozenset({Medium.EMAIL}),
            ),
            Room(medium=Medium.CHAT, load=40, beside=frozenset({Medium.CHAT, Medium.VOICE, Medium.EMAIL})),
        }
    ),
    frozenset({Room(medium=Medium.CHAT, load=30, beside=frozenset({Medium.CHAT}))}),
)
"""What queues say in turn of what joins what, and of how much it takes."""


def queue(number: int, chance: random.Random) -> QueueRule:
    """One that asks for one or two skills and gives up some of it after one to ten minutes."""
    needs = {f"s{chance.randrange(SKILLS)}": chance.randint(1, 7) for _ in range(chance.randint(1, 2))}
    lower = frozenset(Need(skill=skill, level=max(1, level - 3)) for skill, level in needs.items())
    last = list(needs)[-1]
    steps = (
        Step(after_s=chance.uniform(60, 200), lower=lower, anybody=True),
        Step(after_s=chance.uniform(300, 600), drop=frozenset({last})),
    )
    return QueueRule(
        id=QueueId(f"q{number}"),
        needs=frozenset(Need(skill=skill, level=level) for skill, level in needs.items()),
        groups=frozenset({GroupId(f"g{number % GROUPS}")}) if number % 3 == 0 else frozenset(),
        relaxation=steps,
        choice=list(Choice)[number % len(Choice)],
        priority_points=chance.choice([0, 0, 0, 30, 120]),
        wrap_up_s=20.0 if number % 2 else 0.0,
        rooms=ROOMS[number % len(ROOMS)],
    )


def agent(number: int, chance: random.Random) -> AgentRule:
    """One with three to eight skills."""
    skills = {f"s{chance.randrange(SKILLS)}": chance.randint(1, 10) for _ in range(chance.randint(3, 8))}
    return AgentRule(
        id=AgentId(f"a{number}"),
        skills=frozenset(Need(skill=skill, level=level) for skill, level in skills.items()),
        groups=frozenset({GroupId(f"g{number % GROUPS}")}),
        letters_at_once=1 + number % 3,
        chats_at_once=1 + number % 4,
        load_at_most=60 if number % 10 == 0 else 100,
    )


@dataclass
class World:
    """Events that keep a centre full: whoever ends is followed by whoever arrives."""

    chance: random.Random
    now: float = 1_800_000_000.0
    arrived: int = 0
    ringing: list[OfferId] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)

    def begin(self) -> list[Event]:
        """Everybody comes to work."""
        self.now += 1
        told: list[Event] = []
        for number in range(AGENTS):
            who = AgentId(f"a{number}")
            told += [
                ConsoleChanged(agent=who, present=True, at=self.now),
                DeviceChanged(agent=who, device=Device.REACHABLE, at=self.now),
                StatusChosen(agent=who, status=Status.READY, at=self.now + number / AGENTS),
            ]
        return told

    def arrival(self, age_s: float = 0.0) -> Arrived:
        """A customer; one in ten asks for something of their own, one in twenty would rather have somebody."""
        self.arrived += 1
        own, wish = self.chance.random(), self.chance.random()
        return Arrived(
            interaction=InteractionId(f"i{self.arrived}"),
            medium=self.medium(),
            queue=QueueId(f"q{self.chance.randrange(QUEUES)}"),
            enqueued_at=self.now - age_s,
            at=self.now,
            needs=frozenset({Need(skill=f"s{int(own * 100)}", level=2)}) if own < 0.1 else frozenset(),
            preferred=AgentId(f"a{self.chance.randrange(AGENTS)}") if wish < 0.05 else None,
            preferred_wait_s=30.0,
        )

    def medium(self) -> Medium:
        """Most call."""
        drawn = self.chance.random()
        if drawn < LETTERS:
            return Medium.EMAIL
        return Medium.CHAT if drawn < LETTERS + CHATS else Medium.VOICE

    def next(self, router: Router) -> Event:
        """What happens next: whoever rings answers, then work ends and new work comes in turns."""
        self.now += 0.02
        if self.ringing:
            return Accepted(offer=self.ringing.pop(), at=self.now)
        who = router.centre.agents[AgentId(f"a{self.chance.randrange(AGENTS)}")]
        if not who.holds or self.chance.random() < 0.5:
            return self.arrival()
        work = router.centre.interactions[self.chance.choice(who.holds)]
        if work.phase is Phase.CONNECTED:
            return WorkEnded(interaction=work.id, by=By.CUSTOMER, at=self.now)
        return WrapUpEnded(interaction=work.id, agent=who.id, disposition="solved", at=self.now)


def filled(router: Router, world: World, waiting: int) -> None:
    """More come than can be served, of every age up to fifteen minutes, until so many wait."""
    while (missing := waiting - waits(router)) > 0:
        settle(router, world, [world.arrival(world.chance.uniform(0, 900)) for _ in range(min(missing, 100))])


def waits(router: Router) -> int:
    """How many wait."""
    return sum(work.phase is Phase.WAITING for work in router.centre.interactions.values())


def settle(router: Router, world: World, told: Iterable[Event]) -> None:
    """Tell the events, and have everybody answer what they are offered."""
    turn = router.decide(list(told), world.now)
    world.facts += turn.facts
    while offers := [one for one in turn.decisions if isinstance(one, Offer)]:
        turn = router.decide([Accepted(offer=one.offer, at=world.now) for one in offers], world.now)
        world.facts += turn.facts


def calls(router: Router, world: World) -> Iterator[tuple[list[Event], float]]:
    """What the floor calls the router with: nothing at each deadline on the way, then what happens next."""
    event = world.next(router)
    while (at := router.next_deadline()) is not None and at <= world.now:
        yield [], at
    yield [event], world.now


def resident_bytes() -> int:
    """What this process holds in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096


@dataclass
class Measured:
    """One round."""

    index_us: list[float]
    cpu_us: list[float]
    scan_us: list[float]
    both_us: list[float]
    mismatches: int


def measure(waiting: int, seed: int, scanned: int) -> tuple[Measured, float]:
    """A round from an empty centre, of which the scan too sees the first `scanned` events; and the bytes an interaction takes that waits."""
    chance = random.Random(seed)
    rules = [queue(number, chance) for number in range(QUEUES)], [agent(n, chance) for n in range(AGENTS)]
    router, world = Router(*rules), World(random.Random(seed))
    settle(router, world, world.begin())
    filled(router, world, 1000)
    gc.collect()
    before = resident_bytes()
    filled(router, world, waiting)
    each = (resident_bytes() - before) / max(1, waiting - 1000)
    scanning = None
    if scanned:
        scanning = ScanningRouter(*rules)
        scanning.restore(world.facts)
    found = Measured([], [], [], [], 0)
    gc.disable()
    for number in range(EVENTS):
        for told, at in calls(router, world):
            began_cpu = time.thread_time_ns()  # asks the kernel: outside of the other measure
            began = time.perf_counter_ns()
            turn = router.decide(told, at)
            took = (time.perf_counter_ns() - began) / 1000
            worked = (time.thread_time_ns() - began_cpu) / 1000
            offers = [one.offer for one in turn.decisions if isinstance(one, Offer)]
            world.ringing += offers
            if offers:
                found.index_us.append(took / len(offers))
                found.cpu_us.append(worked / len(offers))
            if scanning is not None and number < scanned:
                began = time.perf_counter_ns()
                same = scanning.decide(told, at)
                scan_took = (time.perf_counter_ns() - began) / 1000
                found.mismatches += same != turn
                if offers:
                    found.scan_us.append(scan_took / len(offers))
                    found.both_us.append(took / len(offers))
    gc.enable()
    return found, each


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--waiting", type=int, default=10_000)
    options.add_argument("--rounds", type=int, default=5)
    chosen = options.parse_args()
    rounds = [measure(chosen.waiting, seed, SCANNED) for seed in range(chosen.rounds)]
    again = [
        [measure(chosen.waiting, seed, 0)[0].index_us for _ in range(2)] for seed in range(chosen.rounds)
    ]
    many, _ = measure(chosen.waiting * 10, 0, 0)
    index = [statistics.median(one.both_us) for one, _ in rounds]
    scan = [statistics.median(one.scan_us) for one, _ in rounds]
    p50 = [statistics.median(one.index_us) for one, _ in rounds]
    p99 = [percentile(one.index_us, 0.99) for one, _ in rounds]
    middle = [
        percentile([statistics.median(each) for each in zip(one.index_us, *others, strict=True)], 0.99)
        for (one, _), others in zip(rounds, again, strict=True)
    ]
    cpu_p50 = [statistics.median(one.cpu_us) for one, _ in rounds]
    cpu_p99 = [percentile(one.cpu_us, 0.99) for one, _ in rounds]
    bytes_each = rounds[0][1]  # later rounds use again what the first has freed
    more = statistics.median(many.cpu_us) / cpu_p50[0]
    scan_ratio = ratios("scan : index", scan, index)
    print(
        table(
            [
                Row(name="index, the same events", values=index, unit="µs", digits=1),
                Row(name="scan, the same events", values=scan, unit="µs"),
                scan_ratio,
                Row(name="index p50", values=p50, unit="µs", digits=1),
                Row(name="index p99", values=p99, unit="µs", digits=1),
                Row(name="index p99, the middle of three", values=middle, unit="µs", digits=1),
                Row(name="index p50, processor time", values=cpu_p50, unit="µs", digits=1),
                Row(name="index p99, processor time", values=cpu_p99, unit="µs", digits=1),
                Row(name="memory of one that waits", values=[bytes_each], unit="bytes"),
                Row(name="index p50 with ten times as many : now", values=[more], digits=2),
            ]
        )
    )
    print(f"\n{machine()}; the core is {'compiled' if routing.compiled.USED else 'interpreted'}\n")
    print(
        f"router: scan_ratio={scan_ratio.median:.0f} p99_us={statistics.median(p99):.1f}"
        f" p99_cpu_us={statistics.median(cpu_p99):.1f} p99_middle_us={statistics.median(middle):.1f}"
        f" mismatches={sum(one.mismatches for one, _ in rounds)} bytes_per_item={bytes_each:.0f}"
        f" more_waiting_ratio={more:.2f}"
    )


if __name__ == "__main__":
    main()
