"""Chats over API and sockets: begun once, each line once and in order, passed on, gone on with by e-mail; who may see them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from crm_core import cases, interactions, letters
from crm_core.chat import kept
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from routing.core.model import AgentId, InteractionId, Medium, Phase
from tests.agent_console.chat_visitor import NOW, Visitor, add_door, solved, unsolved, visitor
from tests.agent_console.house import House, Screen, open_house
from tests.agent_console.test_socket import ready

KEY = {"Idempotency-Key": "key-of-the-test"}
QUICK = {
    "chat": {"agent_away_s": 1, "puzzle_bits": 4, "origins": ["https://shop.example"], "begun_at_most": 20}
}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, **QUICK) as opened:
        await opened.store.write(lambda c: add_door(c, opened.seed.queue))
        yield opened


async def take(house: House, client: httpx.AsyncClient, screen: Screen, chat: str) -> None:
    """The agent takes the chat that they are offered."""
    offered = await screen.until("items", chat, state="offered")
    answer = await client.post(f"/api/v1/offers/{offered['offer']['id'].replace('/', '%2F')}/accept")
    assert answer.status_code == 204, answer.text
    await screen.until("items", chat, state="connected")


@asynccontextmanager
async def in_talk(house: House, **form: Any) -> AsyncIterator[tuple[Visitor, httpx.AsyncClient, Screen]]:
    """A visitor and ann talk."""
    async with visitor(house) as there, house.browser("ann") as ann, house.listening(ann) as screen:
        await ready(house, ann, screen)
        assert (await there.begin(**form)).status_code == 201
        await take(house, ann, screen, there.id)
        yield there, ann, screen


async def test_a_chat_goes_both_ways(house: House) -> None:
    """The visitor's question pops with its case; both see each other's words, typing and reading, numbered without a gap."""
    async with in_talk(house, name="林", email="lin@example.com") as (there, ann, screen):
        await screen.until("items", there.id, subject="My lamp flickers")
        await screen.until_docs(lambda docs: docs["items"][there.id]["case"], "items", there.id)
        address = f"/api/v1/interactions/{there.id}/chat"
        async with there.socket() as line:
            await line.until(lambda v: v.state["phase"] == "talking" and v.state["agent"] == "Ann")
            assert (await ann.post(f"{address}/typing", json={"on": True})).status_code == 204
            await line.until(lambda v: v.state["typing"])
            said = await ann.post(f"{address}/messages", json={"id": "aaaaaaaa", "text": "Hello 林"})
            again = await ann.post(f"{address}/messages", json={"id": "aaaaaaaa", "text": "Hello 林"})
            assert said.json() == again.json()
            await line.until(lambda v: v.said("agent") == ["Hello 林"] and not v.state["typing"])
            await line.send(type="typing", on=True)
            await screen.until("chats", there.id, typing=True, here=True)
            key = await line.say("It is the blue one")
            await line.say("It is the blue one", key)
            await line.until(lambda v: v.said("visitor")[-1] == "It is the blue one")
            chat = await screen.until("chats", there.id, unread=1, typing=False)
            assert chat["unanswered_since"] is not None
            assert chat["last"] == "It is the blue one"
            last = there.lines[-1]["seq"]
            assert (await ann.post(f"{address}/read", json={"seq": last})).status_code == 204
            await line.until(lambda v: v.state["read"] == last)
            await line.send(type="read", seq=last)
        assert there.said("visitor").count("It is the blue one") == 1
        assert [line["seq"] for line in there.lines] == list(range(1, last + 1))
        on_screen = {name: doc["text"] for name, doc in screen.docs["chat_lines"].items()}
        assert on_screen[f"{there.id}/1"] == "My lamp flickers"


async def test_the_same_beginning_is_the_same_chat(house: House) -> None:
    """A form that is sent twice, as a browser does whose answer got lost, begins one chat; its work counts for no other one."""
    async with visitor(house) as there, visitor(house) as other:
        asked = (await there.http.get("/chat/doors/main")).json()
        work = {"puzzle": asked["puzzle"], "nonce": solved(asked["puzzle"], asked["bits"])}
        first, second = await there.begin(**work), await there.begin(**work)
        assert first.json() == second.json()
        assert len(await house.store.read(kept.open_ones)) == 1
        assert (await other.begin(**work)).json()["code"] == "chat.puzzle_old"
        fresh = (await other.http.get("/chat/doors/main")).json()["puzzle"]
        lazy = {"puzzle": fresh, "nonce": unsolved(fresh, asked["bits"])}
        assert (await other.begin(**lazy)).json()["code"] == "chat.puzzle_old"


async def test_a_visitor_comes_back_to_all_and_nothing_twice(house: House) -> None:
    """What was said while the visitor's line was cut is there when it is back; what they sent again, because no answer came, is there once."""
    async with in_talk(house) as (there, ann, screen):
        async with there.socket() as line:
            await line.until(lambda v: v.state["phase"] == "talking")
            key = await line.say("Are you there?")
        for number in range(3):
            given = {"id": f"while-away-{number}", "text": f"Yes {number}"}
            await ann.post(f"/api/v1/interactions/{there.id}/chat/messages", json=given)
        async with there.socket() as line:
            await line.say("Are you there?", key)
            await line.until(lambda v: v.said("agent") == ["Yes 0", "Yes 1", "Yes 2"])
            await line.until(lambda v: v.said("visitor") == ["My lamp flickers", "Are you there?"])
        await screen.until("chats", there.id, here=False)


