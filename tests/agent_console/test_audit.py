"""The past of a record and the audit log over the API: what is told, to whom, and that looking is itself told."""

import csv
import io
from typing import Any

import httpx
from sqlalchemy import delete, update

from crm_core import audit, users
from crm_core.access import roles
from crm_core.audit import reading
from crm_core.audit.reading import Wanted
from crm_core.store import Connection
from crm_core.tables import audit_detail, audit_event
from tests.agent_console.house import House

PARTIES, PRODUCTS = "/api/v1/records/parties", "/api/v1/records/products"


async def test_a_records_past_tells_who_changed_what(house: House) -> None:
    """The newest first, before and after by field, references with their names."""
    async with house.browser("sue") as sue:
        firm = (await sue.post(PARTIES, json={"kind": "organisation", "name": "大安電子"})).json()["record"][
            "id"
        ]
        person = (await sue.post(PARTIES, json={"kind": "person", "name": "Lin"})).json()["record"]["id"]
        await sue.patch(f"{PARTIES}/{person}", json={"organisation_id": firm, "title": "=Buyer"})
        await sue.delete(f"{PARTIES}/{person}")
        past = (await sue.get(f"{PARTIES}/{person}/history")).json()
        assert [each["action"] for each in past["items"]] == ["deleted", "changed", "created"]
        changed = past["items"][1]
        assert (changed["actor"], changed["via"]) == ("sue", "console")
        assert changed["changes"] == {"organisation_id": [None, firm], "title": [None, "=Buyer"]}
        assert past["named"]["party"] == {firm: "大安電子"}


