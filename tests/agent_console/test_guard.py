"""Over the API: the lock, what goes out, trying a number, and callers who are not to be taken any more."""

from typing import Any

import httpx
from sqlalchemy import insert

from crm_core import notifications
from crm_core.store import Connection
from crm_core.tables import outside_call
from tests.agent_console.house import House

API = "/api/v1"


async def plan(client: httpx.AsyncClient, **values: Any) -> str:
    made = await client.post(f"{API}/records/dial-plans", json={"name": "Home", "allowed": "0"} | values)
    assert made.status_code == 201, made.text
    return str(made.json()["record"]["id"])


async def test_calls_out_are_seen_and_locked(house: House) -> None:
    """By those who keep watch, with a line in the audit trail; agents neither see nor lock."""
    async with house.browser("ann") as ann, house.browser("sue") as sue, house.browser("adm") as adm:
        assert (await ann.get(f"{API}/guard")).status_code == 403
        assert (await ann.put(f"{API}/guard/lock", json={"locked": True})).status_code == 403
        made = await plan(adm, at_once=3, rates="0: 1.5")
        used = {"whose": "people", "plan_id": made}
        assert (await adm.post(f"{API}/records/dial-plan-uses", json=used)).status_code == 201
        at = house.console.context.clock.now()
        call = {"id": "c", "at": at - 60, "number": "+886212345678", "why": "consult", "plan_id": made}

        def went(conn: Connection) -> None:
            conn.execute(insert(outside_call).values(**call, answered_at=at - 60, ended_at=at))

        await house.store.write(went)
        assert (await sue.put(f"{API}/guard/lock", json={"locked": True})).status_code == 204
        seen = (await sue.get(f"{API}/guard")).json()
        assert (seen["locked"], seen["alarms"][0]["kind"], seen["lately"]["calls"]) == (True, "by_hand", 1)
        [one] = seen["plans"]
        assert (one["name"], one["limits"], one["live"]) == ("Home", {"at_once": "3"}, 0)
        assert one["hour"]["minutes"] == 1.0
        tried = (await adm.post(f"{API}/guard/try", json={"number": "0212345678"})).json()
        assert (tried["allowed"], tried["code"]) == (False, "outside.locked")
        assert (await adm.post(f"{API}/guard/try", json={"number": "119"})).json()["allowed"]
        assert (await sue.put(f"{API}/guard/lock", json={"locked": False})).status_code == 204
        tried = (await adm.post(f"{API}/guard/try", json={"number": "02 1234 5678"})).json()
        assert (tried["allowed"], tried["plan"], tried["price"]) == (True, "Home", "1.5")
        for number in ("+85221234567", "x", "02&Local/1"):
            tried = (await adm.post(f"{API}/guard/try", json={"number": number})).json()
            assert tried["code"] == "number.not_allowed"
        assert (await sue.post(f"{API}/guard/try", json={"number": "119"})).status_code == 403
        told = (await adm.get(f"{API}/audit", params={"entity": "outside_calls"})).json()["items"]
        assert [each["action"] for each in told] == ["lifted", "locked"]


async def test_a_plan_that_cannot_be_read_is_refused_at_its_field(house: House) -> None:
    """And only administrators keep them."""
    async with house.browser("adm") as adm, house.browser("sue") as sue:
        bad = {"name": "Bad", "allowed": "0, abc", "night": "22-7"}
        refused = await adm.post(f"{API}/records/dial-plans", json=bad)
        assert refused.status_code == 422
        assert {each["pointer"] for each in refused.json()["errors"]} == {"/allowed", "/night"}
        assert (await sue.get(f"{API}/records/dial-plans")).status_code == 403


async def test_an_agent_asks_for_a_block_and_a_supervisor_decides(house: House) -> None:
    """Whoever may block does; both stand in the audit trail, and who decides is told."""
    async with house.browser("ann") as ann, house.browser("sue") as sue, house.browser("adm") as adm:
        house.at_hand("ann")
        call = await house.call_arrives()

        place = f"{API}/interactions/{call}/block"
        refused = await ann.post(place, json={"reason": "shouts"})
        assert refused.status_code == 403, "it is not hers"
        asked = await sue.post(place, json={"reason": "shouts", "hours": 24})
        assert asked.json() == {"state": "in_force"}
        again = await sue.post(place, json={"reason": "shouts"})
        assert (again.status_code, again.json()["code"]) == (409, "block.already")
        [entry] = (await sue.get(f"{API}/records/blocked-callers")).json()["items"]
        assert (entry["title"], entry["interaction_id"]) == ("+886912345678", call)
        hits = (await sue.get(f"{API}/blocked-callers/{entry['id']}/calls")).json()
        assert hits == {"count": 0, "latest": []}
        assert (await sue.get(f"{API}/blocked-callers/none/calls")).status_code == 404
        told = (await adm.get(f"{API}/audit", params={"action": "block_asked"})).json()["items"]
        assert [each["object_id"] for each in told] == [call]


async def test_what_an_agent_asks_for_blocks_nobody_before_it_is_allowed(house: House) -> None:
    """An agent at their own call; the supervisor's screens are told."""
    async with (
        house.browser("ann") as ann,
        house.listening(ann) as screen,
        house.browser("sue") as sue,
    ):
        await screen.frame()
        assert (await ann.put(f"{API}/me/status", json={"status": "ready"})).is_success
        house.at_hand("ann")
        call = await house.call_arrives()
        await screen.until("items", call, state="offered")
        asked = await ann.post(f"{API}/interactions/{call}/block", json={"reason": "shouts"})
        assert asked.json() == {"state": "asked"}
        [entry] = (await sue.get(f"{API}/records/blocked-callers")).json()["items"]
        assert entry["state"] == "asked"
        assert (await ann.get(f"{API}/records/blocked-callers/{entry['id']}")).status_code == 200
        mine = await ann.patch(f"{API}/records/blocked-callers/{entry['id']}", json={"state": "in_force"})
        assert mine.status_code == 403
        watcher = house.seed.users["sue"]
        told = await house.store.read(lambda conn: notifications.of_user(conn, watcher))
        assert [each.code for each in told] == ["block.asked"]
