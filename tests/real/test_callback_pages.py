"""Callbacks as agents and supervisors see them."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from routing.core.events import Accepted, CallbackWanted, StatusChosen, Unreached
from routing.core.model import AgentId, InteractionId, OfferId, Phase, Status
from tests.agent_console.house import House
from tests.real.browser import Language, Scheme, in_turns
from tests.real.records_centre import RecordsCentre, clean, records_centre

pytestmark = pytest.mark.real
LOOKS: tuple[tuple[Language, Scheme, int], ...] = (("zh-TW", "light", 1280), ("en", "dark", 1920))


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


async def picture(page: Page, name: str) -> None:
    await clean(page)
    if folder := os.environ.get("TRUNKLINE_ALBUM"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


async def asked(house: House, name: str, caller: str) -> InteractionId:
    """Somebody called, and is to be called back now."""
    call = await house.call_arrives(name, caller)
    await house.floor.settle(CallbackWanted(interaction=call, at=time.time() - 60))
    await house.until(call, Phase.WAITING)
    return call


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 0))
async def test_who_is_to_be_called_back_is_seen_and_cancelled(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """On the board beside those who wait, also while it is put off, with the time; a supervisor takes it away."""
    house = centre.house
    words = {"zh-TW": ("要求回撥", "起回撥"), "en": ("Wants to be called back", "called from")}[language]
    await house.call_arrives("tl-line", "Mei")
    now, later = await asked(house, "tl-now", "Lin"), await house.call_arrives("tl-later", "Wang")
    await house.floor.settle(CallbackWanted(interaction=later, at=time.time() + 1800))
    async with centre.at("sue", "/board", language=language, scheme=scheme, width=width) as board:
        for each in (now, later):
            await expect(board.get_by_test_id(f"callback-{each}")).to_have_attribute("aria-label", words[0])
        await expect(board.get_by_text(words[1])).to_have_count(1)
        await expect(board.get_by_test_id("callback-tl-line")).to_have_count(0)
        await picture(board, f"callback-board-{language}-{scheme}")
        await board.get_by_test_id(f"why-{now}").click()
        await picture(board, f"callback-why-{language}-{scheme}")
        await board.get_by_test_id("why-cancel-callback").click()
        await board.get_by_test_id(f"why-{later}").click()
        await picture(board, f"callback-later-{language}-{scheme}")
        await board.keyboard.press("Escape")
        await expect(board.get_by_test_id(f"callback-{now}")).to_have_count(0)
    assert now not in house.floor.centre.interactions


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 1))
async def test_an_agent_is_told_whom_they_call(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """Before the answer that the customer is called after it, then that they are being called, and at last that they were not reached."""
    house, ann = centre.house, AgentId(centre.house.seed.users["ann"])
    told = {
        "zh-TW": ("回撥：請先接聽", "正在撥打給客戶", "未能聯絡上客戶"),
        "en": ("Callback: answer", "Calling the customer", "was not reached"),
    }[language]
    async with centre.at("ann", "", language=language, scheme=scheme, width=width) as desk:
        call = await asked(house, "tl-now", "Lin")
        house.at_hand("ann")
        house.floor.submit(StatusChosen(agent=ann, status=Status.READY, at=time.time()))
        await house.until(call, Phase.OFFERED)
        await expect(desk.get_by_text(told[0]).first).to_be_visible()
        await picture(desk, f"callback-offer-{language}-{scheme}")
        house.floor.submit(Accepted(offer=OfferId(f"{call}/1"), at=time.time()))
        await expect(desk.get_by_text(told[1]).first).to_be_visible()
        await picture(desk, f"callback-calling-{language}-{scheme}")
        house.floor.submit(Unreached(interaction=call, reason="busy", at=time.time()))
        await expect(desk.get_by_test_id("notice")).to_contain_text(told[2])
        await picture(desk, f"callback-missed-{language}-{scheme}")
