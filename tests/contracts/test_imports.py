"""Files become records in the background, each row is told of, and the whole batch can be taken back."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select, update

from config.clock import SystemClock
from config.errors import Kind, Refused
from crm_core import audit
from crm_core.access.model import Rights, Role, allowed
from crm_core.access.reader import Reader
from crm_core.audit import Origin
from crm_core.entities.party import PARTY
from crm_core.records import known, lists, rows
from crm_core.records.change import Acting, system
from crm_core.records.tables import table_of
from crm_core.search import find
from crm_core.store import Store
from crm_core.tables import (
    audit_event,
    contact_point,
    import_batch,
    import_row,
    party,
    repair_item,
    search_document,
)
from crm_core.transfer import batches
from crm_core.transfer.batches import Batch
from crm_core.transfer.guess import guess
from crm_core.transfer.indexing import ImportIndexing
from crm_core.transfer.plan import Plan, Target, check, entity_of, targets
from crm_core.transfer.questions import Look
from crm_core.transfer.reading import look
from crm_core.transfer.report import ReportRow, report_page
from crm_core.transfer.running import Importer
from crm_core.transfer.turns import Turns

NOW = 1_790_000_000.0
ADMIN = system(NOW)
STAMPS = {"updated_at", "row_version"}


class Desk:
    """A store with an importer, and what a person does with it."""

    def __init__(self, store: Store, url: str, folder: Path) -> None:
        self.store, self.url, self.folder = store, url, folder
        self.told: list[str] = []
        self.turns = Turns(store)

    def importer(self) -> Importer:
        return Importer(
            self.store,
            self.folder,
            SystemClock(),
            zone="Asia/Taipei",
            changed=self.told.append,
            turns=self.turns,
        )

    async def upload(self, text: str | bytes, entity: str = "party", acting: Acting = ADMIN) -> Batch:
        """A file is looked at and kept; the draft of an import."""
        data = text.encode() if isinstance(text, str) else text
        source = self.folder / "upload"
        source.write_bytes(data)
        seen = await look(Look(path=source))
        batch = await self.store.write(
            lambda conn: batches.add(
                conn, acting, entity=entity, file_name="customers.csv", layout=seen.layout, rows=seen.rows
            )
        )
        source.rename(self.folder / batch.id)
        return batch

    async def start(
        self, batch: Batch, columns: str, *, dry_run: bool = False, acting: Acting = ADMIN, **options: Any
    ) -> None:
        plan = Plan(entity=batch.entity, columns=tuple(columns.split(",")), **options)
        await self.store.write(lambda conn: batches.start(conn, acting, batch.id, plan, dry_run=dry_run))

    async def imported(self, text: str | bytes, columns: str, entity: str = "party", **options: Any) -> Batch:
        """Upload, start, done."""
        batch = await self.upload(text, entity)
        await self.start(batch, columns, **options)
        await self.importer().work()
        return await self.now(batch)

    async def undone(self, batch: Batch) -> Batch:
        acting = system(SystemClock().now())
        await self.store.write(lambda conn: batches.undo(conn, acting, batch.id))
        await self.importer().work()
        return await self.now(batch)

    async def now(self, batch: Batch) -> Batch:
        return await self.store.read(lambda conn: batches.by_seq(conn, batch.seq))

    async def report(self, batch: Batch, **asked: str) -> list[ReportRow]:
        return list((await self.store.read(lambda conn: report_page(conn, batch, **asked))).items)

    async def rows(self, entity: str = "party") -> dict[str, Mapping[str, Any]]:
        """By title, with the numbers and addresses of parties."""
        of = known.entity(entity)
        page = await self.store.read(
            lambda conn: lists.listed(conn, ADMIN.reader, of, lists.Asked(sort=of.title, limit=200), now=NOW)
        )
        return {
            str(row.values[of.title]): {"id": row.id, "version": row.version, **row.values}
            for row in page.items
        }

    async def count(self, table: Any) -> int:
        return await self.store.read(
            lambda conn: conn.execute(select(func.count()).select_from(table)).scalar_one()
        )

    async def change(self, work: Callable[[Connection], Any]) -> Any:
        return await self.store.write(work)


@pytest.fixture
def desk(store: Store, url: str, tmp_path: Path) -> Desk:
    folder = tmp_path / "imports"
    folder.mkdir()
    return Desk(store, url, folder)


def outcomes(report: Sequence[ReportRow]) -> list[tuple[int, str, str | None, str | None]]:
    return [(row.row, row.outcome, row.code, row.field) for row in report]


CUSTOMERS = (
    "姓名,類別,電話,手機,電子郵件,備註\r\n"
    "王小明,個人,02-2345-6789,0912-345-678,Ming@Example.com,VIP\r\n"
    "遠東貿易,組織,02 2700 1234,,,\r\n"
)


async def test_parties_with_their_numbers(desk: Desk) -> None:
    """A file of customers makes parties with contact points, found by number and by words, each row told of."""
    batch = await desk.imported(CUSTOMERS, "name,kind,phone,phone_2,email,note")
    assert (batch.state, batch.created, batch.failed, batch.rows) == ("finished", 2, 0, 2)
    made = await desk.rows()
    assert made["王小明"]["note"] == "VIP"
    assert made["遠東貿易"]["kind"] == "organisation"
    points = await desk.store.read(
        lambda conn: conn.execute(
            select(contact_point).order_by(contact_point.c.party_id, contact_point.c.position)
        ).all()
    )
    assert [
        (point.kind, point.raw, point.normal) for point in points if point.party_id == made["王小明"]["id"]
    ] == [
        ("phone", "02-2345-6789", "+886223456789"),
        ("phone", "0912-345-678", "+886912345678"),
        ("email", "Ming@Example.com", "ming@example.com"),
    ]
    assert [point.normal for point in points if point.party_id == made["遠東貿易"]["id"]] == ["+886227001234"]
    assert outcomes(await desk.report(batch)) == [(2, "created", None, None), (3, "created", None, None)]
    assert not (desk.folder / batch.id).exists(), "the file is not kept longer than it is needed"
    indexing = ImportIndexing(desk.store, desk.url, desk.told.append, desk.turns)
    await indexing.work()
    await indexing.close()
    for words, name in (("小明", "王小明"), ("0912345678", "王小明"), ("远东", "遠東貿易")):
        hits = await desk.store.read(lambda conn, words=words: find.find(conn, ADMIN.reader, words, now=NOW))
        assert [hit.id for hit in hits.items] == [made[name]["id"]], words
    assert (await desk.now(batch)).indexed_row == 3


async def test_search_learns_of_all_however_large_its_parts_become(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How much is taken at once changes while the next part is being read already."""
    names = "\n".join(f"Customer{number}" for number in range(120))
    batch = await desk.imported(f"name\n{names}\n", "name")
    indexing = ImportIndexing(desk.store, desk.url, desk.told.append, desk.turns)
    written = batches.written

    def and_another_size(
        conn: Connection, seq: int, after: int, limit: int
    ) -> tuple[list[tuple[int, str]], int]:
        found = written(conn, seq, after, limit)
        indexing._size = limit + 7
        return found

    monkeypatch.setattr(batches, "written", and_another_size)
    await indexing.work()
    await indexing.close()
    assert (await desk.now(batch)).indexed_row == 121
    assert await desk.count(search_document) == 120