async def test_a_restart_loses_nothing_and_leaves_the_chat_with_its_agent(tmp_path: Path) -> None:
    """The server ends in the middle of a chat: it is the same agent's when it is back, with every line once."""
    async with open_house(tmp_path / "a", **QUICK) as first:
        await first.store.write(lambda c: add_door(c, first.seed.queue))
        async with in_talk(first) as (there, _, _):
            async with there.socket() as line:
                await line.say("before")
                await line.until(lambda v: "before" in v.said())
            chat_id, agent = there.id, AgentId(first.seed.users["ann"])
            # as after kill -9: the floor and the chats of another process read the same store
            from channels.chat.rooms import ChatRooms
            from config.clock import SystemClock

            again = ChatRooms(
                first.console.context.settings, first.store, first.floor, first.bus, SystemClock()
            )
            running = asyncio.create_task(again.run())
            try:
                talk = await again.talk(chat_id)
                assert first.floor.centre.interactions[InteractionId(chat_id)].agent == agent
                assert [each.text for each in talk.lines if each.author == "visitor"] == [
                    "My lamp flickers",
                    "before",
                ]
                assert [each.code for each in talk.lines].count("joined") == 1
                assert [each.seq for each in talk.lines] == list(range(1, len(talk.lines) + 1))
            finally:
                running.cancel()


async def test_an_agent_whose_console_is_gone_loses_the_chat(house: House) -> None:
    """After `agent_away_s` without a console the chat waits again at its age, for somebody else, and the visitor is told."""
    async with in_talk(house) as (there, _, screen), there.socket() as line:
        began = house.floor.centre.interactions[InteractionId(there.id)].enqueued_at
        await screen.connection.close()
        await line.until(lambda v: v.state["phase"] == "waiting" and "requeued" in v.said())
        work = house.floor.centre.interactions[InteractionId(there.id)]
        assert (work.phase, work.enqueued_at) == (Phase.WAITING, began)


async def test_a_chat_is_passed_on_with_all_that_was_said(house: House) -> None:
    """A colleague who takes it has every line on the screen; the one who passed it on has none any more."""
    async with (
        in_talk(house) as (there, ann, screen),
        house.browser("bob") as bob,
        house.listening(bob) as other,
        there.socket() as line,
    ):
        await line.say("and it hums")
        await line.until(lambda v: "and it hums" in v.said())
        await ready(house, bob, other, "bob")
        to = {"agent_id": house.seed.users["bob"]}
        passed = await ann.post(f"/api/v1/interactions/{there.id}/transfer", json=to)
        assert passed.status_code == 204, passed.text
        await take(house, bob, other, there.id)
        await other.until_docs(
            lambda docs: any(doc["text"] == "and it hums" for doc in docs["chat_lines"].values()),
            "chats",
            there.id,
        )
        await line.until(lambda v: v.state["agent"] == "Bob")
        await screen.until_docs(lambda docs: there.id not in docs.get("items", {}), "me", "me")
        assert not screen.docs.get("chats")
        said = await ann.post(
            f"/api/v1/interactions/{there.id}/chat/messages", json={"id": "aaaaaaaa", "text": "x"}
        )
        assert said.status_code == 403


async def test_the_visitor_ends_it_and_keeps_what_was_said(house: House) -> None:
    """After the end nothing is said any more; the visitor has it as a text and by e-mail once, the agent wraps up, the case has it as a letter."""
    async with in_talk(house, email="lin@example.com") as (there, ann, screen), there.socket() as line:
        mine = {"Authorization": f"Bearer {there.token}"}
        assert (await there.http.post("/chat/transcript", headers=mine)).json()["code"] == "chat.not_answered"
        await line.send(type="end")
        await line.until(lambda v: v.state["phase"] == "ended" and v.state["ended_by"] == "visitor")
        key = await line.say("one more")
        await line.until(lambda v: v.refused.get(key) == "chat.ended")
        await screen.until("items", there.id, state="wrap_up")
        assert "My lamp flickers" in (await there.http.get("/chat/transcript", headers=mine)).text
        for _ in range(2):
            assert (await there.http.post("/chat/transcript", headers=mine)).status_code == 204
        sent = await house.store.read(lambda c: _letters_of(c, there.id))
        assert [(each.direction, each.to) for each in sent] == [("in", ()), ("out", ("lin@example.com",))]
        wrapped = await ann.post(f"/api/v1/interactions/{there.id}/wrapup", json={"disposition": "solved"})
        assert wrapped.status_code == 204
    async with visitor(house) as back:
        back.token = there.token
        async with back.socket() as line:
            await line.until(lambda v: v.state["phase"] == "ended" and "My lamp flickers" in v.said())


