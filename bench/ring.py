"""How fast a phone rings: Trunkline beside Asterisk's own app_queue, on the same Asterisk in the same call.

    python -m bench.ring [--rates 1,5,10,20] [--rounds 2] [--share 1.0] [--profile FILE]

Two waits, by SIPp's clocks: *free*: a caller's INVITE leaves -> an agent's phone gets its INVITE, while agents are
free; *freed*: an agent's phone sends its BYE -> it gets its next INVITE, while callers wait. Trunkline runs as in
production, on SQLite (FULL), with every agent's console open; app_queue has phones of its own, set up alike
(leastrecent, autofill, no wrap-up, retry 1). The sides alternate.

`cpu_ms_per_call` is what the server and its children used for the calls of a rate, by call, less what they use in the
same time without calls (consoles' beats, the link's pings, the lease), which is printed below the table. The last line
has the worst rate of each figure.
"""

import config.loop  # isort: skip - before anything of Twisted

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.frame import Row, cpu_seconds, machine, percentile, report
from bench.ring_centre import (
    EVERYBODY,
    OURS,
    RING_S,
    TALK_S,
    THEIRS,
    Centre,
    Staff,
    centre,
    family,
)
from bench.ring_sipp import caller_scenario, entered, freed, rang, sipp
from bench.ring_waits import Entered, entry_waits, freed_waits

FREE, FREED = "free", "freed"
SIDES = (OURS, THEIRS)
EVERYONE = 36
"""At 20 calls of 1.1 s a second 22 talk."""
IDLE_S = 5.0
"""For so long the server is watched without calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What one rate asks of both sides: calls a round and, while callers wait, how many agents serve them."""

    rate: int
    calls: Mapping[str, int]
    team: int
    rounds: int


@dataclass(slots=True, kw_only=True)
class Measured:
    """One part at one rate of one side, all rounds together."""

    rate: int
    part: str
    side: str
    waits_ms: list[float] = field(default_factory=list)
    calls: int = 0
    unheard: int = 0
    took_s: float = 0.0
    server_cpu_s: float = 0.0
    asterisk_cpu_s: float = 0.0
    load: float = 0.0

    def at(self, share: float) -> float:
        """A percentile in milliseconds."""
        return percentile(self.waits_ms, share)

    def cpu_ms(self, idle: float) -> float:
        """The server's CPU by call; `idle` is its share of a core without calls."""
        return (self.server_cpu_s - idle * self.took_s) * 1000 / self.calls


def load_at(rate: int, rounds: int, share: float) -> Load:
    """200 calls and more for *free*, and seven seconds of callers, of whom a team can serve 0.8, for *freed*."""
    if rate == 1:
        return Load(rate=1, calls={FREE: round(60 * share), FREED: round(20 * share)}, team=1, rounds=1)
    calls = {FREE: max(200, rate * 12), FREED: rate * 7}
    split = {part: max(2, round(count * share / rounds)) for part, count in calls.items()}
    return Load(rate=rate, calls=split, team=round(rate * 0.8 * (RING_S + TALK_S)), rounds=rounds)


class Bench:
    """Runs the calls and keeps what was measured."""

    def __init__(self, running: Centre) -> None:
        self._centre = running
        self._runs = 0
        self.idle = 0.0
        self.results: dict[tuple[int, str, str], Measured] = {}

    async def rest(self) -> None:
        """Watch the server without calls."""
        cpu, began = self.cpu()[0], time.monotonic()
        await asyncio.sleep(IDLE_S)
        self.idle = (self.cpu()[0] - cpu) / (time.monotonic() - began)

    async def measure(self, load: Load) -> None:
        """Both parts of one rate, all rounds."""
        for number in range(load.rounds):
            order = SIDES if number % 2 == 0 else SIDES[::-1]
            for part in (FREE, FREED):
                for side in order:
                    await self._run(load, part, side)
            print(f"{load.rate} calls/s: round {number + 1} of {load.rounds}", file=sys.stderr, flush=True)

    async def _run(self, load: Load, part: str, side: str) -> None:
        self._runs += 1
        result = self.results.setdefault(
            (load.rate, part, side), Measured(rate=load.rate, part=part, side=side)
        )
        team = EVERYBODY if part == FREE else load.team
        (server, asterisk), began = self.cpu(), time.monotonic()
        callers = await self._call(
            self._centre.staff.number(side, team), rate=load.rate, calls=load.calls[part]
        )
        await asyncio.sleep(0.3)  # the last wrap-up
        server_after, asterisk_after = self.cpu()
        result.server_cpu_s += server_after - server
        result.asterisk_cpu_s += asterisk_after - asterisk
        result.took_s += time.monotonic() - began
        result.load = max(result.load, os.getloadavg()[0])
        self._note(result, callers)

    def cpu(self) -> tuple[float, float]:
        """Seconds that the server with its children, and Asterisk, have used so far."""
        return sum(map(cpu_seconds, family(self._centre.server))), cpu_seconds(self._centre.asterisk)

    async def _call(self, number: str, *, rate: int, calls: int) -> list[Entered]:
        """Place the calls and wait until the last is over."""
        prefix = f"8869{self._runs:02}00"
        folder = self._centre.folder / f"callers{self._runs}"
        host = f"127.0.0.1:{self._centre.lab.layout.sip_port}"
        options = [host, "-m", str(calls), "-r", str(rate), "-l", str(calls)]
        async with sipp(folder, caller_scenario(number, prefix), options=options) as running:
            if await running.ended(within_s=120) != 0:
                print(f"a caller saw something odd: {running.trouble()}", file=sys.stderr, flush=True)
            return entered(running.events())

    def _note(self, result: Measured, callers: Sequence[Entered]) -> None:
        events = self._centre.phones.events()
        rings = rang(events)
        to_free = entry_waits(callers, rings)
        waits = to_free if result.part == FREE else freed_waits(callers, rings, freed(events))
        result.calls += len(callers)
        result.unheard += len(callers) - len(to_free)
        result.waits_ms += [wait * 1000 for wait in waits]


