"""Import of a million parties and its undo, as the server does it: reading process, one writer, search indexed behind.

    python -m bench.imports [--parties 1000000] [--db sqlite|postgresql]

Prints `imports: rows_per_s= minutes= peak_mb= undo_minutes=` and how long a call's fact had to wait meanwhile.
"""

import config.loop  # isort: skip - installs the reactor before anything of Twisted

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from bench.frame import cpu_seconds, machine, percentile, resident_mb
from config.clock import SystemClock
from crm_core import schema
from crm_core.records.change import system
from crm_core.store import Store
from crm_core.tables import contact_point, import_row, inserting, party, search_document
from crm_core.tables.desk import counter
from crm_core.transfer import batches
from crm_core.transfer.batches import Batch
from crm_core.transfer.guess import guess
from crm_core.transfer.indexing import ImportIndexing
from crm_core.transfer.plan import Plan, entity_of, targets
from crm_core.transfer.questions import Look
from crm_core.transfer.reading import look
from crm_core.transfer.running import Importer
from crm_core.transfer.turns import Turns
from trunkline.app import GIL_SWITCH_S
from trunkline.generated import write_customers

_MINUTE_S, _CALLS_S = 60.0, 10.0


@dataclass(slots=True)
class Watch:
    """How much memory we and our children hold, and how long a small unit waits for the writer."""

    peak_mb: float = 0.0
    cpu_s: dict[int, float] = field(default_factory=dict)
    waits_ms: list[float] = field(default_factory=list)

    async def memory(self) -> None:
        while True:
            family = _family()
            self.peak_mb = max(self.peak_mb, sum(resident_mb(pid) for pid in family))
            with suppress(OSError):  # one has just ended
                self.cpu_s |= {pid: cpu_seconds(pid) for pid in family}
            await asyncio.sleep(0.5)

    async def calls(self, store: Store) -> None:
        """Twenty small units a second, as calls write them, for ten seconds of every minute: an import takes more where nobody calls."""
        while True:
            if time.monotonic() % _MINUTE_S > _CALLS_S:
                await asyncio.sleep(0.05)
                continue
            began = time.perf_counter()
            await store.write(
                lambda conn: conn.execute(
                    inserting(conn, counter).values(name="bench", value=1).on_conflict_do_nothing()
                )
            )
            self.waits_ms.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(0.05)


