"""The record of a call as supervisors and agents see it."""

import math
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text

from crm_core.flows import visits
from crm_core.flows.machine import Stage
from crm_core.flows.visits import Visit
from crm_core.recordings import audio, kept
from crm_core.recordings.audio import Sides
from crm_core.recordings.chest import Chest
from crm_core.recordings.kept import Recording
from routing.core.events import (
    ConferenceBegan,
    ConsultBegan,
    ConsultReached,
    Event,
    HandedOver,
    HoldBegan,
    HoldEnded,
    RecordingPauseBegan,
    RecordingPauseEnded,
    WatchBegan,
    WatchEnded,
    WorkEnded,
)
from routing.core.model import AgentId, By, InteractionId, PauseKind
from routing.core.words import WatchMode
from tests.real.browser import Language, Scheme, in_turns
from tests.real.records_centre import RecordsCentre, records_centre
from tests.real.test_talk_pages import LOOKS, picture, talks

pytestmark = pytest.mark.real
SECONDS = 60


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


def _events(call: InteractionId, users: dict[str, str], at: float) -> list[Event]:
    """The caller is held, then Bob is asked, all three talk while Sue is at it, and Bob has the caller until they hang up."""
    ann, bob, sue = (AgentId(users[login]) for login in ("ann", "bob", "sue"))
    return [
        RecordingPauseBegan(interaction=call, pause=PauseKind.BY_HAND, at=at + 12),
        RecordingPauseEnded(interaction=call, at=at + 18),
        HoldBegan(interaction=call, at=at + 25),
        HoldEnded(interaction=call, at=at + 35),
        HoldBegan(interaction=call, at=at + 50),
        ConsultBegan(interaction=call, whom="1002", at=at + 51),
        ConsultReached(interaction=call, at=at + 58),
        ConferenceBegan(interaction=call, whom="1002", colleague=bob, at=at + 75),
        WatchBegan(interaction=call, watcher=sue, mode=WatchMode.LISTEN, at=at + 80),
        WatchBegan(interaction=call, watcher=sue, mode=WatchMode.WHISPER, at=at + 88),
        WatchEnded(interaction=call, watcher=sue, at=at + 96),
        HandedOver(interaction=call, agent=ann, to=bob, at=at + 110, recorded=True),
        WorkEnded(interaction=call, by=By.CUSTOMER, at=at + 140, cause=16),
    ]


async def lived(centre: RecordsCentre, folder: Path) -> str:
    """Through a flow into the queue, and what `_events` says; the first talk is there to be heard."""
    house = centre.house
    await house.store.write(
        lambda c: c.execute(text("UPDATE user_account SET extension = '1002' WHERE login = 'bob'"))
    )
    call = await talks(house, "ann", "tl-lived", recorded=True)
    at = house.console.context.clock.now()
    for event in _events(call, house.seed.users, at):
        await house.floor.settle(event)
    path = (
        Stage(step="hello", kind="say", at=at - 30),
        Stage(step="menu", kind="menu", at=at - 22, keys=("2",), label="Which department"),
    )
    visit = Visit(
        interaction_id=call, flow_id="door", version=1, started_at=at - 30, ended_at=at - 16, language="en", step="menu", outcome="queue",
        reason="", path=path, collected={},
    )  # fmt: skip
    sides = Sides(customer=folder / "customer", agent=folder / "agent")
    loud = bytes(int(0x20 + 0x20 * abs(math.sin(place / 9))) for place in range(audio.RATE))
    sides.customer.write_bytes(loud * SECONDS)
    sides.agent.write_bytes(loud * SECONDS)
    name = f"{call}.{int(at * 1000)}"
    size, digest = Chest().write(kept.place(folder / "recordings", name, at), name, audio.wav(sides))
    row = Recording(
        id=name, interaction_id=call, queue_id=house.seed.queue, agent_id=house.seed.users["ann"], started_at=at, seconds=float(SECONDS), bytes=size,
        sha256=digest, state="kept", sealed=False, peaks=audio.peaks(sides), keep_until=None, pauses=[[12.0, 18.0]],
    )  # fmt: skip
    await house.store.write(lambda conn: (visits.keep(conn, visit), kept.add(conn, row)))
    return call


async def kinds(page: Page, lane: str) -> list[str]:
    found = page.locator(f'.lane-span[data-lane="{lane}"]')
    return [await each.get_attribute("data-kind") or "" for each in await found.all()]


