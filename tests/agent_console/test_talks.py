"""Over the API: an agent holds a caller, and passes calls and letters on."""

import asyncio

import httpx
import pytest
from sqlalchemy import text

from crm_core import interactions, queues
from routing.core.events import Accepted, ConferenceBegan, ConferenceEnded, ConsultReached, HandedOver
from routing.core.model import AgentId, InteractionId, OfferId, Phase, QueueId
from tests.agent_console.house import House, Screen


async def talks(
    house: House, client: httpx.AsyncClient, screen: Screen, *, recorded: bool = False
) -> InteractionId:
    """Ann is at a call."""
    await screen.frame()
    assert (await client.put("/api/v1/me/status", json={"status": "ready"})).is_success
    house.at_hand("ann")
    call = await house.call_arrives()
    await house.until(call, Phase.OFFERED)
    offer = house.floor.centre.interactions[call].offer
    assert offer is not None
    await answer(house, offer, recorded=recorded)
    await house.until(call, Phase.CONNECTED)
    return call


async def queues_shown(client: httpx.AsyncClient, base: str) -> set[str]:
    return {each["id"] for each in (await client.get(f"{base}/targets")).json()["queues"]}


async def answer(house: House, offer: OfferId, *, recorded: bool = False) -> None:
    at = house.console.context.clock.now()
    await house.floor.settle(Accepted(offer=offer, at=at, recorded=recorded))


async def test_a_caller_is_held_and_everybody_sees_it(house: House) -> None:
    """The agent's item and the board say since when; it ends with a word; what fits no call is refused."""
    async with (
        house.browser("ann") as client,
        house.listening(client) as screen,
        house.browser("sue") as sue,
        house.listening(sue, "board") as board,
    ):
        call = await talks(house, client, screen)
        place = f"/api/v1/interactions/{call}/hold"
        assert (await client.post(place)).status_code == 204
        ann = house.seed.users["ann"]
        held = await screen.until_docs(lambda docs: bool(docs["items"][call]["held_since"]), "items", call)
        row = await board.until_docs(
            lambda docs: bool((docs["agents"][ann]["item"] or {}).get("held_since")), "agents", ann
        )
        assert row["item"]["held_since"] == held["held_since"]
        assert (await client.delete(place)).status_code == 204
        back = await screen.until("items", call, held_since=None)
        assert back["state"] == "connected"
        async with house.browser("bob") as bob:
            refused = await bob.post(place)
            assert (refused.status_code, refused.json()["code"]) == (403, "interaction.not_yours")
        letter = await client.post("/api/v1/interactions/none/hold")
        assert (letter.status_code, letter.json()["code"]) == (409, "interaction.state")


async def test_a_call_is_passed_on_to_a_colleague_who_sees_from_whom(house: House) -> None:
    """Those who are free come first; the agent is rid of it, the audit says who passed it on, the colleague reads the note."""
    bob = AgentId(house.seed.users["bob"])
    async with (
        house.browser("ann") as client,
        house.listening(client) as screen,
        house.browser("bob") as other,
        house.listening(other) as theirs,
    ):
        call = await talks(house, client, screen)
        base = f"/api/v1/interactions/{call}"
        assert (await client.get(f"{base}/targets")).json()["agents"] == []
        gone = await client.post(f"{base}/transfer", json={"agent_id": bob})
        assert (gone.status_code, gone.json()["code"]) == (409, "agent.signed_out")
        await theirs.frame()
        house.at_hand("bob")
        assert (await other.put("/api/v1/me/status", json={"status": "ready"})).is_success
        (target,) = (await client.get(f"{base}/targets")).json()["agents"]
        assert (target["id"], target["free"], target["status"]) == (bob, True, "ready")
        assert (await client.put(f"{base}/note", json={"text": "wants a refund"})).status_code == 204
        assert (await client.post(f"{base}/transfer", json={"agent_id": bob})).status_code == 204
        await house.until(call, Phase.OFFERED)
        item = await theirs.until("items", call, note="wants a refund")
        assert (item["state"], item["passed_by"]) == ("offered", "Ann")
        work = house.floor.centre.interactions[call]
        assert (work.agent, work.preferred) == (bob, bob)
        refused = await client.post(f"{base}/transfer", json={"agent_id": bob})
        assert (refused.status_code, refused.json()["code"]) == (403, "interaction.not_yours")
    async with house.browser("adm") as admin:
        told = await admin.get("/api/v1/audit", params={"action": "transferred"})
        assert [each["object_id"] for each in told.json()["items"]] == [call]
    stays = await house.store.read(lambda conn: interactions.segments(conn, call))
    assert next(one.outcome for one in stays if one.kind == "agent") == "transferred"


