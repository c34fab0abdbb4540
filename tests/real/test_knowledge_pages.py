"""Knowledge in a real browser: the public answers and the portal without a script, an agent's suggestions, an editor's article; axe on each page."""

import os
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from agent_console.pages import STATIC
from crm_core import cases, interactions, parties, users
from crm_core.knowledge import publishing
from crm_core.knowledge.texts import Words
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from routing.core.model import Phase
from tests.agent_console.house import PASSWORD, House, open_house
from tests.agent_console.test_portal import ADDRESS, mailed
from tests.real.browser import Desk, chromium, in_turns

pytestmark = pytest.mark.real
AXE = Path(__file__).parents[2] / "agent_console/web/node_modules/axe-core/axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALBUM = os.environ.get("TRUNKLINE_ALBUM")
"""A folder for pictures, for whoever wants to look."""

ARTICLES: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("howto", "How do I reset the desk lamp?", "Ten seconds on the reset button bring it back.",
     "1. Unplug the lamp.\n2. Hold the **reset** button for ten seconds.\n3. Plug it in again.\n\n> The light blinks twice when it worked.",
     "檯燈如何重設？", "長按重設鍵十秒即可恢復。", "1. 拔下電源。\n2. 長按**重設**鍵十秒。\n3. 重新插上電源。\n\n> 指示燈閃兩下即表示完成。"),
    ("fault", "The desk lamp flickers", "Tighten the bulb, then check the dimmer.", "Tighten the bulb of the flickering lamp. If it still flickers, the dimmer is too old for LED bulbs.",
     "檯燈閃爍怎麼辦？", "先鎖緊燈泡，再檢查調光器。", "請先鎖緊閃爍的燈泡；若仍閃爍，代表調光器過舊，不支援 LED 燈泡。"),
    ("billing", "How do I pay an invoice?", "By bank transfer, card, or at a convenience store.", "| way | takes |\n|---|---|\n| bank transfer | 1 day |\n| card | at once |",
     "如何繳納帳單？", "可用銀行轉帳、信用卡或超商繳費。", "| 方式 | 入帳時間 |\n|---|---|\n| 銀行轉帳 | 一天 |\n| 信用卡 | 立即 |"),
    ("delivery", "When does my parcel arrive?", "Usually two working days after we have sent it.", "Look at the tracking page. Remote islands take a day longer.",
     "包裹何時送達？", "通常於出貨後兩個工作天送達。", "請至物流追蹤頁面查詢，離島地區約多一天。"),
)  # fmt: skip


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[House]:
    """A centre with articles, a memo and a customer who wrote."""
    async with open_house(tmp_path, static=STATIC) as house:
        await house.store.write(lambda c: _fill(c, house))
        yield house


def _fill(connection: Connection, house: House) -> None:
    now = time.time()
    acting = system(now)
    for category, title, summary, body, zh_title, zh_summary, zh_body in ARTICLES:
        fields = {"language": "en", "audience": "public", "category": category}
        made = publishing.create(connection, acting, fields, Words(title=title, summary=summary, body=body))
        publishing.move(connection, acting, made, "en", "published")
        publishing.write(
            connection, acting, made, "zh-TW", Words(title=zh_title, summary=zh_summary, body=zh_body), 0
        )
        publishing.move(connection, acting, made, "zh-TW", "published")
    memo = {
        "title": "Recall of lamps of series 7: offer a replacement",
        "body": "Serial numbers **7-1000** to **7-1999**.",
        "urgent": True,
        "queue_id": house.seed.queue,
    }
    rows.create(connection, acting, known.entity("memo"), memo)
    parties.add_contact_point(connection, house.seed.party, "email", ADDRESS)
    cases.open_case(
        connection, subject="帳單金額不符", party_id=house.seed.party, queue_id=house.seed.queue, now=now
    )


