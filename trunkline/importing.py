"""Imports from the command line: the same batches as the console's, worked on by this process or by the server that runs meanwhile."""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from config.clock import SystemClock
from config.errors import Kind, Refused, Unavailable
from config.settings import Settings
from crm_core.access.reader import SYSTEM
from crm_core.audit import Origin
from crm_core.records.change import Acting
from crm_core.store import Store
from crm_core.transfer import batches
from crm_core.transfer.batches import Batch
from crm_core.transfer.guess import guess
from crm_core.transfer.indexing import ImportIndexing
from crm_core.transfer.plan import Plan, entity_of, targets
from crm_core.transfer.questions import Look, Seen
from crm_core.transfer.reading import look
from crm_core.transfer.report import LARGEST_PAGE, report_page
from crm_core.transfer.running import Importer
from crm_core.transfer.turns import UNIT_S, Turns
from crm_core.transfer.words import report_heading, report_lines
from crm_core.transfer.writing import csv_heading, csv_lines
from trunkline import checks
from trunkline.terminal import Progress

_LOOK_S = 0.5
_ORIGIN = Origin(user_id=None, name="command line", via="command")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be imported. `mapping`: by heading the field, where the guess is not meant; `report`: where the rows' outcomes go."""

    file: Path
    entity: str
    mapping: Mapping[str, str]
    mode: str = "both"
    match: str = ""
    clear: bool = False
    dry_run: bool = False
    report: Path | None = None


async def run(settings: Settings, wish: Wish, progress: Progress) -> Batch:
    """Import the file and wait until search knows it, too."""
    store = Store(settings.database_url())
    checks.open_store(store)
    try:
        seen = await look(Look(path=wish.file))
        batch = await _begun(store, settings, wish, seen)
        batch = await _worked(store, settings, batch, progress)
        if wish.report is not None:
            await _write_report(store, batch, wish.report)
        return batch
    finally:
        await store.close()


async def _begun(store: Store, settings: Settings, wish: Wish, seen: Seen) -> Batch:
    acting = Acting(reader=SYSTEM, origin=_ORIGIN, now=SystemClock().now())
    entity = entity_of(wish.entity)
    offered = await store.read(lambda conn: targets(conn, SYSTEM, entity))
    columns = guess(seen.headings, offered)
    for heading, name in wish.mapping.items():
        if heading not in seen.headings:
            raise Refused("import.heading_unknown", Kind.INVALID, heading=heading[:100])
        place = seen.headings.index(heading)
        columns = ["" if each == name else each for each in columns]
        columns[place] = name
    plan = Plan(
        entity=entity.name, columns=tuple(columns), mode=wish.mode, match=wish.match, clear=wish.clear
    )
    folder = settings.imports_dir()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    batch = await store.write(
        lambda conn: batches.add(
            conn, acting, entity=entity.name, file_name=wish.file.name, layout=seen.layout, rows=seen.rows
        )
    )
    await asyncio.to_thread(shutil.copyfile, wish.file, folder / batch.id)
    return await store.write(lambda conn: batches.start(conn, acting, batch.id, plan, dry_run=wish.dry_run))


async def _worked(store: Store, settings: Settings, batch: Batch, progress: Progress) -> Batch:
    clock, turns = SystemClock(), Turns(store, quiet_unit_s=UNIT_S)  # a server may be at work beside us
    importer = Importer(
        store,
        settings.imports_dir(),
        clock,
        zone=settings.centre.time_zone,
        changed=lambda _: None,
        turns=turns,
    )
    indexing = ImportIndexing(store, settings.database_url(), lambda _: None, turns)
    working = asyncio.create_task(importer.work(), name="import")
    try:
        while True:
            await asyncio.sleep(_LOOK_S)
            batch = await store.read(partial(batches.by_seq, seq=batch.seq))
            progress(
                f"{batch.created} created, {batch.updated} updated, {batch.failed} failed",
                batch.rows,
                batch.rows_total,
            )
            if batch.state not in batches.AT_WORK:
                break
            if working.done():
                working.result()  # what went wrong is told; else the server has it in hand
            await indexing.work()
        await indexing.work()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await indexing.finish()
        progress.close()
    if batch.error is not None:
        raise Unavailable("import", f"{batch.file_name} ended as {batch.state}: {batch.error}")
    return batch


async def _write_report(store: Store, batch: Batch, path: Path) -> None:
    columns: list[str] = batch.plan.get("columns", [])
    labels = [name or str(place) for place, name in enumerate(columns, start=1)]
    fields = {
        each.field.name: each.field
        for each in await store.read(lambda conn: targets(conn, SYSTEM, entity_of(batch.entity)))
    }
    cursor: str | None = None
    with path.open("wb") as file:
        file.write(csv_heading(report_heading(labels, "en")))
        while True:
            page = await store.read(partial(report_page, batch=batch, limit=LARGEST_PAGE, cursor=cursor))
            file.write(csv_lines(report_lines(page.items, fields, "en")))
            cursor = page.next_cursor
            if cursor is None:
                return


def mapping_of(text: str) -> dict[str, str]:
    """`Phone=phone,公司=organisation_id,Remarks=` by heading; nothing behind the sign leaves a column out."""
    pairs = [part.partition("=") for part in text.split(",") if part.strip()]
    if any(not sign or not heading.strip() for heading, sign, _ in pairs):
        raise Refused("import.mapping_form", Kind.INVALID, given=text[:100])
    return {heading.strip(): name.strip() for heading, _, name in pairs}
