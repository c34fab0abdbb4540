"""Over the API: a supervisor listens to an agent's call, speaks up, and leaves."""

from typing import Any

from sqlalchemy import text

from tests.agent_console.house import House
from tests.agent_console.test_talks import talks


async def gives_a_phone(house: House, login: str) -> None:
    await house.store.write(
        lambda c: c.execute(
            text("UPDATE user_account SET extension = '1090' WHERE login = :login"), {"login": login}
        )
    )


async def audited(house: House, action: str = "watched") -> list[dict[str, Any]]:
    async with house.browser("adm") as admin:
        told = await admin.get("/api/v1/audit", params={"action": action})
        return [each["detail"] for each in reversed(told.json()["items"])]


async def test_a_supervisor_listens_and_speaks_up_and_all_concerned_see_it(house: House) -> None:
    """The board and the agent see who and how; the audit tells each; leaving ends it, and so does the end of the talk."""
    await gives_a_phone(house, "sue")
    async with (
        house.browser("ann") as client,
        house.listening(client) as screen,
        house.browser("sue") as sue,
        house.listening(sue, "board") as board,
    ):
        call = await talks(house, client, screen)
        ann, place = house.seed.users["ann"], f"/api/v1/interactions/{call}/watch"
        for mode in ("listen", "whisper", "barge"):
            assert (await sue.post(place, json={"mode": mode})).status_code == 204
            seen = await screen.until_docs(
                lambda docs, mode=mode: [one["mode"] for one in docs["items"][call]["watchers"]] == [mode],
                "items",
                call,
            )
            row = await board.until_docs(
                lambda docs, mode=mode: (
                    [one["mode"] for one in (docs["agents"][ann]["item"] or {"watchers": []})["watchers"]]
                    == [mode]
                ),
                "agents",
                ann,
            )
            assert row["item"]["watchers"] == seen["watchers"]
            assert seen["watchers"][0]["name"] == house.console.context.hub.world.directory.user_name(
                house.seed.users["sue"]
            )
        told = await audited(house)
        assert [each["mode"] for each in told] == ["listen", "whisper", "barge"]
        assert (await sue.delete("/api/v1/me/watch")).status_code == 204
        await screen.until_docs(lambda docs: not docs["items"][call]["watchers"], "items", call)


async def test_listening_is_hidden_where_the_centre_says_so(house: House) -> None:
    """From the agent, not from the board; who is heard is never hidden."""
    await gives_a_phone(house, "sue")
    house.console.hub.world.listening_is_shown = False
    async with (
        house.browser("ann") as client,
        house.listening(client) as screen,
        house.browser("sue") as sue,
        house.listening(sue, "board") as board,
    ):
        call = await talks(house, client, screen)
        ann, place = house.seed.users["ann"], f"/api/v1/interactions/{call}/watch"
        assert (await sue.post(place, json={"mode": "listen"})).status_code == 204
        await board.until_docs(
            lambda docs: bool((docs["agents"][ann]["item"] or {"watchers": []})["watchers"]), "agents", ann
        )
        item = await screen.until_docs(lambda docs: call in docs["items"], "items", call)
        assert item["watchers"] == []
        assert (await sue.post(place, json={"mode": "whisper"})).status_code == 204
        await screen.until_docs(lambda docs: bool(docs["items"][call]["watchers"]), "items", call)


async def test_what_cannot_be_watched_is_refused(house: House) -> None:
    """Without an extension, without a talk, and by an agent; nothing is audited then."""
    async with (
        house.browser("ann") as client,
        house.listening(client) as screen,
        house.browser("sue") as sue,
        house.browser("bob") as bob,
    ):
        call = await talks(house, client, screen)
        place = f"/api/v1/interactions/{call}/watch"
        no_phone = await sue.post(place, json={"mode": "listen"})
        assert (no_phone.status_code, no_phone.json()["code"]) == (409, "agent.no_phone")
        assert (await sue.post("/api/v1/me/phone")).json()["code"] == "agent.no_phone"
        await gives_a_phone(house, "sue")
        assert (await bob.post(place, json={"mode": "listen"})).status_code == 403
        assert (await sue.post(place, json={"mode": "shout"})).status_code == 422
        assert (await sue.post("/api/v1/interactions/none/watch", json={"mode": "listen"})).status_code == 404
        assert (await sue.post("/api/v1/me/phone")).json()["user"] == "1090"
        house.calls.up = False
        away = await sue.post(place, json={"mode": "listen"})
        assert away.status_code == 503
        assert not await audited(house)
        assert not house.floor.centre.interactions[call].watchers


async def test_a_supervisor_takes_a_call_over(house: House) -> None:
    """Once they are at it; the agent wraps up, and the audit says who took it from whom."""
    await gives_a_phone(house, "sue")
    async with (
        house.browser("ann") as client,
        house.listening(client) as screen,
        house.browser("sue") as sue,
    ):
        call = await talks(house, client, screen)
        place = f"/api/v1/interactions/{call}"
        early = await sue.post(f"{place}/takeover")
        assert (early.status_code, early.json()["code"]) == (409, "watch.not_there")
        assert (await sue.post(f"{place}/watch", json={"mode": "barge"})).status_code == 204
        assert (await sue.post(f"{place}/takeover")).status_code == 204
        await screen.until_docs(lambda docs: docs["items"][call]["state"] == "wrap_up", "items", call)
        late = await sue.post(f"{place}/takeover")
        assert (late.status_code, late.json()["code"]) == (409, "interaction.state")
        assert [each["agent"] for each in await audited(house, "taken_over")] == [house.seed.users["ann"]]
