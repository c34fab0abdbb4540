"""Calls that agents make, as they see them: from a number on the screen, over the brief, to the wrap-up."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from routing.core.events import Accepted, Reached, StatusChosen, Unreached
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


def on_a_break(house: House) -> None:
    agent = AgentId(house.seed.users["ann"])
    house.at_hand("ann")
    house.floor.submit(StatusChosen(agent=agent, status=Status.PAUSED, reason="break", at=time.time()))


async def the_call(house: House) -> InteractionId:
    [work] = [work for work in house.floor.centre.interactions.values() if work.dialled]
    return work.id


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 1))
async def test_an_agent_calls_from_a_number_on_the_screen(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """The brief first, then their phone, the customer's, the talk; everything by keyboard, too."""
    house = centre.house
    told = {
        "zh-TW": ("您的外撥", "正在撥打給客戶", "未接通：忙線"),
        "en": ("Your call", "Calling the customer", "Not reached: busy"),
    }[language]
    place = f"/records/parties/{house.seed.party}"
    async with centre.at("ann", place, language=language, scheme=scheme, width=width) as desk:
        on_a_break(house)
        await desk.get_by_test_id("panel-points").click()
        await desk.get_by_test_id("call-number").first.wait_for()
        await picture(desk, f"dial-numbers-{language}-{scheme}")
        await desk.get_by_test_id("call-number").first.click()
        await desk.get_by_test_id("dial-brief").wait_for()
        await expect(desk.get_by_test_id("dial-go")).to_be_enabled()
        await picture(desk, f"dial-brief-{language}-{scheme}")
        assert not house.floor.centre.interactions, "nobody is called yet"
        await desk.get_by_test_id("dial-go").click()
        await expect(desk.get_by_text(told[0]).first).to_be_visible()
        call = await the_call(house)
        await picture(desk, f"dial-own-phone-{language}-{scheme}")
        house.floor.submit(Accepted(offer=OfferId(f"{call}/1"), at=time.time()))
        await expect(desk.get_by_text(told[1]).first).to_be_visible()
        await picture(desk, f"dial-calling-{language}-{scheme}")
        house.floor.submit(Unreached(interaction=call, reason="busy", at=time.time()))
        await expect(desk.get_by_test_id("not-reached")).to_contain_text(told[2])
        await picture(desk, f"dial-not-reached-{language}-{scheme}")
        await desk.get_by_test_id("wrapup-solved").click()
        await desk.get_by_test_id("wrapup-finish").click()
        await expect(desk.get_by_test_id("not-reached")).to_have_count(0)
        await desk.keyboard.press("Alt+u")
        await desk.get_by_test_id("dial-number").wait_for()
        await picture(desk, f"dial-free-{language}-{scheme}")
        await desk.keyboard.type("0912345678")
        await desk.keyboard.press("Enter")
        await expect(desk.get_by_text(told[0]).first).to_be_visible()
        again = await the_call(house)
        house.floor.submit(Accepted(offer=OfferId(f"{again}/1"), at=time.time()))
        house.floor.submit(Reached(interaction=again, at=time.time()))
        await house.until(again, Phase.CONNECTED)
        await expect(desk.get_by_test_id("hold")).to_be_enabled()


async def test_a_wish_is_read_before_the_call(centre: RecordsCentre) -> None:
    """Who would rather not be called is called only once the agent says that they have read it."""
    house = centre.house
    async with house.browser("adm") as adm:
        address = f"/api/v1/records/parties/{house.seed.party}"
        version = {"If-Match": (await adm.get(address)).headers["ETag"]}
        assert (await adm.patch(address, json={"do_not_contact": True}, headers=version)).is_success
    place = f"/records/parties/{house.seed.party}"
    async with centre.at("ann", place, language="zh-CN", scheme="light", width=1280) as desk:
        on_a_break(house)
        await desk.get_by_test_id("panel-points").click()
        await desk.get_by_test_id("call-number").first.click()
        await desk.get_by_test_id("dial-against").wait_for()
        await expect(desk.get_by_test_id("dial-go")).to_be_disabled()
        await picture(desk, "dial-against-zh-CN-light")
        await desk.get_by_test_id("dial-confirm").check()
        await desk.get_by_test_id("dial-go").click()
        await expect(desk.get_by_test_id("dial-dialog")).to_have_count(0)
        await the_call(house)