@pytest.mark.parametrize("medium", ["voice", "email"])
async def test_to_another_queue(house: House, medium: str) -> None:
    """Calls and letters alike; into the queue where it is, nothing goes, and into none that there is not."""
    async with house.browser("ann") as client, house.listening(client) as screen:
        if medium == "voice":
            name = await talks(house, client, screen)
        else:
            name = await house.letter_arrives()
            await screen.frame()
            assert (await client.put("/api/v1/me/status", json={"status": "ready"})).is_success
            await house.until(name, Phase.OFFERED)
            offer = house.floor.centre.interactions[name].offer
            assert (await client.post(f"/api/v1/offers/{offer}/accept")).status_code == 204
        base = f"/api/v1/interactions/{name}"
        sales = await house.store.write(
            lambda conn: queues.add_queue(conn, name="Sales", language="en", ring_s=20.0, wrap_up_s=0.0)
        )
        house.bus.publish("config", "queue")
        async with asyncio.timeout(5):
            while QueueId(sales.id) not in house.floor._router._queues or sales.id not in await queues_shown(
                client, base
            ):
                await asyncio.sleep(0.02)
        assert house.seed.queue not in await queues_shown(client, base)
        for given, code, status in (
            ({"queue_id": house.seed.queue}, "transfer.same_queue", 409),
            ({"agent_id": house.seed.users["ann"]}, "transfer.same_queue", 409),
            ({"queue_id": "none"}, "queue.unknown", 404),
        ):
            refused = await client.post(f"{base}/transfer", json=given)
            assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert (await client.post(f"{base}/transfer", json={})).status_code == 422
        assert (await client.put("/api/v1/me/status", json={"status": "paused"})).is_success
        age = house.floor.centre.interactions[name].enqueued_at
        assert (await client.post(f"{base}/transfer", json={"queue_id": sales.id})).status_code == 204
        work = house.floor.centre.interactions[name]
        assert (work.queue, work.phase, work.enqueued_at) == (sales.id, Phase.WAITING, age)


async def test_a_colleague_is_asked_and_the_caller_handed_over(house: House) -> None:
    """The item says who is called and since when they talk; before that nobody is handed over."""
    bob = AgentId(house.seed.users["bob"])
    async with (
        house.browser("ann") as client,
        house.listening(client) as screen,
        house.browser("bob") as other,
        house.listening(other) as theirs,
    ):
        call = await talks(house, client, screen)
        base = f"/api/v1/interactions/{call}"
        await theirs.frame()
        assert (await other.put("/api/v1/me/status", json={"status": "paused"})).is_success
        house.at_hand("bob")
        phone = text("UPDATE user_account SET extension = '1002' WHERE login = 'bob'")
        await house.store.write(lambda conn: conn.execute(phone))
        house.bus.publish("config", bob)
        async with asyncio.timeout(5):
            while not (await client.get(f"{base}/targets")).json()["agents"][0]["can_be_called"]:
                await asyncio.sleep(0.02)
        for wrong in ({}, {"agent_id": bob, "number": "0212345678"}):
            assert (await client.post(f"{base}/consult", json=wrong)).status_code == 422
        refused = await client.post(f"{base}/consult", json={"number": "+1555"})
        assert (refused.status_code, refused.json()["code"]) == (422, "number.not_allowed")
        early = await client.post(f"{base}/consult/handover")
        assert (early.status_code, early.json()["code"]) == (409, "consult.not_reached")
        assert (await client.post(f"{base}/consult", json={"agent_id": bob})).status_code == 204
        item = await screen.until_docs(lambda docs: bool(docs["items"][call]["consult"]), "items", call)
        assert item["consult"]["reached_at"] is None
        now = house.console.context.clock.now()
        await house.floor.settle(ConsultReached(interaction=call, at=now))
        assert (await client.post(f"{base}/consult/handover")).status_code == 204
        taken = await theirs.until("items", call, state="connected")
        assert (taken["passed_by"], taken["consult"], taken["held_since"]) == ("Ann", None, None)
    async with house.browser("adm") as admin:
        told = await admin.get("/api/v1/audit", params={"action": "handed_over"})
        assert [each["object_id"] for each in told.json()["items"]] == [call]


