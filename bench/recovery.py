"""What is left of 150 calls when something breaks: 100 talk, 50 wait, on a real Asterisk, with `trunkline run` as in production.

    python -m bench.recovery [--rounds 20] [--agents 100] [--waiting 50] [--faults kill,cut,dead,restart]

*kill*: SIGKILL of the server, which is started again. *cut*: its AMI connection ends. *dead*: its AMI connection passes nothing any more and nobody is told
(half-open). *restart*: Asterisk is killed and started again, which ends its calls; twenty new callers come. Three talks end just before a fault and three while
it lasts, so that offers are on their way in it and agents are freed that nobody sees.

`dropped`: customers in talk whom we hung up on (not counted for *restart*). `doubled`: rung for, in the books or connected twice. `stuck`: agents not free in the
end, channels, bridges, open interactions left. `reordered`: offers that overtook somebody. `unserved`: callers whom nobody talked to. `first_assignment_s`: the
longest time from the return (the server's process starts; the connection is cut; a new one is made; Asterisk has booted) until an agent's phone rings.
"""

import config.loop  # isort: skip - before anything of Twisted

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, fields
from pathlib import Path

from sqlalchemy import select

from bench import recovery_findings as find
from bench.frame import Row, machine, report
from bench.leftovers import settled
from bench.recovery_centre import NUMBER, Centre, centre
from bench.recovery_findings import Findings
from bench.ring_sipp import caller_scenario, rang, sipp
from bench.ring_waits import Rang
from crm_core.store import Connection
from crm_core.tables import interaction
from routing.core.facts import Connected, Enqueued, Fact
from tests.real.sipp import Sipp

KILL, CUT, DEAD, RESTART = "kill", "cut", "dead", "restart"
FAULTS = (KILL, CUT, DEAD, RESTART)
RATE = 20
"""Callers a second."""
ENDED = 3
"""Talks that end just before a fault, and as many while it lasts."""
NEWCOMERS = 20
PATIENCE_S = 90.0


async def until(what: str, holds: Callable[[], bool], *, within_s: float = PATIENCE_S) -> None:
    """Wait for it; says what did not come."""
    try:
        async with asyncio.timeout(within_s):
            while not holds():
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise TimeoutError(f"not within {within_s:g} s: {what}") from None


