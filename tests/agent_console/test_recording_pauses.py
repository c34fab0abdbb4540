"""Over the API: an agent pauses the recording of their talk, and everybody sees when it was."""

import httpx

from crm_core import interactions
from routing.core.events import RecordingPauseBegan, WorkEnded
from routing.core.facts import Finished
from routing.core.model import By, PauseKind
from tests.agent_console.house import House
from tests.agent_console.test_talks import talks


def said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_a_recording_is_paused_and_goes_on(house: House) -> None:
    """The agent's item tells it, twice is once, a form ends nothing that was paused by hand, and the call's history knows how long it was."""
    house.console.hub.world.pause_ends_after_s = 600.0
    async with house.browser("ann") as client, house.listening(client) as screen:
        call = await talks(house, client, screen, recorded=True)
        place = f"/api/v1/interactions/{call}/recording/pause"
        on = {"pause": None, "since": None, "until": None}
        await screen.until("items", call, recording=on)
        for query in ("?by=form", "", ""):
            assert (await client.post(place + query)).status_code == 204
        item = await screen.until_docs(
            lambda docs: docs["items"][call]["recording"]["pause"] == "by_hand", "items", call
        )
        assert item["recording"]["until"] == item["recording"]["since"] + 600
        assert (await client.delete(f"{place}?by=form")).status_code == 204
        work = house.floor.centre.interactions[call]
        assert work.recording_pause is not None, "by hand is by hand"
        for _ in range(2):
            assert (await client.delete(place)).status_code == 204
        await screen.until("items", call, recording=on)
        assert (await client.post(f"{place}?by=magic")).status_code == 422
        answer = await client.get(f"/api/v1/interactions/{call}")
        stays = [(one["kind"], one["outcome"]) for one in answer.json()["segments"]]
        assert ("recording_pause", "resumed") in stays


async def test_what_cannot_be_paused_says_why(house: House) -> None:
    """Not recorded, not theirs, no talk, Asterisk away: nothing has changed then."""
    async with house.browser("ann") as client, house.listening(client) as screen, house.browser("bob") as bob:
        call = await talks(house, client, screen)
        place = f"/api/v1/interactions/{call}/recording/pause"
        for send in (client.post, client.delete):
            assert said(await send(place)) == (409, "recording.not_recorded")
            assert said(await send("/api/v1/interactions/none/recording/pause")) == (409, "interaction.state")
        assert said(await bob.post(place)) == (403, "interaction.not_yours")
        await screen.until("items", call, recording=None, state="connected")
        await house.floor.settle(WorkEnded(interaction=call, by=By.AGENT, at=1.0))
        assert said(await client.post(place)) == (409, "interaction.state")


async def test_a_talk_that_is_not_recorded_any_more_says_so(house: House) -> None:
    """Until it is over; and the history keeps it as such. Without Asterisk a pause is answered as unknown."""
    async with house.browser("ann") as client, house.listening(client) as screen:
        call = await talks(house, client, screen, recorded=True)
        house.pauses.away = True
        place = f"/api/v1/interactions/{call}/recording/pause"
        assert said(await client.post(place)) == (503, "peer.unavailable")
        assert house.floor.centre.interactions[call].recording_pause is None
        at = house.console.context.clock.now()
        stopped = RecordingPauseBegan(interaction=call, pause=PauseKind.STOPPED, at=at)
        await house.floor.settle(stopped)
        await screen.until("items", call, recording={"pause": "stopped", "since": at, "until": None})
        facts = await house.floor.settle(WorkEnded(interaction=call, by=By.AGENT, at=at + 1))
        assert any(isinstance(fact, Finished) for fact in facts)
        await screen.until("items", call, recording=None)
        stays = await house.store.read(lambda conn: interactions.segments(conn, call))
        (pause,) = [one for one in stays if one.kind == "recording_pause"]
        assert (pause.outcome, pause.ended_at) == ("stopped", at + 1)
        (talk,) = [one for one in stays if one.kind == "agent"]
        assert talk.recorded
