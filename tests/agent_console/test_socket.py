"""The socket on a real port: who gets in, what they are sent, how they come back, how they are thrown out."""

import asyncio
import time
from contextlib import suppress
from functools import partial

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from config.clock import SystemClock
from crm_core import interactions, sessions, users
from crm_core.store import Connection
from routing.bus import CALLER_KNOWN
from routing.core.model import AgentId, Medium, Phase, Status
from routing.rules import RulesWatch, read_rules
from tests.agent_console.house import House, Screen


async def ready(house: House, client: httpx.AsyncClient, screen: Screen, login: str = "ann") -> None:
    """On duty: shift begun, status ready, phone there."""
    await screen.frame()
    house.at_hand(login)
    assert (await client.post("/api/v1/me/shift")).status_code == 200
    assert (await client.put("/api/v1/me/status", json={"status": "ready"})).status_code == 204
    await screen.until("me", "me", status="ready", console=True, device="reachable")


@pytest.mark.parametrize("topic", ["interaction", CALLER_KNOWN])
async def test_the_pop_is_there_at_ringing(house: House, topic: str) -> None:
    """A call offered to an agent is on their screen with the offer, the caller and, once read, the customer, whoever says that it is known."""
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        await ready(house, ann, screen)
        call = await house.call_arrives(caller="<script>alert(1)</script>\r\n\"'")
        offered = await screen.until("items", call, state="offered")
        assert offered["offer"]["id"] == f"{call}/1"
        item = await screen.until("items", call, subject="", entry="100")
        assert item["customer"]["name"] == "<script>alert(1)</script>\r\n\"'"
        assert item["customer"]["address"] == "+886912345678"
        await house.store.write(lambda c: interactions.set_party(c, call, house.seed.party))
        house.bus.publish(topic, call)
        item = await screen.until_docs(
            lambda docs: docs["items"][call]["match"]["strength"] == "one", "items", call
        )
        assert [party["name"] for party in item["match"]["parties"]] == ["林小美"]
        assert item["match"]["parties"][0]["phones"] == ["+886912345678"]


async def test_a_resume_misses_nothing(house: House) -> None:
    """Whoever comes back with the last number seen gets exactly what happened meanwhile; no snapshot, no gap."""
    async with house.browser("ann") as ann:
        async with house.listening(ann) as screen:
            await ready(house, ann, screen)
        async with house.listening(ann) as other:
            await other.frame()
            assert (
                await ann.put("/api/v1/me/status", json={"status": "paused", "reason": "lunch"})
            ).status_code == 204
            await other.until("me", "me", reason="lunch")
            resume = {"stream": screen.stream, "seq": screen.seq}
            async with house.listening(ann, resume=resume) as back:
                back.stream, back.docs = screen.stream, screen.docs
                first = await back.frame()
                assert (first["type"], first["seq"]) == ("resumed", screen.seq)
                await back.until("me", "me", status="paused", reason="lunch")
                while back.seq < other.seq:
                    await back.frame()
                assert back.docs["me"] == other.docs["me"]


async def test_an_unknown_stream_gets_a_snapshot(house: House) -> None:
    """A resume from before a restart is answered with everything."""
    async with (
        house.browser("ann") as ann,
        house.listening(ann, resume={"stream": "of-yesterday", "seq": 4}) as screen,
    ):
        assert (await screen.frame())["type"] == "snapshot"
        assert set(screen.docs) >= {"me", "queues", "link"}


async def test_a_foreign_origin_is_refused(house: House) -> None:
    """A page from elsewhere cannot open a socket, whatever cookie its visitor has."""
    async with house.browser("ann") as ann:
        with pytest.raises(InvalidStatus) as refused:
            async with house.socket(ann, origin="https://evil.example"):
                pass
        assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("login", "hello", "code"),
    [
        (None, '{"type":"hello","view":"agent"}', 4001),
        ("ann", '{"type":"hello","view":"board"}', 4003),
        ("sue", '{"type":"hello","view":"agent"}', 4003),
        ("ann", "nonsense", 4003),
        ("ann", '{"type":"hello","view":"agent","more":1}', 4003),
    ],
)
async def test_who_may_not_listen_is_told_why(house: House, login: str | None, hello: str, code: int) -> None:
    """Without a session 4001; a view of another role, or no hello, 4003."""
    async with house.browser(login) as client, house.socket(client) as connection:
        with suppress(ConnectionClosed):  # without a session it may be closed before we speak
            await connection.send(hello)
        assert await Screen(connection).until_closed() == code


async def test_logout_closes_the_sockets_and_ends_the_shift(house: House) -> None:
    """After a logout the socket is closed with 4001 and the agent is signed out."""
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        await ready(house, ann, screen)
        assert (await ann.post("/api/v1/logout")).status_code == 204
        assert await screen.until_closed() == 4001
        state = house.floor.centre.agents[AgentId(house.seed.users["ann"])]
        assert state.status is Status.SIGNED_OUT
        assert (await ann.get("/api/v1/me")).status_code == 401


