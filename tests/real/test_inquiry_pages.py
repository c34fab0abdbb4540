"""Inquiry forms in a real browser: filled in with and without a script, in three languages, within another site; at the agent's desk; written in the console."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from agent_console.pages import STATIC
from agent_console.public.inquiry import pages
from channels.web import guard
from crm_core import interactions, letters, parties
from crm_core.inquiries import kept, submissions
from tests.agent_console.house import PASSWORD, House, open_house
from tests.agent_console.test_inquiry_forms import published
from tests.ports import free_port
from tests.real.browser import Desk, chromium
from tests.real.records_centre import clean

pytestmark = pytest.mark.real
ALBUM = os.environ.get("TRUNKLINE_ALBUM")
"""A folder for pictures, for whoever wants to look."""
LOOKS = [("en", "dark", 1280), ("zh-TW", "light", 1920)][: 2 if ALBUM else 1]
PNG = {"name": "lamp.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n tiny"}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest.fixture
async def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """A centre with a published form, and a customer known by an address."""
    monkeypatch.setattr(guard, "WITHOUT_PROOF_S", 0.0)
    pages._RATES.clear()
    async with open_house(tmp_path, static=STATIC) as house:
        await house.store.write(
            lambda c: parties.add_contact_point(c, house.seed.party, "email", "lin@example.org")
        )
        async with other_site(f"{house.origin}/forms.js") as site:
            await published(house, origins=[site])
            yield house


@asynccontextmanager
async def other_site(script: str) -> AsyncIterator[str]:
    """A shop's own page with the snippet in it; its origin."""
    html = f'<!doctype html><html lang="zh-CN"><title>店</title><body><script src="{script}" data-form="returns"></script></body>'
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n\r\n"

    async def answer(asked: asyncio.StreamReader, given: asyncio.StreamWriter) -> None:
        await asked.readuntil(b"\r\n\r\n")
        given.write((head + html).encode())
        await given.drain()
        given.close()

    port = free_port()
    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield f"http://127.0.0.1:{port}"


async def pictured(page: Page, name: str) -> None:
    if ALBUM:
        await page.screenshot(path=Path(ALBUM) / f"{name}.png")


async def test_from_a_visitor_to_the_desk_and_back(shop: House, browser: Browser) -> None:
    """Three visitors send three inquiries in three languages; the agent sees each answer in order and replies; the visitor sees the state."""
    link = await _with_a_script(shop, browser)
    await _without_a_script(shop, browser)
    await _within_another_site(shop, browser)
    sent = await shop.store.read(lambda c: interactions.open_ones(c, "form"))
    came = [
        each
        for one in sent
        for each in await shop.store.read(lambda c, n=one.id: submissions.of_interaction(c, n, None))
    ]
    assert [(each.language, each.via) for each in came] == [
        ("en", "page"),
        ("zh-TW", "page"),
        ("zh-CN", "frame"),
    ]
    await _at_the_desk(shop, browser)
    context = await browser.new_context(locale="en", color_scheme="dark")
    page = await context.new_page()
    await page.goto(link)
    await clean(page)
    await pictured(page, "status-en-dark")
    await expect(page.locator(".pill")).to_have_text("Being worked on")
    await page.get_by_label("What would you like to add?").fill("The cable is black.")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("it has been added to your inquiry")).to_be_visible()
    thread = await shop.store.read(lambda c: letters.thread(c, sent[0].case_id or ""))
    assert [each.text for each in thread][-1] == "The cable is black."
    await context.close()


async def _with_a_script(shop: House, browser: Browser) -> str:
    """Questions appear when they are asked; the guard's work is done without anybody noticing."""
    context = await browser.new_context(
        locale="en", color_scheme="dark", viewport={"width": 1280, "height": 1000}
    )
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{shop.origin}/forms/returns")
    await expect(page.get_by_label("Why do you return it?")).to_be_hidden()
    await clean(page)
    await pictured(page, "form-en-dark")
    await page.get_by_role("button", name="Send").click()
    await expect(page.locator("#problem")).to_be_focused()
    await clean(page)
    await page.locator("#problem").get_by_role("link", name="Your name").click()
    await page.keyboard.type("Lin")
    await page.get_by_label("E-mail").fill("lin@example.org")
    await page.get_by_label("Phone").fill("0912 345 678")
    await page.get_by_label("Return", exact=True).check()
    await page.get_by_label("Why do you return it?").fill("It does not shine.")
    await page.get_by_label("Order number").fill("A-1001")
    await page.get_by_label("Photos").set_input_files(PNG)  # type: ignore[arg-type]
    await page.get_by_label("Yes, write to me").check()
    await pictured(page, "form-filled-en-dark")
    async with page.expect_request(lambda request: request.method == "POST") as posted:
        await page.get_by_role("button", name="Send").click()
    sent = (await posted.value).post_data_buffer or b""
    assert b'name="form_proof"\r\n\r\n\r\n' not in sent
    await expect(page.get_by_text("Your number is")).to_be_visible()
    await clean(page)
    await pictured(page, "form-thanks-en-dark")
    link = await page.get_by_role("link", name="See how it is going").get_attribute("href")
    assert errors == []
    await context.close()
    return f"{shop.origin}{link}"


