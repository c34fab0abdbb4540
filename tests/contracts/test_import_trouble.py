"""Imports that go wrong, and other people's imports: one bad file is nobody else's trouble, and each thing is done by who did it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, select, update
from sqlalchemy import text as sql

from config.errors import Kind, Refused
from crm_core import users
from crm_core.access import roles
from crm_core.access.reader import Reader
from crm_core.audit import Origin
from crm_core.records import known, rows
from crm_core.records.change import Acting
from crm_core.store import Store
from crm_core.tables import audit_event, import_batch, import_row, party, user_account
from crm_core.transfer import batches, report
from crm_core.transfer.batches import Batch, Overtaken
from crm_core.transfer.turns import Turns
from tests.contracts.test_imports import ADMIN, NOW, Desk, outcomes

ONLY_OWN = {"party": {"read": "all", "update": "own", "delete": "own", "import": "own"}}


@pytest.fixture
def desk(store: Store, url: str, tmp_path: Path) -> Desk:
    folder = tmp_path / "imports"
    folder.mkdir()
    return Desk(store, url, folder)


async def somebody(desk: Desk, login: str, scopes: Mapping[str, Any] | None = None) -> Acting:
    """A supervisor, or one whose role says something else about some entities."""

    def unit(conn: Connection) -> Acting:
        user = users.add_user(
            conn,
            login=login,
            name=login.title(),
            password_hash="",
            role="supervisor",
            language="en",
            now=NOW,
        )
        if scopes is not None:
            given = {"name": login, "based_on": "supervisor", "scopes": scopes}
            roles.give(conn, user.id, [rows.create(conn, ADMIN, known.entity("role"), given).id])
        standing = roles.standing_of(conn, user.id, user.role)
        reader = Reader(user_id=user.id, everything=True, rights=standing.rights)
        return Acting(reader=reader, origin=Origin(user_id=user.id, name=login, via="console"), now=NOW)

    acting: Acting = await desk.change(unit)
    return acting


async def spoil(desk: Desk, batch: Batch) -> None:
    """Its settings are none that this version reads."""
    spoilt = update(import_batch).where(import_batch.c.seq == batch.seq).values(layout={"nonsense": 1})
    await desk.change(lambda conn: conn.execute(spoilt))


async def test_a_batch_that_breaks_ends_alone(desk: Desk) -> None:
    """What nobody foresaw ends the batch with a word of it; the one behind it is imported, and the server looks on for more."""
    bad, good = await desk.upload("name\nAnn\n"), await desk.upload("name\nBob\n")
    await desk.start(bad, "name")
    await desk.start(good, "name")
    await spoil(desk, bad)
    importer = desk.importer()
    running = asyncio.create_task(importer.run())
    async with asyncio.timeout(30):
        while (await desk.now(good)).state != "finished" and not running.done():
            await asyncio.sleep(0.02)
    assert not running.done()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    found = await desk.now(bad)
    assert (found.state, found.error) == ("failed", "import.broken")
    assert list(await desk.rows()) == ["Bob"]


async def test_an_undo_that_breaks_can_be_begun_again(desk: Desk) -> None:
    """It ends as failed, cannot be taken for an import to be resumed once it has begun, and goes on when what was wrong is mended."""
    await desk.imported("code,name,kind\nA,Lamp,goods\n", "code,name,kind", "product")
    batch = await desk.imported("code,name\nA,Chair\nB,Bed\n", "code,name", "product", match="code")
    spoilt = update(import_row).where(import_row.c.batch == batch.seq, import_row.c.outcome == "updated")
    kept = select(import_row.c.before).where(import_row.c.before.is_not(None))
    before = await desk.change(lambda conn: conn.execute(kept).scalar_one())
    await desk.change(lambda conn: conn.execute(spoilt.values(before="{")))
    broken = await desk.undone(batch)
    assert (broken.state, broken.error) == ("failed", "import.broken")
    with pytest.raises(Refused) as refusal:
        await desk.change(lambda conn: batches.resume(conn, ADMIN, batch.id))
    assert refusal.value.code == "import.state"
    await desk.change(lambda conn: conn.execute(spoilt.values(before=before)))
    assert (await desk.undone(batch)).state == "undone"
    assert list(await desk.rows("product")) == ["Lamp"]


async def test_each_step_is_that_of_who_took_it(desk: Desk) -> None:
    """A file that one brought, another started and a third took back: the chain names the second and the third."""
    ann, bob, eve = [await somebody(desk, login) for login in ("ann", "bob", "eve")]
    batch = await desk.upload("name\nZoe\n", acting=ann)
    await desk.start(batch, "name", acting=bob)
    await desk.importer().work()
    made = await desk.rows()
    assert made["Zoe"]["owner_id"] == bob.reader.user_id
    await desk.change(lambda conn: batches.undo(conn, eve, batch.id))
    await desk.importer().work()
    assert (await desk.now(batch)).state == "undone"

    def told(conn: Connection) -> list[tuple[str, str | None]]:
        query = select(audit_event.c.action, audit_event.c.actor_id).where(audit_event.c.via == "import")
        return [(row.action, row.actor_id) for row in conn.execute(query.order_by(audit_event.c.seq))]

    bobs, eves = bob.reader.user_id, eve.reader.user_id
    assert await desk.change(told) == [("created", bobs), ("imported", bobs), ("import_undone", eves)]


async def test_an_undo_of_somebody_who_left(desk: Desk) -> None:
    """It is told as failed and takes nothing back; the rights of the moment count for an undo as well."""
    batch = await desk.imported("name\nAnn\n", "name")
    bob = await somebody(desk, "bob")
    await desk.change(lambda conn: batches.undo(conn, bob, batch.id))
    gone = update(user_account).where(user_account.c.id == bob.reader.user_id)
    await desk.change(lambda conn: conn.execute(gone.values(active=False)))
    await desk.importer().work()
    found = await desk.now(batch)
    assert (found.state, found.error) == ("failed", "import.owner_gone")
    assert list(await desk.rows()) == ["Ann"]


async def test_undo_reaches_no_further_than_its_owner(desk: Desk) -> None:
    """Records that whoever takes it back may not delete or change stay as they are, and each is told so."""
    eve = await somebody(desk, "eve", ONLY_OWN)
    text = "name,title\nAnn,a\nBob,b\n"
    batch = await desk.upload(text, acting=eve)
    await desk.start(batch, "name,title", acting=ADMIN)
    await desk.importer().work()
    mine = update(party).where(party.c.name == "Ann").values(owner_id=eve.reader.user_id)
    await desk.change(lambda conn: conn.execute(mine))
    await desk.change(lambda conn: batches.undo(conn, eve, batch.id))
    await desk.importer().work()
    done = await desk.now(batch)
    assert (done.state, done.taken_back, done.kept) == ("undone", 1, 1)
    assert {row.row: row.undo for row in await desk.report(batch)} == {2: "taken_back", 3: "not_yours"}
    assert list(await desk.rows()) == ["Bob"]


async def test_others_files_are_not_for_everybody(desk: Desk) -> None:
    """Whoever may import only what is theirs sees, reads and moves their own files; who may import all does so with all."""
    eve, sue = await somebody(desk, "eve", ONLY_OWN), await somebody(desk, "sue")
    hers, admins = await desk.upload("name\nZoe\n", acting=eve), await desk.upload("name\nSecret\n")

    async def seen(acting: Acting) -> list[str]:
        page = await desk.store.read(lambda conn: batches.listed(conn, acting.reader, 30, None))
        return [each.id for each in page.items]

    assert await seen(eve) == [hers.id]
    assert await seen(sue) == [admins.id, hers.id]
    for act in (batches.stop, batches.resume, batches.undo, batches.discard):
        with pytest.raises(Refused) as refusal:
            await desk.change(lambda conn, act=act: act(conn, eve, admins.id))
        assert (refusal.value.code, refusal.value.kind) == ("import.unknown", Kind.MISSING)
    assert (await desk.store.read(lambda conn: batches.one(conn, sue.reader, hers.id))).id == hers.id


async def test_a_stale_look_leaves_a_report_alone(desk: Desk) -> None:
    """A process that saw the batch before another one began it finds itself overtaken, and what the other one told is still there."""
    batch = await desk.upload("name\nAnn\nBob\n")
    await desk.start(batch, "name")
    stale = await desk.now(batch)
    await desk.importer().work()
    with pytest.raises(Overtaken):
        await desk.change(lambda conn: report.clear(conn, stale, 500))
    assert len(await desk.report(batch)) == 2


async def test_what_no_database_keeps_is_told_by_row(desk: Desk) -> None:
    """A NUL in whatever column fails its row with the field, on both databases alike, and the others are taken."""
    start = "".join(
        f"Early {n},,,,,\n" for n in range(60)
    )  # with one near its beginning it is no table at all
    text = (
        "name,phone,email,website,owner,erp\n" + start + "A\0nn,,,,,\nBob,09\0" + "12345678,,,,\n"
        "Eve,,e\0ve@example.org,,,\nIan,,,,i\0an,\nJoe,,,,,E\0-1\nZoe,,,,,\n"
    )
    batch = await desk.imported(text, "name,phone,email,,owner_id,erp_id")
    told = [each for each in outcomes(await desk.report(batch)) if each[1] != "created"]
    assert batch.state == "finished"
    assert told == [
        (62, "failed", "field.unprinted", "name"),
        (63, "failed", "field.unprinted", "phone"),
        (64, "failed", "field.unprinted", "email"),
        (65, "failed", "field.unprinted", "owner_id"),
        (66, "failed", "field.unprinted", "erp_id"),
    ]
    assert batch.created == 61
    by_id = await desk.imported("name,id\n" + "Ann,\n" * 60 + "Bob,a\0b\n", "name,id", match="id")
    assert outcomes(await desk.report(by_id, outcome="failed")) == [(62, "failed", "field.unprinted", "id")]


async def test_an_id_that_is_taken_costs_its_row_alone(desk: Desk) -> None:
    """A customer whose id is another's, in the database or earlier in the file, is told by the column, and the rows round it are still written together."""
    await desk.imported("name,erp\nAnn,E-1\n", "name,erp_id")
    texts = [f"Customer {n},N-{n}" for n in range(100)]
    texts[10], texts[40] = "Bob,e-1", "Twin,n-39"
    statements: list[str] = []
    desk.turns = Turns(desk.store, unit_s=60.0)  # units grow as fast on a slow machine

    def note(*parts: Any) -> None:
        statements.append(parts[2])

    event.listen(desk.store._writing, "before_cursor_execute", note)
    batch = await desk.imported("name,erp\n" + "\n".join(texts) + "\n", "name,erp_id")
    failed = outcomes(await desk.report(batch, outcome="failed"))
    assert failed == [(12, "failed", "field.taken", "erp_id"), (42, "failed", "field.taken", "erp_id")]
    assert (batch.created, batch.failed) == (98, 2)
    assert sum(text.startswith("INSERT INTO party ") for text in statements) <= 8


async def test_a_row_that_only_the_database_refuses_is_found(desk: Desk) -> None:
    """Of a hundred rows the one that the database's own rule refuses fails, the others are made; no rule of ours had foreseen it."""
    rule = sql("CREATE UNIQUE INDEX test_rule ON party (title)")
    await desk.change(lambda conn: conn.execute(rule))
    texts = [f"Customer {n},t{n}" for n in range(100)]
    texts[60] = "Twin,t59"
    batch = await desk.imported("name,title\n" + "\n".join(texts) + "\n", "name,title")
    assert outcomes(await desk.report(batch, outcome="failed")) == [(62, "failed", "record.conflict", None)]
    assert batch.created == 99