@dataclass(slots=True, kw_only=True)
class Bench:
    """Runs the rounds."""

    centre: Centre
    agents: int
    waiting: int
    number: int = 0
    ended: list[str] = field(default_factory=list)
    """The agents' legs that were ended on purpose in this round: Asterisk may not have told their phones yet."""

    async def round(self, fault: str) -> Findings:
        """Calls, a fault, and what came of it."""
        self.number += 1
        self.ended.clear()
        began, rung = time.time(), len(self._rings())
        async with AsyncExitStack() as stack:
            callers = await self._call(stack, self.agents + self.waiting)
            await self._there(began, callers)
            talking = [one.number for one in self._rings()[rung:]]
            await self._end_talks(ENDED)
            back, started = await self._break(fault)
            if fault == RESTART:
                await callers.stop()
                callers = await self._call(stack, NEWCOMERS)
                back = max(back, (await callers.see("INVITE"))[0].at)
            else:
                await until("phones ring", lambda: len(self._rings()) >= rung + self.agents + 2 * ENDED)
            gone = [event.detail for event in callers.events("BYE")]
            await self._drain(callers)
            stuck = await self._left()
        facts = await self.centre.facts(began)
        ring = find.first_ring(self._rings()[rung:], back)
        return self._findings(
            fault, facts, self._rings()[rung:], dropped=find.dropped(talking, gone, 2 * ENDED), stuck=stuck,
            books=await self._books(began), callers=[event.detail for event in callers.events("INVITE")], first_s=PATIENCE_S if ring is None else ring - back, started_s=started,
        )  # fmt: skip

    def _findings(
        self, fault: str, facts: list[Fact], rings: list[Rang], *, dropped: int, stuck: int, books: Counter[str], callers: list[str],
        first_s: float, started_s: float,
    ) -> Findings:  # fmt: skip
        ended_by_asterisk = fault == RESTART
        return Findings(
            dropped=0 if ended_by_asterisk else dropped,
            doubled=find.doubled(rings, books, facts),
            reordered=0 if ended_by_asterisk else find.reordered(facts),
            unserved=0 if ended_by_asterisk else find.unserved(callers, rings),
            stuck=stuck,
            first_assignment_s=first_s,
            started_s=started_s,
        )

    async def _call(self, stack: AsyncExitStack, calls: int) -> Sipp:
        self.number += 1
        host = f"127.0.0.1:{self.centre.lab.layout.sip_port}"
        options = [host, "-m", str(calls), "-r", str(RATE), "-l", str(calls)]
        scenario = caller_scenario(NUMBER, f"8869{self.number:03}00")
        folder = self.centre.folder / f"callers{self.number}"
        return await stack.enter_async_context(sipp(folder, scenario, options=options))

    async def _there(self, began: float, callers: Sipp) -> None:
        """Until all agents talk and the others wait."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                seen = Counter(type(fact) for fact in await self.centre.facts(began))
                if seen[Connected] >= self.agents and seen[Enqueued] >= self.agents + self.waiting:
                    return
                await asyncio.sleep(0.2)

    def _rings(self) -> list[Rang]:
        return rang(self.centre.phones.events("INVITE"))

    async def _end_talks(self, count: int | None = None) -> None:
        """The agents of some talks hang up (None: all who talk)."""
        talking = await self.centre.talking()
        chosen = [channel for channel in talking if count is None or channel not in self.ended][:count]
        self.ended += chosen
        await self.centre.hang_up(chosen)

    async def _break(self, fault: str) -> tuple[float, float]:
        """When it is whole again, and how long the server then took to answer."""
        if fault == KILL:
            await self.centre.server.kill()
            await self._end_talks(ENDED)
            back = time.time()
            await self.centre.server.start()
            return back, time.time() - back
        if fault == RESTART:
            await self.centre.lab.stop(kill=True)
            await self.centre.lab.start()
            return time.time(), 0.0
        broken = time.time()
        (self.centre.wire.cut if fault == CUT else self.centre.wire.go_dead)()
        await self._end_talks(ENDED)
        await until("a new AMI connection", lambda: self.centre.wire.connected_at > broken)
        return broken if fault == CUT else self.centre.wire.connected_at, 0.0

    async def _drain(self, callers: Sipp) -> None:
        """Everybody is served, and every talk ends."""
        async with asyncio.timeout(PATIENCE_S):
            over = asyncio.ensure_future(callers.ended(PATIENCE_S))
            while not over.done():
                await self._end_talks()
                await asyncio.wait([over], timeout=0.3)

    async def _left(self) -> int:
        """What is left when all are gone, after a while."""
        centre = self.centre
        return (await settled(centre.lab, centre.server.origin, centre.store, self.agents)).total()

    async def _books(self, began: float) -> Counter[str]:
        def unit(conn: Connection) -> list[str]:
            row = interaction.c
            return list(conn.execute(select(row.customer_address).where(row.enqueued_at >= began)).scalars())

        return Counter(await self.centre.store.read(unit))


async def run(options: argparse.Namespace) -> int:
    """Measure and print."""
    found: dict[str, list[Findings]] = {fault: [] for fault in options.faults.split(",")}
    with tempfile.TemporaryDirectory(prefix="trunkline-recovery-", dir=options.folder) as name:
        folder = Path(name)
        print(f"before: {machine(folder)}", flush=True)
        async with centre(folder, options.agents, options.log) as running:
            bench = Bench(centre=running, agents=options.agents, waiting=options.waiting)
            for number in range(options.rounds):
                for fault, findings in found.items():
                    findings.append(await bench.round(fault))
                    print(f"{fault}, round {number + 1} of {options.rounds}: {findings[-1]}", file=sys.stderr, flush=True)  # fmt: skip
        _print(found, folder)
    return 0


def _print(found: dict[str, list[Findings]], folder: Path) -> None:
    names = [one.name for one in fields(Findings)]
    print(f"\n| fault | rounds | {' | '.join(names)} |\n|---|{'---:|' * (len(names) + 1)}")
    for fault, findings in found.items():
        print(f"| {fault} | {len(findings)} | {' | '.join(_cell(findings, name) for name in names)} |")
    everything = [one for findings in found.values() for one in findings]
    figures = {
        name: (max if name.endswith("_s") else sum)(getattr(one, name) for one in everything)
        for name in names
    }
    rows = [
        Row(name=f"first assignment, {fault}", values=[one.first_assignment_s for one in findings], unit="s", digits=2)
        for fault, findings in found.items()
    ]  # fmt: skip
    report("recovery", rows, figures, folder)


def _cell(findings: list[Findings], name: str) -> str:
    values = [getattr(one, name) for one in findings]
    return f"{max(values):.2f}" if name.endswith("_s") else str(sum(values))


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--agents", type=int, default=100)
    options.add_argument("--waiting", type=int, default=50)
    options.add_argument("--faults", default=",".join(FAULTS))
    options.add_argument(
        "--folder", type=Path, default=None, help="where the database lies; its disk is measured"
    )
    options.add_argument("--log", type=Path, default=None, help="the server writes what it does here")
    sys.exit(config.loop.run(run(options.parse_args())))


if __name__ == "__main__":
    main()
