"""Contracts, numbers and PINs over HTTP: who may, what is refused, what the screen shows."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from agent_console.renewals import Renewals
from config.clock import SystemClock
from crm_core import identification, interactions, passwords
from crm_core.tables import audit_event, party_pin
from tests.agent_console.house import House
from tests.agent_console.test_api import at_work, refused

CONTRACTS = "/api/v1/records/service-contracts"


def terms(house: House, **given: Any) -> dict[str, Any]:
    today = datetime.now(UTC).date()
    return {
        "party_id": house.seed.party,
        "state": "active",
        "starts_on": (today - timedelta(days=30)).isoformat(),
        "ends_on": (today + timedelta(days=300)).isoformat(),
        **given,
    }


async def test_a_contract_with_what_is_left_of_it(house: House) -> None:
    """Supervisors keep contracts, agents read them with what is left; what cannot be is refused with its field."""
    async with house.browser("sue") as sue, house.browser("ann") as ann:
        made = await sue.post(CONTRACTS, json=terms(house, max_calls=3, level="premium"))
        assert made.status_code == 201, made.text
        row = made.json()["record"]
        standing = (await ann.get(f"/api/v1/service-contracts/{row['id']}/standing")).json()
        assert standing["contract"]["calls"] == {"max": 3, "used": 0, "left": 3}
        assert standing["contract"]["number"] == row["number"]
        assert standing["performance"]["kept"] == []
        refused(await ann.post(CONTRACTS, json=terms(house)), 403, "access.action")
        wrong = await sue.post(CONTRACTS, json=terms(house, ends_on="2020-01-01"))
        assert (wrong.status_code, wrong.json()["code"]) == (422, "contract.ends_before")
        refused(await ann.get("/api/v1/service-contracts/none/standing"), 404, "record.unknown")


async def test_contracts_are_found_by_customer_product_and_date(house: House) -> None:
    """A list narrows by customer, by what a line covers, and by its end; a search finds the number and the terms."""
    async with house.browser("sue") as sue:
        lamp = (
            await sue.post("/api/v1/records/products", json={"code": "L", "name": "Lamp", "kind": "goods"})
        ).json()
        first = (await sue.post(CONTRACTS, json=terms(house, terms="半導體設備的維護"))).json()["record"]
        await sue.post(CONTRACTS, json=terms(house, party_id=house.seed.stranger, ends_on="2035-01-01"))
        line = {"service_contract_id": first["id"], "product_id": lamp["record"]["id"]}
        assert (await sue.post("/api/v1/records/contract-lines", json=line)).status_code == 201

        async def listed(where: str, **asked: str) -> list[str]:
            answer = await sue.get(f"/api/v1/records/{where}", params=asked)
            assert answer.status_code == 200, answer.text
            return [each.get("service_contract_id") or each["id"] for each in answer.json()["items"]]

        def only(field: str, is_: str, value: str) -> str:
            return f'{{"field": "{field}", "is": "{is_}", "value": "{value}"}}'

        assert await listed("service-contracts", filter=only("party_id", "eq", house.seed.party)) == [
            first["id"]
        ]
        assert await listed("service-contracts", filter=only("ends_on", "lt", "2034-12-31")) == [first["id"]]
        assert await listed("contract-lines", filter=only("product_id", "eq", lamp["record"]["id"])) == [
            first["id"]
        ]
        assert await listed("service-contracts", q="半导体") == [first["id"]]
        assert await listed("service-contracts", q=first["number"]) == [first["id"]]


async def test_the_agent_corrects_who_wrote_and_it_is_remembered(house: House) -> None:
    """It is not the one whom the address says: the screen follows; somebody else is chosen, and the customer's page tells by whom
    and when; taken back, it is nobody's word any more."""
    async with at_work(house) as desk:
        first = (await desk.document())["match"]["parties"][0]
        assert (first["id"], first["remembered"]) == (house.seed.party, None)
        assert (
            await desk.ann.post(desk.url("/wrong-party"), json={"party_id": first["id"]})
        ).status_code == 204
        assert (await desk.document())["match"] == {"strength": "none", "parties": []}
        chosen = await desk.ann.put(desk.url("/party"), json={"party_id": house.seed.stranger})
        assert chosen.status_code == 204
        shown = (await desk.document())["match"]["parties"][0]
        assert (shown["id"], shown["remembered"]["verdict"], shown["remembered"]["by"]) == (
            house.seed.stranger,
            "confirmed",
            "Ann",
        )
        numbers = f"/api/v1/parties/{house.seed.stranger}/numbers"
        [said] = (await desk.ann.get(numbers)).json()["items"]
        assert (said["kind"], said["number"], said["trusted"]) == ("email", "lin@example.com", False)
        trusted = await desk.ann.put(f"/api/v1/numbers/{said['id']}", json={"trusted": True})
        assert trusted.json()["trusted"] is True
        assert (await desk.ann.delete(f"/api/v1/numbers/{said['id']}")).status_code == 204
        assert (await desk.ann.get(numbers)).json() == {"items": []}
        refused(await desk.ann.delete(f"/api/v1/numbers/{said['id']}"), 404, "number.unknown")
        refused(
            await desk.ann.put(f"/api/v1/numbers/{said['id']}", json={"trusted": True}), 404, "number.unknown"
        )
    events = await house.store.read(lambda c: c.execute(select(audit_event.c.action)).scalars().all())
    wanted = {"number_denied", "number_confirmed", "number_trusted", "number_undone"}
    assert wanted <= set(events)