def waits_table(results: Sequence[Measured], idle: float) -> str:
    """Every part, rate and side as Markdown."""
    lines = [
        "| wait | calls/s | | waits | p50 ms | p99 ms | min ms | max ms | server CPU ms/call | Asterisk CPU ms/call | load |",
        "|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for one in results:
        waits = " | ".join(f"{value:.1f}" for value in (one.at(0.5), one.at(0.99), one.at(0), one.at(1)))
        cpu = f"{one.cpu_ms(idle):.1f}" if one.side == OURS else ""
        asterisk = f"{one.asterisk_cpu_s * 1000 / one.calls:.1f}"
        lines.append(
            f"| {one.part} | {one.rate} | {one.side} | {len(one.waits_ms)} | {waits} | {cpu} | {asterisk} | {one.load:.2f} |"
        )
    return "\n".join(lines)


def ratio_rows(results: Mapping[tuple[int, str, str], Measured]) -> list[Row]:
    """Ours by theirs, one value for each rate."""
    rates = sorted({rate for rate, _, _ in results})
    return [
        Row(
            name=f"{part}, p{share * 100:.0f}, Trunkline by app_queue",
            values=[
                results[rate, part, OURS].at(share) / results[rate, part, THEIRS].at(share) for rate in rates
            ],
            digits=3,
        )
        for part in (FREE, FREED)
        for share in (0.5, 0.99)
    ]


def figures(results: Mapping[tuple[int, str, str], Measured], idle: float) -> dict[str, float]:
    """The worst rate of ours for each; the ratio at the rate at which ours is worst."""
    ours = {
        part: [one for one in results.values() if (one.part, one.side) == (part, OURS)]
        for part in (FREE, FREED)
    }
    worst = max(ours[FREED], key=lambda one: one.at(0.99))
    return {
        "free_p50_ms": max(one.at(0.5) for one in ours[FREE]),
        "free_p99_ms": max(one.at(0.99) for one in ours[FREE]),
        "freed_p99_ms": worst.at(0.99),
        "freed_ratio": worst.at(0.99) / results[worst.rate, FREED, THEIRS].at(0.99),
        "cpu_ms_per_call": max(one.cpu_ms(idle) for part in ours.values() for one in part),
    }


async def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    began = time.monotonic()
    loads = [load_at(int(rate), options.rounds, options.share) for rate in options.rates.split(",")]
    staff = Staff(everyone=EVERYONE, teams=tuple(sorted({load.team for load in loads})))
    with tempfile.TemporaryDirectory(prefix="trunkline-ring-", dir=options.folder) as name:
        folder = Path(name)
        print(f"before: {machine(folder)}", flush=True)
        async with centre(folder, staff, profile=options.profile) as running:
            bench = Bench(running)
            await bench.rest()
            for load in loads:
                await bench.measure(load)
        _print(bench, folder)
        print(f"{time.monotonic() - began:.0f} s in all", file=sys.stderr)
    return 0


def _print(bench: Bench, folder: Path) -> None:
    print(f"\n{waits_table(list(bench.results.values()), bench.idle)}\n")
    print(
        f"without calls the server uses {bench.idle * 1000:.0f} ms of CPU a second; {EVERYONE} consoles are open"
    )
    unheard = sum(one.unheard for one in bench.results.values())
    if unheard:
        print(f"{unheard} callers reached no phone")
    report("ring", ratio_rows(bench.results), figures(bench.results, bench.idle), folder)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rates", default="1,5,10,20", help="calls a second")
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--share", type=float, default=1.0, help="this part of the calls, for a quick look")
    options.add_argument(
        "--folder", type=Path, default=None, help="where the database lies; its disk is measured"
    )
    options.add_argument(
        "--profile", type=Path, default=None, help="write the server's cProfile statistics here"
    )
    sys.exit(config.loop.run(run(options.parse_args())))


if __name__ == "__main__":
    main()
