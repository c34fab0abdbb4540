"""Calls at a steady rate for an hour, everything switched on: is memory flat, and is anything left when they are over?

    python -m bench.soak [--minutes 60] [--rate 5] [--folder DIR]

SIPp customers call at random moments, in a queue that a team of seven serves, so that many wait a little; the other agents' consoles are open, too. One real
Asterisk, `trunkline run` as in production, on SQLite (FULL).

`grown_mb_per_h` is the slope of the server's memory (with its children) and `asterisk_mb_per_h` that of Asterisk's, by least squares over what was read
every ten seconds, without the first sixth, in which caches fill; `files` and `threads` is by how many more the server has at the end than after that
sixth. `left` counts channels, bridges, lanes, open interactions and agents who are not free, a while after the last call; `unheard` the callers who
reached no phone. `stood_still` counts what the server's log says of a disk or a loop that stood still for 0.25 s and more; what it says is shown. The waits are shown by sixths of the time: from a caller's INVITE to the first phone's (queueing is part of it), and from a phone's BYE
to its next INVITE while somebody waited.
"""

import config.loop  # isort: skip - before anything of Twisted

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.frame import Row, cpu_seconds, machine, percentile, report, resident_mb
from bench.leftovers import settled
from bench.ring import EVERYONE
from bench.ring_centre import OURS, Centre, Staff, centre, family
from bench.ring_sipp import caller_scenario, entered, freed, rang, sipp
from bench.ring_waits import Entered, first_rings, freed_waits
from crm_core.store import Store
from tests.real.sipp import Sipp

TEAM = 7
"""Their talks, a ring and the way in between are 5.8 agents at 5 calls a second: of those who come at random about half wait."""
SPREAD_S = 2.0
"""Enough for arrivals that are as good as at random (a Poisson process)."""
EVERY_S = 10.0
PARTS = 6
OVER_WITHIN_S = 120.0
"""Talks end within this after the last call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one look showed. `at` in seconds of the monotonic clock."""

    at: float
    server_mb: float
    asterisk_mb: float
    files: int
    threads: int


def look(running: Centre) -> Seen:
    """At the server with its children, and at Asterisk."""
    pids = family(running.server)
    return Seen(
        at=time.monotonic(),
        server_mb=sum(map(resident_mb, pids)),
        asterisk_mb=resident_mb(running.asterisk),
        files=sum(_entries(pid, "fd") for pid in pids),
        threads=sum(_entries(pid, "task") for pid in pids),
    )


def _entries(pid: int, folder: str) -> int:
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/{folder}").iterdir())
    except (FileNotFoundError, ProcessLookupError):  # a child that has ended
        return 0


def slope_per_h(points: Sequence[tuple[float, float]]) -> float:
    """By how much the second grows in an hour of the first (seconds), by least squares."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return 3600 * sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def later(seen: Sequence[Seen]) -> Sequence[Seen]:
    """Without the first sixth."""
    return seen[len(seen) // PARTS :]


def stood_still(log: str) -> Sequence[str]:
    """What a server's log says of that."""
    told = (line for line in log.splitlines() if line.split()[1:3] in (["store", "!"], ["loop", "!"]))
    return [line for line in told if " took " in line or "stood still" in line]


async def _watch(running: Centre, seen: list[Seen]) -> None:
    while True:
        seen.append(look(running))
        await asyncio.sleep(EVERY_S)


async def _call(running: Centre, minutes: float, rate: int) -> list[Entered]:
    """Place the calls; ends when the last is over."""
    calls = round(minutes * 60 * rate)
    host = f"127.0.0.1:{running.lab.layout.sip_port}"
    scenario = caller_scenario(running.staff.number(OURS, TEAM), "88690", spread_s=SPREAD_S)
    options = [host, "-m", str(calls), "-r", str(rate), "-l", str(rate * 60)]
    async with sipp(running.folder / "callers", scenario, options=options) as callers:
        if await callers.ended(within_s=minutes * 60 + OVER_WITHIN_S) != 0:
            print(f"a caller saw something odd: {callers.trouble()}", file=sys.stderr, flush=True)
        return entered(callers.events())


class Sixths:
    """Of the time from the first caller to the last."""

    def __init__(self, began: float, ended: float) -> None:
        self._began, self._lasted = began, max(ended - began, 1e-9)

    def of(self, at: float) -> int:
        """Which one, from 0; what comes after the last caller belongs to the last."""
        return min(PARTS - 1, max(0, int(PARTS * (at - self._began) / self._lasted)))


