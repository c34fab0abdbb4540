"""A chat in Chromium from both sides: the widget on a telephone and on a desk, over a reload, a lost line and a restart of the server; with axe."""

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from agent_console.pages import STATIC
from tests.agent_console.chat_visitor import add_door
from tests.agent_console.house import PASSWORD, House, open_house
from tests.real.browser import Desk, Language, Scheme, chromium
from tests.real.records_centre import clean

pytestmark = pytest.mark.real
QUICK = {"chat": {"away_after_s": 5, "agent_away_s": 30, "puzzle_bits": 8}}
PHONE, DESK = (390, 844), (1280, 800)
WORDS = {
    "en": ("Begin the chat", "You are next."),
    "zh-TW": ("開始交談", "下一位就是您。"),
    "zh-CN": ("开始聊天", "下一位就是您。"),
}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


async def picture(page: Page, name: str) -> None:
    await clean(page)
    if folder := os.environ.get("TRUNKLINE_ALBUM"):
        await page.screenshot(path=Path(folder) / f"chat-{name}.png")


async def visit(
    browser: Browser, house: House, language: Language, scheme: Scheme, size: tuple[int, int]
) -> tuple[BrowserContext, Page]:
    """A visitor's browser at the page with the widget."""
    width, height = size
    context = await browser.new_context(
        locale=language,
        color_scheme=scheme,
        viewport={"width": width, "height": height},
        has_touch=width < 500,
    )
    page = await context.new_page()
    await page.goto(f"{house.origin}/chat?lang={language}")
    await page.locator("#question").wait_for()
    return context, page


async def begin(page: Page, question: str, **fields: str) -> None:
    for name, value in fields.items():
        await page.locator(f"#{name}").fill(value)
    await page.locator("#question").fill(question)
    await page.locator('[part="begin"]').click()
    await page.locator('[part="message"]').wait_for()


async def say(page: Page, text: str) -> None:
    await page.locator('[part="message"]').fill(text)
    await page.locator('[part="message"]').press("Enter")


async def at_desk(browser: Browser, house: House, language: Language, scheme: Scheme, width: int) -> Desk:
    desk = await Desk.open(browser, house.origin, language=language, scheme=scheme, width=width)
    await desk.sign_in("bob", PASSWORD)
    await desk.speak(language)
    await desk.page.get_by_test_id("start-shift").click()
    await desk.become_ready()
    return desk


async def agent_says(desk: Desk, text: str) -> None:
    await desk.page.get_by_test_id("chat-composer").fill(text)
    await desk.page.get_by_test_id("chat-composer").press("Enter")


async def test_a_chat_survives_reload_lost_line_and_restart(tmp_path: Path, browser: Browser) -> None:
    """From the form to the end, on a telephone in Chinese and at a desk: every word once, in order, whatever happened between."""
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(tmp_path, STATIC, **QUICK))
        await house.store.write(
            lambda c: add_door(c, house.seed.queue, consent_zh_tw="我同意將對話內容保存兩年。")
        )
        house.at_hand("bob")
        context, page = await visit(browser, house, "zh-TW", "light", PHONE)
        await picture(page, "form-phone-zh-TW-light")
        await page.locator("#consent").check()
        await begin(page, "我的檯燈一直閃爍，該怎麼辦？", name="王小明", email="wang@example.com")
        await expect(page.locator('[part="state"]')).to_contain_text("下一位")
        desk = await at_desk(browser, house, "en", "dark", 1280)
        await desk.page.get_by_test_id("answer").click()
        await expect(desk.page.get_by_test_id("chat-log")).to_contain_text("我的檯燈一直閃爍")
        await expect(page.locator('[part="state"]')).to_contain_text("Bob")
        await desk.page.get_by_test_id("chat-composer").press_sequentially("Hel")
        await expect(page.locator('[part="typing"]')).to_contain_text("Bob")
        await agent_says(desk, "Hello! Which lamp is it?")
        await expect(page.locator(".msg.agent")).to_contain_text("Which lamp")
        await expect(desk.page.get_by_test_id("chat-seen")).to_be_visible()

        await page.reload()
        await expect(page.locator(".msg.agent")).to_contain_text("Which lamp")
        await say(page, "是藍色那一盞")
        await expect(desk.page.get_by_test_id("chat-log")).to_contain_text("是藍色那一盞")

        await context.set_offline(True)
        await say(page, "離線時寫的")
        await agent_says(desk, "Said while you were away")
        await context.set_offline(False)
        await expect(page.locator(".msg.agent").last).to_contain_text("while you were away")
        await expect(desk.page.get_by_test_id("chat-log")).to_contain_text("離線時寫的")
        await picture(page, "talk-phone-zh-TW-light")
        await picture(desk.page, "agent-en-dark-1280")

        await stack.aclose()
        await say(page, "伺服器重新啟動時寫的")
        house = await stack.enter_async_context(open_house(tmp_path, STATIC, again=house, **QUICK))
        house.at_hand("bob")
        await expect(desk.page.get_by_test_id("chat-log")).to_contain_text("伺服器重新啟動時寫的")
        await agent_says(desk, "Still with you")
        await expect(page.locator(".msg.agent").last).to_contain_text("Still with you")
        mine = ["我的檯燈一直閃爍，該怎麼辦？", "是藍色那一盞", "離線時寫的", "伺服器重新啟動時寫的"]
        await expect(page.locator(".msg.visitor .say")).to_have_text(mine)
        assert await page.locator('[data-code="joined"]').count() == 1

        await desk.page.get_by_test_id("finish").click()
        await page.locator('[part="anew"]').wait_for()
        await picture(page, "ended-phone-zh-TW-light")
        await desk.close()
        await context.close()