async def test_only_who_holds_the_work_corrects_it(house: House) -> None:
    """Another agent may not say who it is, and says nothing of numbers thereby."""
    async with at_work(house) as desk, house.browser("bob") as bob:
        for act in (
            bob.post(desk.url("/wrong-party"), json={"party_id": house.seed.party}),
            bob.put(desk.url("/party"), json={"party_id": house.seed.stranger}),
        ):
            assert (await act).status_code in (403, 404, 409)
        row = await house.store.read(lambda c: interactions.interaction(c, desk.letter))
        assert row is not None
        assert row.party_id == house.seed.party


async def test_the_brief_before_dialling_out(house: House) -> None:
    """It shows what the pop would; reading it is told to the chain; unknown customers are refused."""
    async with house.browser("sue") as sue:
        await sue.post(CONTRACTS, json=terms(house, max_minutes=60))
        purchase = {
            "party_id": house.seed.party,
            "department": "信義門市",
            "item": "檯燈",
            "bought_at": time.time(),
        }
        assert (await sue.post("/api/v1/records/purchases", json=purchase)).status_code == 201
        brief = (await sue.get(f"/api/v1/parties/{house.seed.party}/brief")).json()
        assert [each["minutes"]["left"] for each in brief["contracts"]] == [60]
        assert [(each["name"], each["times"]) for each in brief["purchases"]["departments"]] == [
            ("信義門市", 1)
        ]
        assert brief["last_inquiry"]["case_id"] == house.seed.case
        refused(await sue.get("/api/v1/parties/nobody/brief"), 404, "party.unknown")
    read = await house.store.read(
        lambda c: (
            c.execute(select(audit_event.c.object_id).where(audit_event.c.action == "read")).scalars().all()
        )
    )
    assert house.seed.party in read


async def test_a_pin_is_set_and_never_shown(house: House) -> None:
    """Who keeps customers gives a number and a PIN; what cannot be keyed is refused; only the hash is kept; removed, it is gone."""
    place = f"/api/v1/parties/{house.seed.party}/pin"
    async with house.browser("sue") as sue:
        assert (await sue.get(place)).json() == {"customer_number": None}
        given = {"customer_number": "471100", "pin": "4826"}
        assert (await sue.put(place, json=given)).status_code == 204
        assert (await sue.get(place)).json() == {"customer_number": "471100"}
        refused(await sue.put(place, json=given | {"pin": "1111"}), 422, "pin.form")
        refused(await sue.put(place, json=given | {"customer_number": "x"}), 422, "pin.customer_number")
        other = f"/api/v1/parties/{house.seed.stranger}/pin"
        refused(await sue.put(other, json=given), 409, "pin.number_taken")
        kept = await house.store.read(lambda c: c.execute(select(party_pin.c.pin_hash)).scalar_one())
        assert await passwords.verify("4826", kept)
        assert "4826" not in kept
        assert (await sue.delete(place)).status_code == 204
        found = await house.store.read(lambda c: identification.candidates(c, "471100"))
        assert found == []


async def test_a_line_that_asks_who_calls(house: House) -> None:
    """Supervisors say at which number callers are asked; agents may not; unknown numbers and words are refused."""
    async with house.browser("sue") as sue, house.browser("ann") as ann:
        lines = (await sue.get("/api/v1/lines")).json()["items"]
        number = lines[0]["number"]
        assert (await sue.put(f"/api/v1/lines/{number}", json={"identify": "unknown"})).status_code == 204
        changed = {
            each["number"]: each["identify"] for each in (await sue.get("/api/v1/lines")).json()["items"]
        }
        assert changed[number] == "unknown"
        refused(await ann.put(f"/api/v1/lines/{number}", json={"identify": "never"}), 403, "access.role")
        refused(await sue.put("/api/v1/lines/99999", json={"identify": "never"}), 404, "entry.unknown")
        assert (await sue.put(f"/api/v1/lines/{number}", json={"identify": "always"})).status_code == 422


async def test_renewals_come_by_themselves(house: House) -> None:
    """A contract that is up for renewal when the server starts is looked at and shown as reminded; nobody asked for it."""
    today = datetime.now(UTC).date()
    async with house.browser("sue") as sue:
        made = await sue.post(CONTRACTS, json=terms(house, ends_on=(today + timedelta(days=5)).isoformat()))
        row = made.json()["record"]
        assert row["state"] == "renewal_due"
        task = asyncio.create_task(Renewals(house.store, house.bus, SystemClock()).run())
        try:
            async with asyncio.timeout(5):
                while (await sue.get(f"{CONTRACTS}/{row['id']}")).json()["record"]["reminded_for"] is None:
                    await asyncio.sleep(0.02)
        finally:
            task.cancel()
            await asyncio.wait([task])
        shown = (await sue.get(f"{CONTRACTS}/{row['id']}")).json()["record"]
        assert (shown["reminded_for"], shown["state"]) == (row["ends_on"], "renewal_due")