async def test_the_past_comes_in_pages_without_gaps(house: House) -> None:
    """Page by page one reads the same as at once."""
    async with house.browser("sue") as sue:
        place = await _product(sue)
        for number in range(5):
            await sue.patch(place, json={"name": f"Lamp {number}"})
        whole = [each["seq"] for each in (await sue.get(f"{place}/history")).json()["items"]]
        parts, cursor = [], None
        while True:
            asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
            page = (await sue.get(f"{place}/history", params=asked)).json()
            parts += [each["seq"] for each in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert parts == whole
        assert len(whole) == 6
        wrong = await sue.get(f"{place}/history", params={"cursor": "-1"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "cursor.unknown")


async def test_who_only_looked_is_not_told_to_agents(house: House) -> None:
    """Reads stand in the past of a customer for supervisors who ask; an agent who asks is refused."""
    place = f"{PARTIES}/{house.seed.party}"
    async with house.browser("ann") as ann, house.browser("sue") as sue:
        assert (await ann.get(place)).status_code == 200
        shown = (await ann.get(f"{place}/history")).json()["items"]
        assert not {each["action"] for each in shown} & set(reading.READS)
        refused = await ann.get(f"{place}/history", params={"reads": True})
        assert (refused.status_code, refused.json()["code"]) == (403, "access.role")
        asked = (await sue.get(f"{place}/history", params={"reads": True})).json()["items"]
        assert ("read", "ann") in [(each["action"], each["actor"]) for each in asked]


async def test_hidden_fields_have_no_past(house: House) -> None:
    """A role that hides a field hides what it was before as well."""
    place = f"{PARTIES}/{house.seed.party}"
    async with house.browser("sue") as sue, house.browser("adm") as adm, house.browser("ann") as ann:
        await sue.patch(place, json={"note": "secret", "title": "Buyer"})
        role = {"name": "Veiled", "based_on": "agent", "fields": {"party": {"note": "hidden"}}}
        made = (await adm.post("/api/v1/records/roles", json=role)).json()["record"]["id"]
        await house.store.write(lambda c: roles.give(c, house.seed.users["ann"], [made]))
        seen = (await ann.get(f"{place}/history")).json()
        assert "secret" not in str(seen)
        assert seen["items"][0]["changes"] == {"title": [None, "Buyer"]}


async def test_the_past_of_what_one_may_not_read_is_refused(house: House) -> None:
    """A case that is nobody's business of theirs, and a record that there is not."""
    async with house.browser("bob") as bob:
        foreign = await bob.get(f"/api/v1/records/cases/{house.seed.case}/history")
        assert (foreign.status_code, foreign.json()["code"]) == (403, "record.not_yours")
        assert (await bob.get(f"{PARTIES}/nobody/history")).status_code == 404


async def test_administrators_narrow_the_log(house: House) -> None:
    """By user, action, entity, record and time; all others are refused."""
    async with house.browser("adm") as adm, house.browser("sue") as sue:
        place = await _product(sue)
        await sue.patch(place, json={"name": "Chair"})
        await _product(adm, "P-2")
        sues = {"user": house.seed.users["sue"], "entity": "product"}
        found = await _events(adm, **sues)
        assert [each["action"] for each in found] == ["changed", "created"]
        assert [each["action"] for each in await _events(adm, **sues, action="changed")] == ["changed"]
        assert len(await _events(adm, object=place.rpartition("/")[2])) == 2
        newest, oldest = found[0]["at"], found[-1]["at"]
        assert [e["seq"] for e in await _events(adm, **sues, since=newest)] == [
            e["seq"] for e in found if e["at"] >= newest
        ]
        assert await _events(adm, **sues, until=oldest) == []
        refused = await sue.get("/api/v1/audit")
        assert (refused.status_code, refused.json()["code"]) == (403, "access.role")


async def test_the_log_is_exported_harmlessly_and_that_is_told(house: House) -> None:
    """A table for spreadsheets, in which no text is calculated; the chain knows who took it."""
    async with house.browser("adm") as adm:
        login = "=1+1"
        await house.store.write(lambda c: _told(c, actor=login))
        answer = await adm.get("/api/v1/audit/export", params={"entity": "test"})
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"))))
        assert [row["actor"] for row in rows] == ["'=1+1"]
        (told,) = await _events(adm, entity="audit")
        assert (told["action"], told["detail"]["rows"], told["detail"]["filter"]) == ("exported", 1, {"entity": "test"})  # fmt: skip


async def test_a_changed_event_shows_when_the_chain_is_verified(house: House) -> None:
    """The chain is whole until somebody writes into it; verifying is told, too."""
    async with house.browser("adm") as adm:
        await _product(adm)
        whole = (await adm.post("/api/v1/audit/verify")).json()
        assert whole["broken_at"] is None
        assert whole["events"] >= 1
        assert (await _events(adm, action="verified"))[0]["detail"]["events"] == whole["events"]
        await house.store.write(
            lambda c: c.execute(update(audit_event).where(audit_event.c.seq == 1).values(actor="somebody"))
        )
        assert (await adm.post("/api/v1/audit/verify")).json()["broken_at"] == 1


async def test_an_erased_detail_is_told_as_erased(house: House) -> None:
    """What was erased with its person is null, and the event stays."""
    await house.store.write(lambda c: _told(c, actor="ann"))
    await house.store.write(_forget)
    page = await house.store.read(lambda c: reading.events(c, Wanted(entity="test"), limit=10))
    assert [each.detail for each in page.items] == [None]


async def test_colleagues_are_found_by_part_of_a_name(house: House) -> None:
    """By name or login in either case; signs of patterns mean themselves; known ids are named also when they left."""
    async with house.browser("ann") as ann:
        assert await _names(ann, q="SU") == ["sue"]
        assert await _names(ann, q="%") == []
        assert len(await _names(ann, limit=2)) == 2
        gone = house.seed.users["bob"]
        await house.store.write(lambda c: users.set_active(c, gone, active=False))
        assert "bob" not in await _names(ann)
        assert await _names(ann, ids=gone) == ["bob"]


async def test_built_in_roles_are_told_to_administrators(house: House) -> None:
    """What a role begins with, by entity and action."""
    async with house.browser("adm") as adm, house.browser("sue") as sue:
        told = (await adm.get("/api/v1/roles/built-in")).json()["roles"]
        assert told["agent"]["product"] == {"read": "all"}
        assert told["supervisor"]["party"]["delete"] == "all"
        assert (await sue.get("/api/v1/roles/built-in")).status_code == 403


def _told(connection: Connection, actor: str) -> int:
    origin = audit.Origin(user_id=None, name=actor, via="system")
    entry = audit.Entry(
        at=5.0, origin=origin, action="changed", entity="test", object_id="x", detail={"a": 1}
    )
    return audit.record(connection, entry)


def _forget(connection: Connection) -> None:
    connection.execute(delete(audit_detail))


async def _product(client: httpx.AsyncClient, code: str = "P-1") -> str:
    made = await client.post(PRODUCTS, json={"code": code, "name": "Lamp", "kind": "goods"})
    assert made.status_code == 201, made.text
    return f"{PRODUCTS}/{made.json()['record']['id']}"


async def _events(client: httpx.AsyncClient, **asked: Any) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/audit", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def _names(client: httpx.AsyncClient, **asked: Any) -> list[str]:
    answer = await client.get("/api/v1/users/names", params=asked)
    assert answer.status_code == 200, answer.text
    return [each["login"] for each in answer.json()["items"]]