async def test_the_agent_goes_on_by_mail(house: House) -> None:
    """With whoever left an address: the chat ends, the answer goes to them with the chat as what it answers, in the case; the agent is rid of it."""
    async with in_talk(house, email="lin@example.com") as (there, ann, screen):
        given = {"text": "We have found it."}
        for _ in range(2):
            answer = await ann.post(f"/api/v1/interactions/{there.id}/chat/mail", json=given, headers=KEY)
            if answer.status_code != 201:
                assert answer.json()["code"] == "interaction.state"
        await screen.until("items", there.id, state="wrap_up")
        row = await house.store.read(lambda c: interactions.interaction(c, there.id))
        assert row is not None
        assert row.case_id is not None
        thread = await house.store.read(lambda c: letters.thread(c, row.case_id or ""))
        assert "My lamp flickers" in thread[0].text
        assert thread[-1].text == "We have found it."


async def test_files_go_both_ways_and_nowhere_else(house: House) -> None:
    """A picture is one for both; what calls itself a picture and is none is only kept; too large is refused; a stranger's key opens nothing."""
    async with in_talk(house) as (there, ann, _), there.socket() as line, visitor(house) as stranger:
        mine, png = {"Authorization": f"Bearer {there.token}"}, b"\x89PNG\r\n\x1a\n" + b"0" * 1_500_000
        sent = await there.http.post(
            "/chat/files?id=file-0001&name=a.png", content=png, headers=mine | {"Content-Type": "image/png"}
        )
        assert sent.status_code == 201, sent.text
        evil = mine | {"Content-Type": "image/png"}
        await there.http.post("/chat/files?id=file-0002&name=b.png", content=b"<script>", headers=evil)
        found = await line.until(
            lambda v: [each["file"] for each in v.lines if "file" in each][1:] and v.lines
        )
        first, second = (each["file"] for each in found if "file" in each)
        assert (first["type"], second["type"]) == ("image/png", "application/octet-stream")
        address = f"/api/v1/interactions/{there.id}/chat/files"
        assert (await ann.get(f"{address}/{first['id']}")).content == png
        kept_only = await ann.get(f"{address}/{second['id']}")
        assert kept_only.headers["content-disposition"].startswith("attachment")
        assert (await ann.post(f"{address}?name=c.pdf", content=b"%PDF", headers=KEY)).status_code == 201
        third = (
            await line.until(
                lambda v: v.lines[-1].get("file") and v.lines[-1]["by"] == "agent" and v.lines[-1]
            )
        )["file"]
        assert (await there.http.get(f"/chat/files/{third['id']}", headers=mine)).content == b"%PDF"
        theirs = {"Authorization": f"Bearer {stranger.token}"}
        assert (await stranger.http.get(f"/chat/files/{third['id']}", headers=theirs)).status_code == 404
        large = await there.http.post("/chat/files?id=file-0004", content=b"0" * 5_000_001, headers=mine)
        assert large.json()["code"] == "chat.file_too_large"


async def test_a_supervisor_watches_live(house: House) -> None:
    """Whoever may read the chat is told each line as it comes; that they looked is in the audit trail; another agent may not."""
    async with (
        in_talk(house) as (there, _, _),
        there.socket() as line,
        house.browser("sue") as sue,
        house.browser("bob") as bob,
    ):
        address = f"/api/v1/interactions/{there.id}/chat"
        first = (await sue.get(address)).json()
        assert [each["text"] for each in first["lines"] if each["text"]] == ["My lamp flickers"]
        waiting = asyncio.create_task(sue.get(f"{address}?after={first['seq']}&wait=20"))
        await asyncio.sleep(0)
        await line.say("and now it is dark")
        seen = (await waiting).json()
        assert [each["text"] for each in seen["lines"]] == ["and now it is dark"]
        assert (await bob.get(address)).status_code == 403
        async with house.browser("adm") as adm:
            trail = (await adm.get("/api/v1/audit", params={"object": there.id})).json()
        assert "chat_read" in json.dumps(trail)


