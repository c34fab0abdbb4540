"""Calendars and policies over the API, and clocks as agents see them."""

import time
from typing import Any

import httpx
import pytest

from crm_core import cases
from crm_core.store import Connection
from tests.agent_console.house import House
from tests.agent_console.test_api import at_work, refused

DAY = [{"start": "09:00", "end": "12:00"}, {"start": "13:00", "end": "18:00"}]
OFFICE = {
    "name": "Office",
    "time_zone": "Asia/Taipei",
    "week": [DAY] * 5 + [[], []],
    "special": [{"day": "2026-02-16", "name": "除夕", "hours": []}],
}
ALWAYS = {"name": "Always", "time_zone": "UTC", "week": [[{"start": "00:00", "end": "24:00"}]] * 7}
CALENDARS, POLICIES = "/api/v1/sla/calendars", "/api/v1/sla/policies"


async def made(client: httpx.AsyncClient, url: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(url, json=body)
    assert answer.status_code == 201, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def promised(client: httpx.AsyncClient, **targets: int) -> dict[str, Any]:
    calendar = await made(client, CALENDARS, ALWAYS)
    body = {"name": "All", "calendar_id": calendar["id"], "targets": targets or {"first_response_s": 3600}}
    return await made(client, POLICIES, body)


async def test_a_calendar_is_kept_replaced_and_deleted(house: House) -> None:
    """What was given comes back; a replacement keeps the id; while a policy counts by it, it cannot go."""
    async with house.browser("sue") as sue:
        kept = await made(sue, CALENDARS, OFFICE)
        assert {key: kept[key] for key in OFFICE} == OFFICE
        wider = OFFICE | {"name": "Wider", "week": [DAY] * 7}
        replaced = (await sue.put(f"{CALENDARS}/{kept['id']}", json=wider)).json()
        assert (replaced["id"], replaced["name"]) == (kept["id"], "Wider")
        assert (await sue.get(CALENDARS)).json() == {"items": [replaced]}
        body = {"name": "All", "calendar_id": kept["id"], "targets": {"resolution_s": 57_600}}
        policy = await made(sue, POLICIES, body)
        refused(await sue.delete(f"{CALENDARS}/{kept['id']}"), 409, "sla_calendar.in_use")
        assert (await sue.delete(f"{POLICIES}/{policy['id']}")).status_code == 204
        assert (await sue.delete(f"{CALENDARS}/{kept['id']}")).status_code == 204
        refused(await sue.delete(f"{CALENDARS}/{kept['id']}"), 404, "sla_calendar.unknown")
        assert (await sue.get(CALENDARS)).json() == {"items": []}


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"name": ""}, "request.invalid", "/name"),
        ({"time_zone": "Mars/Olympus"}, "sla_calendar.zone_unknown", "/zone"),
        ({"week": [[]] * 7}, "sla_calendar.never_open", "/week"),
        ({"week": [DAY] * 6}, "request.invalid", "/week"),
        ({"week": [list(reversed(DAY))] * 7}, "sla_calendar.hours_order", "/week/0"),
        ({"week": [[{"start": "9:00", "end": "12:00"}]] * 7}, "request.invalid", "/week/0/0/start"),
        ({"special": OFFICE["special"] * 2}, "sla_calendar.day_twice", "/special"),
        ({"special": [{"day": "2026-02-30"}]}, "request.invalid", "/special/0/day"),
    ],
)
async def test_a_calendar_with_a_fault_is_refused(
    house: House, change: dict[str, Any], code: str, pointer: str
) -> None:
    """Each fault names its field."""
    async with house.browser("sue") as sue:
        problem = refused(await sue.post(CALENDARS, json=OFFICE | change), 422, code)
        assert pointer in {each["pointer"] for each in problem["errors"]}


async def test_policies_that_tie_are_refused(house: House) -> None:
    """A queue's and a tier's policy would both hold for that tier in that queue; the names of the two are told."""
    async with house.browser("sue") as sue:
        policy = await promised(sue)
        body = {"calendar_id": policy["calendar_id"], "targets": {"first_response_s": 600}}
        await made(sue, POLICIES, body | {"name": "Gold", "tier": "gold"})
        queue = body | {"name": "Desk", "queue": house.seed.queue}
        problem = refused(await sue.post(POLICIES, json=queue), 409, "sla_policy.tie")
        assert problem["params"] == {"first": "Desk", "second": "Gold"}
        await made(sue, POLICIES, queue | {"name": "Gold desk", "tier": "gold"})
        await made(sue, POLICIES, queue)
        gold_desk = (await sue.get(POLICIES)).json()["items"][3]
        refused(await sue.delete(f"{POLICIES}/{gold_desk['id']}"), 409, "sla_policy.tie")
        changed = await sue.put(f"{POLICIES}/{policy['id']}", json=body | {"name": "Everybody"})
        assert (changed.json()["id"], changed.json()["name"]) == (policy["id"], "Everybody")