def test_guessed_columns() -> None:
    """Headings in three languages, names of fields and usual words lead to the fields they mean, none twice."""
    brought = PARTY.brings.columns if PARTY.brings else ()
    offered = [Target(field=field, words={}) for field in (*PARTY.fields, *brought)]
    assert guess(["姓名", "公司名稱", "行動電話", "Email", "unknown", "備註"], offered) == [
        "name",
        "organisation_id",
        "phone_2",
        "email",
        "",
        "note",
    ]
    assert guess(["Name", "name", "Customer name"], offered) == ["name", "", ""]
    assert guess(["姓名", "电话", "邮箱", "职务"], offered) == ["name", "phone", "email", "title"]


@pytest.mark.parametrize("codec", ["utf-8-sig", "cp950", "gb18030"])
async def test_encodings(desk: Desk, codec: str) -> None:
    """Files of Excel in Taiwan and on the mainland keep their hanzi."""
    text = (
        "姓名,備註\r\n王小明,請回電給我\r\n" if codec != "gb18030" else "姓名,备注\r\n王小明,请给我回电话\r\n"
    )
    await desk.imported(text.encode(codec), "name,note")
    assert list(await desk.rows()) == ["王小明"]


async def test_every_wrong_row_is_named(desk: Desk) -> None:
    """A row that cannot be taken is told with its number, the code, the field and its cells; the others are taken."""
    text = (
        "code,name,kind,price,sold_until,family\n"
        'A-1,Lamp,goods,"1,200.50",2027/2/28,\n'
        ",No code,goods,1,,\n"
        "A-2,Chair,car,1,,\n"
        "A-3,Table,商品,dear,,\n"
        "A-4,Desk,Service,1,2026-02-30,\n"
        "A-1,Lamp again,goods,1,,\n"
        "A-5,Shelf,goods,1,民國115年3月1日,none\n"
        "A-6,Bed,service,,115.03.01,\n"
    )
    batch = await desk.imported(text, "code,name,kind,price,sold_until,family", "product")
    report = await desk.report(batch)
    assert outcomes(report) == [
        (2, "created", None, None),
        (3, "failed", "field.required", "code"),
        (4, "failed", "field.choice", "kind"),
        (5, "failed", "field.amount", "price"),
        (6, "failed", "field.date", "sold_until"),
        (7, "failed", "field.taken", "code"),
        (8, "failed", "field.choice", "family"),
        (9, "failed", "field.date", "sold_until"),
    ]
    assert report[2].given == ("A-2", "Chair", "car", "1", "", "")
    assert (batch.created, batch.failed) == (1, 7)
    only = await desk.rows("product")
    assert (only["Lamp"]["code"], str(only["Lamp"]["price"]), only["Lamp"]["sold_until"]) == (
        "A-1",
        "1200.5000",
        "2027-02-28",
    )
    assert outcomes(await desk.report(batch, outcome="created")) == [(2, "created", None, None)]
    assert len(await desk.report(batch, outcome="failed")) == 7