async def test_who_leaves_is_gone_on_with_by_mail_and_a_supervisor_watches(
    tmp_path: Path, browser: Browser
) -> None:
    """At a desk in English and in Chinese: two chats at once with what is unread; the one who left is written to; a supervisor reads along."""
    async with open_house(tmp_path, STATIC, **QUICK) as house:
        await house.store.write(lambda c: add_door(c, house.seed.queue))
        house.at_hand("bob")
        desk = await at_desk(browser, house, "zh-TW", "light", 1920)
        first, lin = await visit(browser, house, "en", "dark", DESK)
        await begin(lin, "My parcel has not come", name="Lin", email="lin@example.com")
        await desk.page.get_by_test_id("answer").click()
        await expect(desk.page.get_by_test_id("chat-log")).to_contain_text("My parcel")
        second, chen = await visit(browser, house, "zh-CN", "light", DESK)
        assert await chen.locator('[part="begin"]').inner_text() == WORDS["zh-CN"][0]
        await picture(chen, "form-desk-zh-CN-light")
        await begin(chen, "请问几点关门？")
        offered = desk.page.locator('[data-medium="chat"][data-state="offered"]')
        await offered.click()
        await desk.page.get_by_test_id("answer").click()
        await expect(desk.page.get_by_test_id("chat-log")).to_contain_text("请问几点关门")
        await say(lin, "It was sent a week ago")
        unread = desk.page.locator('[data-testid^="unread-"]')
        await expect(unread).to_contain_text("1")
        await agent_says(desk, "晚上九點。")
        await expect(chen.locator(".msg.agent")).to_contain_text("晚上九點")
        await picture(desk.page, "agent-zh-TW-light-1920")
        await picture(lin, "talk-desk-en-dark")
        await desk.page.locator('[data-medium="chat"]').filter(has=unread).click()
        async with AsyncExitStack() as watching:
            sue = await Desk.open(browser, house.origin, language="zh-TW", scheme="light")
            watching.push_async_callback(sue.close)
            await sue.sign_in("sue", PASSWORD)
            await sue.speak("zh-TW")
            chat = next(iter(house.console.context.chats.talks))
            await sue.page.goto(f"{house.origin}/calls/{chat}")
            transcript = sue.page.get_by_test_id("chat-transcript")
            await expect(transcript).to_contain_text("It was sent a week ago")
            await say(lin, "Are you looking for it?")
            await expect(transcript).to_contain_text("Are you looking for it?")
            await picture(sue.page, "watch-zh-TW-light-1280")
        await first.close()
        await desk.page.get_by_test_id("chat-by-mail").click()
        await desk.page.get_by_test_id("chat-mail-text").fill("It comes tomorrow.")
        await picture(desk.page, "left-zh-TW-light-1920")
        await desk.page.get_by_test_id("chat-mail-send").click()
        await desk.page.get_by_test_id("wrapup-finish").wait_for()
        await second.close()
        await desk.close()
