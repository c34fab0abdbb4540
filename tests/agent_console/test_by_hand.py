"""Letters are taken and set aside by hand, and supervisors give work to somebody and cancel callbacks."""

import time

import httpx

from routing.core.events import Accepted, Assigned, CallbackWanted, MoreKnown, Reached, Unreached
from routing.core.model import AgentId, InteractionId, OfferId, Phase
from tests.agent_console.house import House, Screen


async def ready(client: httpx.AsyncClient, screen: Screen) -> None:
    await screen.frame()
    assert (await client.put("/api/v1/me/status", json={"status": "ready"})).is_success


async def letters(client: httpx.AsyncClient) -> dict[str, float | None]:
    answer = await client.get("/api/v1/me/letters")
    assert answer.status_code == 200, answer.text
    return {each["id"]: each["until"] for each in answer.json()["items"]}


async def wants_callback(house: House) -> InteractionId:
    """A call whose caller pressed the key a minute ago, and has hung up."""
    call = await house.call_arrives()
    await house.floor.settle(CallbackWanted(interaction=call, at=time.time() - 60))
    await house.until(call, Phase.WAITING)
    return call


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


async def test_a_supervisor_cancels_a_callback(house: House) -> None:
    """The board shows who wants to be called back; agents cannot cancel it, a supervisor can, once."""
    call = await house.call_arrives()
    place = f"/api/v1/interactions/{call}/callback"
    async with (
        house.browser("sue") as sue,
        house.browser("ann") as ann,
        house.listening(sue, "board") as board,
    ):
        row = await board.until("waiting", call)
        assert row["callback"] is False
        early = await sue.delete(place)
        assert (early.status_code, early.json()["code"]) == (409, "interaction.state"), (
            "they wait on the line"
        )
        house.floor.submit(CallbackWanted(interaction=call, at=time.time() - 60))
        row = await board.until("waiting", call, callback=True)
        assert (row["medium"], row["phase"], row["position"]) == ("voice", "waiting", 1)
        assert (await ann.delete(place)).status_code == 403
        assert (await sue.delete("/api/v1/interactions/none/callback")).status_code == 404
        assert (await sue.delete(place)).status_code == 204
        assert call not in house.floor.centre.interactions
        again = await sue.delete(place)
        assert (again.status_code, again.json()["code"]) == (409, "interaction.state")
        await board.until_docs(lambda docs: call not in docs["waiting"], "queues", house.seed.queue)
    async with house.browser("adm") as admin:
        told = await admin.get("/api/v1/audit", params={"action": "callback_cancelled"})
        assert [(each["entity"], each["object_id"]) for each in told.json()["items"]] == [
            ("interaction", call)
        ]


async def test_an_agent_sees_that_the_customer_is_yet_to_be_called(house: House) -> None:
    """An offered callback says so, to the agent and beside them on the board, until the customer was reached; then it is a call like any other."""
    call = await wants_callback(house)
    ann = house.seed.users["ann"]
    async with house.browser("ann") as client, house.listening(client) as screen, house.browser("sue") as sue:
        await ready(client, screen)
        house.at_hand("ann")
        item = await screen.until("items", call, state="offered")
        assert item["callback"] is True
        async with house.listening(sue, "board") as board:
            row = await board.until_docs(lambda docs: docs["agents"][ann]["item"] is not None, "agents", ann)
            assert (row["item"]["id"], row["item"]["callback"]) == (call, True)
        house.floor.submit(Accepted(offer=OfferId(item["offer"]["id"]), at=time.time()))
        assert (await screen.until("items", call, state="connected"))["callback"] is True
        calling = await sue.delete(f"/api/v1/interactions/{call}/callback")
        assert (calling.status_code, calling.json()["code"]) == (409, "interaction.state")
        house.floor.submit(Reached(interaction=call, at=time.time()))
        await screen.until("items", call, state="connected", callback=False)


async def test_a_callback_that_nobody_answered_leaves_the_agents_screen(house: House) -> None:
    """The agent is free at once and is told by their empty screen; it is tried again later."""
    call = await wants_callback(house)
    async with house.browser("ann") as client, house.listening(client) as screen:
        await ready(client, screen)
        house.at_hand("ann")
        item = await screen.until("items", call, state="offered")
        house.floor.submit(Accepted(offer=OfferId(item["offer"]["id"]), at=time.time()))
        await screen.until("items", call, state="connected")
        house.floor.submit(Unreached(interaction=call, reason="busy", at=time.time()))
        await screen.until_docs(lambda docs: call not in docs["items"], "me", "me")
        assert house.floor.centre.interactions[call].phase is Phase.PARKED
