"""The API of records: typed by the declaration, by cursor, with versions, keys, rights, and an audit of who read whom."""

import asyncio
import json

from agent_console import application
from agent_console.audited import AUDITED
from crm_core.tables import audit_event
from tests.agent_console.house import House

PRODUCTS = "/api/v1/records/products"
LAMP = {"code": "L-1", "name": "檯燈", "kind": "goods", "price": "1200"}


async def test_a_record_from_making_to_putting_back(house: House) -> None:
    """Made, read, changed under its version, removed and put back, each with the right status and tag; whoever shows it hears of it."""
    async with house.browser("sue") as sue:
        made = await sue.post(PRODUCTS, json=LAMP)
        assert made.status_code == 201, made.text
        row = made.json()["record"]
        assert (row["price"], row["row_version"], made.headers["etag"]) == ("1200.0000", 1, '"1"')
        place = f"{PRODUCTS}/{row['id']}"
        assert made.headers["location"] == place
        changed = await sue.patch(place, json={"name": "Lamp"}, headers={"If-Match": '"1"'})
        assert (changed.json()["record"]["name"], changed.headers["etag"]) == ("Lamp", '"2"')
        stale = await sue.patch(place, json={"name": "x"}, headers={"If-Match": '"1"'})
        assert (stale.status_code, stale.json()["code"]) == (412, "record.stale")
        assert (await sue.delete(place)).status_code == 204
        assert (await sue.get(place)).status_code == 404
        told: list[str] = []
        unsubscribe = house.bus.subscribe("product", told.append)
        assert (await sue.post(f"{place}/put-back")).json()["record"]["name"] == "Lamp"
        async with asyncio.timeout(5):
            while told != [row["id"]]:
                await asyncio.sleep(0.01)
        unsubscribe()


async def test_a_repeated_request_is_done_once(house: House) -> None:
    """The same key answers the same; the same key for something else is refused."""
    async with house.browser("sue") as sue:
        key = {"Idempotency-Key": "one"}
        first = await sue.post(PRODUCTS, json=LAMP, headers=key)
        again = await sue.post(PRODUCTS, json=LAMP, headers=key)
        assert (first.status_code, first.json()) == (again.status_code, again.json())
        other = await sue.post(PRODUCTS, json=LAMP | {"code": "L-2"}, headers=key)
        assert (other.status_code, other.json()["code"]) == (409, "request.key_reused")
        listed = (await sue.get(PRODUCTS, params={"count": True})).json()
        assert (len(listed["items"]), listed["count"]) == (1, 1)


async def test_rights_hold_at_the_door(house: House) -> None:
    """Agents read products and make none; what they may do is told with the entities, and roles are not theirs to see."""
    async with house.browser("ann") as ann:
        refused = await ann.post(PRODUCTS, json=LAMP)
        assert (refused.status_code, refused.json()["code"]) == (403, "access.action")
        known = {each["name"]: each for each in (await ann.get("/api/v1/records")).json()["items"]}
        assert known["product"]["scopes"]["create"] == "none"
        assert known["party"]["scopes"]["export"] == "none"
        assert "role" not in known


async def test_lists_narrow_sort_and_search(house: House) -> None:
    """A filter as JSON, an order, words in either script, and refusals with codes."""
    async with house.browser("sue") as sue:
        for code, name, price in (("A", "紅燈", 5), ("B", "蓝灯", 7), ("C", "chair", 9)):
            await sue.post(PRODUCTS, json={"code": code, "name": name, "kind": "goods", "price": str(price)})
        asked = json.dumps({"field": "price", "is": "gt", "value": 5})
        found = (await sue.get(PRODUCTS, params={"filter": asked, "sort": "-price"})).json()
        assert [row["code"] for row in found["items"]] == ["C", "B"]
        found = (await sue.get(PRODUCTS, params={"q": "红灯"})).json()
        assert [row["code"] for row in found["items"]] == ["A"]
        for params, code in (
            ({"filter": "{"}, "filter.form"),
            ({"sort": "price;drop"}, "sort.field_unknown"),
            ({"cursor": "x"}, "cursor.unknown"),
        ):
            refused = await sue.get(PRODUCTS, params=params)
            assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_reading_customers_is_audited(house: House) -> None:
    """Opening a customer and listing customers leave an event with who, what and from where."""
    async with house.browser("ann") as ann:
        await ann.get(f"/api/v1/records/parties/{house.seed.party}")
        await ann.get("/api/v1/records/parties")
    events = await house.store.read(lambda c: c.execute(audit_event.select()).all())
    told = [(each.actor, each.action, each.entity, each.object_id) for each in events]
    assert ("ann", "read", "party", house.seed.party) in told
    assert ("ann", "listed", "party", None) in told


async def test_many_at_once_each_by_itself(house: House) -> None:
    """A bulk change does what can be done and says row by row what could not."""
    async with house.browser("sue") as sue:
        ids = [(await sue.post(PRODUCTS, json=LAMP | {"code": code})).json()["record"]["id"] for code in "AB"]
        answer = await sue.post(f"{PRODUCTS}/bulk", json={"ids": [*ids, "none"], "change": {"name": "Bulb"}})
        assert (answer.json()["done"], answer.json()["refused"]) == (2, 1)
        assert [each["code"] for each in answer.json()["items"]] == [None, None, "record.unknown"]


def test_what_is_audited_is_there() -> None:
    """Every route of the table of audited ones exists, so that a renamed route is not forgotten."""
    paths = application.build().openapi()["paths"]
    assert [each for each in AUDITED if each[0].lower() not in paths.get(f"/api/v1{each[1]}", {})] == []


async def test_reading_outside_of_records_is_audited_too(house: House) -> None:
    """Opening a customer or a case, searching, and changing what is promised leave an event; what is refused leaves none."""
    async with house.browser("sue") as sue:
        await sue.get(f"/api/v1/parties/{house.seed.party}")
        await sue.get(f"/api/v1/cases/{house.seed.case}")
        await sue.get("/api/v1/search", params={"q": "lamp"})
        await sue.get("/api/v1/cases/none")
    events = await house.store.read(lambda c: c.execute(audit_event.select()).all())
    told = [(each.action, each.entity, each.object_id) for each in events if each.actor == "sue"]
    assert told.count(("read", "party", house.seed.party)) == 1
    assert ("read", "case", house.seed.case) in told
    assert ("searched", "search", None) in told
    assert ("read", "case", "none") not in told


async def test_feedback_reaches_administrators_with_screen_and_user(house: House) -> None:
    """001-18: whoever works here says what they think; administrators read it and say what becomes of it, all others see their own."""
    place = "/api/v1/records/feedback"
    said = {"text": "字太小", "kind": "problem", "screen": "/records/parties", "status": "done"}
    async with house.browser("ann") as ann, house.browser("bob") as bob, house.browser("adm") as adm:
        made = await ann.post(place, json=said)
        assert made.status_code == 201, made.text
        assert (await bob.get(place)).json()["items"] == []
        assert (
            await ann.patch(f"{place}/{made.json()['record']['id']}", json={"status": "done"})
        ).status_code == 403
        listed = (await adm.get(place)).json()
        (row,) = listed["items"]
        assert (row["text"], row["screen"], row["status"]) == ("字太小", "/records/parties", "new")
        assert listed["named"]["user"][row["owner_id"]] == "Ann"
        noted = await adm.patch(f"{place}/{row['id']}", json={"status": "noted"})
        assert noted.json()["record"]["status"] == "noted"