async def test_update_only_create_only_both(desk: Desk) -> None:
    """By key, rows that are there are changed or left alone and others made or left out, as was asked; blank cells leave values."""
    await desk.imported("code,name,kind\nA,Lamp,goods\nB,Chair,goods\n", "code,name,kind", "product")
    text = "code,name,version\nA,Lamp 2,7\nB,,\nC,New,\n"
    columns = "code,name,version"
    create = await desk.imported(text, columns, "product", mode="create", match="code")
    assert outcomes(await desk.report(create)) == [
        (2, "skipped", "import.exists", "code"),
        (3, "skipped", "import.exists", "code"),
        (4, "created", None, None),
    ]
    change = await desk.imported(text + "D,Other,\n", columns, "product", mode="update", match="code")
    assert outcomes(await desk.report(change)) == [
        (2, "updated", None, None),
        (3, "unchanged", None, None),
        (4, "unchanged", None, None),
        (5, "skipped", "import.match_none", "code"),
    ]
    both = await desk.imported(
        "code,name\nD,Made\nA,Lamp 3\n", "code,name", "product", mode="both", match="code"
    )
    assert (both.created, both.updated) == (1, 1)
    found = await desk.rows("product")
    assert sorted(found) == ["Chair", "Lamp 3", "Made", "New"]
    assert (found["Lamp 3"]["kind"], found["New"]["kind"]) == ("goods", "goods")


async def test_matched_by_number_or_id(desk: Desk) -> None:
    """Parties are found again by a telephone number in any notation and by their id; several with one number are not guessed at."""
    await desk.imported("name,phone\nAnn,0912345678\nTwin 1,0922000000\nTwin 2,0922000000\n", "name,phone")
    by_phone = await desk.imported(
        "phone,title\n+886 912 345 678,Manager\n0922-000-000,Nobody\n",
        "phone,title",
        match="phone",
        mode="update",
    )
    assert outcomes(await desk.report(by_phone)) == [
        (2, "updated", None, None),
        (3, "failed", "import.match_many", "phone"),
    ]
    ann = (await desk.rows())["Ann"]
    assert ann["title"] == "Manager"
    by_id = await desk.imported(
        f"id,title\n{ann['id']},Director\nnobody,X\n", "id,title", match="id", mode="update"
    )
    assert (by_id.updated, by_id.skipped) == (1, 1)
    assert (await desk.rows())["Ann"]["title"] == "Director"
    assert await desk.count(contact_point) == 3, "the number that was there was not added again"


