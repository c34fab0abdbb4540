"""Callers who leave a message, on a real Asterisk: it is heard as it was said, and offered like a letter, also when the server dies in the middle of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from config.clock import SystemClock
from config.settings import Settings
from crm_core import interactions
from crm_core.recordings import kept
from crm_core.recordings.audio import HEADER_BYTES
from crm_core.recordings.chest import Chest
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.voicemail import filing
from cti.arriving.messages import Messages
from routing.core.events import Accepted
from routing.core.facts import Abandoned, CustomerReached, Enqueued, Finished, Offered, TurnedAway
from routing.core.model import InteractionId, Medium, OfferId, Status
from tests.cti.flow_calls import lead_through, queue_named
from tests.real.asterisk_lab import asterisk_lab
from tests.real.caller_desk import Desk, desk
from tests.real.listener import Ear, breathing
from tests.real.sipp import Sipp
from tests.real.test_callbacks import centre, status
from tests.real.tones import frames, keys_in
from tests.real.voice_lab import VoiceServer, agent_of, prepare, voice_server, write_now

pytestmark = pytest.mark.real
CALLER = "0912345678"
KEY = "a key of the tests"
SAID = "1234567890"
"""Keys as tones, two seconds of them: what the callers of these tests say."""


def care(**given: object) -> Callable[[Connection], None]:
    """The queue of the dialled number, changed."""

    def fill(conn: Connection) -> None:
        queue = queue_named(conn, "Care")
        rows.patch(conn, system(1.0), known.entity("queue"), queue, given)

    return fill


def settings(stage: Desk) -> Settings:
    return Settings.model_validate({
        "centre": {"data_dir": str(stage.folder / "data")},
        "asterisk": {"ami_secret": "x", "ari_secret": "x"},
        "mail": {"reply_secret": "sixteen characters"},
        "recordings": {
            "recordings_key": KEY,
            "spool_dir": str(stage.lab.folder / "asterisk" / "var" / "spool" / "recordings"),
        },
    })  # fmt: skip


def messages(stage: Desk, server: VoiceServer) -> Messages:
    clock = SystemClock()
    return Messages(
        settings(stage), server.store, server.floor, server.bus, clock, talking=server.voice.talking
    )


@asynccontextmanager
async def listening(stage: Desk) -> AsyncIterator[None]:
    """The part of the server that makes work of messages runs."""
    task = asyncio.create_task(messages(stage, stage.server).run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def beep(stage: Desk) -> None:
    """They have been asked, and heard the tone."""
    async with asyncio.timeout(25):
        while "Playing 'beep" not in stage.lab.log:
            await asyncio.sleep(0.1)
    await asyncio.sleep(0.5)


async def leaves(stage: Desk, caller: Sipp, phone: Ear, said: str = SAID + SAID, key: str = "#") -> None:
    """A message, after the tone."""
    await beep(stage)
    await phone.play(frames(said))
    if key:
        await phone.press(key)
        await caller.see("BYE", within_s=20)


async def offered(server: VoiceServer) -> str:
    """The message that an agent is asked to hear."""
    fact = await server.fact(Offered, within_s=20)
    assert isinstance(fact, Offered)
    return fact.interaction


async def heard(server: VoiceServer, interaction: str, stage: Desk) -> tuple[bytes, kept.Recording]:
    """What is kept of it."""
    [recording] = await server.store.read(lambda conn: kept.of_interaction(conn, interaction))
    source = recording.place(stage.folder / "data" / "recordings")
    pieces = Chest(KEY).read(source, recording.id, sealed=True, first=0, last=recording.bytes - 1)
    assert SAID not in source.read_bytes().decode("latin-1")
    return b"".join(pieces)[HEADER_BYTES:], recording


async def test_at_night_callers_leave_a_message_that_is_work_at_their_age(tmp_path: Path) -> None:
    """They are asked in the queue's language, thanked, and an agent is offered what they said, as old as their call, about a case of its own."""
    night = care(closed=True, overflow="closed: voicemail", language="zh-TW")
    async with desk(tmp_path, night, answer_after_s=0.2) as stage, listening(stage):
        async with stage.call(CALLER) as (caller, phone), breathing(phone):
            await leaves(stage, caller, phone)
        called = await stage.server.fact(Enqueued)
        message = await offered(stage.server)
        assert stage.played() == ["message-ask", "message-thanks"]
        assert "/zh-TW/message-ask" in stage.lab.log
        sound, recording = await heard(stage.server, message, stage)
        assert SAID in keys_in(sound)
        assert (recording.state, recording.sealed) == ("kept", True)
        read = stage.server.store.read
        row = await read(lambda conn: interactions.interaction(conn, message))
        assert row is not None
        assert isinstance(called, Enqueued)
        assert (row.medium, row.customer_address, row.enqueued_at) == ("voicemail", CALLER, called.at)
        assert row.case_id
        assert row.subject == f"{CALLER} 的語音留言"
        [stay] = await read(lambda conn: interactions.segments(conn, called.interaction))
        assert stay.outcome == "voicemail"
        [left] = await read(lambda conn: filing.of_call(conn, called.interaction))
        assert left.interaction_id == message


