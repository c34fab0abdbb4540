"""Text messages over the API: the gateway's request, answering, writing to somebody, what became of it, and secrets that nobody reads."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from channels.outside.web import OutsideWeb
from channels.sms.gateway_peer import GatewayPeer
from channels.written.dispatcher import Dispatcher
from config.clock import SystemClock
from crm_core import cases, interactions
from crm_core.tables import support_case
from routing.core.model import InteractionId, Phase
from tests.agent_console.house import House, open_house
from tests.agent_console.test_socket import ready
from tests.fakes.sms_gateway import SECRET, FakeGateway, running, tell

OURS, THEIRS = "+886900000001", "+886912345678"


@pytest.fixture
async def gateway() -> AsyncIterator[FakeGateway]:
    async with running() as opened:
        yield opened


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, sms={"hourly_parts": 50}) as opened:
        yield opened


async def set_up(house: House, gateway: FakeGateway) -> str:
    """An administrator makes the gateway, gives it its secret, and a number; where it is to send to."""
    async with house.browser("adm") as adm:
        given = {"name": "modem", "provider": "generic", "endpoint": f"{gateway.origin}/send"}
        made = (await adm.post("/api/v1/records/sms-gateways", json=given)).json()["record"]
        secret = f"/api/v1/sms-gateways/{made['id']}/secret"
        before = (await adm.get(secret)).json()
        after = await adm.put(secret, json={"secret": SECRET})
        assert (before["set_at"], after.status_code) == (None, 200)
        assert SECRET not in after.text
        number = {"number": OURS, "gateway_id": made["id"], "queue_id": house.seed.queue}
        assert (await adm.post("/api/v1/records/sms-numbers", json=number)).status_code == 201
        return str(after.json()["hook"])


async def sent(house: House, gateway: FakeGateway, count: int) -> None:
    """What lies in the outbox goes out."""
    seal = house.console.context.seal
    peer = GatewayPeer(house.store, seal, house.origin, OutsideWeb(), SystemClock())
    task = asyncio.create_task(Dispatcher(peer, house.store, house.bus, SystemClock()).run())
    try:
        await gateway.until(count)
        async with asyncio.timeout(5):
            while await house.store.read(_sending):
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _sending(conn: Any) -> bool:
    return bool(
        conn.exec_driver_sql("SELECT 1 FROM message_out WHERE state IN ('queued', 'sending')").first()
    )


async def offered(house: House) -> InteractionId:
    """The interaction that the message became."""
    async with asyncio.timeout(5):
        while not house.floor.centre.interactions:
            await asyncio.sleep(0.01)
    return next(iter(house.floor.centre.interactions))


async def test_a_message_is_offered_and_answered(house: House, gateway: FakeGateway) -> None:
    """It comes by the gateway's signed request, is offered like a letter, and is answered once from the number that was written to; its report is told."""
    hook = await set_up(house, gateway)
    said = {"type": "message", "id": "m1", "from": THEIRS, "to": OURS, "text": "燈壞了"}
    assert (await tell(hook, said)).status_code == 200
    assert (await tell(hook, said)).status_code == 200
    name = await offered(house)
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        house.at_hand("ann")
        await ready(house, ann, screen)
        offer = house.floor.centre.interactions[name].offer
        assert (await ann.post(f"/api/v1/offers/{offer}/accept")).status_code == 204
        await house.until(name, Phase.CONNECTED)
        at = f"/api/v1/interactions/{name}/text-message"
        state = (await ann.get(at)).json()
        assert state == {"sender": OURS, "number": THEIRS, "usable": True, "stopped": False, "most_parts": 10}
        key = {"Idempotency-Key": "key-12345"}
        first = await ann.post(at, json={"text": "Good day", "finish": False}, headers=key)
        assert first.status_code == 201, first.text
        again = await ann.post(at, json={"text": "Good day", "finish": True}, headers=key)
        assert first.json()["letter_id"] == again.json()["letter_id"]
        await sent(house, gateway, 1)
        letter = first.json()["letter_id"]
        assert (await ann.get(f"/api/v1/text-messages/{letter}")).json()["state"] == "sent"
        await tell(hook, {"type": "report", "id": "gw-1", "state": "delivered"})
        thread = (await ann.get(f"/api/v1/interactions/{name}")).json()["thread"]
        assert [(each["text"], each["delivery"]) for each in thread] == [
            ("燈壞了", None),
            ("Good day", "delivered"),
        ]
        assert (
            await ann.post(at, json={"text": "more"}, headers={"Idempotency-Key": "key-99999"})
        ).status_code == 409
    assert len(gateway.taken) == 1