def _family() -> list[int]:
    own = os.getpid()
    children = Path(f"/proc/{own}/task/{own}/children").read_text(encoding="ascii").split()
    return [own, *map(int, children)]


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'trunkline.db'}"
        return
    from tests.contracts.databases import running_postgres  # noqa: PLC0415 - only for PostgreSQL

    place = Path(tempfile.mkdtemp(prefix="tl-pg-"))
    with running_postgres(place) as server:
        yield server.empty()
    shutil.rmtree(place, ignore_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """What works on imports, as the server has it."""

    store: Store
    folder: Path
    importer: Importer
    indexing: ImportIndexing


async def measure(url: str, folder: Path, count: int) -> None:
    schema.upgrade(url)
    sys.setswitchinterval(GIL_SWITCH_S)
    store, watch = Store(url), Watch()
    turns = Turns(store)
    store.open()
    centre = Centre(
        store=store,
        folder=folder,
        importer=Importer(
            store, folder, SystemClock(), zone="Asia/Taipei", changed=lambda _: None, turns=turns
        ),
        indexing=ImportIndexing(store, url, lambda _: None, turns),
    )
    watching = [asyncio.create_task(watch.memory()), asyncio.create_task(watch.calls(store))]
    try:
        batch = await _upload(centre, count)
        searchable_s = await _import(centre, batch)
        _tell_cpu(watch, count)
        _tell_waits("import", watch)
        undo_s = await _undo(centre, batch)
        _tell_waits("undo", watch)
    finally:
        for task in watching:
            task.cancel()
        await centre.indexing.finish()
        await store.close()
    print(f"\n{machine(folder)}\n")
    print(
        f"imports: rows_per_s={count / searchable_s:.0f} minutes={searchable_s / 60:.2f}"
        f" peak_mb={watch.peak_mb:.0f} undo_minutes={undo_s / 60:.2f}",
        flush=True,
    )


async def _upload(centre: Centre, count: int) -> Batch:
    """A draft with its plan, as the wizard makes it."""
    source, acting = centre.folder / "customers.csv", system(time.time())
    write_customers(source, count)
    seen = await look(Look(path=source))
    offered = await centre.store.read(lambda conn: targets(conn, acting.reader, entity_of("party")))
    plan = Plan(entity="party", columns=tuple(guess(seen.headings, offered)))
    draft = await centre.store.write(
        lambda conn: batches.add(
            conn, acting, entity="party", file_name=source.name, layout=seen.layout, rows=seen.rows
        )
    )
    source.rename(centre.folder / draft.id)
    return await centre.store.write(lambda conn: batches.start(conn, acting, draft.id, plan, dry_run=False))


async def _import(centre: Centre, batch: Batch) -> float:
    """The seconds until everything is there and found."""
    began = time.monotonic()
    importing = asyncio.create_task(centre.importer.work())
    while not importing.done():
        await asyncio.sleep(1)
        await centre.indexing.work()
    await importing
    imported_s = time.monotonic() - began
    await centre.indexing.work()
    searchable_s = time.monotonic() - began
    state = await centre.store.read(lambda conn: batches.by_seq(conn, batch.seq))
    print(f"{state.state}: {state.created} created, {state.failed} failed; {await _counts(centre.store)}")
    print(f"imported after {imported_s:.0f} s, searchable after {searchable_s:.0f} s", flush=True)
    return searchable_s


async def _undo(centre: Centre, batch: Batch) -> float:
    began = time.monotonic()
    await centre.store.write(lambda conn: batches.undo(conn, system(time.time()), batch.id))
    await centre.importer.work()
    undo_s = time.monotonic() - began
    state = await centre.store.read(lambda conn: batches.by_seq(conn, batch.seq))
    print(f"{state.state}: {state.taken_back} taken back, {state.kept} kept; {await _counts(centre.store)}")
    return undo_s


async def _counts(store: Store) -> str:
    tables = (party, contact_point, search_document, import_row)
    found = await store.read(
        lambda conn: [conn.execute(select(func.count()).select_from(each)).scalar_one() for each in tables]
    )
    return ", ".join(f"{table.name} {count}" for table, count in zip(tables, found, strict=True))


def _tell_cpu(watch: Watch, count: int) -> None:
    used = dict(watch.cpu_s)
    server, others = used.pop(os.getpid(), 0.0), sorted(used.values(), reverse=True)
    print(
        f"CPU: server {server:.0f} s, reading and cutting {' + '.join(f'{each:.0f}' for each in others[:2])} s;"
        f" {1e6 * (server + sum(others)) / count:.0f} µs a row"
    )


def _tell_waits(during: str, watch: Watch) -> None:
    waits, watch.waits_ms = watch.waits_ms, []
    if not waits:
        print(f"{during} was over before a call came", flush=True)
        return
    print(
        f"a call's unit during {during} waited p50 {percentile(waits, 0.5):.1f} p99 {percentile(waits, 0.99):.1f}"
        f" max {max(waits):.1f} ms",
        flush=True,
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--parties", type=int, default=int(os.environ.get("PARTIES", "1000000")))
    options.add_argument("--db", choices=("sqlite", "postgresql"), default=os.environ.get("DB", "sqlite"))
    chosen = options.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="trunkline-bench-") as name,
        database(chosen.db, Path(name)) as url,
    ):

        async def work() -> int:
            await measure(url, Path(name), chosen.parties)
            return 0

        config.loop.run(work())


if __name__ == "__main__":
    main()
