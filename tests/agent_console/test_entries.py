"""Numbers and addresses are kept in the console by administrators, and take effect while everything runs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from config.clock import SystemClock
from crm_core import queues
from cti.directory import Directory
from tests.agent_console.house import House

ENTRIES = "/api/v1/records/entries"


@contextmanager
def told(house: House, topic: str) -> Iterator[list[str]]:
    """What is published meanwhile."""
    heard: list[str] = []
    stop = house.bus.subscribe(topic, heard.append)
    try:
        yield heard
    finally:
        stop()


async def hears(heard: list[str], row: str) -> None:
    async with asyncio.timeout(5):
        while row not in heard:
            await asyncio.sleep(0.005)
    heard.clear()


async def leads(house: House, medium: str, address: str) -> str | None:
    queue = await house.store.read(lambda c: queues.queue_for(c, medium, address))
    return queue and queue.id


def line(house: House, **more: Any) -> dict[str, Any]:
    return {"medium": "voice", "address": "+886255550100", "queue_id": house.seed.queue} | more


async def made(adm: httpx.AsyncClient, given: dict[str, Any]) -> str:
    answer = await adm.post(ENTRIES, json=given)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["record"]["id"])


async def test_a_number_leads_to_its_queue_as_soon_as_it_is_kept(house: House) -> None:
    """Found by calls and letters; whoever works by numbers hears of each that is made, changed, removed and put back."""
    with told(house, "config") as config, told(house, "entry") as shown:
        async with house.browser("adm") as adm:
            row = await made(adm, line(house))
            await hears(shown, row)
            await hears(config, row)
            assert await leads(house, "voice", "+886255550100") == house.seed.queue
            place = f"{ENTRIES}/{row}"
            changed = await adm.patch(place, json={"address": "+886255550111"})
            assert changed.status_code == 200, changed.text
            await hears(config, row)
            assert await leads(house, "voice", "+886255550100") is None
            assert await leads(house, "voice", "+886255550111") == house.seed.queue
            assert (await adm.delete(place)).status_code == 204
            await hears(config, row)
            assert await leads(house, "voice", "+886255550111") is None
            assert (await adm.post(f"{place}/put-back")).status_code == 200
            await hears(config, row)
            assert await leads(house, "voice", "+886255550111") == house.seed.queue
            bulk = {"ids": [row], "action": "remove"}
            assert (await adm.post(f"{ENTRIES}/bulk", json=bulk)).json()["done"] == 1
            await hears(config, row)
            await made(adm, line(house, medium="email", address="Sales@Example.com"))
            assert await leads(house, "email", "sales@example.com") == house.seed.queue


async def test_callers_are_let_in_by_what_was_just_kept(house: House) -> None:
    """The directory that answers for calls follows by itself, for where a number leads and whether its callers are asked."""
    directory = Directory(house.store, house.bus, SystemClock())
    task = asyncio.create_task(directory.run())
    try:
        async with house.browser("adm") as adm, asyncio.timeout(5):
            given = {"name": "Sales", "language": "en"}
            sales = (await adm.post("/api/v1/records/queues", json=given)).json()["record"]["id"]
            await made(adm, line(house, queue_id=sales, identify="unknown"))
            while directory.queue_for("886255550100") != sales:
                await asyncio.sleep(0.005)
            assert directory.identifies("886255550100") == "unknown"
            await made(adm, line(house, address="*"))
            while directory.queue_for("777") != house.seed.queue:
                await asyncio.sleep(0.005)
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_what_is_refused_names_its_field_and_leads_nowhere(house: House) -> None:
    async with house.browser("adm") as adm, house.browser("sue") as sue:
        for given, status, code in (
            (line(house, address="02-5555"), 422, "entry.number"),
            (line(house, medium="email"), 422, "field.email"),
            (line(house, address="100"), 409, "field.taken"),
            (line(house, address="+100"), 422, "field.taken"),
        ):
            refused = await adm.post(ENTRIES, json=given)
            assert (refused.status_code, refused.json()["code"]) == (status, code), refused.text
            assert [each["pointer"] for each in refused.json()["errors"]] == ["/address"]
        assert (await sue.post(ENTRIES, json=line(house))).status_code == 403
        listed = (await sue.get(ENTRIES)).json()
        assert {row["address"] for row in listed["items"]} == {"100", "help@example.com"}
        assert listed["named"]["queue"] == {house.seed.queue: "Support"}


async def test_who_asks_callers_stands_in_the_history(house: House) -> None:
    """A supervisor says it of a number without the rights to keep numbers; whoever has the record open is told that it is another."""
    async with house.browser("adm") as adm, house.browser("sue") as sue:
        row = await made(adm, line(house))
        with told(house, "config") as config, told(house, "entry") as shown:
            for _ in range(2):
                answer = await sue.put("/api/v1/lines/+886255550100", json={"identify": "unknown"})
                assert answer.status_code == 204, answer.text
                await hears(shown, row)
                await hears(config, row)
        record = (await adm.get(f"{ENTRIES}/{row}")).json()["record"]
        assert (record["identify"], record["row_version"]) == ("unknown", 2)
        history = (await adm.get(f"{ENTRIES}/{row}/history")).json()["items"]
        assert [(each["action"], each["actor"]) for each in history] == [
            ("changed", "sue"),
            ("created", "adm"),
        ]
        assert history[0]["changes"] == {"identify": ["never", "unknown"]}
        assert (await adm.delete(f"{ENTRIES}/{row}")).status_code == 204
        assert (await sue.put("/api/v1/lines/+886255550100", json={"identify": "never"})).status_code == 404
