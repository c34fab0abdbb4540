"""Departments at the door: whose queues are whose, and the board and the figures that follow the tree."""

from typing import Any

import httpx

from tests.agent_console.house import House


async def unit(client: httpx.AsyncClient, name: str, parent: str | None = None) -> str:
    answer = await client.post("/api/v1/records/org-units", json={"name": name, "parent_id": parent})
    assert answer.status_code == 201, answer.text
    made: str = answer.json()["record"]["id"]
    return made


async def put(client: httpx.AsyncClient, queue: str, department: str | None) -> httpx.Response:
    return await client.put(f"/api/v1/queues/{queue}/department", json={"department_id": department})


async def figures(client: httpx.AsyncClient) -> list[tuple[str, int, int]]:
    """Of the seed's case, which was opened a second after the beginning of time."""
    answer = await client.get("/api/v1/cases/figures", params={"since": 0, "until": 100})
    found: list[dict[str, Any]] = answer.json()["by_department"]
    return [(each["name"], each["depth"], each["opened"]) for each in found]


async def test_a_queue_is_given_to_a_department(house: House) -> None:
    """Administrators do it, everybody who may read departments sees it, and the log names who did it and what was before."""
    async with house.browser("adm") as adm, house.browser("sue") as sue:
        desk = await unit(adm, "Desk")
        assert (await put(sue, house.seed.queue, desk)).json()["code"] == "access.action"
        assert (await put(adm, house.seed.queue, "none")).json()["code"] == "team.unknown"
        assert (await put(adm, "none", desk)).status_code == 404
        [before] = (await sue.get("/api/v1/queues")).json()["items"]
        assert before == {"id": house.seed.queue, "name": "Support", "language": "en", "department": None}
        assert (await put(adm, house.seed.queue, desk)).json()["items"][0]["department"]["name"] == "Desk"
        [after] = (await sue.get("/api/v1/queues")).json()["items"]
        assert after["department"] == {"id": desk, "name": "Desk"}
        [told] = (await adm.get("/api/v1/audit", params={"entity": "queue"})).json()["items"]
        assert (told["actor"], told["action"]) == ("adm", "changed")
        assert told["detail"]["changes"] == {"team_id": [None, desk]}


async def test_the_board_knows_where_queues_and_agents_belong(house: House) -> None:
    """Each queue and agent names its department, and the departments above come with it; a queue that is moved, a department that is
    moved and a user who is moved are told to open boards at once."""
    ann, queue = house.seed.users["ann"], house.seed.queue
    async with (
        house.browser("adm") as adm,
        house.browser("sue") as sue,
        house.listening(sue, "board") as board,
    ):
        await board.frame()
        assert board.docs["queues"][queue]["department"] is None
        assert board.docs.get("departments", {}) == {}
        north, south = await unit(adm, "North"), await unit(adm, "South")
        desk = await unit(adm, "Desk", north)
        await put(adm, queue, desk)
        await board.until("queues", queue, department=desk)
        assert board.docs["departments"] == {
            north: {"id": north, "name": "North", "parent": None},
            desk: {"id": desk, "name": "Desk", "parent": north},
        }
        await adm.patch(f"/api/v1/records/org-units/{desk}", json={"parent_id": south})
        await board.until("departments", desk, parent=south)
        assert set(board.docs["departments"]) == {south, desk}
        await adm.put(f"/api/v1/users/{ann}/rights", json={"roles": [], "team_id": north})
        await board.until("agents", ann, department=north)
        await adm.delete(f"/api/v1/records/org-units/{desk}")
        await board.until("queues", queue, department=south)
        await adm.post(f"/api/v1/records/org-units/{desk}/put-back")
        await board.until("queues", queue, department=desk)
        asked = (await sue.get("/api/v1/board")).json()
        assert asked["departments"] == board.docs["departments"]


async def test_case_figures_follow_a_moved_department(house: House) -> None:
    """The case counts in its queue's department and in whatever that is put under, from the next request on."""
    async with house.browser("adm") as adm, house.browser("sue") as sue:
        assert await figures(sue) == []
        north, south = await unit(adm, "North"), await unit(adm, "South")
        desk = await unit(adm, "Desk", north)
        await put(adm, house.seed.queue, desk)
        assert await figures(sue) == [("North", 0, 1), ("Desk", 1, 1)]
        await adm.patch(f"/api/v1/records/org-units/{desk}", json={"parent_id": south})
        assert await figures(sue) == [("South", 0, 1), ("Desk", 1, 1)]
