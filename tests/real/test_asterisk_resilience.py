"""What happens to calls when the server goes and comes back, or stands still (promise 1; design 6)."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from crm_core import interactions
from routing.core.facts import Abandoned, Connected, Enqueued, Finished, OfferEnded, OfferRang, Requeued
from routing.core.model import Phase
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.voice_lab import VoiceServer, agent_of, prepare, voice_server

pytestmark = pytest.mark.real


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[AsteriskLab]:
    async with asterisk_lab(tmp_path) as running:
        yield running


async def _agent_ready(server: VoiceServer, extension: str = "1001") -> None:
    agent = await agent_of(server.store, extension)
    server.ready(agent)
    await server.floor.settle()
    await server.device(agent)


async def test_a_restart_finds_the_waiting_the_ringing_and_the_talking(
    lab: AsteriskLab, tmp_path: Path
) -> None:
    """Over a restart nobody hears a BYE: the talk goes on, the offer is answered, the waiting keep their age."""
    url = prepare(tmp_path, extensions=("1001", "1002"), ring_s=8.0)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(lab.phone("1001", answer_after_s=0.05))
        await stack.enter_async_context(lab.phone("1002", answer_after_s=3.0))
        async with voice_server(lab, url) as before:
            await _agent_ready(before, "1001")
            talker = await stack.enter_async_context(lab.caller(speak=True, number="+886900000001"))
            await before.fact(Connected)
            await _agent_ready(before, "1002")
            ringer = await stack.enter_async_context(lab.caller(speak=True, number="+886900000002"))
            await before.fact(OfferRang, 2)
            waiter = await stack.enter_async_context(lab.caller(speak=True, number="+886900000003"))
            waiting = await before.fact(Enqueued, 3)
        async with voice_server(lab, url) as after:
            connected = await after.fact(Connected)
            assert connected.interaction == (await _ringing_id(before))
            works = after.floor.centre.interactions
            assert sorted(work.phase for work in works.values()) == [
                Phase.CONNECTED,
                Phase.CONNECTED,
                Phase.WAITING,
            ]
            assert isinstance(waiting, Enqueued)
            assert works[waiting.interaction].enqueued_at == waiting.at
            for caller in (talker, ringer, waiter):
                assert not caller.events("BYE")
            assert not [fact for fact in after.facts if isinstance(fact, Enqueued | Abandoned | Requeued)]


async def _ringing_id(server: VoiceServer) -> str:
    rang = await server.fact(OfferRang, 2)
    assert isinstance(rang, OfferRang)
    return rang.interaction


async def test_what_ended_while_we_were_away_is_closed(lab: AsteriskLab, tmp_path: Path) -> None:
    """Callers who left and calls that ended during our absence are in the books after it, and count once."""
    url = prepare(tmp_path)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(lab.phone("1001", answer_after_s=0.05))
        async with voice_server(lab, url) as before:
            await _agent_ready(before)
            talker = await stack.enter_async_context(lab.caller(speak=True, hang_up_after_s=8.0))
            await before.fact(Connected)
            waiter = await stack.enter_async_context(lab.caller(speak=True, hang_up_after_s=4.0))
            await before.fact(Enqueued, 2)
        await talker.see("HANGUP", within_s=20)
        await waiter.see("HANGUP")
        async with voice_server(lab, url) as after:
            await after.fact(Finished)
            await after.fact(Abandoned)
        async with voice_server(lab, url) as again:
            await again.floor.settle()
            assert not [fact for fact in again.facts if isinstance(fact, Finished | Abandoned)]


async def test_fallback_calls_are_found_again(tmp_path: Path) -> None:
    """Back after a long absence: who talks in the fallback queue is adopted, who waits there comes back at the old age."""
    url = prepare(tmp_path)
    async with asterisk_lab(tmp_path, heartbeat_stale_s=3) as lab, AsyncExitStack() as stack:
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=0.05))
        async with voice_server(lab, url) as before:
            agent = await agent_of(before.store, "1001")
            await _agent_ready(before)
        members = await lab.cli("queue show trunkline")
        assert "PJSIP/1001" in members
        talker = await stack.enter_async_context(lab.caller(speak=True, number="+886900000001"))
        await phone.see("ANSWERED", within_s=15)
        waiter = await stack.enter_async_context(lab.caller(speak=True, number="+886900000002"))
        await waiter.see("ANSWERED")
        async with voice_server(lab, url) as after:
            connected = await after.fact(Connected)
            assert isinstance(connected, Connected)
            assert connected.agent == agent
            assert phone.events("ANSWERED")[0].at - 0.1 <= connected.at <= waiter.events("ANSWERED")[0].at
            enqueued = await after.fact(Enqueued, 2)
            sent, heard = waiter.entered_by()
            assert sent <= enqueued.at <= heard
            async with asyncio.timeout(5):
                while "trunkline-hold" not in await lab.cli("core show channels concise"):
                    await asyncio.sleep(0.1)
            assert not talker.events("BYE")
            assert not waiter.events("BYE")


async def test_reattach_rings_the_phone_again_and_the_talk_goes_on(lab: AsteriskLab, tmp_path: Path) -> None:
    """A reload of the agent's browser costs the call nothing: the same phone is rung, marked, and one segment goes on."""
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=0.05))
        server = await stack.enter_async_context(voice_server(lab, prepare(tmp_path)))
        await _agent_ready(server)
        caller = await stack.enter_async_context(lab.caller(speak=True, hang_up_after_s=8.0))
        connected = await server.fact(Connected)
        assert isinstance(connected, Connected)
        await server.voice.reattach(connected.interaction)
        await phone.see("ANSWERED", 2)
        assert phone.events("INVITE")[1].detail.endswith("|1")
        await server.fact(Finished, within_s=20)
        await caller.see("HANGUP")
        assert len([fact for fact in server.facts if isinstance(fact, Connected)]) == 1
        assert not [fact for fact in server.facts if isinstance(fact, Requeued)]


