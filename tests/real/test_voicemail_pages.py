"""Messages as agents have them at the desk, and as the board and the flow editor show them."""

import math
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from crm_core import recognition
from crm_core.flows import kept as flows
from crm_core.flows.model import Flow, Voicemail
from crm_core.recordings import audio, kept
from crm_core.recordings.chest import Chest
from crm_core.recordings.kept import Recording
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.tables import voicemail
from crm_core.voicemail import spool
from routing.core.events import MessageWanted
from routing.core.model import InteractionId
from tests.real.browser import Language, Scheme, in_turns
from tests.real.records_centre import SECONDS_PASS, RecordsCentre, records_centre
from tests.real.test_talk_pages import LOOKS, picture, ready

pytestmark = pytest.mark.real
SECONDS = 12


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


def _said(second: int) -> bytes:
    loud = int(0x10 + 0x30 * abs(math.sin(second)))
    return bytes([loud] * 8 + [loud | 0x80] * 8) * (audio.RATE // 16)


async def left(centre: RecordsCentre, folder: Path, name: str) -> InteractionId:
    """A call, and the message that somebody whom we know left in it."""
    house = centre.house
    call = await house.call_arrives(f"tl-{name}")
    await house.floor.settle(MessageWanted(interaction=call, at=time.time()))
    message = await house.message_arrives(name)
    path = folder / name
    path.write_bytes(b"".join(map(_said, range(SECONDS))))
    at = time.time()
    size, digest = Chest().write(kept.place(folder / "recordings", name, at), name, spool.wav(path))
    row = Recording(
        id=name, interaction_id=message, queue_id=house.seed.queue, agent_id=None, started_at=at, seconds=float(SECONDS),
        bytes=size, sha256=digest, state="kept", sealed=False, peaks=spool.peaks(path), keep_until=None,
    )  # fmt: skip
    made = {
        "id": name,
        "call_id": call,
        "interaction_id": message,
        "left_at": at,
        "seconds": SECONDS,
        "sound_s": 9.5,
    }

    def fill(conn: Connection) -> None:
        kept.add(conn, row)
        conn.execute(voicemail.insert().values(made))
        matches = [recognition.Match(party_id=house.seed.party, name="Lin", strength="exact")]
        recognition.identify(conn, message, matches)

    await house.store.write(fill)
    house.bus.publish("interaction", message)
    return message


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 1))
async def test_an_agent_hears_a_message_calls_back_and_finishes_it(
    centre: RecordsCentre, tmp_path: Path, language: Language, scheme: Scheme, width: int
) -> None:
    """Offered with its name, played and sought by key; the call back is asked for once, and it is done with a disposition like a letter."""
    house = centre.house
    words = {"zh-TW": "語音留言", "zh-CN": "语音留言", "en": "message"}[language]
    async with centre.at("ann", "/", language=language, scheme=scheme, width=width) as page:
        message = await left(centre, tmp_path, "vm-1.1")
        waiting = await left(centre, tmp_path, "vm-1.2")
        ready(house, "ann")
        await expect(page.get_by_test_id("answer")).to_be_visible()
        await expect(page.get_by_test_id("interaction")).to_contain_text(words)
        await picture(page, f"message-offered-{language}")
        await page.get_by_test_id("answer").click()
        toggle = page.get_by_test_id("player-toggle")
        await expect(toggle).to_be_visible()
        await picture(page, f"message-{language}")
        await toggle.click()
        await expect(page.get_by_test_id("player-time")).to_contain_text(SECONDS_PASS)
        await page.get_by_test_id("player-slider").press("ArrowRight")
        await expect(page.get_by_test_id("player-time")).to_contain_text(re.compile(r"0:(0[6-9]|1\d)"))
        await page.get_by_test_id("message-call-back").click()
        await expect(page.get_by_test_id("message-call-back")).to_be_enabled()
        assert house.calls.called_back == [(message, house.seed.users["ann"])]
        await page.get_by_test_id("finish").click()
        await expect(page.get_by_test_id("interaction")).not_to_have_attribute(
            "class", "interaction voicemail connected"
        )
        assert house.floor.centre.interactions[waiting].agent is None


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 2))
async def test_the_board_and_the_call_tell_of_messages(
    centre: RecordsCentre, tmp_path: Path, language: Language, scheme: Scheme, width: int
) -> None:
    """Counted beside calls and letters; whoever opens the call later reads that a message was left."""
    house = centre.house
    waits = {"zh-TW": "則留言等候", "zh-CN": "条留言等待", "en": "messages wait"}[language]
    await left(centre, tmp_path, "vm-1.1")
    async with centre.at("sue", "/board", language=language, scheme=scheme, width=width) as page:
        await expect(page.get_by_test_id(f"board-queue-{house.seed.queue}")).to_contain_text(waits)
        await picture(page, f"message-board-{language}")


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 3))
async def test_a_flow_is_given_a_message_at_its_end(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """The step has a queue and a prompt, and the flow that ends so has nothing wrong."""
    night = Flow(start="message", steps={"message": Voicemail(queue_id=centre.house.seed.queue)})
    made = await centre.house.store.write(lambda conn: flows.create(conn, system(1.0), "Night", night))
    async with centre.at(
        "adm", f"/admin/flows/{made.id}", language=language, scheme=scheme, width=width
    ) as page:
        card = page.get_by_test_id("step-message")
        await expect(card).to_contain_text(
            {"zh-TW": "語音留言", "zh-CN": "语音留言", "en": "Take a message"}[language]
        )
        await card.click()
        await picture(page, f"message-flow-{language}")
