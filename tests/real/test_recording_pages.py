"""Recordings as supervisors hear them."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from crm_core.recordings import audio, kept
from crm_core.recordings.audio import Sides
from crm_core.recordings.chest import Chest
from crm_core.recordings.kept import Recording
from routing.core.events import RecordingPauseBegan
from routing.core.model import InteractionId, PauseKind
from tests.agent_console.house import House
from tests.real.browser import Language, Scheme, in_turns
from tests.real.records_centre import SECONDS_PASS, RecordsCentre, records_centre
from tests.real.test_talk_pages import LOOKS, picture, talks

pytestmark = pytest.mark.real
SECONDS = 20


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


def _voice(second: int, *, customer: bool) -> bytes:
    """A second of a tone, or of silence: they take turns, five seconds each."""
    if (second // 5 % 2 == 0) is not customer:
        return bytes([audio.SILENCE]) * audio.RATE
    loud = int(0x10 + 0x20 * abs(math.sin(second)))
    return bytes([loud] * 8 + [loud | 0x80] * 8) * (audio.RATE // 16)


async def recorded(centre: RecordsCentre, folder: Path) -> str:
    """A call with a talk that was kept, and one of which nothing is there."""
    house = centre.house
    call = await talks(house, "ann", "tl-recorded")
    sides = Sides(customer=folder / "customer", agent=folder / "agent")
    sides.customer.write_bytes(b"".join(_voice(second, customer=True) for second in range(SECONDS)))
    sides.agent.write_bytes(b"".join(_voice(second, customer=False) for second in range(SECONDS)))
    at = house.console.context.clock.now() - 60
    name = f"{call}.{int(at * 1000)}"
    size, digest = Chest().write(kept.place(folder / "recordings", name, at), name, audio.wav(sides))
    usual = {"interaction_id": call, "queue_id": house.seed.queue, "agent_id": house.seed.users["ann"], "sealed": False, "keep_until": None}  # fmt: skip
    whole = Recording(
        id=name, started_at=at, seconds=float(SECONDS), bytes=size, sha256=digest, state="kept", peaks=audio.peaks(sides),
        pauses=[[7.0, 11.0]], **usual
    )  # fmt: skip
    missing = Recording(id=f"{name}9", started_at=at + 900, seconds=0.0, bytes=0, sha256="", state="missing", peaks=None, **usual)  # fmt: skip
    await house.store.write(lambda conn: (kept.add(conn, whole), kept.add(conn, missing)))
    async with house.browser("ann") as ann:
        assert (
            await ann.put(f"/api/v1/interactions/{call}/note", json={"text": "Broke in transport."})
        ).is_success
    return name


async def at_s(page: Page) -> float:
    found: float = await page.locator("audio").evaluate("audio => audio.currentTime")
    return found


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 2))
async def test_a_supervisor_hears_a_talk(
    centre: RecordsCentre, tmp_path: Path, language: Language, scheme: Scheme, width: int
) -> None:
    """Found, played, sought by pointer and by key, at another speed; what is not there says so; one play stands in the audit log."""
    async with centre.at("ann", "/"):
        name = await recorded(centre, tmp_path)
    play, pause, missing = {
        "zh-TW": ("播放", "暫停", "沒有檔案"),
        "zh-CN": ("播放", "暂停", "没有文件"),
        "en": ("Play", "Pause", "nothing is there"),
    }[language]
    async with centre.at("sue", "/board", language=language, scheme=scheme, width=width) as page:
        await page.get_by_test_id("search").fill("transport")
        await page.locator('[data-testid^="found-"]').first.click()
        await expect(page.get_by_test_id("recording")).to_have_count(2)
        await expect(page.get_by_test_id("recordings")).to_contain_text(missing)
        await expect(page.get_by_test_id("player-pauses")).to_contain_text("0:07–0:11")
        toggle = page.get_by_test_id("player-toggle")
        await expect(toggle).to_have_accessible_name(play)
        await picture(page, f"recording-{language}")
        await toggle.click()
        await expect(toggle).to_have_accessible_name(pause)
        await expect(page.get_by_test_id("player-time")).to_contain_text(SECONDS_PASS)
        await toggle.click()
        await expect(toggle).to_have_accessible_name(play)
        box = await page.get_by_test_id("player-slider").bounding_box()
        assert box is not None
        await page.mouse.click(box["x"] + box["width"] * 0.525, box["y"] + box["height"] / 2)
        await expect(page.get_by_test_id("player-time")).to_contain_text("0:10")
        assert 10 <= await at_s(page) < 11
        await page.get_by_test_id("player-slider").press("ArrowRight")
        await expect(page.get_by_test_id("player-time")).to_contain_text("0:15")
        assert 15 <= await at_s(page) < 16
        await page.get_by_test_id("player-speed").click()
        assert await page.locator("audio").evaluate("audio => audio.playbackRate") == 1.25
        assert abs(await page.locator("audio").evaluate("audio => audio.duration") - SECONDS) < 0.1
    async with centre.house.browser("adm") as adm:
        items = (await adm.get("/api/v1/audit", params={"entity": "recording"})).json()["items"]
        assert [(each["action"], each["object_id"]) for each in items] == [("played", name)]


async def paused(house: House, call: InteractionId, kind: PauseKind | None) -> None:
    """Wait until the floor says so."""
    async with asyncio.timeout(5):
        while True:
            pause = house.floor.centre.interactions[call].recording_pause
            if (None if pause is None else pause.kind) is kind:
                return
            await asyncio.sleep(0.02)


async def test_an_agent_pauses_the_recording(centre: RecordsCentre) -> None:
    """By button, by key, and by a field that asks for a card; what is not recorded now says so, with the time, and asks to go on after a minute."""
    house = centre.house
    on, off, unsure = "錄音中", "目前未錄音", "請勿在此時取得卡號資料"
    language, scheme, width = LOOKS[0]
    async with house.browser("adm") as adm:
        card = {
            "entity": "party",
            "name": "x_card",
            "kind": "text",
            "label_en": "Card number",
            "label_zh_tw": "卡號",
            "pauses_recording": True,
        }
        assert (await adm.post("/api/v1/records/custom-fields", json=card)).status_code == 201
        party = (await adm.get("/api/v1/parties")).json()["items"][0]["id"]
    async with centre.at("ann", "/", language=language, scheme=scheme, width=width) as desk:
        call = await talks(house, "ann", "tl-taped", recorded=True)
        tape, turn = desk.get_by_test_id("taped"), desk.get_by_test_id("tape-turn")
        await expect(tape).to_contain_text(on)
        await picture(desk, f"tape-on-{language}")
        await turn.click()
        await expect(tape).to_contain_text(off)
        await expect(tape).to_contain_text(SECONDS_PASS)
        await picture(desk, f"tape-off-{language}")
        await desk.keyboard.press("Alt+KeyX")
        await expect(tape).to_contain_text(on)
        house.pauses.away = True
        await turn.click()
        await expect(tape).to_contain_text(unsure)
        await picture(desk, f"tape-unsure-{language}")
        house.pauses.away = False
        house.floor.submit(
            RecordingPauseBegan(interaction=call, pause=PauseKind.BY_HAND, at=time.time() - 75)
        )
        await expect(desk.get_by_test_id("taped-long")).to_be_visible()
        await picture(desk, f"tape-long-{language}")
        await turn.click()
        await paused(house, call, None)
        await desk.evaluate(
            "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }",
            f"/records/parties/{party}",
        )
        await desk.get_by_test_id("input-x_card").click()
        await paused(house, call, PauseKind.FORM)
        await expect(desk.get_by_test_id("field-x_card")).to_contain_text(off)
        await expect(desk.get_by_test_id("tape-mark")).to_be_visible()
        await picture(desk, f"tape-field-{language}")
        await desk.get_by_test_id("input-name").click()
        await paused(house, call, None)
