"""Queues are configured while work waits in them, and every offer and every wait can be asked why."""

import asyncio
from typing import Any

import httpx

from routing.core.model import AgentId, InteractionId, Phase
from tests.agent_console.house import House, Screen


async def ready(house: House, client: httpx.AsyncClient, screen: Screen) -> None:
    await screen.frame()
    house.at_hand("ann")
    answer = await client.put("/api/v1/me/status", json={"status": "ready"})
    assert answer.status_code in (200, 204), answer.text


async def configure(adm: httpx.AsyncClient, house: House, **fields: Any) -> httpx.Response:
    place = f"/api/v1/records/queues/{house.seed.queue}"
    return await adm.patch(place, json=fields, headers={"If-Match": "*"})


async def test_a_requirement_holds_at_once_and_is_given_up_while_it_waits(house: House) -> None:
    """What is configured takes effect on what waits already; until then the wait says why."""
    letter = await house.letter_arrives()
    async with (
        house.browser("adm") as adm,
        house.browser("sue") as sue,
        house.browser("ann") as ann,
        house.listening(ann) as screen,
    ):
        assert (await configure(adm, house, requires="gold >= 3")).status_code == 200
        async with asyncio.timeout(5):
            while not (waits := house.floor.explain(letter)) or not waits.asked.needs:
                await asyncio.sleep(0.005)
        await ready(house, ann, screen)
        await house.floor.settle()
        told = (await sue.get(f"/api/v1/interactions/{letter}/routing")).json()
        assert told["offers"] == []
        waiting = told["waiting"]
        assert waiting["asks"] == [{"skill": "gold", "level": 3}]
        assert (waiting["steps"], waiting["position"], waiting["changes_at"]) == (0, 1, None)
        assert waiting["expected_wait_s"] is None, "nobody could serve it"
        assert {each["name"]: each["reason"] for each in waiting["not_offered"]} == {"Ann": "skill"}
        assert (await configure(adm, house, relaxation="1: -gold")).status_code == 200
        await house.until(letter, Phase.OFFERED)
        told = (await sue.get(f"/api/v1/interactions/{letter}/routing")).json()
        assert told["waiting"] is None
        (offer,) = told["offers"]
        assert (offer["name"], offer["steps"], offer["outcome"]) == ("Ann", 1, None)


async def test_who_was_passed_over_is_told(house: House) -> None:
    async with (
        house.browser("ann") as ann,
        house.listening(ann) as screen,
        house.browser("bob") as bob,
        house.listening(bob) as other,
        house.browser("sue") as sue,
    ):
        await ready(house, ann, screen)
        await ready(house, bob, other)
        letter = await house.letter_arrives()
        await house.until(letter, Phase.OFFERED)
        assert house.floor.centre.interactions[letter].agent == AgentId(house.seed.users["ann"])
        told = (await sue.get(f"/api/v1/interactions/{letter}/routing")).json()
        reasons = {each["name"]: each["reason"] for each in told["offers"][0]["passed_over"]}
        assert reasons["Bob"] in {"longer_idle", "less_busy"}


async def test_only_supervisors_are_told(house: House) -> None:
    letter = await house.letter_arrives()
    async with house.browser("ann") as ann:
        assert (await ann.get(f"/api/v1/interactions/{letter}/routing")).status_code == 403
    async with house.browser("sue") as sue:
        assert (await sue.get("/api/v1/interactions/none/routing")).status_code == 404


async def test_words_that_say_nothing_are_refused_and_change_nothing(house: House) -> None:
    async with house.browser("adm") as adm, house.browser("sue") as sue:
        refused = await configure(adm, house, requires="gold >> 3")
        assert (refused.status_code, refused.json()["code"]) == (422, "queue.need_unknown")
        refused = await configure(adm, house, requires="gold", relaxation="10: -vip")
        assert (refused.status_code, refused.json()["code"]) == (422, "queue.step_useless")
        place = f"/api/v1/records/queues/{house.seed.queue}"
        assert (await adm.get(place)).json()["record"]["requires"] == ""
        assert (await configure(sue, house, requires="gold")).status_code == 403
        assert (await adm.delete(place)).status_code == 403


