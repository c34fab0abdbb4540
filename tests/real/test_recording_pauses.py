"""Pausing a recording on a real Asterisk: card data that is said, typed or keyed meanwhile is nowhere afterwards."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from config.errors import Refused
from crm_core.recordings import kept
from crm_core.recordings.kept import Recording
from crm_core.recordings.takes import SETTLED_S
from cti.ami import actions
from cti.ami.actions import Action
from routing.core.facts import Connected, Finished, Held, RecordingPaused, RecordingResumed, Resumed
from routing.core.model import PauseKind
from tests.ports import free_port
from tests.real.listener import Ear, breathing, ear
from tests.real.test_recordings import (
    CUSTOMERS_TONE,
    TONE,
    ended,
    keeper,
    recorded_talk,
    seconds,
    settled,
    takes,
    talked,
    tone_s,
)
from tests.real.test_talks import Talk, segments, talk
from tests.real.tones import frames, keys_in
from tests.real.voice_lab import VoiceServer, voice_server

pytestmark = pytest.mark.real
CARD = "4242531987650813"
TONES = (CUSTOMERS_TONE, TONE)
"""Of the two sides of a take."""


@asynccontextmanager
async def ears(folder: Path) -> AsyncIterator[tuple[Talk, Ear]]:
    """A recorded talk of two who hear and speak; the second is the agent."""
    port = free_port()
    async with (
        ear(port) as agent,
        talk(folder, ear_port=port, record_share=100) as now,
        breathing(now.hears, agent),
    ):
        await now.hold()
        await now.hears.speaks(0.2)  # music; somebody who heard nothing yet knows of nobody to speak to
        await now.resume()
        await now.server.fact(Resumed)
        async with asyncio.timeout(5):
            while not agent.heard:
                await asyncio.sleep(0.02)
        yield now, agent


@asynccontextmanager
async def eavesdropping(now: Talk) -> AsyncIterator[list[bytes]]:
    """All that Asterisk tells the server's account meanwhile."""
    reader, writer = await asyncio.open_connection("127.0.0.1", now.lab.layout.ami_port)
    login = (
        f"Action: Login\r\nUsername: trunkline\r\nSecret: {now.lab.layout.ami_secret}\r\nEvents: on\r\n\r\n"
    )
    writer.write(login.encode())
    told: list[bytes] = []

    async def listen() -> None:
        while data := await reader.read(65_536):
            told.append(data)

    task = asyncio.create_task(listen())
    try:
        yield told
    finally:
        task.cancel()
        writer.close()


async def taken(now: Talk, customers: str, agents: str) -> None:
    """Wait until these keys are the last on the disk."""
    async with asyncio.timeout(10):
        while not all(
            keys_in(side.read_bytes()).endswith(keys)
            for side, keys in zip(takes(now)[0], (customers, agents), strict=True)
        ):
            await asyncio.sleep(0.3)


async def falls_silent(now: Talk) -> None:
    """Wait until both sides of the first take end in silence on the disk, which has them in pieces."""
    async with asyncio.timeout(10):
        while not all(set(side.read_bytes()[-1600:]) == {0xFF} for side in takes(now)[0]):
            await asyncio.sleep(0.1)


def sound_of(one: Ear) -> bytes:
    """What it heard in the last four seconds."""
    return b"".join(payload for _, payload in one.heard[-200:])


async def whole(now: Talk, server: VoiceServer, folder: Path) -> list[tuple[Recording, bytes, bytes]]:
    """What is kept of the talk: each row with both sides of its sound, customer first."""
    await asyncio.sleep(SETTLED_S + 0.2)
    one = keeper(now, server, folder)
    await one.sweep()
    (call,) = {fact.interaction for fact in server.facts if isinstance(fact, Finished)}
    found = []
    for row in await server.store.read(lambda conn: kept.of_interaction(conn, call)):
        place = row.place(folder / "data" / "recordings")
        sound = b"".join(one.chest.read(place, row.id, sealed=True, first=58, last=row.bytes - 1))
        found.append((row, sound[::2], sound[1::2]))
    return found


