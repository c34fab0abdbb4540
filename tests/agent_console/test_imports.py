"""Import and export over HTTP: a file up, looked at, tried, imported, told of, taken back; a list down, within rights, and audited."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from agent_console.imports import Imports
from config.clock import SystemClock
from config.settings import Database
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.tables import audit_detail, audit_event
from tests.agent_console.house import House

IMPORTS = "/api/v1/imports"
PRODUCTS = "/api/v1/records/products"
FILE = "代碼,名稱,類別,定價\r\nA,檯燈,商品,1200\r\nB,椅子,商品,很貴\r\nC,=1+1,服務,5\r\n"


@pytest.fixture
async def centre(house: House, tmp_path: Path) -> AsyncIterator[House]:
    """The house with the part that works on imports."""
    context = house.console.context
    settings = context.settings.model_copy(
        update={"database": Database(url=f"sqlite:///{tmp_path / 'centre.db'}")}
    )
    part = Imports(settings, house.store, house.bus, SystemClock())
    working = asyncio.create_task(part.run())
    yield house
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def upload(client: httpx.AsyncClient, text: str | bytes, entity: str = "products") -> httpx.Response:
    data = text.encode() if isinstance(text, str) else text
    return await client.post(
        IMPORTS,
        params={"entity": entity, "name": "客戶.csv"},
        content=data,
        headers={"Content-Type": "application/octet-stream"},
    )


async def until(client: httpx.AsyncClient, batch: str, *states: str, **more: Any) -> dict[str, Any]:
    """Ask until it is in one of these states."""
    async with asyncio.timeout(60):
        while True:
            found: dict[str, Any] = (await client.get(f"{IMPORTS}/{batch}")).json()
            if found["state"] in states and all(found[name] == value for name, value in more.items()):
                return found
            await asyncio.sleep(0.05)


def table(answer: httpx.Response) -> list[list[str]]:
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def test_from_upload_to_undo(centre: House) -> None:
    """A supervisor uploads, sees the guess and ten rows, tries, imports, reads the report on screen and as a file, and takes all back."""
    async with centre.browser("sue") as sue:
        up = await upload(sue, FILE)
        assert up.status_code == 201, up.text
        seen = up.json()
        assert seen["guessed"] == ["code", "name", "kind", "price"]
        assert seen["preview"][0] == ["A", "檯燈", "商品", "1200"]
        assert (seen["item"]["state"], seen["item"]["rows_total"], seen["item"]["file_name"]) == (
            "draft",
            3,
            "客戶.csv",
        )
        assert {each["name"] for each in seen["targets"] if each["key"]} >= {"code", "name"}
        batch = seen["item"]["id"]
        plan = {"columns": seen["guessed"], "mode": "both", "match": "code"}
        begun = await sue.post(f"{IMPORTS}/{batch}/start", json=plan | {"dry_run": True})
        assert begun.status_code == 202, begun.text
        tried = await until(sue, batch, "checked")
        assert (tried["created"], tried["failed"]) == (2, 1)
        assert (await sue.get(PRODUCTS)).json()["items"] == []
        await sue.post(f"{IMPORTS}/{batch}/start", json=plan)
        done = await until(sue, batch, "finished", searchable=True)
        assert (done["created"], done["failed"], done["rows"]) == (2, 1, 3)
        wrong = (await sue.get(f"{IMPORTS}/{batch}/rows", params={"outcome": "failed"})).json()["items"]
        assert [(row["row"], row["code"], row["field"]) for row in wrong] == [(3, "field.amount", "price")]
        told = table(await sue.get(f"{IMPORTS}/{batch}/report.csv", params={"outcome": "failed"}))
        assert told[0][:5] == ["Row", "Outcome", "Record", "Field", "Error"]
        assert told[1][:6] == ["3", "failed", "", "List price", "Not an amount", "field.amount"]
        assert told[1][7:] == ["B", "椅子", "商品", "很貴"]
        found = (await sue.get(PRODUCTS, params={"q": "檯燈"})).json()["items"]
        assert [row["code"] for row in found] == ["A"]
        listed = (await sue.get(IMPORTS)).json()["items"]
        assert [each["id"] for each in listed] == [batch]
        assert (await sue.post(f"{IMPORTS}/{batch}/undo")).status_code == 202
        undone = await until(sue, batch, "undone")
        assert (undone["taken_back"], undone["kept"]) == (2, 0)
        assert (await sue.get(PRODUCTS)).json()["items"] == []
        again = await sue.post(f"{IMPORTS}/{batch}/undo")
        assert (again.status_code, again.json()["code"]) == (409, "import.state")


async def test_read_otherwise_than_guessed(centre: House) -> None:
    """Delimiter, encoding and header can be said; a draft can be thrown away with its file."""
    async with centre.browser("sue") as sue:
        seen = (await upload(sue, "A-1;Lamp,big\nB-2;Chair\n".encode("cp950"))).json()
        place = f"{IMPORTS}/{seen['item']['id']}"
        changed = await sue.put(f"{place}/layout", json={"delimiter": ";", "header": True})
        assert changed.json()["headings"] == ["A-1", "Lamp,big"]
        changed = await sue.put(f"{place}/layout", json={"header": False})
        assert changed.json()["headings"] == ["1", "2"]
        assert changed.json()["item"]["rows_total"] == 2
        assert (await sue.get(f"{place}/preview")).json()["preview"][1] == ["B-2", "Chair"]
        assert (await sue.delete(place)).status_code == 204
        assert (await sue.get(place)).status_code == 404
        assert list(centre.console.context.settings.imports_dir().iterdir()) == []


async def test_only_who_may(centre: House) -> None:
    """Agents neither import nor export nor see imports; strangers meet the door; what is no table is refused and not kept."""
    async with centre.browser("ann") as ann:
        for answer in (
            await upload(ann, FILE),
            await ann.get(f"{PRODUCTS}/export"),
            await ann.get("/api/v1/records/parties/export"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "access.action")
        assert (await ann.get(IMPORTS)).json()["items"] == []
        async with centre.browser("sue") as sue:
            batch = (await upload(sue, FILE)).json()["item"]["id"]
            assert (await ann.get(f"{IMPORTS}/{batch}")).status_code == 403
            for data in (b"", b"\x89PNG\r\n\x1a\n\0\0\0\0"):
                broken = await upload(sue, data)
                assert broken.status_code == 422
                assert broken.json()["code"].startswith("import.file_")
            unknown = await upload(sue, FILE, "nothing")
            assert (unknown.status_code, unknown.json()["code"]) == (404, "import.entity_unknown")
        kept = [path.name for path in centre.console.context.settings.imports_dir().iterdir()]
        assert kept == [batch]
    async with centre.browser() as nobody:
        assert (await nobody.get(f"{PRODUCTS}/export")).status_code == 401
        assert (await upload(nobody, FILE)).status_code == 401


async def made(centre: House) -> None:
    """Two products, one with words that a spreadsheet would calculate."""
    for given in (
        {"code": "A", "name": "檯燈", "kind": "goods", "price": "1200.5", "sold_until": "2027-02-28"},
        {"code": "B", "name": "=HYPERLINK(1)", "kind": "service", "description": "+886912"},
    ):
        await centre.store.write(
            lambda conn, given=given: rows.create(conn, system(1.0), known.entity("product"), given)
        )


async def test_export_is_the_list(centre: House) -> None:
    """The same rows as the list under filter and order, headings in the asked language, labels or codes, formulas guarded, CRLF."""
    await made(centre)
    async with centre.browser("sue") as sue:
        answer = await sue.get(f"{PRODUCTS}/export", params={"sort": "code", "language": "zh-TW"})
        lines = table(answer)
        assert lines[0][:5] == ["ID", "代碼", "名稱", "類別", "產品線"]
        assert [line[1:4] for line in lines[1:]] == [["A", "檯燈", "商品"], ["B", "'=HYPERLINK(1)", "服務"]]
        assert answer.content.count(b"\r\n") == 3
        assert "attachment; filename=" in answer.headers["content-disposition"]
        only = json.dumps({"field": "kind", "is": "eq", "value": "goods"})
        coded = table(
            await sue.get(
                f"{PRODUCTS}/export",
                params={"filter": only, "values": "codes", "columns": "price,kind,code,sold_until"},
            )
        )
        assert coded[0] == ["id", "price", "kind", "code", "sold_until"]
        assert [line[1:] for line in coded[1:]] == [["1200.5", "goods", "A", "2027-02-28"]]
        listed = (await sue.get(PRODUCTS, params={"filter": only})).json()["items"]
        assert [line[0] for line in coded[1:]] == [row["id"] for row in listed]
        unknown = await sue.get(f"{PRODUCTS}/export", params={"columns": "secret"})
        assert (unknown.status_code, unknown.json()["code"]) == (422, "field.unknown")


async def test_export_as_a_workbook(centre: House, tmp_path: Path) -> None:
    """XLSX with the same cells: figures as figures, texts as texts."""
    await made(centre)
    async with centre.browser("sue") as sue:
        answer = await sue.get(
            f"{PRODUCTS}/export", params={"format": "xlsx", "sort": "code", "columns": "code,name,price"}
        )
        assert answer.status_code == 200
        (tmp_path / "out.xlsx").write_bytes(answer.content)
        sheet = load_workbook(tmp_path / "out.xlsx").active
        assert sheet is not None
        cells = [[cell.value for cell in row][1:] for row in sheet.iter_rows()]
        assert cells == [["Code", "Name", "List price"], ["A", "檯燈", 1200.5], ["B", "=HYPERLINK(1)", None]]


async def test_exports_are_audited(centre: House) -> None:
    """Who took how many rows under which filter out of the house is in the chain."""
    await made(centre)
    async with centre.browser("sue") as sue:
        only = {"field": "kind", "is": "eq", "value": "goods"}
        table(await sue.get(f"{PRODUCTS}/export", params={"filter": json.dumps(only)}))

    def told(conn: Any) -> list[tuple[str, dict[str, Any]]]:
        joined = audit_event.join(audit_detail, audit_detail.c.seq == audit_event.c.seq)
        found = conn.execute(joined.select().where(audit_event.c.action == "exported"))
        return [(row.actor, json.loads(row.body)) for row in found]

    ((actor, detail),) = await centre.store.read(told)
    assert (actor, detail["rows"], detail["whole"], detail["filter"]) == ("sue", 1, True, only)


async def test_what_was_exported_can_be_imported(centre: House) -> None:
    """An exported file, changed in a spreadsheet, updates the same records by their id."""
    await made(centre)
    async with centre.browser("sue") as sue:
        lines = table(
            await sue.get(f"{PRODUCTS}/export", params={"columns": "code,name,kind", "sort": "code"})
        )
        lines[1][2] = "立燈"
        text = io.StringIO()
        csv.writer(text).writerows(lines)
        seen = (await upload(sue, text.getvalue())).json()
        assert seen["guessed"] == ["id", "code", "name", "kind"]
        batch = seen["item"]["id"]
        await sue.post(
            f"{IMPORTS}/{batch}/start", json={"columns": seen["guessed"], "match": "id", "mode": "update"}
        )
        done = await until(sue, batch, "finished")
        assert (done["updated"], done["unchanged"], done["failed"]) == (1, 1, 0)
        assert (await sue.get(PRODUCTS, params={"sort": "code"})).json()["items"][1][
            "name"
        ] == "=HYPERLINK(1)"


async def test_parties_with_numbers_go_out_and_in(centre: House) -> None:
    """A customer's numbers are columns of the file, in the order in which they are kept."""
    async with centre.browser("sue") as sue:
        lines = table(
            await sue.get(
                "/api/v1/records/parties/export", params={"columns": "name,phone,email", "sort": "name"}
            )
        )
        assert lines[0] == ["ID", "Name", "Phone", "E-mail"]
        assert ["林小美", "0912 345 678", ""] in [line[1:] for line in lines]
