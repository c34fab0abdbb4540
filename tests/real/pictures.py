"""The pictures in README and docs, taken from a running demo centre: `python -m tests.real.pictures docs/screenshots`; with `written` behind it
those of letters, chats, faxes and forms alone."""

import config.loop  # isort: skip - installs the reactor before anything of Twisted

import asyncio
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser

from tests.real.browser import Desk, Language, Scheme, chromium
from tests.real.centre_lab import Centre, centre
from tests.real.light_desk import light_desk
from tests.real.sipp import Sipp, caller_scenario, sipp
from trunkline.demo.relay import send_demo_letter

KNOWN, SHARED, UNKNOWN = "+886912345678", "+886223456789", "+81312345678"
Look = tuple[Language, Scheme, int, int]
EN_LIGHT: Look = ("en", "light", 1280, 800)
EN_DARK: Look = ("en", "dark", 1280, 800)
ZH_LIGHT: Look = ("zh-TW", "light", 1280, 800)
ZH_DARK: Look = ("zh-TW", "dark", 1280, 800)
WIDE: Look = ("zh-TW", "light", 1920, 1080)


class Album:
    """Takes what a person would see and keeps it."""

    def __init__(self, running: Centre, browser: Browser, folder: Path, stack: AsyncExitStack) -> None:
        self.running, self.browser, self.folder, self.stack = running, browser, folder, stack

    async def take(self, desk: Desk, name: str) -> None:
        await asyncio.sleep(0.7)  # let transitions end
        await desk.picture(self.folder / f"{name}.png")

    async def views(self, desk: Desk, name: str, *looks: Look) -> None:
        """The same moment in several looks: language, colours and size are changed without a reload."""
        for language, scheme, width, height in looks:
            await desk.page.set_viewport_size({"width": width, "height": height})
            await desk.page.emulate_media(color_scheme=scheme)
            await desk.speak(language)
            await self.take(desk, f"{name}-{language}-{scheme}" + ("-wide" if width > 1280 else ""))

    async def customer(self, number: str, to: str = "100") -> Sipp:
        scenario = caller_scenario(
            to=to, number=number, name="", hang_up_after_s=None, cancel_after_s=None, speak=None
        )
        target = ("127.0.0.1", self.running.base + 2)
        return await self.stack.enter_async_context(sipp(self.running.folder, scenario, target=target))

    async def login_page(self) -> None:
        for language, scheme in (("en", "light"), ("zh-TW", "dark")):
            desk = await Desk.open(self.browser, self.running.origin, language=language, scheme=scheme)
            await desk.page.goto(self.running.origin)
            await desk.page.get_by_test_id("login-submit").wait_for()
            await self.take(desk, f"login-{language}-{scheme}")
            await desk.close()

    async def calls(self, desk: Desk) -> None:
        await self.views(desk, "idle", EN_LIGHT, ZH_DARK)
        for number, name in ((SHARED, "ringing-many"), (UNKNOWN, "ringing-none"), (KNOWN, "ringing")):
            await self.customer(number)
            await desk.rings()
            await self.views(desk, name, EN_LIGHT, EN_DARK, ZH_LIGHT, ZH_DARK, WIDE)
            await desk.answer()
            if number != KNOWN:
                await desk.hang_up()
                await desk.wrap_up("information")
        await desk.flows()
        await self.views(desk, "talking", EN_LIGHT, EN_DARK, ZH_LIGHT, ZH_DARK, WIDE)

    async def after(self, desk: Desk) -> None:
        await desk.hang_up()
        await desk.page.get_by_test_id("wrapup-solved").wait_for()
        await self.views(desk, "wrap-up", EN_LIGHT, ZH_DARK)
        await desk.wrap_up("solved", "Invoice sent again")

    async def letter(self, desk: Desk) -> None:
        sender = self.running.rows(
            "SELECT normal FROM contact_point WHERE kind = 'email' ORDER BY id LIMIT 1"
        )[0]["normal"]
        await send_demo_letter(
            "127.0.0.1", self.running.smtp_port, "zh-TW", to="service@demo.trunkline.test", sender=sender
        )
        await desk.page.get_by_test_id("answer").click(timeout=20_000)
        await desk.page.get_by_test_id("composer").fill(
            "陳小姐您好：\n\n很抱歉造成您的不便，第三個檯燈今天就會寄出，預計星期三送達。\n\n客戶服務 林雅婷"
        )
        await self.views(desk, "letter", ZH_LIGHT, EN_DARK, WIDE)

    async def chat(self, desk: Desk) -> None:
        context = await self.browser.new_context(locale="zh-TW", viewport={"width": 390, "height": 720})
        page = await context.new_page()
        await page.goto(f"{self.running.origin}/chat?lang=zh-TW")
        await page.locator("#name").fill("陳怡君")
        await page.locator("#question").fill("請問訂單 A-1024 什麼時候會出貨？")
        await page.locator('[part="begin"]').click()
        await page.locator('[part="message"]').wait_for(timeout=60_000)
        await desk.page.get_by_test_id("answer").click(timeout=30_000)
        for text in ("您好，我馬上為您查詢。", "這張訂單今天下午出貨，明天就會送達。"):
            await desk.page.get_by_test_id("chat-composer").fill(text)
            await desk.page.get_by_test_id("chat-composer").press("Enter")
        await page.get_by_text("明天就會送達").wait_for()
        await page.locator('[part="message"]').fill("太好了，謝謝！")
        await page.locator('[part="message"]').press("Enter")
        await desk.page.get_by_text("太好了，謝謝！").first.wait_for()
        await page.screenshot(path=self.folder / "chat-visitor-zh-TW-light.png")
        await self.views(desk, "chat", ZH_LIGHT, EN_DARK)
        await context.close()

    async def keeper(self) -> None:
        """A fax in its case, and a form with what visitors see of it beside it."""
        desk = await Desk.open(self.browser, self.running.origin)
        await desk.sign_in("zhiming", self.running.password("zhiming"))
        await desk.page.get_by_test_id("user-menu").wait_for()
        (fax,) = self.running.rows("SELECT case_id FROM fax LIMIT 1")
        await desk.page.goto(f"{self.running.origin}/records/cases/{fax['case_id']}")
        await desk.page.get_by_test_id("panel-thread").click()
        await desk.page.locator("article.fax .letter-head").first.click()
        await desk.page.get_by_test_id("fax-sheets").locator("img").first.wait_for()
        await self.views(desk, "fax", ZH_LIGHT, WIDE)
        (form,) = self.running.rows("SELECT id FROM inquiry_form LIMIT 1")
        await desk.page.goto(f"{self.running.origin}/admin/forms/{form['id']}")
        await desk.page.frame_locator("[data-testid=form-preview]").locator("form").wait_for()
        await desk.page.locator("#question-3").click()
        await self.views(desk, "form", EN_DARK, ZH_LIGHT)
        await desk.close()

    async def written(self) -> None:
        desk = await Desk.open(self.browser, self.running.origin)
        await desk.sign_in("yating", self.running.password("yating"))
        await desk.start_shift()
        await desk.become_ready()
        await self.letter(desk)
        await desk.page.get_by_test_id("finish").click()
        await self.chat(desk)
        await desk.close()
        await self.keeper()

    async def board(self) -> None:
        desk = await Desk.open(self.browser, self.running.origin)
        await desk.sign_in("shufen", self.running.password("shufen"))
        await desk.page.locator('[data-testid^="board-agent-"]').first.wait_for()
        await self.views(desk, "board", EN_DARK, ZH_LIGHT, WIDE)
        await desk.close()

    async def call_us(self) -> None:
        for language, scheme in (("en", "light"), ("zh-TW", "dark")):
            desk = await Desk.open(
                self.browser, self.running.origin, language=language, scheme=scheme, width=900
            )
            await desk.page.goto(f"{self.running.origin}/callus")
            await self.take(desk, f"callus-{language}-{scheme}")
            await desk.close()


