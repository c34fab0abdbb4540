"""Messages over the API: whoever has one at hand hears it and calls back, and the board counts those that wait."""

import time
from pathlib import Path

import httpx

from crm_core.recordings import kept
from crm_core.recordings.chest import Chest
from crm_core.recordings.kept import Recording
from crm_core.store import Connection
from crm_core.tables import voicemail
from routing.core.model import InteractionId, Medium, Phase
from tests.agent_console.house import House, open_house

KEY = "a key of the tests"
SOUND = b"what somebody said"
PEAKS = {"customer": [10, 20], "agent": []}


async def left(house: House, folder: Path, name: str = "vm-1.1") -> InteractionId:
    """A call in which somebody left a message, which waits."""
    call = await house.call_arrives("tl-called", caller="0912345678")
    message = await house.message_arrives(name)
    at = time.time()
    size, digest = Chest(KEY).write(kept.place(folder / "recordings", "m", at), "m", [SOUND])
    row = Recording(
        id="m", interaction_id=message, queue_id=house.seed.queue, agent_id=None, started_at=at, seconds=4.0,
        bytes=size, sha256=digest, state="kept", sealed=True, peaks=PEAKS, keep_until=None,
    )  # fmt: skip

    def fill(conn: Connection) -> None:
        kept.add(conn, row)
        conn.execute(
            voicemail.insert().values(
                id="m", call_id=call, interaction_id=message, left_at=at, seconds=4.0, sound_s=3.0
            )
        )

    await house.store.write(fill)
    return message


async def has_it(house: House, client: httpx.AsyncClient, message: InteractionId) -> None:
    assert (await client.put("/api/v1/me/status", json={"status": "ready"})).is_success
    await house.until(message, Phase.OFFERED)
    offer = house.floor.centre.interactions[message].offer
    assert (await client.post(f"/api/v1/offers/{offer}/accept")).status_code == 204


async def test_who_has_a_message_hears_it_and_calls_back(tmp_path: Path) -> None:
    """Although agents do not hear recordings here; others do not. Playing and calling back stand in the audit log, and it is done like a letter."""
    async with (
        open_house(tmp_path, recordings={"recordings_key": KEY}) as house,
        house.browser("ann") as ann,
        house.browser("bob") as bob,
        house.listening(ann) as screen,
    ):
        await screen.frame()
        message = await left(house, tmp_path)
        place = f"/api/v1/interactions/{message}"
        assert (await ann.post(f"{place}/call-back")).status_code == 403
        await has_it(house, ann, message)
        [item] = (await ann.get(f"{place}/recordings")).json()["items"]
        assert (item["may_listen"], item["may_download"], item["peaks"]) == (True, False, PEAKS)
        heard = await ann.get("/api/v1/recordings/m/audio")
        assert (heard.status_code, heard.content) == (200, SOUND)
        assert (await bob.get("/api/v1/recordings/m/audio")).status_code == 403
        back = await ann.post(f"{place}/call-back")
        assert (back.status_code, back.json()) == (201, {"interaction": f"tl-{message}"})
        assert house.calls.called_back == [(message, house.seed.users["ann"])]
        whole = (await ann.get(place)).json()
        assert (whole["medium"], whole["left_in"]) == ("voicemail", "tl-called")
        async with house.browser("sue") as sue:
            [told] = (await sue.get("/api/v1/interactions/tl-called")).json()["messages"]
            assert (told["interaction"], told["sound_s"]) == (message, 3.0)
        assert (await ann.post(f"{place}/finish")).status_code == 204
        again = await ann.post(f"{place}/call-back")
        assert (again.status_code, again.json()["code"]) == (409, "interaction.state")
        async with house.browser("adm") as adm:
            for action, entity in (("played", "recording"), ("called_back", "interaction")):
                asked = await adm.get("/api/v1/audit", params={"action": action, "entity": entity})
                assert len(asked.json()["items"]) == 1


async def test_messages_that_wait_are_counted_and_may_be_taken(house: House) -> None:
    """On the board beside calls and letters; agents find them among the letters that wait."""
    message = await house.message_arrives("vm-1.1")
    assert house.floor.centre.interactions[message].medium is Medium.VOICEMAIL
    async with house.browser("sue") as sue, house.browser("ann") as ann:
        queue = house.seed.queue
        told = (await sue.get("/api/v1/board")).json()["queues"][queue]
        assert {medium: n for medium, n in told["waiting"].items() if n} == {"voicemail": 1}
        items = (await ann.get("/api/v1/me/letters")).json()["items"]
        assert [each["id"] for each in items] == [message]