async def test_what_is_keyed_while_paused_is_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """As tones that are heard and as events, by the customer and by the agent, also after a hold: in no file, no row, no log and no event, while all
    of it has arrived; what was keyed before and after is heard."""
    caplog.set_level(logging.DEBUG)
    async with ears(tmp_path) as (now, agent), eavesdropping(now) as told:
        me = now.agents["1001"]
        await now.lab.cli("logger add channel arrived dtmf")  # only this test has it: what arrived
        begun = len(now.lab.log)
        await asyncio.gather(now.hears.play(frames("159")), agent.play(frames("7*")))
        await taken(now, "159", "7*")
        await now.server.voice.pauses.pause(now.work.id)
        await now.server.fact(RecordingPaused)
        await asyncio.gather(now.hears.play(frames(CARD[:8])), agent.play(frames(CARD[:8])))
        await now.hears.press(CARD[8:12])
        await agent.press(CARD[12:])
        await now.hold()
        await now.server.fact(Held, 2)
        await now.resume()
        await now.server.fact(Resumed, 2)
        await asyncio.gather(now.hears.play(frames("36")), agent.play(frames("36")))
        async with asyncio.timeout(10):
            while any("36" not in keys_in(sound_of(each)) for each in (now.hears, agent)):
                await asyncio.sleep(0.3)
        await now.server.voice.pauses.resume(now.work.id)
        await now.server.fact(RecordingResumed)
        await asyncio.gather(now.hears.play(frames("08")), agent.play(frames("#")))
        call = now.work.id
        await ended(now)
        ((row, customer, agents),) = await whole(now, now.server, tmp_path)
        assert (keys_in(customer), keys_in(agents)) == ("15908", "7*#")
        assert row.state == "kept"
        assert row.pauses is not None
        ((begin, end),) = row.pauses
        assert end - begin > 3
        for side in (customer, agents):
            quiet = max(re.finditer(rb"\xff+", side), key=lambda run: run.end() - run.start())
            assert quiet.start() < (begin + 0.5) * 8000
            assert quiet.end() > (end - 1) * 8000, (
                "0.4 s of bridging are in the pause's times and not in the file"
            )
        assert ("recording_pause", me, "resumed") in await segments(now, call)

        logs = tmp_path / "asterisk" / "var" / "log"
        arrived = (logs / "arrived").read_text()
        assert all(arrived.count(f"DTMF end '{key}' received") for key in set(CARD[8:]))
        ours = caplog.text + b"".join(told).decode() + repr(now.server.facts)
        for text in (
            now.lab.log[begun:],
            (logs / "messages").read_text(),
            (tmp_path / "output").read_text(),
            ours,
        ):
            assert not re.search(r"dtmf|\bdigits?\b", text, re.IGNORECASE)
        assert b"TrunklineHeld" in b"".join(told)
        stored = b"".join(file.read_bytes() for file in tmp_path.glob("trunkline.db*"))
        assert CARD[8:].encode() not in stored


async def test_a_pause_outlives_the_server_and_the_phone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next server knows of it, a phone that is rung again is not recorded before it ends, and what Asterisk refuses to pause is stopped."""
    async with recorded_talk(tmp_path) as now:
        call = now.work.id
        await talked(now, 1)
        await now.server.voice.pauses.pause(call)
        await falls_silent(now)
        said = [tone_s(side, tone) for side, tone in zip(takes(now)[0], TONES, strict=True)]
        await now.crash()
        await asyncio.sleep(0.5)
        async with voice_server(now.lab, f"sqlite:///{tmp_path / 'trunkline.db'}") as again:
            work = again.floor.centre.interactions[call]
            assert work.recording_pause is not None
            assert work.recording_pause.kind is PauseKind.BY_HAND
            await again.voice.reattach(call)
            await now.phones["1001"].see("ANSWERED", 2)
            await asyncio.sleep(1)
            assert len(takes(now)) == 1, "the one of before"
            await again.voice.pauses.resume(call)
            await again.fact(RecordingResumed)
            await talked(now, 2, 1.0)
            refused = Action(name="MixMonitorMute", headers=(("Channel", "nobody"),))
            monkeypatch.setattr(actions, "mute_recording", lambda caller, *, muted: refused)
            await again.voice.pauses.pause(call)
            with pytest.raises(Refused, match=r"recording\.stopped"):
                await again.voice.pauses.resume(call)
            await settled(now)
            stopped = [seconds(side) for side in takes(now)[1]]
            await asyncio.sleep(2)
            await again.voice.hang_up(call)
            await again.fact(Finished)
            await now.nobody_is_left()
            first, second = takes(now)
            for side, tone, before in zip(first, TONES, said, strict=True):
                assert tone_s(side, tone) < before + 0.05, "paused"
            for side, tone, before in zip(second, TONES, stopped, strict=True):
                assert tone_s(side, tone) > 1.0
                assert seconds(side) == before, "stopped"
            rows = await whole(now, again, tmp_path)
            assert [row.state for row, _, _ in rows] == ["kept", "kept"]
            assert not [fact for fact in again.facts if isinstance(fact, Connected)]