async def test_ids_of_other_systems(desk: Desk) -> None:
    """Customers are found again by the id that another system knows them by; an id that is another's is told."""
    await desk.imported("name,erp\nAnn,E-0012\nBob,E-0013\n", "name,erp_id")
    again = await desk.imported(
        "erp,title\ne-0012,Boss\nE-9,X\n", "erp_id,title", match="erp_id", mode="update"
    )
    assert outcomes(await desk.report(again)) == [
        (2, "updated", None, None),
        (3, "skipped", "import.match_none", "erp_id"),
    ]
    assert (await desk.rows())["Ann"]["title"] == "Boss"
    twice = await desk.imported("name,erp\nEve,E-0013\nZoe,E-0014\n", "name,erp_id")
    assert outcomes(await desk.report(twice)) == [
        (2, "failed", "field.taken", "erp_id"),
        (3, "created", None, None),
    ]


async def test_undo_keeps_whom_somebody_gave_a_number(desk: Desk) -> None:
    """A customer to whom a number was added since stays, with all numbers; one that was left alone goes with theirs."""
    batch = await desk.imported(
        "name,phone,erp\nAnn,0912345678,E-1\nBob,0912345679,E-2\n", "name,phone,erp_id"
    )
    ann = (await desk.rows())["Ann"]["id"]
    given = {"party_id": ann, "kind": "phone", "raw": "0933111222"}
    entity = known.entity("contact_point")
    await desk.change(lambda conn: rows.create(conn, system(NOW + 5), entity, given))
    batch = await desk.undone(batch)
    assert (batch.taken_back, batch.kept) == (1, 1)
    assert list(await desk.rows()) == ["Ann"]
    assert await desk.count(contact_point) == 2
    assert await desk.count(table_of(known.entity("party_identifier"))) == 1


async def test_the_repair_list_follows(desk: Desk) -> None:
    """Imported customers who lack what they must have are on the list of incomplete records, and undone ones off it."""
    batch = await desk.imported("name,phone\nAnn,\nBob,0912345679\n", "name,phone")
    assert await desk.count(repair_item) == 1
    await desk.undone(batch)
    assert await desk.count(repair_item) == 0


async def test_the_same_key_twice_in_a_file(desk: Desk) -> None:
    """The second row changes what the first one made, and undo takes both back step by step."""
    batch = await desk.imported(
        "code,name,kind\nA,First,goods\nA,Second,goods\n", "code,name,kind", "product", match="code"
    )
    assert outcomes(await desk.report(batch)) == [(2, "created", None, None), (3, "updated", None, None)]
    assert list(await desk.rows("product")) == ["Second"]
    batch = await desk.undone(batch)
    assert (batch.state, batch.taken_back, batch.kept) == ("undone", 2, 0)
    assert await desk.rows("product") == {}


async def test_references_by_name(desk: Desk) -> None:
    """Other records and users are named as people name them; who is unknown, or has a namesake, is told."""
    await desk.imported(
        "name,kind\n遠東貿易,組織\nTwin Ltd,organisation\nTwin Ltd,organisation\n", "name,kind"
    )
    batch = await desk.imported(
        "name,company,owner\n王小明,遠東貿易,\nAnn,Nowhere Ltd,\nBob,Twin Ltd,\nEve,,nobody\n",
        "name,organisation_id,owner_id",
    )
    assert outcomes(await desk.report(batch)) == [
        (2, "created", None, None),
        (3, "failed", "field.reference", "organisation_id"),
        (4, "failed", "import.reference_ambiguous", "organisation_id"),
        (5, "failed", "field.reference", "owner_id"),
    ]
    found = await desk.rows()
    assert found["王小明"]["organisation_id"] == found["遠東貿易"]["id"]