async def test_a_client_that_does_not_read_is_closed(house: House) -> None:
    """Beyond 256 KiB of unread frames a socket is closed with 4008, and the agent's others go on."""
    async with house.browser("ann") as ann, house.listening(ann) as lively:
        await ready(house, ann, lively)
        async with house.listening(ann, max_queue=1, max_size=2**24) as lazy:
            await lazy.frame()
            lazy.connection.transport.pause_reading()
            letter = await house.letter_arrives()
            offer = (await lively.until("items", letter, state="offered"))["offer"]["id"]
            taken = await ann.post(f"/api/v1/offers/{offer}/accept")
            assert taken.status_code == 204  # so that it goes to nobody else meanwhile
            sockets = house.console.hub.sockets
            assert len(sockets) == 2
            for number in range(2000):
                note = f"{number}" + "x" * 19_000
                await house.store.write(partial(_write_note, letter, note))
                house.bus.publish("interaction", letter)
                await lively.until("items", letter, note=note)
                if any(socket._closing for socket in sockets):
                    break
            lazy.connection.transport.resume_reading()
            assert await lazy.until_closed() == 4008


def _write_note(interaction: str, note: str, connection: Connection) -> None:
    interactions.set_note(connection, interaction, note)


async def test_a_console_that_is_lost_is_offered_nothing(house: House) -> None:
    """With the last socket the console is gone at once, while the status stays for the grace; back, it counts again."""
    async with (
        house.browser("ann") as ann,
        house.browser("sue") as sue,
        house.listening(sue, "board") as board,
    ):
        await board.frame()
        name = house.seed.users["ann"]
        async with house.listening(ann) as screen:
            await ready(house, ann, screen)
            await board.until("agents", name, console=True, status="ready")
        await board.until("agents", name, console=False, status="ready")
        letter = await house.letter_arrives()
        assert house.floor.centre.interactions[letter].phase is Phase.WAITING
        async with house.listening(ann) as screen:
            await screen.frame()
            await screen.until("items", letter, state="offered")


async def test_a_user_who_was_just_added_can_listen(house: House) -> None:
    """Nobody has to wait for the next reading of the directory."""
    async with house.browser() as client:
        user = await house.store.write(add_dan)
        token = await house.store.write(lambda c: sessions.start(c, user, time.time(), 60.0, "", ""))
        client.cookies.set("trunkline_session", token)
        async with house.listening(client) as screen:
            assert (await screen.frame())["docs"]["me"]["me"]["name"] == "Dan"


async def test_a_user_who_was_just_added_can_work(house: House) -> None:
    """The first sight of somebody new makes the rules be read, and their console counts once the floor knows them."""
    clock = SystemClock()
    watch = RulesWatch(
        house.store,
        house.floor,
        house.bus,
        clock,
        await house.store.read(partial(read_rules, now=clock.now())),
    )
    watching = asyncio.create_task(watch.run())
    async with house.browser() as client:
        user = await house.store.write(add_dan)
        token = await house.store.write(lambda c: sessions.start(c, user, time.time(), 60.0, "", ""))
        client.cookies.set("trunkline_session", token)
        async with house.listening(client) as screen:
            await screen.frame()
            await screen.until("me", "me", console=True)
    watching.cancel()
    await asyncio.wait([watching])


async def test_a_session_that_is_over_closes_its_sockets(house: House) -> None:
    """A session ended elsewhere (run out, user deactivated) is noticed by the review."""
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        await screen.frame()
        await house.store.write(lambda c: sessions.end_all(c, house.seed.users["ann"]))
        await house.console.hub._review_sessions()
        assert await screen.until_closed() == 4001


def add_dan(connection: Connection) -> str:
    return users.add_user(
        connection, login="dan", name="Dan", password_hash="x", role="agent", language="en"
    ).id


async def test_the_board_shows_the_floor(house: House) -> None:
    """A supervisor sees who waits, who works, and the day's figures; the API answers the same."""
    async with house.browser("sue") as sue, house.listening(sue, "board") as board:
        await board.frame()
        call = await house.call_arrives(caller="Lin")
        row = await board.until("waiting", call, customer="Lin")
        assert (row["position"], row["phase"]) == (1, "waiting")
        queue = await board.until("queues", house.seed.queue, offered=1)
        assert queue["waiting"] == {
            "voice": 1,
            "email": 0,
            "chat": 0,
            "voicemail": 0,
            "fax": 0,
            "form": 0,
            "sms": 0,
            "post": 0,
        }
        assert queue["longest_since"]["voice"] == row["enqueued_at"]
        agent = await board.until("agents", house.seed.users["ann"])
        assert agent["status"] == "signed_out"
        asked = (await sue.get("/api/v1/board")).json()
        assert asked["waiting"] == board.docs["waiting"]
        assert asked["queues"] == board.docs["queues"]


async def test_peers_that_go_away_are_shown(house: House) -> None:
    """Asterisk's and mail's absence reaches every screen with its reason."""
    async with house.browser("sue") as sue, house.listening(sue, "board") as board:
        await board.until("link", "asterisk", up=True)
        house.calls.up, house.mail.up = False, False
        await board.until("link", "asterisk", up=False, reason="asterisk.refused")
        await board.until("link", "mail", up=False, reason="mail.port_busy")
        house.calls.servers = {"north": True, "south": False}
        await board.until("link", "asterisk.south", up=False, server="south")
        await board.until("link", "mail", server="")


async def test_letters_go_to_an_agent_with_a_console(house: House) -> None:
    """Nothing is offered without a console; with one a waiting letter is offered at once."""
    letter = await house.letter_arrives()
    async with house.browser("ann") as ann:
        await ann.post("/api/v1/me/shift")
        await ann.put("/api/v1/me/status", json={"status": "ready"})
        assert house.floor.centre.interactions[letter].phase is Phase.WAITING
        async with house.listening(ann) as screen:
            house.at_hand("ann")
            item = await screen.until("items", letter, state="offered", subject="")
            assert item["medium"] == Medium.EMAIL
