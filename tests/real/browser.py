"""Agents and customers in headless Chromium with a fake microphone, driven through what a person sees and presses."""

import asyncio
import os
import re
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from playwright.async_api import Browser, BrowserContext, Page, Response, async_playwright

from tests import witnesses

CHROMIUM = Path("/usr/bin/chromium")  # Debian's; Ubuntu has none but a snap, so set-up unpacks Debian's there
UNPACKED = Path(__file__).parent.parent.parent / ".trunkline" / "browser" / "chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
Language = Literal["en", "zh-TW", "zh-CN"]
Scheme = Literal["light", "dark"]
L = TypeVar("L")


def in_turns(looks: Sequence[L], turn: int) -> Sequence[L]:
    """One look for each test, so that between them the tests of a page see all; with `TRUNKLINE_ALBUM` each test sees them all."""
    return looks if os.environ.get("TRUNKLINE_ALBUM") else (looks[turn % len(looks)],)


_TYPED = """() => {
  const named = (one) => one.dataset?.testid ?? one.tagName;
  const typed = [...document.querySelectorAll("input, textarea, select")].filter((one) => one.type !== "password" && one.value);
  return [...typed.map((one) => `${named(one)} = ${one.value}`), `focus: ${named(document.activeElement)}`].join("; ");
}"""
"""What stands in the page's fields, and where the keys go."""
LANGUAGE_NAMES: dict[Language, str] = {"en": "English", "zh-TW": "繁體中文", "zh-CN": "简体中文"}


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """One browser for a test module; each agent gets a context (a profile) of their own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM if CHROMIUM.exists() else UNPACKED, args=FLAGS
        )
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Desk:
    """One person's browser window on the console."""

    context: BrowserContext
    page: Page
    origin: str
    refusals: list[str]
    """What the API refused since the page was opened (before a login, `/me` is not counted)."""
    acts: deque[str] = field(default_factory=lambda: deque(maxlen=30))
    """The last that was asked of the API besides reading, with its answer, for whoever looks at a failure."""
    _dismiss: Callable[[], None] = field(default=lambda: None)

    @classmethod
    async def open(
        cls,
        browser: Browser,
        origin: str,
        *,
        language: Language = "en",
        scheme: Scheme = "light",
        width: int = 1280,
        height: int = 800,
    ) -> "Desk":
        context = await browser.new_context(
            locale=language,
            color_scheme=scheme,
            viewport={"width": width, "height": height},
            permissions=["microphone"],
        )
        desk = cls(context, await context.new_page(), origin, [])
        desk.page.on("response", desk._note)
        desk._dismiss = witnesses.call("screen", desk._tell)
        return desk

    async def _tell(self) -> str:
        shown: str = await self.page.inner_text("body")
        typed: str = await self.page.evaluate(_TYPED)
        return "\n".join((self.page.url, *self.acts, typed, *shown.split("\n\n")))

    def _note(self, response: Response) -> None:
        if response.request.method != "GET":
            self.acts.append(
                f"{time.strftime('%H:%M:%S')} {response.request.method} {response.url} {response.status}"
            )
        if response.status >= 400 and not response.url.endswith(("/api/v1/me", "/favicon.ico")):
            self.refusals.append(
                f"{response.request.method} {response.url} {response.status} {response.request.post_data or ''}"
            )

    async def sign_in(self, login: str, password: str) -> None:
        await self.page.goto(self.origin)
        await self.page.get_by_test_id("login-name").fill(login)
        await self.page.get_by_test_id("login-password").fill(password)
        await self.page.get_by_test_id("login-submit").click()

    async def start_shift(self) -> None:
        """The gesture that unlocks sound and registers the phone."""
        await self.page.get_by_test_id("start-shift").click()
        await self.page.locator('[data-testid="phone-state"][data-state="registered"]').wait_for(
            timeout=15_000
        )

    async def become_ready(self) -> None:
        await self.page.get_by_test_id("status-button").click()
        await self.page.get_by_test_id("status-ready").click()
        await self.page.locator('[data-testid="status-button"][data-status="ready"]').wait_for(timeout=15_000)

    async def pause(self, reason: str = "break") -> None:
        await self.page.get_by_test_id("status-button").click()
        await self.page.get_by_test_id(f"status-{reason}").click()
        await self.page.locator('[data-testid="status-button"][data-status="paused"]').wait_for(
            timeout=15_000
        )

    async def rings(self, timeout_s: float = 15) -> str:
        """Wait for an offered call; the party's name that the pop shows."""
        await self.page.get_by_test_id("answer").wait_for(timeout=timeout_s * 1000)
        return await self.party_name()

    async def party_name(self) -> str:
        """Who it is, which is read a moment after the interaction is there."""
        name = self.page.get_by_test_id("party-name").first
        await name.filter(has_text=re.compile(r"\S")).wait_for(timeout=15_000)
        shown: str = await name.inner_text()
        return shown

    async def answer(self) -> None:
        await self.page.get_by_test_id("answer").click()
        await self.page.get_by_test_id("hangup").wait_for(timeout=15_000)

    async def hang_up(self) -> None:
        await self.page.get_by_test_id("hangup").click()

    async def wrap_up(self, code: str, note: str = "") -> None:
        await self.page.get_by_test_id(f"wrapup-{code}").wait_for(timeout=15_000)
        if note:
            await self.page.get_by_test_id("note").fill(note)
        await self.page.get_by_test_id(f"wrapup-{code}").click()
        await self.page.get_by_test_id("wrapup-finish").click()

    async def media(self) -> dict[str, float]:
        """Of the call's audio, from getStats(): packets received and sent, and the energy heard and spoken."""
        reports: list[dict[str, Any]] = await self.page.evaluate("() => window.trunkline.getStats()")
        streams = {report["type"]: report for report in reports if report.get("kind") == "audio"}
        heard, sent = streams.get("inbound-rtp", {}), streams.get("outbound-rtp", {})
        return {
            "received": heard.get("packetsReceived", 0),
            "energy_heard": heard.get("totalAudioEnergy", 0.0),
            "sent": sent.get("packetsSent", 0),
        }

    async def flows(self, within_s: float = 15.0) -> None:
        """Wait until sound is heard and sent in the call that is on now."""
        first = await self.media()
        async with asyncio.timeout(within_s):
            while True:
                await asyncio.sleep(0.2)
                now = await self.media()
                if all(now[name] > first[name] for name in now):
                    return

    async def comes_back(self, within_s: float) -> None:
        """After a reload: the call on the screen, the phone registered, sound both ways; all within this time."""
        async with asyncio.timeout(within_s):
            await self.page.get_by_test_id("hangup").wait_for()
            await self.page.wait_for_function(
                "() => window.trunkline.phone.call?.state === 'talking'", polling=50
            )
            await self.flows(within_s)

    async def speak(self, language: Language) -> None:
        """Choose the console's language in the user menu."""
        await self.page.get_by_test_id("user-menu").click()
        await self.page.get_by_role("menuitemradio", name=LANGUAGE_NAMES[language], exact=True).click()
        await self.page.keyboard.press("Escape")
        await self.page.locator(f'html[lang="{language}"]').wait_for(timeout=15_000)

    async def picture(self, path: Path) -> None:
        """A screenshot, for whoever looks at a failure."""
        await self.page.screenshot(path=path)

    async def close(self) -> None:
        await witnesses.leave("screen", self._tell)
        self._dismiss()
        await self.context.close()
