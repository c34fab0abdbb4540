"""Hold and transfer as agents and supervisors see them."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import text

from routing.core.events import Accepted, ConsultBegan, ConsultReached, HoldBegan, StatusChosen
from routing.core.model import AgentId, InteractionId, OfferId, Phase, QueueId, Status
from tests.agent_console.house import House
from tests.real.browser import Language, Scheme, in_turns
from tests.real.records_centre import SECONDS_PASS, RecordsCentre, clean, records_centre

pytestmark = pytest.mark.real
LOOKS: tuple[tuple[Language, Scheme, int], ...] = (
    ("zh-TW", "light", 1280),
    ("zh-CN", "dark", 1280),
    ("en", "dark", 1920),
)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
QUEUES = (("帳務", "zh-TW", "billing >= 1"), ("International returns and spare parts", "en", "parts >= 1"))
NOTE = "Second lamp of the order broke in transport; wants it replaced before Friday."


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        async with running.house.browser("adm") as adm:
            for name, language, requires in QUEUES:
                given = {"name": name, "language": language, "requires": requires}
                assert (await adm.post("/api/v1/records/queues", json=given)).status_code == 201
        yield running


async def picture(page: Page, name: str) -> None:
    """Axe looks at it; for an album, so do we: in both colours, narrow and wide."""
    await clean(page)
    folder, size = os.environ.get("TRUNKLINE_ALBUM"), page.viewport_size
    if not folder or not size:
        return
    for width in (1920, 1280):
        await page.set_viewport_size({"width": width, "height": 800})
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            await page.wait_for_timeout(200)  # colours fade
            await page.screenshot(path=Path(folder) / f"{name}-{scheme}-{width}.png")
    await page.set_viewport_size(size)


def ready(house: House, login: str) -> None:
    house.at_hand(login)
    house.floor.submit(
        StatusChosen(agent=AgentId(house.seed.users[login]), status=Status.READY, at=time.time())
    )


async def talks(house: House, login: str, name: str, *, recorded: bool = False) -> InteractionId:
    """Somebody calls, and this agent talks with them."""
    ready(house, login)
    call = await house.call_arrives(name, "Lin")
    await house.until(call, Phase.OFFERED)
    house.floor.submit(Accepted(offer=OfferId(f"{call}/1"), at=time.time(), recorded=recorded))
    await house.until(call, Phase.CONNECTED)
    return call


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 0))
async def test_an_agent_holds_a_customer_and_brings_them_back(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """By button and by key; the time runs where it is seen, also on the board; after a minute the panel asks to be looked at."""
    house = centre.house
    held, still, on_hold = {
        "zh-TW": ("通話保留中", "請讓客戶知道您還在線上", "保留中"),
        "zh-CN": ("通话保持中", "请让客户知道您还在线", "保持中"),
        "en": ("The customer is on hold", "you are still there", "On hold"),
    }[language]
    async with centre.at("ann", "/", language=language, scheme=scheme, width=width) as desk:
        call = await talks(house, "ann", "tl-held")
        await expect(desk.get_by_test_id("hold")).to_be_enabled()
        await picture(desk, f"talk-talking-{language}")
        await desk.get_by_test_id("hold").click()
        panel = desk.locator(".call")
        await expect(panel).to_contain_text(held)
        await expect(panel).to_contain_text(SECONDS_PASS)
        await expect(desk.get_by_test_id("mute")).to_be_disabled()
        await picture(desk, f"talk-held-{language}")
        async with centre.at("sue", "/board", language=language, scheme=scheme, width=width) as board:
            row = board.get_by_test_id(f"board-agent-{house.seed.users['ann']}")
            await expect(row).to_contain_text(on_hold)
            await picture(board, f"talk-board-{language}")
        await desk.keyboard.press("Alt+KeyO")
        await expect(panel).not_to_contain_text(held)
        house.floor.submit(HoldBegan(interaction=call, at=time.time() - 75))
        await expect(desk.get_by_test_id("held-long")).to_contain_text(still)
        await expect(desk.get_by_test_id("hold-reminder")).to_contain_text(still)
        await picture(desk, f"talk-held-long-{language}")


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 1))
async def test_an_agent_passes_a_call_on_to_a_colleague(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """Sought, chosen and passed on by keys alone; the colleague reads who passed it on, and why, before they answer and after it, and so does
    whoever finds the call later."""
    house = centre.house
    to_bob, by_ann, passed_on = {
        "zh-TW": ("已轉給「Bob」", "由 Ann 轉接", "客服人員：Ann · 已轉接"),
        "zh-CN": ("已转给“Bob”", "由 Ann 转接", "坐席：Ann · 已转接"),
        "en": ("Passed on to Bob", "Transferred by Ann", "With Ann · passed on"),
    }[language]
    async with (
        centre.at("ann", "/", language=language, scheme=scheme, width=width) as desk,
        centre.at("bob", "/", language=language, scheme=scheme, width=width) as other,
    ):
        call = await talks(house, "ann", "tl-passed")
        ready(house, "bob")
        await expect(desk.get_by_test_id("transfer")).to_be_enabled()
        await desk.keyboard.press("Alt+KeyT")
        await expect(desk.get_by_test_id(f"transfer-agent-{house.seed.users['bob']}")).to_be_visible()
        await picture(desk, f"talk-transfer-{language}")
        await desk.get_by_test_id("transfer-note").click()
        await expect(desk.get_by_test_id("note")).to_be_focused()
        await desk.keyboard.type(NOTE)
        await desk.keyboard.press("Alt+KeyT")
        await expect(desk.locator(".along")).to_contain_text(NOTE)
        await desk.get_by_test_id("transfer-search").press("ArrowDown")
        await desk.get_by_test_id("transfer-search").fill("bo")
        await desk.keyboard.press("Enter")
        await expect(desk.get_by_test_id("transfer-go")).to_be_focused()
        await picture(desk, f"talk-transfer-chosen-{language}")
        await desk.keyboard.press("Enter")
        await expect(desk.locator(".toast")).to_contain_text(to_bob)
        await expect(desk.get_by_test_id(f"item-{call}")).to_have_count(0)
        await picture(desk, f"talk-transferred-{language}")
        await expect(other.get_by_test_id("passed-by").first).to_have_text(by_ann)
        await expect(other.locator(".passed-note")).to_contain_text(NOTE)
        await picture(other, f"talk-offered-on-{language}")
        house.floor.submit(Accepted(offer=OfferId(f"{call}/2"), at=time.time()))
        await expect(other.get_by_test_id("note")).to_have_value(NOTE)
        await expect(other.locator(".head")).to_contain_text(by_ann)
        await picture(other, f"talk-received-{language}")
        await other.get_by_test_id("search").fill("transport")
        await other.locator('[data-testid^="found-"]').first.click()
        await expect(other.get_by_test_id("stays")).to_contain_text(passed_on)
        await picture(other, f"talk-stays-{language}")


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 2))
async def test_an_agent_passes_a_letter_on_to_another_queue(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """With a mouse; the dialog tells who waits there, and what is written so far goes along with the case."""
    house = centre.house
    letter = await house.letter_arrives()
    async with house.browser("adm") as adm:
        listed = (await adm.get("/api/v1/queues")).json()["items"]
    billing = next(each["id"] for each in listed if each["name"] == "帳務")
    async with centre.at("ann", "/", language=language, scheme=scheme, width=width) as desk:
        ready(house, "ann")
        await desk.get_by_test_id(f"item-{letter}").click()
        await desk.keyboard.press("Alt+KeyA")
        await desk.get_by_test_id("composer").fill("Dear Lin,")
        await picture(desk, f"talk-letter-{language}")
        await desk.get_by_test_id("transfer").click()
        await desk.get_by_test_id(f"transfer-queue-{billing}").click()
        await picture(desk, f"talk-letter-transfer-{language}")
        await desk.get_by_test_id("transfer-go").click()
        await expect(desk.get_by_test_id(f"item-{letter}")).to_have_count(0)
    assert house.floor.centre.interactions[letter].queue == QueueId(billing)
    async with house.browser("adm") as adm, asyncio.timeout(10):
        while "Dear Lin," not in (await adm.get("/api/v1/drafts", params={"interaction": letter})).text:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 3))
async def test_an_agent_asks_somebody_first_and_hands_over(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """A number outside, and back; then a colleague, who answers and gets the caller. While it rings nobody is handed over."""
    house = centre.house
    calling, talking, over, by_ann, passed_on = {
        "zh-TW": ("正在撥給 02 1234 5678", "正與 02 1234 5678 通話", "已結束", "由 Ann 轉接", "客服人員：Ann · 已轉接"),
        "zh-CN": ("正在拨给 02 1234 5678", "正与 02 1234 5678 通话", "已结束", "由 Ann 转接", "坐席：Ann · 已转接"),
        "en": ("Calling 02 1234 5678", "Talking with 02 1234 5678", "ended", "Transferred by Ann", "With Ann · passed on"),
    }[language]  # fmt: skip
    bob = house.seed.users["bob"]
    phone = text("UPDATE user_account SET extension = '1002' WHERE login = 'bob'")
    await house.store.write(lambda conn: conn.execute(phone))
    house.bus.publish("config", bob)
    async with (
        centre.at("ann", "/", language=language, scheme=scheme, width=width) as desk,
        centre.at("bob", "/", language=language, scheme=scheme, width=width) as other,
    ):
        call = await talks(house, "ann", "tl-asked")
        ready(house, "bob")
        panel, handover = desk.locator(".call"), desk.get_by_test_id("handover")
        await expect(desk.get_by_test_id("transfer")).to_be_enabled()
        await desk.get_by_test_id("note").fill(NOTE)
        await desk.keyboard.press("Alt+KeyT")
        await desk.get_by_test_id("transfer-search").fill("02 1234 5678")
        await desk.get_by_test_id("transfer-search").press("Enter")
        await expect(desk.get_by_test_id("consult-go")).to_be_focused()
        await expect(desk.get_by_test_id("transfer-go")).to_be_disabled()
        await picture(desk, f"ask-number-{language}")
        await desk.keyboard.press("Enter")
        await expect(panel).to_contain_text(calling)
        await expect(handover).to_be_disabled()
        await picture(desk, f"ask-calling-{language}")
        await house.floor.settle(ConsultReached(interaction=call, at=time.time()))
        await expect(panel).to_contain_text(talking)
        await expect(handover).to_be_enabled()
        await picture(desk, f"ask-talking-{language}")
        await desk.get_by_test_id("back").click()
        await expect(desk.get_by_test_id("hold")).to_be_enabled()
        await desk.get_by_test_id("transfer").click()
        await desk.get_by_test_id(f"transfer-agent-{bob}").click()
        await picture(desk, f"ask-colleague-{language}")
        await desk.get_by_test_id("consult-go").click()
        await expect(handover).to_be_disabled()
        await house.floor.settle(ConsultReached(interaction=call, at=time.time()))
        await handover.click()
        await expect(desk.get_by_test_id(f"item-{call}")).to_have_count(0)
        await expect(other.locator(".head")).to_contain_text(by_ann)
        await expect(other.get_by_test_id("note")).to_have_value(NOTE)
        await picture(other, f"ask-received-{language}")
        await other.get_by_test_id("search").fill("transport")
        await other.locator('[data-testid^="found-"]').first.click()
        await expect(other.get_by_test_id("stays")).to_contain_text(over)
        await expect(other.get_by_test_id("stays")).to_contain_text(passed_on)
        await picture(other, f"ask-stays-{language}")


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS[:1])
async def test_an_agent_talks_with_customer_and_colleague(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """By keys; both agents and the board see it, and the call tells afterwards what happened."""
    house = centre.house
    with_bob, alone, three, left = {
        "zh-TW": ("三方通話：您、客戶與 Bob", "目前僅您與客戶通話", "三方通話", "客服人員離開"),
        "zh-CN": ("三方通话：您、客户与 Bob", "目前只有您与客户通话", "三方通话", "坐席退出"),
        "en": ("You, the customer and Bob", "You talk with the customer alone", "Conference", "the agent left"),
    }[language]  # fmt: skip
    ann, bob = house.seed.users["ann"], house.seed.users["bob"]
    async with (
        centre.at("ann", "/", language=language, scheme=scheme, width=width) as desk,
        centre.at("bob", "/", language=language, scheme=scheme, width=width) as other,
        centre.at("sue", "/board", language=language, scheme=scheme, width=width) as board,
    ):
        call = await talks(house, "ann", "tl-three")
        ready(house, "bob")
        panel = desk.locator(".call")

        async def three_talk() -> None:
            at = time.time()
            await house.floor.settle(
                HoldBegan(interaction=call, at=at),
                ConsultBegan(interaction=call, whom=bob, at=at),
                ConsultReached(interaction=call, at=at),
            )
            await expect(desk.get_by_test_id("conference")).to_be_enabled()
            await desk.keyboard.press("Alt+KeyJ")
            await expect(panel).to_contain_text(with_bob)

        await desk.get_by_test_id("note").fill(NOTE)
        await three_talk()
        await picture(desk, f"three-talking-{language}")
        for agent in (ann, bob):
            await expect(board.get_by_test_id(f"board-agent-{agent}")).to_contain_text(three)
        await picture(board, f"three-board-{language}")
        await desk.get_by_test_id("alone").click()
        await expect(desk.locator(".toast").last).to_contain_text(alone)
        await three_talk()
        await desk.get_by_test_id("leave").click()
        await expect(desk.get_by_test_id(f"item-{call}")).to_have_count(0)
        await expect(other.get_by_test_id("note")).to_have_value(NOTE)
        await other.get_by_test_id("search").fill("transport")
        await other.locator('[data-testid^="found-"]').first.click()
        await expect(other.get_by_test_id("stays")).to_contain_text(left)
        await picture(other, f"three-stays-{language}")
