"""Recordings as supervisors hear them."""

import math
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from crm_core.recordings import audio, kept
from crm_core.recordings.audio import Sides
from crm_core.recordings.chest import Chest
from crm_core.recordings.kept import Recording
from tests.real.browser import Language, Scheme
from tests.real.records_centre import RecordsCentre, records_centre
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
        id=name, started_at=at, seconds=float(SECONDS), bytes=size, sha256=digest, state="kept", peaks=audio.peaks(sides), **usual
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


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
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
        toggle = page.get_by_test_id("player-toggle")
        await expect(toggle).to_have_accessible_name(play)
        await picture(page, f"recording-{language}")
        await toggle.click()
        await expect(toggle).to_have_accessible_name(pause)
        await expect(page.get_by_test_id("player-time")).to_contain_text("0:01")
        box = await page.get_by_test_id("player-slider").bounding_box()
        assert box is not None
        await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await expect(page.get_by_test_id("player-time")).to_contain_text("0:11")
        assert 10 <= await at_s(page) < 13
        await page.get_by_test_id("player-slider").press("ArrowRight")
        assert await at_s(page) > 15
        await page.get_by_test_id("player-speed").click()
        assert await page.locator("audio").evaluate("audio => audio.playbackRate") == 1.25
        await toggle.click()
        await expect(toggle).to_have_accessible_name(play)
        assert abs(await page.locator("audio").evaluate("audio => audio.duration") - SECONDS) < 0.1
    async with centre.house.browser("adm") as adm:
        items = (await adm.get("/api/v1/audit", params={"entity": "recording"})).json()["items"]
        assert [(each["action"], each["object_id"]) for each in items] == [("played", name)]