async def _without_a_script(shop: House, browser: Browser) -> None:
    """All questions are there, with when each is asked; what was wrong is told beside it and what was typed stays."""
    context = await browser.new_context(
        locale="zh-TW", java_script_enabled=False, viewport={"width": 1920, "height": 1080}
    )
    page = await context.new_page()
    await page.goto(f"{shop.origin}/forms/returns")
    await expect(page.get_by_text("僅在「關於什麼？」為「退貨」時填寫。")).to_be_visible()
    await page.get_by_label("您的姓名").fill("林小美")
    await page.get_by_label("電子信箱").fill("mei")
    await page.get_by_label("維修").check()
    await page.get_by_role("button", name="送出").click()
    await expect(page.locator("#e-mail")).to_be_visible()
    await pictured(page, "form-wrong-zh-TW")
    await expect(page.get_by_label("您的姓名")).to_have_value("林小美")
    await page.get_by_label("電子信箱").fill("mei@example.org")
    await page.get_by_role("button", name="送出").click()
    await expect(page.get_by_text("您的案號是")).to_be_visible()
    await pictured(page, "form-thanks-zh-TW")
    await context.close()


async def _within_another_site(shop: House, browser: Browser) -> None:
    """The snippet's frame is as high as the form; on a telephone."""
    context = await browser.new_context(locale="zh-CN", viewport={"width": 400, "height": 900})
    page = await context.new_page()
    (form,) = await shop.store.read(kept.listed)
    await page.goto(form.draft.origins[0])
    frame = page.frame_locator("trunkline-form iframe")
    await frame.get_by_label("您的姓名").fill("陈伟")
    await frame.get_by_label("电子邮箱").fill("chen@example.org")
    await frame.get_by_label("维修").check()
    await expect(page.locator("trunkline-form iframe")).not_to_have_css("height", "480px")
    await pictured(page, "form-framed-zh-CN")
    await frame.get_by_role("button", name="提交").click()
    await expect(frame.get_by_text("您的单号是")).to_be_visible()
    await context.close()


async def _at_the_desk(shop: House, browser: Browser) -> None:
    """What the visitor filled in, field by field; the customer is the visitor; the answer goes out by mail."""
    shop.at_hand("bob")
    desk = await Desk.open(browser, shop.origin, language="en", scheme="dark", width=1280)
    page = desk.page
    await desk.sign_in("bob", PASSWORD)
    await page.get_by_test_id("start-shift").click()
    await desk.become_ready()
    await page.get_by_test_id("answer").click()
    await expect(page.get_by_test_id("answer-topic")).to_contain_text("Return")
    await expect(page.get_by_test_id("answer-reason")).to_contain_text("It does not shine.")
    await expect(page.get_by_test_id("answer-photo").get_by_role("link")).to_contain_text("lamp.png")
    await expect(page.get_by_test_id("left-out")).to_contain_text("What is broken?")
    await expect(page.get_by_test_id("party-name")).to_have_text("林小美")
    await clean(page)
    await pictured(page, "desk-form-en-dark-1280")
    if ALBUM:
        await page.set_viewport_size({"width": 1920, "height": 1080})
        await page.emulate_media(color_scheme="light")
        await desk.speak("zh-TW")
        await page.wait_for_timeout(700)
        await pictured(page, "desk-form-zh-TW-light-1920")
        await desk.speak("en")
    await page.get_by_test_id("composer").fill("Please try another bulb.")
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("composer")).to_have_value("")
    assert desk.refusals == []
    await desk.close()


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
async def test_an_administrator_writes_a_form(
    shop: House, browser: Browser, language: Any, scheme: Any, width: int
) -> None:
    """From nothing to a page that visitors see: questions added, moved by the keyboard, a condition, seen beside it, published, withdrawn."""
    desk = await Desk.open(browser, shop.origin, language=language, scheme=scheme, width=width)
    page, look = desk.page, f"{language}-{scheme}-{width}"
    await desk.sign_in("adm", PASSWORD)
    await page.get_by_test_id("user-menu").wait_for()
    await desk.speak(language)
    await page.goto(f"{shop.origin}/admin/forms")
    await expect(page.get_by_test_id("form-returns")).to_be_visible()
    await clean(page)
    await pictured(page, f"forms-{look}")
    await page.get_by_test_id("form-new").click()
    await page.get_by_test_id("form-new-name").fill("Contact")
    await page.get_by_test_id("form-make").click()
    preview = page.frame_locator("[data-testid=form-preview]")
    await expect(preview.locator("textarea")).to_be_visible()
    await page.get_by_test_id("question-add").click()
    await page.get_by_test_id("add-choice").click()
    for code, words in (("en", "Topic"), ("zh-TW", "主題"), ("zh-CN", "主题")):
        await page.get_by_test_id(f"q-label-{code}").fill(words)
        await page.get_by_test_id(f"choice-0-{code}").fill(words)
    await expect(preview.get_by_text("Topic" if language == "en" else "主題").first).to_be_visible()
    await page.locator("#question-4").focus()
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.locator("#question-3")).to_be_focused()
    await page.locator("#question-4").click()
    await page.get_by_test_id("q-when").select_option("choice")
    await page.locator(".inquiry-condition input[type=checkbox]").check()
    await page.wait_for_timeout(800)
    await clean(page)
    await pictured(page, f"form-editor-{look}")
    await page.get_by_test_id("form-settings").click()
    await page.wait_for_timeout(300)
    await clean(page)
    await pictured(page, f"form-editor-settings-{look}")
    await page.get_by_test_id("form-publish").click()
    await page.get_by_test_id("publish-form-do").click()
    await expect(page.get_by_test_id("form-withdraw")).to_be_visible()
    await page.get_by_test_id("form-share").click()
    await expect(page.get_by_test_id("share-form")).to_be_visible()
    await clean(page)
    await pictured(page, f"form-share-{look}")
    visitor = await browser.new_page()
    assert (await visitor.goto(f"{shop.origin}/forms/contact")).status == 200  # type: ignore[union-attr]
    await visitor.close()
    assert desk.refusals == []
    await desk.close()