async def main(folder: Path, *, written: bool) -> int:
    """Everything that a person sees, once; `written`: what is written alone."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        async with AsyncExitStack() as stack:
            running = await stack.enter_async_context(centre(Path(place) / "demo"))
            browser = await stack.enter_async_context(chromium())
            album = Album(running, browser, folder, stack)
            if written:
                await album.written()
                return 0
            await album.login_page()
            desk = await Desk.open(browser, running.origin)
            await desk.sign_in("yating", running.password("yating"))
            await desk.page.get_by_test_id("start-shift").wait_for()
            await album.take(desk, "shift-zh-TW-light")
            await desk.start_shift()
            await desk.become_ready()
            await album.calls(desk)
            for number in (SHARED, UNKNOWN):
                await album.customer(number)
            emma = await stack.enter_async_context(
                light_desk(running.origin, "emma", running.password("emma"))
            )
            await emma.status("paused", "lunch")
            await album.board()
            await album.after(desk)
            for _ in range(2):
                await desk.rings()
                await desk.answer()
                await desk.hang_up()
                await desk.wrap_up("information")
            await album.letter(desk)
            await album.call_us()
            await album.keeper()
    return 0


if __name__ == "__main__":
    sys.exit(config.loop.run(main(Path(sys.argv[1]).resolve(), written="written" in sys.argv[2:])))
