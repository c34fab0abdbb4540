"""A queue that nobody can serve is told to whoever makes it so, and kept all the same."""

from typing import Any

import httpx

from tests.agent_console.house import House
from tests.agent_console.test_routing import configure


async def covered(client: httpx.AsyncClient, queue: str) -> dict[str, Any]:
    answer = await client.get("/api/v1/queues/coverage")
    found: dict[str, Any] = next(each for each in answer.json()["items"] if each["id"] == queue)
    return found


async def give(adm: httpx.AsyncClient, user: str, *skills: str) -> dict[str, Any]:
    body = {"skills": [{"skill": skill, "level": 5} for skill in skills]}
    answer = await adm.put(f"/api/v1/users/{user}/skills", json=body)
    told: dict[str, Any] = answer.json()
    return told


async def test_a_requirement_that_nobody_meets_is_kept_and_warned_of(house: House) -> None:
    """When it is saved, when it is read, and in the list of all; not when a step helps."""
    queue = house.seed.queue
    async with house.browser("adm") as adm, house.browser("ann") as ann:
        before = await covered(adm, queue)
        assert (before["unreachable"], before["steps"]) == (
            False,
            [{"after_s": 0.0, "agents": before["agents"]}],
        )
        saved = (await configure(adm, house, requires="gold >= 3")).json()
        (warning,) = saved["warnings"]
        assert warning == {"code": "queue.unreachable", "params": {"queue": before["name"]}}
        assert saved["record"]["requires"] == "gold >= 3"
        assert (await adm.get(f"/api/v1/records/queues/{queue}")).json()["warnings"] == [warning]
        assert (await covered(ann, queue))["unreachable"]
        helped = (await configure(adm, house, relaxation="600: -gold")).json()
        assert helped["warnings"] == []
        now = await covered(adm, queue)
        assert [(each["after_s"], each["agents"]) for each in now["steps"]] == [(0, 0), (600, now["agents"])]
        made = await adm.post(
            "/api/v1/records/queues", json={"name": "VIP", "language": "en", "requires": "vip"}
        )
        assert (made.status_code, made.json()["warnings"][0]["params"]) == (201, {"queue": "VIP"})
        other = await adm.post("/api/v1/records/org-units", json={"name": "Taipei"})
        assert other.json()["warnings"] == []


async def test_whoever_takes_the_last_one_away_is_warned(house: House) -> None:
    """A skill, a locked agent, another role, another department: what was just made so, and not what was so before."""
    ann, bob = house.seed.users["ann"], house.seed.users["bob"]
    async with house.browser("adm") as adm:
        await configure(adm, house, requires="gold")
        assert (await give(adm, ann, "gold"))["warnings"] == []
        assert (await adm.get(f"/api/v1/users/{ann}")).json()["only_they_serve"] == ["Support"]
        assert (await give(adm, bob, "gold"))["only_they_serve"] == []
        assert (await give(adm, ann))["warnings"] == []
        locked = (await adm.post(f"/api/v1/users/{bob}/lock")).json()
        assert [each["params"] for each in locked["warnings"]] == [{"queue": "Support"}]
        assert (await adm.post(f"/api/v1/users/{bob}/unlock")).json()["only_they_serve"] == ["Support"]
        taken = await give(adm, bob)
        assert [each["code"] for each in taken["warnings"]] == ["queue.unreachable"]
        assert (await give(adm, bob, "silver"))["warnings"] == [], "it was so before"
        await give(adm, bob, "gold")
        promoted = (await adm.patch(f"/api/v1/users/{bob}", json={"role": "supervisor"})).json()
        assert [each["code"] for each in promoted["warnings"]] == ["queue.unreachable"]


async def test_whoever_moves_the_last_one_away_is_warned(house: House) -> None:
    ann = house.seed.users["ann"]
    rights = {"roles": [], "team_id": None, "territories": []}
    async with house.browser("adm") as adm:
        made = await adm.post("/api/v1/records/org-units", json={"name": "Taipei"})
        unit = made.json()["record"]["id"]
        await configure(adm, house, served_by="Taipei")
        await adm.put(f"/api/v1/users/{ann}/rights", json=rights | {"team_id": unit})
        assert (await covered(adm, house.seed.queue))["steps"] == [{"after_s": 0.0, "agents": 1}]
        moved = (await adm.put(f"/api/v1/users/{ann}/rights", json=rights)).json()
        assert [each["params"] for each in moved["warnings"]] == [{"queue": "Support"}]