async def test_a_dead_phone_returns_the_caller(tmp_path: Path, lab: AsteriskLab) -> None:
    """An agent's phone that stops sending is hung up by Asterisk, and the caller waits again at the old age."""
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=0.05, rtp_timeout_s=2))
        server = await stack.enter_async_context(voice_server(lab, prepare(tmp_path)))
        await _agent_ready(server)
        caller = await stack.enter_async_context(lab.caller(speak=True))
        await server.fact(Connected)
        await phone.stop()
        await server.fact(Requeued, within_s=15)
        assert not caller.events("BYE")


async def test_a_server_that_stands_still_costs_a_caller_seconds(tmp_path: Path) -> None:
    """A server that accepts AGI and never answers: the caller hears music after 4 s and reaches the fallback."""
    async with AsyncExitStack() as stack:
        mute = stack.enter_context(socket.socket())
        mute.bind(("127.0.0.1", 0))
        mute.listen(8)
        lab = await stack.enter_async_context(
            asterisk_lab(tmp_path, fastagi_port=mute.getsockname()[1], heartbeat_stale_s=5)
        )
        await lab.cli(f"dialplan set global TL_HEARTBEAT {int(time.time())}")
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=0.05))
        await lab.cli("queue add member PJSIP/1001 to trunkline")
        caller = await stack.enter_async_context(lab.caller(speak=True))
        await phone.see("ANSWERED", within_s=15)
        assert not caller.events("BYE")


async def test_asterisk_restarts_under_a_running_server(lab: AsteriskLab, tmp_path: Path) -> None:
    """A crash of Asterisk ends its calls; the link comes back by itself and the next call is answered."""
    async with AsyncExitStack() as stack:
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=0.05))
        server = await stack.enter_async_context(voice_server(lab, prepare(tmp_path)))
        await _agent_ready(server)
        await stack.enter_async_context(lab.caller(speak=True))
        await server.fact(Connected)
        await lab.stop(kill=True)
        await lab.start()
        await server.fact(Finished, within_s=15)
        await _agent_ready(server)
        await stack.enter_async_context(lab.caller(speak=True))
        await server.fact(Connected, 2)
        await phone.see("INVITE", 2)


async def test_hostile_names_are_only_text(lab: AsteriskLab, tmp_path: Path) -> None:
    """A caller's name with commands, quotes and expressions does nothing but stand in the record (Shows 7)."""
    names = (
        "x,Event: Hangup,Uniqueid: 1.1",
        '"><script>alert(1)</script>',
        "${SHELL(touch /tmp/owned)}",
        "a\\r\\nAction: Originate",
        "'; DROP TABLE party;--",
    )
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(voice_server(lab, prepare(tmp_path)))
        for name in names:
            await stack.enter_async_context(lab.caller(name=name, speak=True))
        await server.fact(Enqueued, len(names))
        async with asyncio.timeout(5):
            while len(kept := [one for one in await _open(server) if one.customer_name]) < len(names):
                await asyncio.sleep(0.05)
        assert {one.customer_name for one in kept} == set(names)
        assert not [fact for fact in server.facts if isinstance(fact, Abandoned | OfferEnded)]
        assert not Path("/tmp/owned").exists()


async def _open(server: VoiceServer) -> list[interactions.Interaction]:
    return await server.store.read(lambda conn: interactions.open_ones(conn, "voice"))


async def test_a_changed_phone_is_used_at_once(lab: AsteriskLab, tmp_path: Path) -> None:
    """Provisioning an extension again replaces it, whatever Asterisk remembers of the first."""
    async with AsyncExitStack() as stack:
        async with lab.phone("1001"):
            server = await stack.enter_async_context(voice_server(lab, prepare(tmp_path)))
            await _agent_ready(server)
            first = await stack.enter_async_context(lab.caller(speak=True, hang_up_after_s=0.2))
            await first.see("HANGUP")
        second = await stack.enter_async_context(lab.phone("1001"))
        await stack.enter_async_context(lab.caller(speak=True))
        await second.see("ANSWERED")
