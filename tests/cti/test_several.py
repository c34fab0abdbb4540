"""Two Asterisk servers, scripted: which of them is asked what, and what becomes of calls when one is away."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from config.errors import Refused, Unavailable
from config.settings import Asterisk
from cti.ami.fitness import Misnamed
from cti.switches import switch
from cti.switches.phones import PhonesAnywhere
from cti.switches.whereabouts import Whereabouts
from routing.core.facts import Abandoned, Connected, Enqueued, Finished, Offered, OfferRang, StatusChanged
from routing.core.model import AgentId, Device, InteractionId, Phase, Status
from tests.cti.room import Room, standing, telephone_room
from tests.cti.test_phones import ari_server
from tests.fakes.ami import AmiPeer, FakeAmi

ANN = AgentId("ann")
OVER_THERE = InteractionId("tl-south-1.1")


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with telephone_room(tmp_path, two=True) as running:
        yield running


def led(room: Room) -> list[dict[str, str]]:
    """Whom the second one was asked to lead somewhere."""
    assert room.there is not None
    return [action for action in room.there.ami.actions if action["Action"] == "Redirect"]


async def waits_there(room: Room) -> None:
    """Somebody comes in at the second and waits."""
    assert room.there is not None
    before = room.count(Enqueued)
    room.there.channels = [standing("south-1.1", "trunkline-hold")]
    reader, _ = await room.call("south-1.1")
    await room.until(lambda: room.count(Enqueued) > before)
    del reader


async def test_a_phone_is_where_one_says_that_it_is() -> None:
    """In use anywhere is in use; there anywhere is there; whom a server forgets is where another one says, or nowhere."""
    known = Whereabouts()
    assert known.hear("north", ANN, Device.UNREACHABLE) is Device.UNREACHABLE
    assert known.server_of(ANN, "north") is None
    assert known.hear("south", ANN, Device.REACHABLE) is Device.REACHABLE
    assert known.server_of(ANN, "north") == "south"
    assert known.if_said("north", ANN, Device.IN_USE) is Device.IN_USE
    assert known.hear("north", ANN, Device.REACHABLE) is Device.REACHABLE
    assert (known.server_of(ANN, "north"), known.server_of(ANN, "south")) == ("north", "south")
    assert known.forget("south") == frozenset(), "it is still at the other"
    known.hear("north", ANN, Device.IN_USE)
    assert known.server_of(ANN, "south") == "north"
    assert known.forget("north") == {ANN}
    assert known.forget("north") == frozenset(), "it was nowhere before"
    assert known.device_of(ANN) is Device.UNREACHABLE


async def test_a_caller_at_one_is_led_to_a_phone_at_the_other(room: Room) -> None:
    """By the caller's own server, over the way to the server of the phone; and back to the music by it."""
    await room.ready("1001")
    await waits_there(room)
    assert room.there is not None
    await room.there.ami.wait_for("Setvar")
    await room.until(lambda: room.count(Offered) == 1)
    call = room.voice.switches.of(OVER_THERE)
    assert call.name == "south"
    assert call.way(room.agents["1001"]) == "trunkline-north"
    assert room.redirects() == []


async def test_an_agents_commands_go_to_the_server_of_the_call(room: Room) -> None:
    """Hold is asked of the caller's server alone; whoever is at no call anywhere is refused."""
    await room.ready("1001")
    await waits_there(room)
    assert room.there is not None
    await room.until(lambda: room.count(Offered) == 1)
    room.there.event(
        "DialEnd",
        ("Uniqueid", "south-1.1"),
        ("DestUniqueid", "south-1.2"),
        ("DestChannel", "PJSIP/trunkline-north-00000001"),
        ("DestChanVariable", f"TL_OFFER={OVER_THERE}/1"),
        ("DialStatus", "ANSWER"),
    )
    await room.until(lambda: room.count(Connected) == 1)
    await room.voice.talks.hold(OVER_THERE)
    assert [one["Context"] for one in led(room)][-1:] == ["trunkline-aside"]
    assert room.redirects() == []
    with pytest.raises(Refused, match="not_connected"):
        await room.voice.talks.hold(InteractionId("tl-south-9.9"))


async def test_one_that_refuses_connections_has_no_callers_any_more(room: Room) -> None:
    """Its waiting caller leaves the queue at once, nobody is blamed, the other's caller waits on, and each is told by its name."""
    await waits_there(room)
    room.channels = [standing("north-1.1", "trunkline-hold")]
    await room.call("north-1.1")
    await room.until(lambda: room.count(Enqueued) == 2)
    assert room.there is not None
    room.there.ami.stop()
    await room.until(lambda: room.count(Abandoned) == 1)
    assert list(room.floor.centre.interactions) == [InteractionId("tl-north-1.1")]
    up = {name: status.up for name, status in room.voice.statuses().items()}
    assert up == {"north": True, "south": False}
    assert room.voice.status().up
    assert not [
        fact for fact in room.facts if isinstance(fact, StatusChanged) and fact.status is Status.PAUSED
    ]


