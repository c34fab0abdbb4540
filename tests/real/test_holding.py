"""What callers hear while they wait, on a real Asterisk: each queue its own music, and now and then how far they are."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import update

from config.clock import SystemClock
from crm_core import queues
from crm_core.flows import prompts, sound
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.tables import queue
from routing.core.events import StatusChosen
from routing.core.facts import CallbackKept, Connected, Enqueued
from routing.core.model import Status
from tests.crm_core.flows.test_sound import wav
from tests.real.caller_desk import Desk, desk
from tests.real.listener import Ear
from tests.real.voice_lab import agent_of

pytestmark = pytest.mark.real
CARE, SALES, TOLD = 500.0, 1100.0, 2300.0
"""The tone of each queue's music, and of what its callers are told."""
TONES = (CARE, SALES, TOLD)
LONG_S = 12.0


def _tone(conn: Connection, name: str, tone: float, seconds: float) -> str:
    made = prompts.create(conn, system(1.0), name, "")
    ulaw = sound.telephone(wav(rate=16_000, seconds=seconds, tone=tone))
    prompts.set_sound(conn, system(1.0), made.id, "en", ulaw)
    return made.id


def fill(conn: Connection) -> None:
    """Care at 100 and Sales at 200, each with a tune; both tell a place and a long message, and call back."""
    sales = queues.add_queue(conn, name="Sales", language="en", ring_s=5, wrap_up_s=0)
    queues.add_entry(conn, "voice", "200", sales.id)
    told = _tone(conn, "Told", TOLD, LONG_S)
    usual = {"told_every_s": 3.0, "told_position": True, "told_prompt_id": told, "callback_offered": True}
    for name, tone in (("Care", CARE), ("Sales", SALES)):
        tune = _tone(conn, name, tone, 7.0)
        conn.execute(update(queue).where(queue.c.name == name).values(hold_prompt_id=tune, **usual))


async def hears(ear: Ear, tone: float, since: int = 0) -> None:
    """Wait until this tone is heard."""
    async with asyncio.timeout(25):
        while tone not in _tones(ear, since):
            await asyncio.sleep(0.1)


def _tones(ear: Ear, since: int) -> list[float]:
    part = Ear()
    part.heard = ear.heard[since:]
    return part.tones(*TONES)


async def chooses(stage: Desk, status: Status) -> None:
    agent = await agent_of(stage.server.store, "1001")
    at = SystemClock().now()
    stage.server.floor.submit(StatusChosen(agent=agent, status=status, reason="break", at=at))
    await stage.server.floor.settle()


async def test_each_queue_has_its_music_and_an_offer_waits_for_no_sentence(tmp_path: Path) -> None:
    """Two callers hear two tunes, and each their place; the agent who becomes free in the middle of the message has the caller at once; and the key to be
    called back works during it."""
    async with desk(
        tmp_path,
        fill,
        answer_after_s=0.2,
        hang_up_after_s=30.0,
        place_told_after_s=2,
        callback_told_after_s=300,
    ) as stage:
        await chooses(stage, Status.PAUSED)
        folder = stage.lab.folder / "prompts"
        async with asyncio.timeout(10):
            while len(list(folder.glob("en/*.music/*.ulaw"))) < 4:
                await asyncio.sleep(0.05)
        async with AsyncExitStack() as stack:
            _, care = await stack.enter_async_context(stage.call("0912345678"))
            first = await stage.server.fact(Enqueued)
            await hears(care, CARE)
            _, sales = await stack.enter_async_context(stage.call("0223456789", to="200"))
            await hears(sales, SALES)
            await hears(care, TOLD, len(care.heard))
            assert SALES not in care.tones(*TONES)
            assert CARE not in sales.tones(*TONES)
            assert stage.played().count("position-1") >= 1
            begun = len(care.heard)
            await chooses(stage, Status.READY)
            connected = await stage.server.fact(Connected)
            assert isinstance(connected, Connected)
            await asyncio.sleep(0.5)
            quiet = len(care.heard)
            assert isinstance(first, Enqueued)
            assert connected.interaction == first.interaction
            assert (quiet - begun) * 0.02 < LONG_S - 2, "the message was not heard to its end"
            mark = len(sales.heard)
            await hears(sales, TOLD, mark)
            await sales.press("1")
            kept = await stage.server.fact(CallbackKept)
            assert isinstance(kept, CallbackKept)
            assert kept.interaction != connected.interaction
            assert care.loud_s(time.time() - 0.5, time.time()) == 0, "the agent's telephone says nothing"