async def _by_key(stage: Desk) -> object:
    async with stage.call(CALLER, hang_up_after_s=20.0) as (caller, phone), breathing(phone):
        async with asyncio.timeout(10):
            while "message-offer" not in stage.played():
                await asyncio.sleep(0.1)
        await phone.press("2")
        told = await stage.server.fact(TurnedAway)
        await leaves(stage, caller, phone, key="")
        await caller.ended(within_s=25)
        return told


async def test_who_waits_leaves_a_message_by_key(tmp_path: Path) -> None:
    """Told after a while, asked after the key; hanging up ends it, and nobody counts them as having given up."""
    wanted = care(requires="klingon", voicemail_offered=True)
    async with desk(tmp_path, wanted, answer_after_s=0.2, callback_told_after_s=1) as stage:
        async with listening(stage):
            told = await _by_key(stage)
            work = await stage.server.fact(Enqueued, 2, within_s=20)
        assert isinstance(told, TurnedAway)
        assert told.voicemail
        assert isinstance(work, Enqueued)
        assert work.medium is Medium.VOICEMAIL
        sound, _ = await heard(stage.server, work.interaction, stage)
        assert SAID in keys_in(sound)
        assert not [fact for fact in stage.server.facts if isinstance(fact, Abandoned)]


async def test_a_server_that_dies_meanwhile_finds_the_message_once(tmp_path: Path) -> None:
    """The dialplan records on; the next server leaves alone what is still being said, and then makes work of it, once."""
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(asterisk_lab(tmp_path))
        url = prepare(tmp_path)
        write_now(url, care(closed=True, overflow="closed: voicemail"))
        before = AsyncExitStack()
        stage = Desk(lab, await before.enter_async_context(voice_server(lab, url)), tmp_path)
        caller, phone = await stack.enter_async_context(stage.call(CALLER))
        await stack.enter_async_context(breathing(phone))
        await leaves(stage, caller, phone, SAID, key="")
        await before.aclose()  # as sudden as a crash
        await phone.play(frames(SAID))
        async with voice_server(lab, url) as server:
            part = messages(stage, server)
            await part.sweep()
            assert not [fact for fact in server.facts if isinstance(fact, Enqueued)], "they still speak"
            await phone.play(frames(SAID))
            await phone.press("#")
            await caller.see("BYE", within_s=20)
            async with asyncio.timeout(10):
                while not any(isinstance(fact, Enqueued) for fact in server.facts):
                    await part.sweep()
            await part.sweep()
            [work] = [fact for fact in server.facts if isinstance(fact, Enqueued)]
            sound, _ = await heard(server, work.interaction, stage)
            # Asterisk leaves out the last quarter of a second before the key
            assert keys_in(sound).startswith(SAID + SAID + SAID[:-1])
            assert not list(Path(settings(stage).recording_spool_dir()).iterdir())
        async with voice_server(lab, url) as last:
            await messages(stage, last).sweep()
            assert not [fact for fact in last.facts if isinstance(fact, Enqueued)]


