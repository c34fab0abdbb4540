"""The organisation's looks in the browser: set once, worn by the console, the sign-in page and the customers' pages."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.crm_core.test_branding import png
from tests.real.records_centre import RecordsCentre, clean, records_centre

pytestmark = pytest.mark.real
BROWN = "rgb(122, 63, 16)"


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


async def test_name_logo_and_colour_are_worn_everywhere(centre: RecordsCentre) -> None:
    """A colour that cannot be read is told with the nearest that can; what is kept is worn at once and after a reload, by the sign-in
    page and the customers' pages too, which axe finds readable in light and dark."""
    origin = centre.house.origin
    async with centre.at("adm", "/admin/branding") as page:
        await page.get_by_test_id("brand-name").fill("大安電子")
        await page.get_by_test_id("brand-address").fill("台北市信義路 1 號")
        await page.get_by_test_id("brand-phone").fill("+886 2 1234-5678")
        await page.get_by_test_id("brand-accent").fill("#ffcc00")
        await page.get_by_test_id("brand-suggested").click()
        await expect(page.get_by_test_id("brand-accent")).not_to_have_value("#ffcc00")
        await page.get_by_test_id("brand-accent").fill("#7a3f10")
        await expect(page.get_by_test_id("brand-light").locator(".brand-button").first).to_have_css(
            "background-color", BROWN
        )
        await clean(page)
        await page.get_by_test_id("brand-logo-file").set_input_files(
            {"name": "logo.png", "mimeType": "image/png", "buffer": png(64, 32)}
        )
        await expect(page.locator(".rail .mark-logo")).to_be_visible()
        await page.get_by_test_id("brand-save").click()
        await expect(page.locator(".bar-title")).to_have_text("大安電子")
        await _wears(page, BROWN)
        await page.reload()
        await expect(page.locator(".rail .mark-logo")).to_be_visible()
        await _wears(page, BROWN)
        await clean(page)
        await page.emulate_media(color_scheme="dark")
        await clean(page)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            await page.goto(f"{origin}/help")
            await expect(page.locator(".brand")).to_have_text("大安電子")
            await expect(page.locator(".brand .logo")).to_be_visible()
            await expect(page.locator("address")).to_contain_text("台北市信義路 1 號")
            await clean(page)
    stranger = await centre.browser.new_page()
    await stranger.goto(origin)
    await expect(stranger.get_by_test_id("mark")).to_have_text("大安電子")
    await expect(stranger.locator(".mark-logo")).to_be_visible()
    await _wears(stranger, BROWN)
    await stranger.close()


async def _wears(page: Page, colour: str) -> None:
    """The accent as this page counts it on light grounds; its sheet may still be on its way."""
    await page.wait_for_function(
        """colour => {
            const sample = document.createElement("i");
            sample.style.cssText = "color-scheme: light; color: var(--accent)";
            document.body.append(sample);
            const { color } = getComputedStyle(sample);
            sample.remove();
            return color === colour;
        }""",
        arg=colour,
    )
