"""A small centre without Asterisk, full of records, and people before it in Chromium; axe looks at what they see."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, expect

from agent_console.pages import STATIC
from tests.agent_console.house import PASSWORD, House, open_house
from tests.real.browser import Desk, Language, Scheme, chromium
from tests.real.records_data import fill

_WEB = STATIC.parent / "web"
_AXE = _WEB / "node_modules" / "axe-core" / "axe.min.js"
_STILL = """() => document.getAnimations().every(
    each => each.playState !== 'running' || each.effect.getComputedTiming().endTime >= 1000)"""
"""What fades in has no colours of its own yet; what turns for ever, or counts an offer's seconds, is left out."""
_LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SECONDS_PASS = re.compile(r"0:(0[1-9]|[1-5]\d)")
"""A clock that runs; a busy machine looks away for some of its seconds."""
expect.set_options(timeout=20_000)  # a busy machine is no failure


@dataclass(frozen=True, slots=True)
class RecordsCentre:
    """The running centre; `ids` of its records by entity."""

    house: House
    browser: Browser
    ids: dict[str, list[str]]

    @asynccontextmanager
    async def at(
        self,
        login: str,
        path: str = "",
        *,
        language: Language = "en",
        scheme: Scheme = "light",
        width: int = 1280,
    ) -> AsyncIterator[Page]:
        """Somebody's browser at this page of the console; errors of the page fail the test."""
        desk = await Desk.open(self.browser, self.house.origin, language=language, scheme=scheme, width=width)
        errors: list[str] = []
        desk.page.on("pageerror", lambda error: errors.append(str(error)))
        await desk.sign_in(login, PASSWORD)
        await desk.page.get_by_test_id("user-menu").wait_for()
        await desk.speak(language)
        if path:
            await desk.page.goto(self.house.origin + path)
            await desk.page.get_by_test_id("user-menu").wait_for()
        try:
            yield desk.page
        finally:
            await desk.close()
        assert errors == []


@asynccontextmanager
async def records_centre(folder: Path, parties: int = 120) -> AsyncIterator[RecordsCentre]:
    """Start it, fill it, open a browser."""
    async with open_house(folder, STATIC) as house, chromium() as browser:
        ids = await house.store.write(lambda c: fill(c, house.seed.users, time.time(), parties))
        yield RecordsCentre(house, browser, ids)


async def clean(page: Page) -> None:
    """What is shown keeps WCAG 2.2 A and AA as far as axe can tell."""
    await page.wait_for_function(_STILL)
    await page.evaluate(_AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("levels => axe.run({runOnly: levels})", _LEVELS)
    wrong = [
        f"{violation['id']}: {node['html'][:200]} {[each['message'] for each in node['any'] + node['all'] + node['none']][:2]}"
        for violation in found["violations"]
        for node in violation["nodes"][:3]
    ]
    assert not wrong, "\n".join(wrong)
