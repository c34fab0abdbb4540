"""Letters are taken and set aside by hand, and supervisors give work to somebody."""

import time

import httpx

from routing.core.events import Assigned, MoreKnown
from routing.core.model import AgentId, InteractionId
from routing.core.presence import Phase
from tests.agent_console.house import House, Screen


async def ready(client: httpx.AsyncClient, screen: Screen) -> None:
    await screen.frame()
    assert (await client.put("/api/v1/me/status", json={"status": "ready"})).is_success


async def letters(client: httpx.AsyncClient) -> dict[str, float | None]:
    answer = await client.get("/api/v1/me/letters")
    assert answer.status_code == 200, answer.text
    return {each["id"]: each["until"] for each in answer.json()["items"]}


async def test_a_letter_is_taken_set_aside_and_taken_up_again(house: House) -> None:
    """Two wait; the reader opens the newer one by hand, sets it aside and takes it up again before its time."""
    first, second = await house.letter_arrives("m1"), await house.letter_arrives("m2")
    ann = AgentId(house.seed.users["ann"])
    async with house.browser("ann") as client, house.listening(client) as screen, house.browser("bob") as bob:
        await screen.frame()
        assert await letters(client) == {first: None, second: None}
        take, park = (f"/api/v1/interactions/{second}/{verb}" for verb in ("take", "park"))
        refused = await client.post(take)
        assert (refused.status_code, refused.json()["code"]) == (409, "agent.no_room")
        assert refused.json()["params"]["reason"] == "signed_out"
        assert (await bob.put("/api/v1/me/status", json={"status": "paused"})).is_success
        house.floor.submit(
            Assigned(interaction=first, agent=AgentId(house.seed.users["bob"]), wait_s=600, at=time.time()),
            Assigned(interaction=second, agent=AgentId(house.seed.users["bob"]), wait_s=600, at=time.time()),
        )
        assert (await client.put("/api/v1/me/status", json={"status": "ready"})).is_success
        assert await letters(client) == {}, "both are kept for Bob"
        refused = await client.post(take)
        assert (refused.status_code, refused.json()["code"]) == (409, "letter.gone")
        house.floor.submit(MoreKnown(interaction=second, at=time.time()))
        await house.until(second, Phase.OFFERED)
        offer = house.floor.centre.interactions[second].offer
        assert (await client.post(f"/api/v1/offers/{offer}/accept")).status_code == 204
        later = time.time() + 3600
        assert (await bob.post(park, json={"until": later})).status_code == 403
        for wrong in (time.time() - 5, time.time() + 91 * 86_400):
            refused = await client.post(park, json={"until": wrong})
            assert (refused.status_code, refused.json()["code"]) == (422, "letter.aside_until")
        assert (await client.post(park, json={"until": later})).status_code == 204
        assert house.floor.centre.interactions[second].phase is Phase.PARKED
        assert await letters(client) == {second: later}
        assert await letters(bob) == {first: None}, "what another set aside is nobody else's business"
        assert (await bob.post(take)).json()["code"] == "letter.gone"
        taken = await client.post(take)
        assert taken.status_code == 204, taken.text
        work = house.floor.centre.interactions[second]
        assert (work.phase, work.agent) == (Phase.CONNECTED, ann)
        assert (await client.post(take)).json()["code"] == "letter.gone"


async def test_a_supervisor_gives_what_waits_to_somebody(house: House) -> None:
    letter = await house.letter_arrives()
    bob = house.seed.users["bob"]
    async with house.browser("sue") as sue, house.browser("bob") as client, house.listening(client) as screen:
        place = f"/api/v1/interactions/{letter}/routing/agent"
        away = await sue.put(place, json={"agent_id": bob})
        assert (away.status_code, away.json()["code"]) == (409, "agent.signed_out")
        assert (await client.put(place, json={"agent_id": bob})).status_code == 403
        await screen.frame()
        assert (await client.put("/api/v1/me/status", json={"status": "paused"})).is_success
        assert (await sue.put(place, json={"agent_id": bob})).status_code == 204
        assert house.floor.centre.interactions[letter].preferred == bob
        assert (await client.put("/api/v1/me/status", json={"status": "ready"})).is_success
        await house.until(letter, Phase.OFFERED)
        assert house.floor.centre.interactions[letter].agent == bob
        again = await sue.put(place, json={"agent_id": bob})
        assert (again.status_code, again.json()["code"]) == (409, "interaction.state")
    assert InteractionId(letter) in house.floor.centre.interactions
