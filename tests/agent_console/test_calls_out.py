"""Over the API: agents call customers by themselves, on behalf of a queue."""

import time
from typing import Any

import httpx
import pytest

from crm_core import interactions
from routing.core.events import Accepted, Reached, StatusChosen, Unreached, WrapUpEnded
from routing.core.model import AgentId, InteractionId, Medium, OfferId, Phase, QueueId, Status
from tests.agent_console.house import House, Screen

NUMBER = "0912345678"


def paused(house: House, login: str = "ann") -> AgentId:
    """At hand, and on a break: they may call all the same."""
    agent = AgentId(house.seed.users[login])
    house.at_hand(login)
    house.floor.submit(StatusChosen(agent=agent, status=Status.PAUSED, reason="break", at=time.time()))
    return agent


async def dials(house: House, client: httpx.AsyncClient, **given: object) -> httpx.Response:
    asked = {"number": NUMBER, "queue_id": house.seed.queue} | given
    return await client.post("/api/v1/calls", json=asked)


async def told(house: House) -> list[dict[str, Any]]:
    """What the audit trail says of calls out."""
    async with house.browser("adm") as admin:
        found = await admin.get("/api/v1/audit", params={"action": "dialled"})
    items: list[dict[str, Any]] = found.json()["items"]
    return items


async def change(house: House, place: str, **values: object) -> None:
    """A record is changed by an administrator."""
    async with house.browser("adm") as adm:
        known = await adm.get(f"/api/v1/records/{place}")
        version = {"If-Match": known.headers["ETag"]}
        done = await adm.patch(f"/api/v1/records/{place}", json=values, headers=version)
        assert done.is_success, done.text


async def shown(house: House, screen: Screen, call: str, state: str) -> dict[str, object]:
    await house.until(InteractionId(call), Phase(state))
    return await screen.until("items", call, state=state)


async def test_an_agent_calls_a_customer_and_sees_how_it_goes(house: House) -> None:
    """Offered to them alone and at once; called, reached, and an ordinary call then, with the customer and the case that it is about."""
    async with house.browser("ann") as client, house.listening(client) as screen:
        await screen.frame()
        agent = paused(house)
        await change(house, f"cases/{house.seed.case}", owner_id=agent)
        lines = (await client.get("/api/v1/calls/lines")).json()
        assert [each["id"] for each in lines["queues"]] == [house.seed.queue]
        made = await dials(house, client, party_id=house.seed.party, case_id=house.seed.case)
        assert made.status_code == 201, made.text
        call = InteractionId(made.json()["interaction"])
        item = await shown(house, screen, call, "offered")
        assert (item["dialled"], item["callback"]) == (True, True)
        again = await dials(house, client)
        assert (again.status_code, again.json()["code"]) == (409, "call.no_room")
        house.floor.submit(Accepted(offer=OfferId(f"{call}/1"), at=time.time()))
        item = await shown(house, screen, call, "connected")
        assert item["callback"] is True
        await house.floor.settle(Reached(interaction=call, at=time.time()))
        await screen.until("items", call, callback=False)
        row = await house.store.read(lambda c: interactions.interaction(c, call))
        assert row is not None
        assert (row.direction, row.party_id, row.case_id) == ("out", house.seed.party, house.seed.case)
        assert house.floor.centre.agents[agent].status is Status.PAUSED
        figures = house.floor.figures.queue(QueueId(house.seed.queue), Medium.VOICE)
        assert (figures.offered, figures.answered, figures.dialled, figures.reached) == (0, 0, 1, 1)
        assert [each["object_id"] for each in await told(house)] == [call]


async def test_why_nobody_answered_is_told_and_noted(house: House) -> None:
    """Wrap-up begins with the reason on the screen; an outcome closes it."""
    async with house.browser("ann") as client, house.listening(client) as screen:
        await screen.frame()
        agent = paused(house)
        call = InteractionId((await dials(house, client)).json()["interaction"])
        house.floor.submit(Accepted(offer=OfferId(f"{call}/1"), at=time.time()))
        house.floor.submit(Unreached(interaction=call, reason="busy", at=time.time()))
        item = await shown(house, screen, call, "wrap_up")
        assert item["unreached"] == "busy"
        await house.floor.settle(
            WrapUpEnded(interaction=call, agent=agent, disposition="called_back", at=time.time())
        )
        row = await house.store.read(lambda c: interactions.interaction(c, call))
        assert row is not None
        assert (row.state, row.unreached, row.disposition) == ("closed", "busy", "called_back")


async def test_a_call_is_called_off(house: House) -> None:
    """By whoever made it, and only once; the agent is as they were."""
    async with house.browser("ann") as client, house.listening(client) as screen:
        await screen.frame()
        agent = paused(house)
        call = (await dials(house, client)).json()["interaction"]
        async with house.browser("bob") as bob:
            assert (await bob.delete(f"/api/v1/calls/{call}")).status_code == 409
        assert (await client.delete(f"/api/v1/calls/{call}")).status_code == 204
        assert (await client.delete(f"/api/v1/calls/{call}")).json()["code"] == "interaction.state"
        assert house.floor.centre.agents[agent].offer is None
        row = await house.store.read(lambda c: interactions.interaction(c, call))
        assert row is not None
        assert (row.state, row.unreached) == ("closed", "not_called")


async def test_a_wish_takes_the_agent_s_word(house: House) -> None:
    """Who would rather not be called is called when the agent says so, which the audit trail keeps; the number alone says whose it is."""
    await change(house, f"parties/{house.seed.party}", do_not_contact=True)
    async with house.browser("ann") as client, house.listening(client) as screen:
        await screen.frame()
        paused(house)
        refused = await dials(house, client, party_id=house.seed.party)
        assert (refused.status_code, refused.json()["code"]) == (409, "call.not_wanted")
        assert refused.json()["params"]["reason"] == "do_not_contact"
        assert not house.floor.centre.interactions
        made = await dials(house, client, party_id=house.seed.party, confirmed=True)
        assert made.status_code == 201
        [entry] = await told(house)
        assert entry["detail"]["against"] == "do_not_contact"


async def test_who_has_forbidden_it_is_not_called(house: House) -> None:
    """No word of the agent's outweighs it."""
    async with house.browser("adm") as adm:
        given = {
            "party_id": house.seed.party,
            "channel": "phone",
            "purpose": "service",
            "state": "withdrawn",
            "basis": "consent",
            "at": time.time() - 60,
        }
        made = await adm.post("/api/v1/records/consents", json=given)
        assert made.status_code == 201, made.text
    async with house.browser("ann") as client, house.listening(client) as screen:
        await screen.frame()
        paused(house)
        refused = await dials(house, client, party_id=house.seed.party, confirmed=True)
        assert (refused.status_code, refused.json()["code"]) == (409, "call.forbidden")


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"queue_id": "none"}, 403, "queue.not_yours"),
        ({"party_id": "none"}, 404, "record.unknown"),
        ({"case_id": "none"}, 404, "case.unknown"),
        ({"case_id": "{case}"}, 403, "interaction.not_yours"),
        ({"number": ""}, 422, "request.invalid"),
    ],
)
async def test_what_cannot_be_is_refused(
    house: House, given: dict[str, object], status: int, code: str
) -> None:
    """And nobody's phone rings."""
    async with house.browser("ann") as client, house.listening(client) as screen:
        await screen.frame()
        paused(house)
        asked = {name: house.seed.case if value == "{case}" else value for name, value in given.items()}
        refused = await dials(house, client, **asked)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert not house.floor.centre.interactions