async def test_a_dry_run_changes_nothing(desk: Desk) -> None:
    """It tells of each row what would become of it, keeps the file, and the real one then does so."""
    batch = await desk.upload("code,name,kind,price\nA,Lamp,goods,1\nB,Chair,goods,dear\n", "product")
    await desk.start(batch, "code,name,kind,price", dry_run=True)
    await desk.importer().work()
    tried = await desk.now(batch)
    assert (tried.state, tried.created, tried.failed) == ("checked", 1, 1)
    told = outcomes(await desk.report(batch))
    assert await desk.rows("product") == {}
    assert await desk.count(audit_event) == 1, "only the dry run itself"
    await desk.start(batch, "code,name,kind,price")
    await desk.importer().work()
    assert outcomes(await desk.report(batch)) == told
    assert list(await desk.rows("product")) == ["Lamp"]


async def test_undo_restores_what_was(desk: Desk) -> None:
    """Made rows are gone with their numbers and words, changed ones are as they were but for their version."""
    await desk.imported("name,phone,title\nAnn,0912345678,Clerk\n", "name,phone,title")
    before = (await desk.rows())["Ann"]
    batch = await desk.imported(
        "name,phone,phone 2,title,note\nAnn,0912345678,0933111222,Boss,n\nNew,0944000111,,x,\n",
        "name,phone,phone_2,title,note",
        match="phone",
    )
    indexing = ImportIndexing(desk.store, desk.url, desk.told.append, desk.turns)
    await indexing.work()
    await indexing.close()
    assert (batch.created, batch.updated) == (1, 1)
    assert await desk.count(contact_point) == 3
    batch = await desk.undone(batch)
    assert (batch.state, batch.taken_back, batch.kept) == ("undone", 2, 0)
    after = await desk.rows()
    assert list(after) == ["Ann"]
    assert {k: v for k, v in after["Ann"].items() if k != "version"} == {
        k: v for k, v in before.items() if k != "version"
    }
    assert after["Ann"]["version"] > before["version"], "who holds the old one is told that it is stale"
    assert await desk.count(contact_point) == 1
    for words in ("0944000111", "0933111222", "Boss"):
        hits = await desk.store.read(lambda conn, words=words: find.find(conn, ADMIN.reader, words, now=NOW))
        assert hits.items == (), words


async def test_undo_keeps_what_others_did(desk: Desk) -> None:
    """What somebody changed since keeps its new value, what a case refers to stays, and both are told."""
    batch = await desk.imported("name,title\nAnn,a\nBob,b\nEve,c\n", "name,title")
    made = await desk.rows()
    entity = known.entity("party")
    await desk.change(
        lambda conn: rows.patch(conn, system(NOW + 5), entity, made["Ann"]["id"], {"title": "mine"})
    )
    await desk.change(
        lambda conn: rows.create(
            conn, system(NOW + 5), known.entity("case"), {"subject": "Help", "party_id": made["Bob"]["id"]}
        )
    )
    batch = await desk.undone(batch)
    assert (batch.taken_back, batch.kept) == (1, 2)
    assert {row.row: row.undo for row in await desk.report(batch)} == {
        2: "changed_since",
        3: "in_use",
        4: "taken_back",
    }
    assert [row.row for row in await desk.report(batch, undo="in_use")] == [3]
    assert {name: row["title"] for name, row in (await desk.rows()).items()} == {"Ann": "mine", "Bob": "b"}


async def test_undo_of_an_updated_row_that_was_changed(desk: Desk) -> None:
    """Also an updated row keeps what somebody wrote after the import."""
    await desk.imported("code,name,kind\nA,Lamp,goods\n", "code,name,kind", "product")
    batch = await desk.imported("code,name\nA,Import\n", "code,name", "product", match="code")
    row_id = (await desk.rows("product"))["Import"]["id"]
    entity = known.entity("product")
    await desk.change(lambda conn: rows.patch(conn, system(NOW + 5), entity, row_id, {"name": "Person"}))
    batch = await desk.undone(batch)
    assert (batch.taken_back, batch.kept) == (0, 1)
    assert list(await desk.rows("product")) == ["Person"]