async def test_a_number_outside_is_called_and_the_audit_knows(house: House) -> None:
    """Off hold ends it."""
    async with house.browser("ann") as client, house.listening(client) as screen:
        call = await talks(house, client, screen)
        base = f"/api/v1/interactions/{call}"
        assert (await client.get(f"{base}/targets")).json()["outside"] is True
        assert (await client.post(f"{base}/consult", json={"number": "02 1234 5678"})).status_code == 204
        item = await screen.until_docs(lambda docs: bool(docs["items"][call]["consult"]), "items", call)
        assert item["consult"]["whom"] == "02 1234 5678"
        assert (await client.delete(f"{base}/hold")).status_code == 204
        await screen.until("items", call, consult=None, held_since=None)
    async with house.browser("adm") as admin:
        told = await admin.get("/api/v1/audit", params={"action": "called_outside"})
        assert [each["detail"]["number"] for each in told.json()["items"]] == ["02 1234 5678"]


async def test_three_talk_until_one_of_them_leaves(house: House) -> None:
    """The agent's item, the colleague's own screen and the board say so; the agent lets the third go, or leaves the caller with them."""
    ann, bob = AgentId(house.seed.users["ann"]), AgentId(house.seed.users["bob"])
    async with (
        house.browser("ann") as client,
        house.listening(client) as screen,
        house.browser("bob") as other,
        house.listening(other) as theirs,
        house.browser("sue") as sue,
        house.listening(sue, "board") as board,
    ):
        call = await talks(house, client, screen)
        base = f"/api/v1/interactions/{call}"
        await theirs.frame()
        house.at_hand("bob")
        assert (await other.put("/api/v1/me/status", json={"status": "paused"})).is_success
        phone = text("UPDATE user_account SET extension = '1002' WHERE login = 'bob'")
        await house.store.write(lambda conn: conn.execute(phone))
        house.bus.publish("config", bob)
        async with asyncio.timeout(5):
            while not (await client.get(f"{base}/targets")).json()["agents"][0]["can_be_called"]:
                await asyncio.sleep(0.02)
        for method, place, code in (
            ("POST", "conference", "consult.not_reached"),
            ("DELETE", "conference", "conference.none"),
            ("POST", "conference/leave", "conference.none"),
        ):
            refused = await client.request(method, f"{base}/{place}")
            assert (refused.status_code, refused.json()["code"]) == (409, code)

        async def three() -> None:
            assert (await client.post(f"{base}/consult", json={"agent_id": bob})).status_code == 204
            now = house.console.context.clock.now()
            await house.floor.settle(ConsultReached(interaction=call, at=now))
            assert (await client.post(f"{base}/conference")).status_code == 204
            item = await screen.until_docs(
                lambda docs: bool(docs["items"][call]["conference"]), "items", call
            )
            assert (item["held_since"], item["consult"]) == (None, None)
            me = await theirs.until_docs(lambda docs: bool(docs["me"]["me"]["conference"]), "me", "me")
            assert (me["work"], me["conference"]["whom"]) == ("talking", "Ann")
            assert me["conference"]["since"] == item["conference"]["since"]
            for agent in (ann, bob):
                row = await board.until_docs(
                    lambda docs, one=agent: bool(docs["agents"][one]["conference"]), "agents", agent
                )
                assert row["work"] == "talking"

        await three()
        assert (await client.delete(f"{base}/conference")).status_code == 204
        await screen.until("items", call, conference=None)
        await theirs.until("me", "me", conference=None, work="idle")
        await three()
        assert (await client.post(f"{base}/conference/leave")).status_code == 204
        taken = await theirs.until("items", call, state="connected")
        assert (taken["passed_by"], taken["conference"]) == ("Ann", None)
    stays = await house.store.read(lambda conn: interactions.segments(conn, call))
    assert [one.outcome for one in stays if one.kind == "conference"] == ["released", "agent_left"]
    async with house.browser("adm") as admin:
        told = await admin.get("/api/v1/audit", params={"action": "conferenced"})
        assert [each["detail"]["with"] for each in told.json()["items"]] == [bob, bob]


async def test_an_agent_whose_phone_was_lost_is_told_that_a_colleague_has_the_caller(house: House) -> None:
    """The work is gone from the screen, not without a word."""
    ann, bob = AgentId(house.seed.users["ann"]), AgentId(house.seed.users["bob"])
    async with house.browser("ann") as client, house.listening(client) as screen:
        call = await talks(house, client, screen)
        at = house.console.context.clock.now()
        await house.floor.settle(
            ConferenceBegan(interaction=call, whom="1002", colleague=bob, at=at),
            ConferenceEnded(interaction=call, reason="agent_lost", at=at),
            HandedOver(interaction=call, agent=ann, to=bob, at=at),
        )
        await screen.until("notices", f"{call}/conference/{at}", code="conference.without_you")
        assert call not in screen.docs["items"]