def course(callers: Sequence[Entered], phones: Sipp, seen: Sequence[Seen]) -> str:
    """Both waits, and the server's memory at the end, by sixths of the time, as Markdown."""
    rings, ends = rang(phones.events()), freed(phones.events())
    first = first_rings(rings)
    sixths = Sixths(callers[0].at, callers[-1].at)
    lines = [
        "| sixth | calls | rang first within, p50 ms | p99 ms | freed, p50 ms | p99 ms | memory at its end, MB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for number in range(PARTS):
        came = [one for one in callers if sixths.of(one.at) == number]
        rung = [first[one.number].at - one.at for one in came if one.number in first]
        again = freed_waits(callers, [one for one in rings if sixths.of(one.at) == number], ends)
        shown = (
            percentile(waits, share) * 1000 if waits else 0.0
            for waits in (rung, again)
            for share in (0.5, 0.99)
        )
        memory = seen[min(len(seen) * (number + 1) // PARTS, len(seen) - 1)].server_mb
        figures = " | ".join(f"{value:.1f}" for value in (*shown, memory))
        lines.append(f"| {number + 1} | {len(came)} | {figures} |")
    return "\n".join(lines)


async def run(options: argparse.Namespace) -> int:
    """Measure and print; the result is 1 when something is left."""
    seen: list[Seen] = []
    staff = Staff(everyone=EVERYONE, teams=(TEAM,))
    with tempfile.TemporaryDirectory(prefix="trunkline-soak-", dir=options.folder) as name:
        folder = Path(name)
        print(f"before: {machine(folder)}", flush=True)
        async with centre(folder, staff) as running:
            store = Store(f"sqlite:///{folder / 'trunkline.db'}")
            store.open()
            watching = asyncio.create_task(_watch(running, seen))
            cpu = _cpu(running)
            callers = await _call(running, options.minutes, options.rate)
            spent = [after - before for after, before in zip(_cpu(running), cpu, strict=True)]
            watching.cancel()
            left = await settled(running.lab, running.origin, store, EVERYONE)
            await store.close()
            print(f"\n{course(callers, running.phones, seen)}\n\nleft: {dict(left)}")
            still = stood_still((folder / "server.log").read_text(encoding="utf-8"))
            print("\n".join(still))
            reached = first_rings(rang(running.phones.events()))
        figures = {
            "calls": len(callers),
            "unheard": sum(one.number not in reached for one in callers),
            "left": left.total(),
            "stood_still": len(still),
            **growth(seen),
            "cpu_ms_per_call": spent[0] * 1000 / len(callers),
            "asterisk_cpu_ms_per_call": spent[1] * 1000 / len(callers),
        }
        report("soak", _rows(seen), figures, folder)
    return 1 if left.total() else 0


def _cpu(running: Centre) -> tuple[float, float]:
    return sum(map(cpu_seconds, family(running.server))), cpu_seconds(running.asterisk)


def growth(seen: Sequence[Seen]) -> dict[str, float]:
    """Of memory in an hour, and by how many more files and threads there are."""
    steady = later(seen)
    return {
        "grown_mb_per_h": slope_per_h([(one.at, one.server_mb) for one in steady]),
        "asterisk_mb_per_h": slope_per_h([(one.at, one.asterisk_mb) for one in steady]),
        "files": steady[-1].files - steady[0].files,
        "threads": steady[-1].threads - steady[0].threads,
    }


def _rows(seen: Sequence[Seen]) -> list[Row]:
    steady = later(seen)
    return [
        Row(name="the server's memory", values=[one.server_mb for one in seen], unit="MB"),
        Row(name="the same without the first sixth", values=[one.server_mb for one in steady], unit="MB"),
        Row(name="Asterisk's memory", values=[one.asterisk_mb for one in seen], unit="MB"),
        Row(name="the server's open files", values=[one.files for one in seen]),
        Row(name="the server's threads", values=[one.threads for one in seen]),
    ]


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--rate", type=int, default=5, help="calls a second")
    options.add_argument(
        "--folder", type=Path, default=None, help="where the database lies; its disk is written to"
    )
    sys.exit(config.loop.run(run(options.parse_args())))


if __name__ == "__main__":
    main()