async def test_a_killed_import_goes_on(desk: Desk) -> None:
    """A server that ends in the middle goes on behind the last row that was dealt with: no row twice, none missing."""
    count = 3_000
    text = "name,phone\n" + "".join(f"Customer {n:05},09{10000000 + n}\n" for n in range(count))
    batch = await desk.upload(text)
    await desk.start(batch, "name,phone")
    for _ in range(4):
        working = asyncio.create_task(desk.importer().work())
        before = (await desk.now(batch)).rows_done
        while not working.done() and (await desk.now(batch)).rows_done == before:
            await asyncio.sleep(0.01)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert 0 < (await desk.now(batch)).rows_done < count, "it was killed in the middle"
    async with asyncio.timeout(120):
        while (await desk.now(batch)).state == "running":  # what was on its way to the disk may overtake us
            await desk.importer().work()
    batch = await desk.now(batch)
    assert (batch.state, batch.created, batch.rows) == ("finished", count, count)
    assert await desk.count(party) == count
    assert await desk.count(contact_point) == count
    assert await desk.count(import_row) == count


async def test_two_servers_do_not_do_it_twice(desk: Desk) -> None:
    """Where two servers reach for the same file, each row is done once."""
    text = "name\n" + "".join(f"Customer {n:05}\n" for n in range(1_000))
    batch = await desk.upload(text)
    await desk.start(batch, "name")
    await asyncio.gather(desk.importer().work(), desk.importer().work())
    async with asyncio.timeout(120):
        while (await desk.now(batch)).state == "running":
            await desk.importer().work()
    assert await desk.count(party) == 1_000
    assert (await desk.now(batch)).state == "finished"


async def test_stopped_and_resumed(desk: Desk) -> None:
    """Stopping keeps what was done and where it stands; it can be resumed, or undone."""
    text = "name\n" + "".join(f"Customer {n:05}\n" for n in range(4_000))
    batch = await desk.upload(text)
    await desk.start(batch, "name")
    working = asyncio.create_task(desk.importer().work())
    while (await desk.now(batch)).rows_done == 0:
        await asyncio.sleep(0.01)
    await desk.change(lambda conn: batches.stop(conn, ADMIN, batch.id))
    await working
    stopped = await desk.now(batch)
    assert stopped.state == "stopped"
    assert 0 < stopped.created < 4_000
    await desk.change(lambda conn: batches.resume(conn, ADMIN, batch.id))
    await desk.importer().work()
    assert (await desk.now(batch)).created == 4_000
    assert await desk.count(party) == 4_000


def _run(conn: Connection, statement: Any) -> None:
    conn.execute(statement)


async def test_files_of_ended_imports_do_not_stay(desk: Desk) -> None:
    """The file of an import that stopped long ago goes, and the import is not resumed; one that stopped lately keeps its own; reports stay."""
    now, week = SystemClock().now(), 8 * 24 * 3600.0
    old, new = await desk.upload("name\nA\n"), await desk.upload("name\nB\n")
    for batch, at in ((old, now - week), (new, now)):
        values = {"state": "stopped", "created_at": at, "started_at": at}
        query = import_batch.update().where(import_batch.c.seq == batch.seq).values(**values)
        await desk.change(partial(_run, statement=query))
    running = asyncio.create_task(desk.importer().run())
    async with asyncio.timeout(10):
        while (desk.folder / old.id).exists():
            await asyncio.sleep(0.01)
    running.cancel()
    assert (desk.folder / new.id).exists()
    assert (await desk.now(old)).state == "stopped"
    acting = system(now)
    with pytest.raises(Refused, match=r"import\.file_gone"):
        await desk.change(lambda conn: batches.resume(conn, acting, old.id))
    await desk.change(lambda conn: batches.resume(conn, acting, new.id))


def nobody(**scopes: Any) -> Acting:
    """Somebody with these rights on parties."""
    role = Role(scopes={"party": allowed(**scopes)}, fields={})
    reader = Reader(user_id="u-1", everything=False, rights=Rights(roles=(role,)))
    return Acting(reader=reader, origin=Origin(user_id="u-1", name="u", via="console"), now=NOW)