async def test_who_may_begin(house: House) -> None:
    """Pages of other origins may not, those of the settings may; the form's demands hold; a closed queue says so."""
    async with visitor(house) as there:
        foreign = await there.http.get("/chat/doors/main", headers={"Origin": "https://evil.example"})
        assert foreign.status_code == 403
        shop = await there.http.get("/chat/doors/main", headers={"Origin": "https://shop.example"})
        assert shop.headers["access-control-allow-origin"] == "https://shop.example"
        with pytest.raises(InvalidStatus):
            async with connect(
                house.origin.replace("http", "ws") + "/chat/socket", origin="https://evil.example", proxy=None
            ):  # type: ignore[arg-type]
                pass
        assert (await there.begin(question=" ")).json()["code"] == "chat.question"
        await house.store.write(
            lambda c: add_door(c, house.seed.queue, key="asks", ask_email="required", consent_en="I agree")
        )
        assert (await there.begin(door="asks")).json()["code"] == "chat.email"
        assert (await there.begin(door="asks", email="a@example.com")).json()["code"] == "chat.consent"
        assert (await there.begin(door="asks", email="a@example.com", consent=True)).status_code == 201
        await house.store.write(lambda c: _close(c, house.seed.queue))
        await house.console.hub.read_directory()
        assert not (await there.http.get("/chat/doors/main")).json()["open"]
        late = Visitor(house)
        assert (await late.begin()).json()["code"] == "chat.closed"
        await late.close()


async def test_who_leaves_while_they_wait_has_given_up(tmp_path: Path) -> None:
    """After `away_after_s` without a page the chat ends, and is an abandoned one; who is there goes on waiting, and is told where they stand."""
    quick = {"chat": {"away_after_s": 1, "puzzle_bits": 4}}
    async with open_house(tmp_path, **quick) as house, visitor(house) as there:
        await house.store.write(lambda c: add_door(c, house.seed.queue))
        await there.begin()
        async with there.socket() as line:
            await line.until(lambda v: v.state["position"] == 1)
        async with asyncio.timeout(20):
            while InteractionId(there.id) in house.floor.centre.interactions:
                await house.floor.settle()
                await asyncio.sleep(0.1)
        row = await house.store.read(lambda c: interactions.interaction(c, there.id))
        assert row is not None
        assert row.outcome == "abandoned"
        assert not house.floor.centre.interactions, "nowhere to answer to"


@pytest.mark.parametrize("wanted", [True, False])
async def test_what_nobody_came_to_waits_as_mail(tmp_path: Path, *, wanted: bool) -> None:
    """A visitor who gave an address and left before anybody came: their question waits as e-mail, at its age, in its case, and they are told; unless the centre does not want it."""
    quick = {"chat": {"away_after_s": 1, "puzzle_bits": 4, "unanswered_becomes_mail": wanted}}
    async with open_house(tmp_path, **quick) as house, visitor(house) as there:
        await house.store.write(lambda c: add_door(c, house.seed.queue))
        await there.begin(name="林", email="Lin@example.com")
        async with there.socket() as line:
            await line.until(lambda v: v.state["position"] == 1)
        chat = InteractionId(there.id)
        began = house.floor.centre.interactions[chat].enqueued_at
        async with asyncio.timeout(20):
            while chat in house.floor.centre.interactions:
                await house.floor.settle()
                await asyncio.sleep(0.1)
        async with there.socket() as line:
            await line.until(lambda v: v.lines[-1].get("code") == "ended")
        assert there.lines[-1]["params"] == ({"by": "left", "mailed": "1"} if wanted else {"by": "left"})
        await house.floor.settle()
        waiting = list(house.floor.centre.interactions.values())
        assert [(work.medium, work.enqueued_at) for work in waiting] == (
            [(Medium.EMAIL, began)] if wanted else []
        )
        if not wanted:
            return
        before, mail = await house.store.read(
            lambda c: (interactions.interaction(c, there.id), interactions.interaction(c, waiting[0].id))
        )
        assert before is not None
        assert mail is not None
        assert (mail.case_id, mail.customer_address, mail.subject) == (
            before.case_id,
            "lin@example.com",
            before.subject,
        )
        (letter,) = await house.store.read(lambda c: _letters_of(c, there.id))
        assert "My lamp flickers" in letter.text
        async with house.browser("ann") as ann, house.listening(ann) as screen:
            await ready(house, ann, screen)
            await screen.until("items", mail.id, state="offered")


def _close(conn: Connection, queue: str) -> None:
    rows.patch(conn, system(NOW), known.entity("queue"), queue, {"closed": True})


def _letters_of(conn: Connection, chat_id: str) -> list[letters.Letter]:
    row = interactions.interaction(conn, chat_id)
    assert row is not None
    assert row.case_id is not None
    found = cases.case(conn, row.case_id)
    assert found is not None
    return letters.thread(conn, found.id)