async def heard_at(page: Page) -> float:
    """Where the cursor over the lanes stands, as a part of their width."""
    line, drawing = page.get_by_test_id("lane-heard"), page.locator(".lanes svg")
    x, width = await line.get_attribute("x1"), await drawing.get_attribute("width")
    return float(x or 0) / float(width or 1)


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 1))
async def test_a_call_is_drawn_as_lanes_that_can_be_walked_and_heard(
    centre: RecordsCentre, tmp_path: Path, language: Language, scheme: Scheme, width: int
) -> None:
    """A lane for each who took part; by keyboard from piece to piece, in words and as a table; what is heard moves a cursor over it."""
    async with centre.at("ann", "/"):
        call = await lived(centre, tmp_path)
    ended, conference, why = {
        "zh-TW": ("由客戶結束 · 正常掛斷", "三方通話", "為何派給此人"),
        "zh-CN": ("由客户结束 · 正常挂断", "三方通话", "为何分配给此人"),
        "en": ("the customer ended it · hung up as usual", "Conference", "Why this agent"),
    }[language]
    async with centre.at("sue", f"/calls/{call}", language=language, scheme=scheme, width=width) as page:
        await expect(page.get_by_test_id("record-end")).to_have_text(ended)
        assert await kinds(page, "customer") == [
            "flow", "waiting", "talking", "hold", "talking", "hold", "conference", "talking",
        ]  # fmt: skip
        assert await kinds(page, "flow") == ["say", "menu"]
        assert await kinds(page, "supervisor") == ["listen", "whisper"]
        assert await kinds(page, "recording") == ["recorded", "paused", "recorded", "recorded"]
        await picture(page, f"call-record-{language}")
        first = page.locator('.lane-span[tabindex="0"]')
        await expect(first).to_have_count(1)
        await first.focus()
        for _ in range(6):
            await page.keyboard.press("ArrowRight")
        chosen = page.get_by_test_id("chosen")
        await expect(chosen).to_contain_text(conference)
        await page.keyboard.press("Home")
        await page.locator('.lane-span[data-lane="agent"][data-kind="talking"]').first.click()
        for _ in range(3):
            await page.keyboard.press("ArrowLeft")
        await expect(page.get_by_test_id("chosen-why")).to_have_text(why)
        await page.get_by_test_id("chosen-why").click()
        await expect(page.get_by_test_id("why").locator('[aria-current="true"]')).to_contain_text("Ann")
        await picture(page, f"call-record-why-{language}")
        await page.keyboard.press("Escape")
        await page.get_by_test_id("record-table").locator("summary").click()
        await expect(page.get_by_test_id("record-table").locator("tbody tr")).to_have_count(
            await page.locator(".lane-span, .lane-mark").count()
        )
        before = await page.locator(".lanes svg").bounding_box()
        await page.get_by_test_id("zoom-in").click()
        await expect(page.locator(".zoom-now")).to_have_text("2×")
        after = await page.locator(".lanes svg").bounding_box()
        assert before is not None
        assert after is not None
        assert after["width"] > 1.9 * before["width"]
        await page.get_by_test_id("player-slider").focus()
        await page.keyboard.press("End")
        await expect(page.get_by_test_id("lane-heard")).to_have_count(1)
        end = await heard_at(page)
        assert 0.55 < end < 0.8  # the 60 s of talk end 35 s of holds later, in the conference
        await picture(page, f"call-record-heard-{language}")


async def test_the_record_is_opened_from_where_the_call_is_seen(
    centre: RecordsCentre, tmp_path: Path
) -> None:
    """From the board while it lasts, and from what was found of it; one that is not there is told as such."""
    house = centre.house
    async with centre.at("ann", "/"):
        call = await talks(house, "ann", "tl-seen")
        async with house.browser("ann") as ann:
            await ann.put(f"/api/v1/interactions/{call}/note", json={"text": "Broke in transport."})
        async with centre.at("sue", "/board") as page:
            await page.get_by_test_id(f"board-agent-{house.seed.users['ann']}").get_by_role("link").click()
            await expect(page).to_have_url(f"{house.origin}/calls/{call}")
            await expect(page.locator('.lane-span[data-lane="customer"]').last).to_have_attribute(
                "data-kind", "talking"
            )
            await page.get_by_test_id("search").fill("transport")
            await page.locator('[data-testid^="found-"]').first.click()
            await expect(page.get_by_test_id("open-record")).to_have_attribute("href", f"/calls/{call}")
        async with centre.at("sue", "/calls/none") as page:
            await expect(page.get_by_test_id("call-record").get_by_role("alert")).to_be_visible()