async def test_holidays_are_proposed(house: House) -> None:
    """Taiwan's days in Chinese, China's with its make-up workdays; another country is refused."""
    async with house.browser("sue") as sue:
        url = "/api/v1/sla/holidays"
        taiwan = await sue.get(url, params={"country": "TW", "year": 2026, "language": "zh-TW"})
        assert {"day": "2026-10-10", "name": "國慶日", "worked": False} in taiwan.json()["items"]
        china = await sue.get(url, params={"country": "CN", "year": 2026, "language": "zh-CN"})
        assert {"day": "2026-02-14", "name": "调休上班", "worked": True} in china.json()["items"]
        refused(await sue.get(url, params={"country": "XX", "year": 2026}), 422, "holidays.country_unknown")


async def test_a_case_shows_its_clocks(house: House) -> None:
    """The item, the interaction and the case carry them; an answer meets the first response; steps come on demand."""
    async with house.browser("sue") as sue:
        await promised(sue, first_response_s=3600, resolution_s=7200)
    async with at_work(house) as desk:
        opened = await desk.ann.post(desk.url("/case"), json={"subject": "Another lamp"})
        case = opened.json()["case"]["id"]
        shown = (await desk.document())["clocks"]
        assert [(each["kind"], each["state"]) for each in shown] == [
            ("first_response", "running"),
            ("resolution", "running"),
        ]
        item = await desk.screen.until_docs(
            lambda docs: docs["items"][desk.letter]["clocks"] == shown, "items", desk.letter
        )
        assert item["case"]["id"] == case
        key = {"Idempotency-Key": "the-only-answer"}
        await desk.ann.post(desk.url("/replies"), json={"text": "Soon"}, headers=key)
        await desk.ann.put(f"/api/v1/cases/{case}/status", json={"status": "pending"})
        whole = (await desk.ann.get(f"/api/v1/cases/{case}")).json()
        assert [each["state"] for each in whole["clocks"]] == ["met", "paused"]
        assert whole["clocks"][1]["due"] is None
        plain = (await desk.ann.get(f"/api/v1/cases/{case}/clocks")).json()["clocks"]
        assert [each["explanation"] for each in plain] == [None, None]
        told = (await desk.ann.get(f"/api/v1/cases/{case}/clocks?explain=1")).json()["clocks"]
        steps = [[step["step"] for step in each["explanation"]] for each in told]
        assert steps[0] in (["started", "day", "stopped", "due"], ["started", "day", "day", "stopped", "due"])
        assert told[1]["explanation"][-1]["why"] == "paused"


async def test_a_missed_promise_is_told_and_marked(house: House) -> None:
    """An agent who holds work on the case is told of the breach, and the item's mark turns."""
    async with house.browser("sue") as sue:
        await promised(sue, first_response_s=60)
    async with at_work(house) as desk:
        await house.store.write(lambda connection: _asked_long_ago(connection, desk.letter))
        house.bus.publish("interaction", desk.letter)
        while not desk.screen.docs.get("notices"):
            await desk.screen.frame()
        [notice] = desk.screen.docs["notices"].values()
        assert notice["code"] == "sla.breached"
        assert notice["params"]["clock"] == "first_response"
        item = await desk.screen.until_docs(
            lambda docs: [each["state"] for each in docs["items"][desk.letter]["clocks"]] == ["breached"],
            "items",
            desk.letter,
        )
        assert item["clocks"][0]["due"] < time.time()


async def test_a_warning_comes_before_the_breach(house: House) -> None:
    """With less than a quarter left the agent is warned, by name of the case and the promise."""
    async with house.browser("sue") as sue:
        await promised(sue, first_response_s=600)
    async with at_work(house) as desk:
        await house.store.write(lambda connection: _asked_long_ago(connection, desk.letter, ago_s=500))
        house.bus.publish("interaction", desk.letter)
        while not desk.screen.docs.get("notices"):
            await desk.screen.frame()
        [notice] = desk.screen.docs["notices"].values()
        assert notice["code"] == "sla.warned"


def _asked_long_ago(connection: Connection, interaction: str, ago_s: float = 100) -> None:
    now = time.time()
    case = cases.open_case(
        connection, subject="x", party_id=None, queue_id=None, now=now, asked_at=now - ago_s
    )
    cases.link(connection, interaction, case.id)
