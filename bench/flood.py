"""Ten thousand calls from one number: what becomes of them, and of the others who call meanwhile.

    python -m bench.flood [--calls 10000] [--rate 40] [--folder DIR]

One real Asterisk and `trunkline run` with `[guard] flood_calls` as it is shipped. One number calls and calls; others call at random, one a second,
from before the flood until after it, in the same queue.

`held_back` heard that it is busy, `taken` were talked to, `lost` neither; `told` is how often supervisors were told (once). `unheard` counts the
others whom no phone rang for, `others_p50_ms` and `others_p99_ms` are from their INVITE to the phone's, without those who came while the queue was full
of what was taken before the flood was known as one; the row beside it has those. `left` as in `bench.soak`, `grown_mb` is by how much the server has
more memory afterwards.
"""

import config.loop  # isort: skip - before anything of Twisted

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select

from bench.frame import Row, machine, percentile, report, resident_mb
from bench.leftovers import settled
from bench.ring import EVERYONE
from bench.ring_centre import EVERYBODY, OURS, Centre, Staff, centre, family
from bench.ring_sipp import caller_scenario, entered, flood_scenario, rang, sipp
from bench.ring_waits import Entered, Rang, entry_waits
from config.settings import Guard
from crm_core.store import Connection, Store
from crm_core.tables import audit_event
from tests.real.sipp import Sipp

FLOODER = "886955000111"
BEFORE_S = 10.0
SPREAD_S = 2.0
FULL_S = 30.0
"""So long after the flood has begun others may wait behind what was taken of it."""
PATIENCE_S = 120.0


async def run(options: argparse.Namespace) -> int:
    """Measure and print; the result is 1 when somebody was lost or something is left."""
    with tempfile.TemporaryDirectory(prefix="trunkline-flood-", dir=options.folder) as name:
        folder = Path(name)
        print(f"before: {machine(folder)}", flush=True)
        staff = Staff(everyone=EVERYONE, teams=())
        async with centre(folder, staff, flood_calls=Guard().flood_calls) as running:
            store = Store(f"sqlite:///{folder / 'trunkline.db'}")
            store.open()
            before = _memory(running)
            begun, flood, others = await _call(running, options.calls, options.rate)
            left = await settled(running.lab, running.origin, store, EVERYONE)
            grown = _memory(running) - before
            told = await store.read(_told)
            await store.close()
            print(f"left: {dict(left)}")
            rings = rang(running.phones.events())
        figures = course(flood, others, rings, begun) | {
            "told": told,
            "left": left.total(),
            "grown_mb": grown,
        }
        report("flood", _rows(others, rings, begun), figures, folder)
    return 1 if figures["lost"] or figures["unheard"] or left.total() else 0


async def _call(running: Centre, calls: int, rate: int) -> tuple[float, Sequence[str], list[Entered]]:
    """When the flood began, what each of its calls heard last, and the others."""
    number = running.staff.number(OURS, EVERYBODY)
    host = f"127.0.0.1:{running.lab.layout.sip_port}"
    lasts = calls / rate
    many = round(lasts + 3 * BEFORE_S)
    scenario = caller_scenario(number, "88690", spread_s=SPREAD_S)
    async with sipp(
        running.folder / "others", scenario, options=[host, "-m", str(many), "-r", "1"]
    ) as others:
        await asyncio.sleep(BEFORE_S)
        options = [host, "-m", str(calls), "-r", str(rate), "-l", str(10 * rate)]
        async with sipp(running.folder / "flood", flood_scenario(number, FLOODER), options=options) as flood:
            await _over(flood, lasts)
            await _over(others, lasts)
            first = flood.events("INVITE")[0].at
            return first, [event.word for event in flood.events()], entered(others.events())


async def _over(callers: Sipp, within_s: float) -> None:
    if await callers.ended(within_s=within_s + PATIENCE_S) != 0:
        print(f"a caller saw something odd: {callers.trouble()}", file=sys.stderr, flush=True)


def course(
    flood: Sequence[str], others: Sequence[Entered], rings: Sequence[Rang], begun: float
) -> dict[str, float]:
    """What became of all."""
    words = {word: sum(1 for each in flood if each == word) for word in ("INVITE", "BUSY", "BYE")}
    reached = {ring.number for ring in rings}
    waits = [wait * 1000 for wait in entry_waits(_calm(others, begun), rings)]
    return {
        "calls": words["INVITE"],
        "held_back": words["BUSY"],
        "taken": words["BYE"],
        "lost": words["INVITE"] - words["BUSY"] - words["BYE"],
        "others": len(others),
        "unheard": sum(1 for one in others if one.number not in reached),
        "others_p50_ms": percentile(waits, 0.5) if waits else 0.0,
        "others_p99_ms": percentile(waits, 0.99) if waits else 0.0,
    }


def _calm(others: Sequence[Entered], begun: float) -> list[Entered]:
    return [one for one in others if not begun <= one.at < begun + FULL_S]


def _rows(others: Sequence[Entered], rings: Sequence[Rang], begun: float) -> list[Row]:
    calm = _calm(others, begun)
    behind = [one for one in others if one not in calm]
    found = {
        "others before and while it is held back": entry_waits(calm, rings),
        "others behind what was taken of it": entry_waits(behind, rings),
    }
    return [
        Row(name=name, values=[wait * 1000 for wait in waits], unit="ms", digits=1)
        for name, waits in found.items()
        if waits
    ]


def _told(conn: Connection) -> int:
    is_flood = audit_event.c.action == "flood"
    return int(conn.execute(select(func.count()).select_from(audit_event).where(is_flood)).scalar_one())


def _memory(running: Centre) -> float:
    return sum(map(resident_mb, family(running.server)))


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--calls", type=int, default=10_000)
    options.add_argument("--rate", type=int, default=40, help="calls a second of the one number")
    options.add_argument(
        "--folder", type=Path, default=None, help="where the database lies; its disk is written to"
    )
    sys.exit(config.loop.run(run(options.parse_args())))


if __name__ == "__main__":
    main()