async def test_who_says_nothing_makes_no_work(tmp_path: Path) -> None:
    """Silence ends it after the queue's time; the call says that the message was silent."""
    silent = care(closed=True, overflow="closed: voicemail", voicemail_silence_s=2)
    async with desk(tmp_path, silent, answer_after_s=0.2) as stage, listening(stage):
        async with stage.call(CALLER) as (caller, phone), breathing(phone):
            await caller.see("BYE", within_s=30)
        called = await stage.server.fact(Enqueued)
        assert isinstance(called, Enqueued)
        async with asyncio.timeout(10):
            while not (
                left := await stage.server.store.read(lambda conn: filing.of_call(conn, called.interaction))
            ):
                await asyncio.sleep(0.1)
        assert [(each.interaction_id, each.sound_s < 0.5) for each in left] == [(None, True)]
        assert len([fact for fact in stage.server.facts if isinstance(fact, Enqueued)]) == 1


def message_flow(conn: Connection) -> None:
    """A number whose flow ends with a message."""
    step = {"kind": "voicemail", "queue_id": queue_named(conn, "Care"), "prompt": "ours:message-ask"}
    lead_through(conn, {"message": step}, start="message")


async def test_a_flow_ends_with_a_message(tmp_path: Path) -> None:
    """Nobody's phone rings for the call; the message is the queue's work, and the call is on record with its way."""
    async with desk(tmp_path, message_flow, answer_after_s=0.2) as stage, listening(stage):
        async with stage.call(CALLER) as (caller, phone), breathing(phone):
            await leaves(stage, caller, phone)
        message = await offered(stage.server)
        assert stage.played() == ["message-ask", "message-thanks"]
        sound, _ = await heard(stage.server, message, stage)
        assert SAID in keys_in(sound)
        [call] = await stage.until_closed()
        assert (call.medium, call.ended_by) == ("voice", "system")
        [only] = [fact for fact in stage.server.facts if isinstance(fact, Enqueued)]
        assert only.interaction == message


async def test_who_left_a_message_is_called_back(tmp_path: Path) -> None:
    """By the agent who has heard it: their phone rings first, then the customer's, with the message in hand; a second press calls nobody twice."""
    nobody = care(overflow="nobody: voicemail")
    async with centre(tmp_path, nobody, hang_up_after_s=1.5) as (stage, customer), listening(stage):
        await status(stage, Status.SIGNED_OUT)
        async with stage.call(CALLER) as (caller, phone), breathing(phone):
            await leaves(stage, caller, phone)
        await stage.server.fact(Enqueued, 2, within_s=20)
        await status(stage, Status.READY)
        message = InteractionId(await offered(stage.server))
        agent = await agent_of(stage.server.store, "1001")
        now = SystemClock().now()
        await stage.server.floor.settle(Accepted(offer=OfferId(f"{message}/1"), at=now))
        call = await stage.server.voice.call_back(message, agent)
        await stage.server.fact(CustomerReached, within_s=20)
        assert len(customer.events("INVITE")) == 1
        await stage.server.fact(Finished, within_s=15)
        kept_call = await stage.server.store.read(lambda conn: interactions.interaction(conn, call))
        heard_message = await stage.server.store.read(lambda conn: interactions.interaction(conn, message))
        assert kept_call is not None
        assert heard_message is not None
        assert (kept_call.outcome, kept_call.direction, kept_call.case_id) == (
            "handled",
            "out",
            heard_message.case_id,
        )
        assert heard_message.state == "connected", "they go on with the message"