async def test_one_that_does_not_answer_is_given_up_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its machine says nothing: after a while its caller is not waited for. One who still waits there when it is back goes on with its dialplan alone,
    and is neither said goodbye to nor offered."""
    monkeypatch.setattr(switch, "GIVEN_UP_AFTER_S", 0.05)
    async with telephone_room(tmp_path, two=True) as room:
        await waits_there(room)
        assert room.there is not None
        silence = asyncio.Event()

        async def silent(peer: AmiPeer, action: dict[str, str]) -> None:
            await silence.wait()
            peer.reply(action)
            peer.send(("Event", "FullyBooted"))

        room.there.ami.answers["Login"] = silent
        room.there.ami.peers[-1].close()
        await room.until(lambda: room.count(Abandoned) == 1)
        silence.set()
        room.there.ami.answers.pop("Login")
        await room.until(lambda: bool(led(room)))
        assert {one["Context"] for one in led(room)} == {"trunkline-fallback"}
        assert room.count(Enqueued) == 1


@pytest.mark.parametrize("rang", [False, True])
async def test_who_is_offered_to_a_phone_at_a_lost_server_goes_on(room: Room, *, rang: bool) -> None:
    """A caller at another server goes back to the music, and the agent is not paused. What rings already may still be answered: only our link may be gone."""
    assert room.there is not None
    ann = await room.ready("1001")
    await waits_there(room)
    await room.until(lambda: room.count(Offered) == 1)
    if rang:
        leg = ("DestUniqueid", "south-1.2"), ("DestChannel", "PJSIP/trunkline-north-00000001")
        offer = ("DestChanVariable", f"TL_OFFER={OVER_THERE}/1")
        room.there.event("DialState", ("Uniqueid", "south-1.1"), *leg, offer, ("DialStatus", "RINGING"))
        await room.until(lambda: room.count(OfferRang) == 1)
    silence = asyncio.Event()

    async def silent(peer: AmiPeer, action: dict[str, str]) -> None:
        await silence.wait()

    room.ami.answers["Login"] = silent
    room.ami.peers[-1].close()
    await room.until(lambda: room.floor.centre.agents[ann].device is Device.UNREACHABLE)
    work = room.floor.centre.interactions[OVER_THERE]
    if rang:
        assert work.phase is Phase.OFFERED
    else:
        await room.until(lambda: bool(led(room)))
        assert led(room)[-1]["Context"] == "trunkline-hold"
        assert work.phase is Phase.WAITING
    assert room.floor.centre.agents[ann].status is Status.READY
    silence.set()


async def test_a_reconnect_settles_the_calls_of_that_server_alone(room: Room) -> None:
    """What one of them shows says nothing of the other's calls."""
    await waits_there(room)
    room.channels = []
    await room.voice.switches.first.resync()
    assert [work.phase for work in room.floor.centre.interactions.values()] == [Phase.WAITING]
    assert room.there is not None
    room.there.channels = []
    await list(room.voice.switches)[1].resync()
    assert room.count(Abandoned) == 1
    assert room.count(Finished) == 0


async def test_a_server_with_another_name_is_not_taken_for_this_one(room: Room) -> None:
    """The start is refused with what to mend, and a connection to such a one is not used."""
    assert room.there is not None

    async def misnamed(peer: AmiPeer, action: dict[str, str]) -> None:
        peer.reply(action, "Success", ("AsteriskVersion", "22.10.0"), ("SystemName", "trunkline"))

    ami = room.there.ami
    ami.answers["CoreSettings"] = misnamed
    with pytest.raises(Misnamed, match="set systemname = south"):
        await room.voice.check()
    seen = _asked(ami, "CoreSettings")
    ami.peers[0].close()
    await room.until(lambda: _asked(ami, "CoreSettings") > seen)
    await room.until(lambda: not room.voice.statuses()["south"].up)
    assert room.voice.statuses()["north"].up


def _asked(ami: FakeAmi, name: str) -> int:
    return len([action for action in ami.actions if action["Action"] == name])


async def test_browsers_phones_are_spread_and_go_where_a_server_answers() -> None:
    """By their extension; when that server gives none, at another one. What the others knew of an extension is taken from them."""
    asked: dict[str, list[bytes]] = {"north": [], "south": []}
    async with ari_server("200 OK", asked["north"]) as north, ari_server("200 OK", asked["south"]) as south:
        settings = _two(north, south)
        both = PhonesAnywhere(settings, lambda _: True)
        assert (await both.credential("1001")).ws_url == "ws://south/ws"
        assert (await both.credential("1002")).ws_url == "ws://north/ws"
        assert (await both.guest()).ws_url == "ws://north/ws"
        assert _verbs(asked["north"], b"1001") == {b"DELETE"}
        assert _verbs(asked["south"], b"1001") == {b"PUT"}
        one_away = PhonesAnywhere(settings, lambda name: name == "north")
        assert (await one_away.credential("1001")).ws_url == "ws://north/ws"
    async with ari_server("500 No", []) as broken, ari_server("200 OK", []) as north:
        phones = PhonesAnywhere(_two(north, broken), lambda _: True)
        assert (await phones.credential("1001")).ws_url == "ws://north/ws"
    with pytest.raises(Unavailable):
        await PhonesAnywhere(_two(north, south), lambda _: True).credential("1001")


def _verbs(requests: list[bytes], extension: bytes) -> set[bytes]:
    return {one.split(b" ")[0] for one in requests if one.split(b" ")[1].endswith(b"/" + extension)}


def _two(north: int, south: int) -> Asterisk:
    def told(name: str, port: int) -> dict[str, object]:
        secret = SecretStr("x")
        return {
            "name": name,
            "sip_address": "127.0.0.1:5060",
            "ami_secret": secret,
            "ari_secret": secret,
            "http_url": f"http://127.0.0.1:{port}",
            "browser_ws_url": f"ws://{name}/ws",
        }

    shared = {"peer_secret": SecretStr("sixteen characters"), "more": (told("south", south),)}
    return Asterisk.model_validate(told("north", north) | shared)
