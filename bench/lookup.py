"""How long it takes to know a caller among ten million: number to parties, and arrival to pop.

    python -m bench.lookup [--db sqlite|postgresql] [--parties 10000000] [--keep] [--folder DIR] [--rounds 400] [--seconds 60]

Ten million generated parties with fifteen million contact points (`bench.customers`). With `--keep` the database stays in the
folder for the next run; its files are read once before anything is measured, so that the system's cache is as warm as it gets.

*lookup*: `recognition.by_phone` and `by_email` on a reading connection, for callers of each kind in turn, each beside *bare*: on
the same connection, by the same driver, one prepared SELECT of party (id, name) joined with contact_point by one equality on
the indexed normal form, which is given to it. Ours besides reads what the trunk gave, looks for national spellings and endings,
grades, leaves doubles out and sorts. Caller and bare caller are two of one kind, so that neither warms the other's pages.
`bare_ratio` is the median over all pairs.

*pop*: calls arrive at 20 a second (Poisson) over AGI, as Asterisk connects (`bench.lookup_calls`): from the connection to the
moment when the console's document says who it is, or that nobody is known.
"""

import argparse
import asyncio
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, bindparam, select

from bench.customer_database import fill
from bench.databases import database, size_of, warm
from bench.frame import Row, percentile, report
from bench.lookup_callers import MAIL, callers, is_right
from bench.lookup_calls import arrive
from crm_core import recognition
from crm_core.engines import reading_engine
from crm_core.prepared import Prepared
from crm_core.tables import contact_point, party

CALLS_A_SECOND = 20.0
BARE = Prepared(
    select(party.c.id, party.c.name)
    .join(contact_point, contact_point.c.party_id == party.c.id)
    .where(contact_point.c.normal == bindparam("normal"))
)


class Times:
    """Milliseconds by kind of caller."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self.ours: dict[str, list[float]] = {kind: [] for kind in kinds}
        self.bare: dict[str, list[float]] = {kind: [] for kind in kinds}
        self.wrong = 0

    def all(self) -> list[float]:
        return [value for values in self.ours.values() for value in values]

    def ratios(self) -> list[float]:
        return [
            ours / bare
            for kind in self.ours
            for ours, bare in zip(self.ours[kind], self.bare[kind], strict=True)
        ]


def look_up(url: str, count: int, rounds: int) -> Times:
    """All kinds in turn, one of each a round, so that what else the machine does meets all alike."""
    sources, draw = callers(count), random.Random(time.time_ns())
    times = Times(list(sources))
    engine = reading_engine(url)
    with engine.begin() as conn:
        for number in range(-rounds // 4, rounds):  # the first ones warm caches and statements
            for kind, source in sources.items():
                ours, right = _ours(conn, kind, source(draw))
                bare = _bare(conn, source(draw))
                if number >= 0:
                    times.ours[kind].append(ours)
                    times.bare[kind].append(bare)
                    times.wrong += not right
    engine.dispose()
    return times


def _ours(conn: Connection, kind: str, address: str) -> tuple[float, bool]:
    find = recognition.by_email if kind == MAIL else recognition.by_phone
    began = time.perf_counter()
    found = find(conn, address)
    return (time.perf_counter() - began) * 1000, is_right(kind, found)


def _bare(conn: Connection, normal: str) -> float:
    began = time.perf_counter()
    BARE.run(conn, {"normal": normal}).all()
    return (time.perf_counter() - began) * 1000


def rows(name: str, times: Mapping[str, Sequence[float]]) -> list[Row]:
    return [
        Row(
            name=f"{name}: {kind}",
            values=values,
            unit=f"ms, p95 {percentile(values, 0.95):.2f}, p99 {percentile(values, 0.99):.2f}, of {len(values)}",
            digits=3,
        )
        for kind, values in times.items()
        if values
    ]


def measure(db: str, count: int, rounds: int, seconds: float, keep: Path | None) -> None:
    with database(db, f"customers-{count}", lambda url: fill(url, count), keep=keep) as (
        url,
        folder,
        filled_s,
    ):
        if filled_s is not None:
            print(f"{count:,} parties filled in {filled_s:.0f} s", flush=True)
        warm(folder)
        print(f"{db}, {size_of(folder) / 1e9:.1f} GB, load average {os.getloadavg()[0]:.2f}", flush=True)
        times = look_up(url, count, rounds)
        arrivals = asyncio.run(arrive(url, count, CALLS_A_SECOND, seconds))
    everything, ratios = times.all(), times.ratios()
    shown = [
        *rows("lookup", times.ours | {"all": everything}),
        *rows("bare", times.bare),
        Row(name="lookup by bare", values=ratios, digits=2),
        *rows("pop", arrivals.took | {"all": arrivals.all()}),
    ]
    if times.wrong or arrivals.lost:
        print(f"{times.wrong} wrong answers, {arrivals.lost} calls without a pop", file=sys.stderr)
    figures = {
        "p95_ms": percentile(everything, 0.95),
        "bare_ratio": statistics.median(ratios),
        "pop_p95_ms": percentile(arrivals.all(), 0.95),
    }
    report("lookup", shown, figures, folder=keep)
    if times.wrong or arrivals.lost:
        sys.exit(1)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--db", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--parties", type=int, default=10_000_000)
    options.add_argument("--rounds", type=int, default=400)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--keep", action="store_true", help="use the folder's database, and leave it there")
    options.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "trunkline-bench")
    given = options.parse_args()
    keep = given.folder if given.keep else None
    measure(given.db, given.parties, given.rounds, given.seconds, keep)


if __name__ == "__main__":
    main()