async def test_an_agent_writes_to_somebody(house: House, gateway: FakeGateway) -> None:
    """From a queue of theirs, about a case or with one of its own, once; a failed one is sent again by hand; who has stopped is not written to."""
    hook = await set_up(house, gateway)
    async with house.browser("ann") as ann, house.browser("bob") as bob, house.browser("sue") as sue:
        (line,) = (await ann.get("/api/v1/text-messages/senders")).json()["queues"]
        assert (line["id"], line["number"]) == (house.seed.queue, OURS)
        new = {"number": "0912 345 678", "text": "Your lamp is ready", "queue_id": house.seed.queue}
        key = {"Idempotency-Key": "key-12345"}
        gateway.refuses = (400, {"reason": "no route"})
        first = await ann.post("/api/v1/text-messages", json=new, headers=key)
        again = await ann.post("/api/v1/text-messages", json=new, headers=key)
        assert (first.status_code, first.json()["letter_id"]) == (201, again.json()["letter_id"]), first.text
        letter, case_id = first.json()["letter_id"], first.json()["case_id"]
        made = await house.store.read(lambda c: cases.case(c, case_id))
        assert made is not None
        assert (made.party_id, made.subject, made.owner_id) == (
            house.seed.party,
            "Your lamp is ready",
            house.seed.users["ann"],
        )
        peer = GatewayPeer(house.store, house.console.context.seal, house.origin, OutsideWeb(), SystemClock())
        task = asyncio.create_task(Dispatcher(peer, house.store, house.bus, SystemClock()).run())
        async with asyncio.timeout(5):
            while (way := (await ann.get(f"/api/v1/text-messages/{letter}")).json())["state"] != "failed":
                await asyncio.sleep(0.02)
        assert way["error"] == "400 no route"
        assert (await bob.get(f"/api/v1/text-messages/{letter}")).status_code == 403
        gateway.refuses = None
        assert (await ann.post(f"/api/v1/text-messages/{letter}/again")).status_code == 204
        await gateway.until(1)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (await sue.post("/api/v1/text-messages", json=new, headers=key)).status_code == 403
        await tell(hook, {"type": "message", "id": "s1", "from": THEIRS, "to": OURS, "text": "STOP"})
        refused = await ann.post("/api/v1/text-messages", json=new, headers={"Idempotency-Key": "key-22222"})
        assert (refused.status_code, refused.json()["code"]) == (409, "sms.stopped")
        assert (await ann.get(f"/api/v1/text-messages/stopped/{THEIRS}")).json() == {"stopped": True}
        audited = await _audit(house, "letter")
        assert audited == ["written", "sent_again"]


async def _audit(house: House, entity: str) -> list[str]:
    def look(conn: Any) -> list[str]:
        found = conn.exec_driver_sql(f"SELECT action FROM audit_event WHERE entity = '{entity}' ORDER BY seq")
        return [row.action for row in found]

    return await house.store.read(look)


async def test_a_reply_joins_what_the_agent_began(house: House, gateway: FakeGateway) -> None:
    """Who answers an agent's message is in that case, with its customer."""
    hook = await set_up(house, gateway)
    mine = update(support_case).values(owner_id=house.seed.users["ann"])
    await house.store.write(lambda c: c.execute(mine))
    async with house.browser("ann") as ann:
        new = {"number": THEIRS, "text": "Ready", "queue_id": house.seed.queue, "case_id": house.seed.case}
        answer = await ann.post("/api/v1/text-messages", json=new, headers={"Idempotency-Key": "key-12345"})
        assert answer.json()["case_id"] == house.seed.case
    await tell(hook, {"type": "message", "id": "m1", "from": THEIRS, "to": OURS, "text": "thanks"})
    name = await offered(house)
    row = await house.store.read(lambda c: interactions.interaction(c, name))
    assert row is not None
    assert (row.case_id, row.party_id) == (house.seed.case, house.seed.party)
    assert row.enqueued_at <= time.time()


async def test_a_stranger_at_the_hook_learns_nothing(house: House, gateway: FakeGateway) -> None:
    """Unknown gateways and requests without a signature are refused, without a word on which gateways there are."""
    hook = await set_up(house, gateway)
    async with house.browser() as nobody:
        answer = await nobody.post(hook, json={"type": "message"})
        assert (answer.status_code, answer.json()["code"]) == (403, "sms.signature")
        assert (await nobody.post("/hooks/sms/none", json={})).status_code == 404
    async with house.browser("ann") as ann:
        assert (await ann.get("/api/v1/records/sms-gateways")).status_code == 403
