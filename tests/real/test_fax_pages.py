"""Faxes as agents read and answer them at the desk, and as supervisors see all of them, also those without a page."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.async_api import expect

from channels.fax import fonts
from crm_core.faxes import kept
from crm_core.faxes.spool import Report
from tests.real.browser import Language, Scheme
from tests.real.records_centre import RecordsCentre, clean, records_centre
from tests.real.test_talk_pages import picture, ready

pytestmark = pytest.mark.real
THEIRS = "+886223456789"
CAME = Report(
    status="SUCCESS",
    pages=3,
    resolution="8031x3850",
    caller=THEIRS,
    number="0255550200",
    station="LIN TRADING",
)
LOOKS: list[tuple[Language, Scheme, int]] = [("zh-TW", "light", 1280), ("en", "dark", 1920)]


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


def pages(folder: Path) -> Path:
    """Three sheets in standard resolution, with words on them."""
    font = fonts.load(fonts.found(), "zh-TW", 44)
    sheets = []
    for number in range(1, 4):
        square = Image.new("L", (1728, 2383), 255)
        pen = ImageDraw.Draw(square)
        pen.rectangle((140, 120, 1588, 300), outline=0, width=5)
        pen.text((180, 175), f"訂購單 Purchase order {number}/3", font=font, fill=0)
        for line in range(24):
            pen.text(
                (160, 380 + line * 78),
                f"{line + 1:02}   LED 檯燈 desk lamp, white   x {line * 3 + number}",
                font=font,
                fill=0,
            )
        pen.ellipse((1240, 2020, 1540, 2320), outline=0, width=8)
        sheets.append(
            square.resize((1728, 1145), Image.Resampling.BOX).point([0] * 150 + [255] * 106).convert("1")
        )
    path = folder / "pages.tif"
    sheets[0].save(path, "TIFF", compression="group4", dpi=(204, 98), save_all=True, append_images=sheets[1:])
    return path


@pytest.mark.parametrize(
    ("language", "scheme", "width"), LOOKS if os.environ.get("TRUNKLINE_ALBUM") else LOOKS[:1]
)
async def test_an_agent_reads_and_answers_a_fax_and_supervisors_see_those_without_a_page(
    centre: RecordsCentre, tmp_path: Path, language: Language, scheme: Scheme, width: int
) -> None:
    """Offered by its name; pages turned and made larger by key; the answer stands in the case. A transmission of no page is a failure on the screen."""
    house = centre.house
    async with centre.at("ann", "/", language=language, scheme=scheme, width=width) as page:
        made = await house.fax_arrives(pages(tmp_path), CAME)
        ready(house, "ann")
        await expect(page.get_by_test_id("answer")).to_be_visible()
        await picture(page, f"fax-offered-{language}")
        await page.get_by_test_id("answer").click()
        sheets = page.get_by_test_id("fax-sheets")
        await expect(sheets).to_be_visible()
        shape = await sheets.locator("img").first.evaluate(
            "async image => { await image.decode(); return image.naturalHeight / image.naturalWidth }"
        )
        assert shape == pytest.approx(297 / 215, abs=0.01)
        await picture(page, f"fax-{language}")
        await clean(page)
        await sheets.press("PageDown")
        await expect(page.get_by_test_id("fax-page")).to_contain_text("2")
        await sheets.press("+")
        await expect(page.locator(".fax-zoom")).to_contain_text("150")
        await page.get_by_test_id("fax-answer").click()
        await expect(page.get_by_test_id("fax-to")).to_have_value(THEIRS)
        await page.get_by_test_id("fax-text").fill("您好：\n我們已收到您的訂單，謝謝。")
        await page.get_by_test_id("fax-files").set_input_files(tmp_path / "pages.tif")
        await picture(page, f"fax-answer-{language}")
        await page.get_by_test_id("fax-send").click()
        await expect(page.get_by_test_id("fax-composer")).to_have_count(0)
        line = page.locator("article.fax.out")
        await expect(line).to_have_attribute("data-state", "waiting")
        [_, sent] = await house.store.read(lambda c: kept.of_case(c, made.case_id or ""))
        assert (sent.number, sent.pages) == (THEIRS, 4)
        await line.locator(".letter-head").click()
        await expect(line.get_by_test_id("fax-sheets")).to_be_visible()
        await picture(page, f"fax-sent-{language}")
    await house.fax_arrives(
        tmp_path / "none",
        Report(caller="0911111111", number="0255550200", error="HANGUP"),
        name="tl-fax-2.1700000000000",
    )
    async with centre.at("sue", "/admin/faxes", language=language, scheme=scheme, width=width) as page:
        await expect(page.get_by_test_id("fax-figure-in_failed")).to_contain_text("1")
        await expect(page.get_by_test_id("fax-row")).to_have_count(3)
        await picture(page, f"faxes-{language}")
        await clean(page)
        await page.get_by_test_id("fax-filter-wrong").click()
        await expect(page.get_by_test_id("fax-row")).to_have_count(1)
        await page.goto(f"{house.origin}/records/cases/{made.case_id}")
        await page.get_by_role("tab").nth(1).click()
        await expect(page.get_by_test_id("case-faxes").locator("article.fax")).to_have_count(2)
        await picture(page, f"fax-case-{language}")
