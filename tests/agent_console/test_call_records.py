"""Over the API: the record of a call, and what of it is for whom."""

from typing import Any

import httpx
from sqlalchemy import text

from routing.core.events import (
    ConferenceBegan,
    ConsultBegan,
    ConsultReached,
    HandedOver,
    HoldBegan,
    WatchBegan,
    WatchEnded,
    WorkEnded,
)
from routing.core.model import AgentId, By, InteractionId
from routing.core.words import WatchMode
from tests.agent_console.house import House, Screen
from tests.agent_console.test_talks import talks


async def lived(house: House, client: httpx.AsyncClient, screen: Screen) -> InteractionId:
    """Ann holds a caller, asks Bob, all three talk, Sue listens and whispers, Bob has the call, and the caller hangs up."""
    call = await talks(house, client, screen, recorded=True)
    ann, bob, sue = (AgentId(house.seed.users[login]) for login in ("ann", "bob", "sue"))
    at = house.console.context.clock.now()
    await house.store.write(
        lambda c: c.execute(text("UPDATE user_account SET extension = '1002' WHERE login = 'bob'"))
    )
    for event in (
        HoldBegan(interaction=call, at=at + 1),
        ConsultBegan(interaction=call, whom="1002", at=at + 2),
        ConsultReached(interaction=call, at=at + 3),
        ConferenceBegan(interaction=call, whom="1002", colleague=bob, at=at + 4),
        WatchBegan(interaction=call, watcher=sue, mode=WatchMode.LISTEN, at=at + 5),
        WatchBegan(interaction=call, watcher=sue, mode=WatchMode.WHISPER, at=at + 6),
        WatchEnded(interaction=call, watcher=sue, at=at + 7),
        HandedOver(interaction=call, agent=ann, to=bob, at=at + 8, recorded=True),
        WorkEnded(interaction=call, by=By.CUSTOMER, at=at + 9, cause=16),
    ):
        await house.floor.settle(event)
    return call


async def read(client: httpx.AsyncClient, call: str) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/interactions/{call}/record")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def kinds(record: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    return {
        (lane["kind"], lane["name"]): [span["kind"] for span in lane["spans"]] for lane in record["lanes"]
    }


async def test_the_record_tells_who_was_with_whom_and_how_it_ended(house: House) -> None:
    """Each who took part has a lane, in one file of times; who hung up, and the cause that the line gave."""
    async with house.browser("ann") as client, house.listening(client) as screen, house.browser("sue") as sue:
        call = await lived(house, client, screen)
        record = await read(sue, call)
        lanes = kinds(record)
        assert lanes["customer", "Lin"] == ["waiting", "talking", "hold", "conference", "talking"]
        assert lanes["agent", "Ann"][-4:] == ["talking", "hold", "consult", "conference"]
        assert lanes["agent", "Bob"][:4] == ["called", "asked", "conference", "talking"]
        assert lanes["supervisor", "Sue"] == ["listen", "whisper"]
        assert lanes["recording", ""] == ["recorded", "recorded"]
        assert (record["ended_by"], record["cause"], record["explained"]) == ("customer", 16, True)
        marks = [(mark["kind"], mark["about"]) for mark in record["lanes"][0]["marks"]]
        assert marks == [("transfer", ""), ("hang_up", "16")]
        offers = (await sue.get(f"/api/v1/interactions/{call}/routing")).json()["offers"]
        ann = next(lane for lane in record["lanes"] if lane["name"] == "Ann")
        assert {span["offer"] for span in ann["spans"]} - {None} == {each["id"] for each in offers}


async def test_an_agent_sees_supervisors_at_their_own_talk_alone(house: House) -> None:
    """Ann does, Bob, who had the call after, does not; and that somebody only listened is told as the centre says."""
    async with (
        house.browser("ann") as ann,
        house.listening(ann) as screen,
        house.browser("bob") as bob,
        house.browser("sue") as sue,
    ):
        call = await lived(house, ann, screen)
        assert kinds(await read(ann, call))["supervisor", "Sue"] == ["listen", "whisper"]
        assert not [kind for kind, _ in kinds(await read(bob, call)) if kind == "supervisor"]
        house.console.hub.world.listening_is_shown = False
        assert kinds(await read(ann, call))["supervisor", "Sue"] == ["whisper"]
        assert kinds(await read(sue, call))["supervisor", "Sue"] == ["listen", "whisper"]
        assert (await read(ann, call))["explained"] is False


async def test_the_record_of_a_letter_and_of_what_still_goes_on(house: House) -> None:
    """A letter has the same record without a line; what has not ended has no end yet, and nobody has ended it."""
    async with house.browser("ann") as client, house.listening(client) as screen, house.browser("sue") as sue:
        await screen.frame()
        letter = await house.letter_arrives()
        waits = await read(sue, letter)
        assert (waits["medium"], waits["going_on"], waits["cause"], waits["ended_by"]) == (
            "email",
            True,
            None,
            None,
        )
        assert [(span["kind"], span["end"]) for span in waits["lanes"][0]["spans"]] == [("waiting", None)]
        missing = await sue.get("/api/v1/interactions/none/record")
        assert (missing.status_code, missing.json()["code"]) == (404, "interaction.unknown")