async def test_a_supervisor_moves_what_waits_and_closes_a_queue(house: House) -> None:
    """Agents may neither; both are on the audit trail; the board's documents follow."""
    letter = await house.letter_arrives()
    async with house.browser("adm") as adm, house.browser("sue") as sue, house.browser("ann") as ann:
        given = {"name": "Back office", "language": "en"}
        other = (await adm.post("/api/v1/records/queues", json=given)).json()["record"]["id"]
        async with asyncio.timeout(5):
            while other not in (await sue.get("/api/v1/board")).json()["queues"]:
                await asyncio.sleep(0.01)
            while house.floor.explain(letter) is None:
                await asyncio.sleep(0.01)
        place = f"/api/v1/interactions/{letter}/routing/queue"
        assert (await ann.put(place, json={"queue_id": other})).status_code == 403
        unknown = await sue.put(place, json={"queue_id": "nowhere"})
        assert (unknown.status_code, unknown.json()["code"]) == (404, "queue.unknown")
        moved = await sue.put(place, json={"queue_id": other})
        assert moved.status_code == 204, moved.text
        assert house.floor.centre.interactions[letter].queue == other
        again = await sue.put(place, json={"queue_id": other})
        assert (again.status_code, again.json()["code"]) == (409, "interaction.state")
        shut = f"/api/v1/queues/{other}/closing"
        assert (await ann.put(shut, json={"closed": True})).status_code == 403
        assert (await sue.put("/api/v1/queues/none/closing", json={"closed": True})).status_code == 404
        assert (await sue.put(shut, json={"closed": True})).status_code == 204
        async with asyncio.timeout(5):
            while not (await sue.get("/api/v1/board")).json()["queues"][other]["closed"]:
                await asyncio.sleep(0.01)
        queue = (await sue.get("/api/v1/board")).json()["queues"][house.seed.queue]
        assert (queue["led_on"], queue["turned_away"], queue["closed"], queue["opening"]) == (
            1,
            0,
            False,
            None,
        )
        trail = (await adm.get("/api/v1/audit?limit=20")).json()["items"]
        assert {("moved", letter), ("closed", other)} <= {
            (each["action"], each["object_id"]) for each in trail
        }


async def test_the_board_knows_the_hours(house: House) -> None:
    """A calendar opens the queue; nobody may choose one that is not there."""
    async with house.browser("adm") as adm, house.browser("sue") as sue:
        always = {
            "name": "Nine to five",
            "time_zone": "Asia/Taipei",
            "week": [[{"start": "09:00", "end": "17:00"}]] * 7,
        }
        made = await sue.post("/api/v1/sla/calendars", json=always)
        assert made.status_code in (200, 201), made.text
        assert (await configure(adm, house, calendar_id="nowhere")).status_code == 422
        assert (await configure(adm, house, calendar_id=made.json()["id"])).status_code == 200
        async with asyncio.timeout(5):
            while not (
                spans := (await sue.get("/api/v1/board")).json()["queues"][house.seed.queue]["opening"]
            ):
                await asyncio.sleep(0.01)
        assert len(spans) == 9
        assert {until - since for since, until in spans} == {8 * 3600.0}
        entities = (await sue.get("/api/v1/records")).json()["items"]
        field = next(
            field
            for entity in entities
            if entity["name"] == "queue"
            for field in entity["fields"]
            if field["name"] == "calendar_id"
        )
        assert [(each["code"], each["label"]["zh-TW"]) for each in field["choices"]] == [
            (made.json()["id"], "Nine to five")
        ]


async def test_departments_serve_a_queue_and_let_others_in(house: House) -> None:
    """What waits for a department goes to whoever comes to belong there, at once; a step lets everybody in."""
    async with (
        house.browser("adm") as adm,
        house.browser("sue") as sue,
        house.browser("ann") as ann,
        house.listening(ann) as screen,
    ):
        made = await adm.post("/api/v1/records/org-units", json={"name": "Taipei"})
        unit = made.json()["record"]["id"]
        assert (await configure(adm, house, served_by="Taipei")).status_code == 200
        letter = await house.letter_arrives()
        await told_of(house, letter, groups={unit})
        await ready(house, ann, screen)
        await house.floor.settle()
        waiting = (await sue.get(f"/api/v1/interactions/{letter}/routing")).json()["waiting"]
        assert waiting["departments"] == ["Taipei"]
        assert {each["name"]: each["reason"] for each in waiting["not_offered"]} == {"Ann": "group"}
        rights = {"roles": [], "team_id": unit, "territories": []}
        await adm.put(f"/api/v1/users/{house.seed.users['ann']}/rights", json=rights)
        await house.until(letter, Phase.OFFERED)
        rights["team_id"] = None
        await adm.put(f"/api/v1/users/{house.seed.users['ann']}/rights", json=rights)
        await ann.put("/api/v1/me/status", json={"status": "paused", "reason": "lunch"})
        await house.until(letter, Phase.WAITING)
        assert (await configure(adm, house, relaxation="1: +anybody")).status_code == 200
        await ann.put("/api/v1/me/status", json={"status": "ready"})
        await house.until(letter, Phase.OFFERED)
        refused = await configure(adm, house, served_by="Nowhere")
        assert (refused.status_code, refused.json()["code"]) == (422, "queue.group_unknown")


async def told_of(house: House, letter: InteractionId, groups: set[str]) -> None:
    """The router knows what was configured."""
    async with asyncio.timeout(5):
        while not (waits := house.floor.explain(letter)) or waits.asked.groups != groups:
            await asyncio.sleep(0.005)