async def looked_at(page: Page, name: str) -> None:
    """Nothing that axe finds fault with; a picture where one is wanted."""
    if ALBUM:
        await page.screenshot(path=Path(ALBUM) / f"{name}.png")
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = await page.evaluate("levels => axe.run({runOnly: levels})", LEVELS)
    assert [
        (each["id"], [node["html"][:200] for node in each["nodes"][:3]]) for each in found["violations"]
    ] == []


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("en", "light", 1280), ("zh-TW", "dark", 1920), ("zh-CN", "light", 400)]
)
async def test_the_public_answers_are_accessible(
    shop: House, browser: Browser, language: str, scheme: Any, width: int
) -> None:
    """List, search, article, question and thanks have no fault that axe knows, in each theme and language, wide and narrow."""
    context = await browser.new_context(
        locale=language, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = await context.new_page()
    look = f"{language}-{scheme}-{width}"
    for path, name in (
        ("/help", "help"), ("/help?q=lamp", "help-search"), ("/help?q=zzzz", "help-nothing"), ("/help/the-desk-lamp-flickers", "help-article"),
        ("/help/how-do-i-pay-an-invoice", "help-table"), ("/help/ask?about=the-desk-lamp-flickers", "help-ask"), ("/help/sent?number=C-2026-000001", "help-sent"),
        ("/help/none", "help-missing"), ("/portal", "portal-entry"),
    ):  # fmt: skip
        await page.goto(shop.origin + path)
        wide = await page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
        assert wide, f"{path} is wider than the screen"
        await looked_at(page, f"{name}-{look}")
    await context.close()


async def test_from_an_answer_to_a_question_without_a_script(shop: House, browser: Browser) -> None:
    """With scripts switched off one searches, reads, says that it did not help, and asks; the question waits in the queue."""
    context = await browser.new_context(locale="en", java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{shop.origin}/help")
    await page.get_by_role("searchbox").fill("flickers")
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("link", name="The desk lamp flickers").click()
    await page.get_by_role("button", name="No, ask a question").click()
    await page.get_by_label("Your name").fill("Mei Wu")
    await page.get_by_label("Your e-mail address").fill("mei.wu@example.org")
    await page.get_by_label("Your question").fill("It still flickers with a new bulb.")
    await page.wait_for_timeout(2_000)
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("Its number is")).to_be_visible()
    (waiting,) = await shop.store.read(lambda c: interactions.open_ones(c, "email"))
    assert (waiting.customer_address, waiting.subject) == ("mei.wu@example.org", "The desk lamp flickers")
    await context.close()


@pytest.mark.parametrize(
    ("language", "scheme", "width"), in_turns([("zh-TW", "light", 1280), ("en", "dark", 1920)], 0)
)
async def test_the_portal_is_accessible(
    shop: House, browser: Browser, language: str, scheme: Any, width: int
) -> None:
    """In by a mailed link; home, a case, data, consents, download and a new request have no fault that axe knows."""
    await shop.letter_arrives("m7", subject="Broken lamp")
    context = await browser.new_context(
        locale=language, color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    page = await context.new_page()
    await page.goto(f"{shop.origin}/portal?lang={language}")
    await page.locator("#address").fill(ADDRESS)
    await page.locator("main button").click()
    await page.wait_for_url("**/portal/sent*")
    await looked_at(page, f"portal-sent-{language}-{scheme}-{width}")
    await shop.store.write(lambda _: None)
    (link,) = await mailed(shop)
    await page.goto(f"{link}&lang={language}")
    await looked_at(page, f"portal-enter-{language}-{scheme}-{width}")
    await page.locator("main button").click()
    for path, name in (
        ("/portal", "home"), (f"/portal/cases/{shop.seed.case}", "case"), ("/portal/profile", "profile"), ("/portal/consents", "consents"),
        ("/portal/data", "data"), ("/portal/new", "new"),
    ):  # fmt: skip
        await page.goto(f"{shop.origin}{path}?lang={language}")
        await expect(page.locator("main h1").first).to_be_visible()
        await looked_at(page, f"portal-{name}-{language}-{scheme}-{width}")
    await context.close()


@pytest.mark.parametrize(
    ("language", "scheme", "width"), in_turns([("en", "light", 1280), ("zh-TW", "dark", 1920)], 1)
)
async def test_an_agent_is_helped_while_writing(
    shop: House, browser: Browser, language: Any, scheme: Any, width: int
) -> None:
    """A memo for the queue is above the work until it is read; what fits the letter stands beside it; one key puts it into the
    reply, and the focus stays where one writes."""
    shop.at_hand("bob")
    await shop.store.write(lambda c: users.set_preferences(c, shop.seed.users["bob"], language=language))
    desk = await Desk.open(browser, shop.origin, language=language, scheme=scheme, width=width)
    page = desk.page
    await desk.sign_in("bob", PASSWORD)
    await page.get_by_test_id("start-shift").click()
    await desk.become_ready()
    letter = await shop.letter_arrives("m8", subject="My desk lamp flickers")
    await shop.until(letter, Phase.OFFERED)
    memo = page.get_by_test_id("memo")
    # it moves down what is below: a press that begins before it comes ends beside the button
    await expect(memo).to_be_visible()
    await page.get_by_test_id("answer").click()
    composer = page.get_by_test_id("composer")
    await composer.fill("Dear Ms. Lin,\nabout your flickering desk lamp:")
    # in the customer's language, which is the queue's while nothing else is known
    await expect(page.get_by_test_id("suggestions").locator("li").first).to_contain_text("flickers")
    await expect(composer).to_be_focused()
    await page.wait_for_timeout(800)
    await looked_at(page, f"desk-suggestions-{language}-{scheme}-{width}")
    await page.keyboard.press("Alt+KeyK")
    await expect(composer).to_have_value(re.compile("flickering lamp|LED"))
    await expect(composer).to_be_focused()
    await memo.locator(".memo-title").click()
    await looked_at(page, f"desk-memo-{language}-{scheme}-{width}")
    await page.get_by_test_id("memo-read").click()
    await expect(memo).to_have_count(0)
    await page.get_by_test_id("send").click()
    await expect(composer).to_have_value("")
    assert desk.refusals == []
    await desk.context.close()


@pytest.mark.parametrize(
    ("language", "scheme", "width"), in_turns([("en", "light", 1280), ("zh-TW", "dark", 1920)], 2)
)
async def test_an_editor_writes_compares_and_publishes(
    shop: House, browser: Browser, language: Any, scheme: Any, width: int
) -> None:
    """A supervisor writes an article, sees how it will look, submits, finds it in the review, publishes, edits, compares, restores."""
    await shop.store.write(lambda c: users.set_preferences(c, shop.seed.users["sue"], language=language))
    desk = await Desk.open(browser, shop.origin, language=language, scheme=scheme, width=width)
    page, look = desk.page, f"{language}-{scheme}-{width}"
    await desk.sign_in("sue", PASSWORD)
    await page.wait_for_selector(".rail")
    await page.goto(f"{shop.origin}/records/articles/new")
    await page.get_by_test_id("article-title").fill("Warranty of lamps")
    await page.get_by_test_id("article-body").fill("## Two years\n\nKeep the **receipt**.")
    await expect(page.locator(".editor-preview strong")).to_have_text("receipt")
    await looked_at(page, f"article-new-{look}")
    await page.get_by_test_id("article-save").click()
    await page.get_by_test_id("article-submit").click()
    await expect(page.get_by_test_id("article-publish")).to_be_visible()
    address = page.url
    await page.goto(f"{shop.origin}/knowledge/review")
    await expect(page.get_by_role("link", name="Warranty of lamps")).to_be_visible()
    await looked_at(page, f"review-{look}")
    await page.goto(address)
    await page.get_by_test_id("article-publish").click()
    await expect(page.get_by_test_id("article-retire")).to_be_visible()
    await page.get_by_test_id("article-body").fill("## Three years\n\nKeep the **receipt**.")
    await page.get_by_test_id("article-save").click()
    await page.get_by_test_id("tab-versions").click()
    await page.get_by_test_id("versions").locator(".version-head").first.click()
    await expect(page.locator(".difference ins")).to_contain_text("Three years")
    await page.wait_for_timeout(300)
    await looked_at(page, f"article-versions-{look}")
    await page.get_by_test_id("versions").locator(".version-head").nth(1).click()
    await page.get_by_test_id("restore-2").click()
    await expect(page.get_by_test_id("article-body")).to_have_value("## Two years\n\nKeep the **receipt**.")
    await page.goto(f"{shop.origin}/records/articles")
    await expect(page.get_by_text("Warranty of lamps").first).to_be_visible()
    await page.wait_for_timeout(500)
    await looked_at(page, f"articles-{look}")
    assert desk.refusals == []
    await desk.context.close()