async def test_importing_is_a_right_of_its_own(desk: Desk) -> None:
    """Who may make customers may not import them unless they may import, and changes need the right to change."""
    with pytest.raises(Refused) as refusal:
        await desk.upload("name\nAnn\n", acting=nobody(read="all", create="all"))
    assert refusal.value.kind is Kind.FORBIDDEN
    maker = nobody(read="all", create="all", **{"import": "all"})
    plan = Plan(entity="party", columns=("name",), mode="both")
    with pytest.raises(Refused) as refusal:
        await desk.store.read(lambda conn: check(conn, maker.reader, plan))
    assert refusal.value.kind is Kind.FORBIDDEN
    await desk.store.read(lambda conn: check(conn, maker.reader, replace(plan, mode="create")))


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"columns": ("nonsense",)}, "field.unknown"),
        ({"columns": ("created_at",)}, "field.unknown"),
        ({"columns": ("name", "name")}, "import.column_twice"),
        ({"columns": ("", "")}, "import.no_columns"),
        ({"columns": ("name",), "mode": "update"}, "import.match_missing"),
        ({"columns": ("name",), "match": "phone"}, "import.match_unmapped"),
        ({"columns": ("note",), "match": "note"}, "import.match_unfit"),
        ({"columns": ("name",), "mode": "delete"}, "import.mode_unknown"),
    ],
)
async def test_plans_that_mean_nothing(desk: Desk, plan: dict[str, Any], code: str) -> None:
    """Unknown fields, fields that the program sets, a field twice, no field, and keys that are none are refused."""
    with pytest.raises(Refused) as refusal:
        await desk.store.read(lambda conn: check(conn, ADMIN.reader, Plan(entity="party", **plan)))
    assert refusal.value.code == code


async def test_the_rights_of_the_moment_count(desk: Desk) -> None:
    """A batch that somebody started who works here no more does nothing, and says why."""
    batch = await desk.upload("name\nAnn\n")
    gone = replace(ADMIN, origin=Origin(user_id="gone", name="gone", via="console"))
    await desk.start(batch, "name", acting=gone)
    await desk.importer().work()
    batch = await desk.now(batch)
    assert (batch.state, batch.error) == ("failed", "import.owner_gone")
    assert await desk.rows() == {}


async def test_it_is_told_to_the_chain(desk: Desk) -> None:
    """Each record that an import makes and takes back, and the batch itself, are in the audit chain, which verifies."""
    batch = await desk.imported("name\nAnn\nBob\n", "name")
    await desk.undone(batch)

    def told(conn: Connection) -> list[tuple[str, str]]:
        rows = conn.execute(select(audit_event).order_by(audit_event.c.seq))
        return [(row.action, row.via) for row in rows]

    actions = [action for action, _ in await desk.store.read(told)]
    assert actions.count("created") == 2
    assert actions.count("imported") == 1
    assert actions.count("import_undone") == 2
    verdict = await desk.store.read(audit.verify)
    assert verdict.broken_at is None


async def test_unfinished_drafts_are_forgotten(desk: Desk) -> None:
    """A draft that nobody came back to for a week goes with its file when the server starts."""
    batch = await desk.upload("name\nAnn\n")
    await desk.change(lambda conn: conn.execute(update(import_batch).values(created_at=NOW - 900 * 86_400)))
    running = asyncio.create_task(desk.importer().run())
    async with asyncio.timeout(20):
        while (desk.folder / batch.id).exists():
            await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert await desk.count(import_batch) == 0


async def test_custom_fields_are_imported(desk: Desk) -> None:
    """A field that an administrator added is a column like any other, with its kind checked."""
    entity = known.entity("custom_field")
    given = {
        "entity": "party",
        "name": "x_points",
        "kind": "integer",
        "label_en": "Points",
        "label_zh_tw": "點數",
    }
    await desk.change(lambda conn: rows.create(conn, ADMIN, entity, given))
    batch = await desk.imported('姓名,點數\nAnn,"1,200"\nBob,many\n', "name,x_points")
    assert outcomes(await desk.report(batch)) == [
        (2, "created", None, None),
        (3, "failed", "field.integer", "x_points"),
    ]
    assert (await desk.rows())["Ann"]["x_points"] == 1200
    offered = await desk.store.read(lambda conn: targets(conn, ADMIN.reader, entity_of("party")))
    assert guess(["點數"], offered) == ["x_points"]
