"""Customers in the browser: panels, duplicates merged and taken apart, the repair list, a hand-over; with axe on each page."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from agent_console.jobs import JobDriver
from config.clock import SystemClock
from crm_core import jobs
from crm_core.customers import work
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from tests.real.browser import Language
from tests.real.records_centre import RecordsCentre, clean, records_centre

pytestmark = pytest.mark.real
LANGUAGES: tuple[Language, ...] = ("en", "zh-TW")
NOW = 1_790_000_000.0


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


def make(conn: Connection, of: str, **given: Any) -> str:
    return rows.create(conn, system(NOW), known.entity(of), given).id


def twins(conn: Connection) -> tuple[str, str]:
    """Two records of one person, and a search for duplicates in the line."""
    firm = make(conn, "party", kind="organisation", name="臺灣光電")
    ids = [
        make(conn, "party", name=name, organisation_id=firm, title=name) for name in ("歐陽國強", "欧阳国强")
    ]
    for party_id in ids:
        make(conn, "contact_point", party_id=party_id, kind="phone", raw="0955123456")
    jobs.ask(conn, system(NOW), work.SCAN, {})
    jobs.ask(conn, system(NOW), work.REPAIR, {})
    return ids[0], ids[1]


async def driven(centre: RecordsCentre) -> tuple[str, str]:
    ids = await centre.house.store.write(twins)
    await JobDriver(centre.house.store, centre.house.bus, SystemClock()).work_off()
    return ids


@pytest.mark.parametrize("language", LANGUAGES)
async def test_duplicates_are_merged_and_taken_apart(centre: RecordsCentre, language: Language) -> None:
    """Side by side, field by field, made one; the pair leaves the list, and undoing brings both back."""
    await driven(centre)
    async with centre.at("sue", "/customers/duplicates", language=language) as page:
        pair = page.get_by_test_id("pair").first
        await expect(pair).to_contain_text("100")
        await clean(page)
        await pair.get_by_test_id("pair-merge").click()
        await page.get_by_test_id("merge-do").wait_for()
        await clean(page)
        await page.get_by_test_id("merge-do").click()
        await page.get_by_test_id("merge-undo").wait_for()
        await expect(page.get_by_test_id("pair").filter(has_text="歐陽國強")).to_have_count(0)
        await page.get_by_test_id("merge-undo").click()
        await expect(page.get_by_test_id("pair").filter(has_text="歐陽國強")).to_have_count(1)
        await clean(page)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_customers_page_tells_all_of_them(centre: RecordsCentre, language: Language) -> None:
    """Time line, numbers, relations, consents and duplicates stand beside the record; a number is added in place."""
    party, _ = await driven(centre)
    async with centre.at("sue", f"/records/parties/{party}", language=language) as page:
        await page.get_by_test_id("panel-timeline").click()
        await page.get_by_test_id("entry-change").first.wait_for()
        await clean(page)
        await page.get_by_test_id("panel-points").click()
        await page.get_by_test_id("contact_point-add").click()
        await page.get_by_test_id("contact_point-row").first.wait_for()
        form = page.get_by_role("tabpanel")
        await form.get_by_test_id("input-kind").select_option("email")
        await form.get_by_test_id("input-raw").fill("chen@example.com")
        await form.get_by_test_id("record-save").click()
        await expect(page.get_by_test_id("contact_point-row")).to_have_count(2)
        for panel in ("relations", "consents", "merges"):
            await page.get_by_test_id(f"panel-{panel}").click()
            await clean(page)
        await page.get_by_test_id("alike-row").first.wait_for()


async def test_incomplete_records_are_completed_from_their_list(centre: RecordsCentre) -> None:
    """Whoever lacks a number is on the list; given one there, the record leaves it."""
    await driven(centre)
    async with centre.at("sue", "/customers/repairs") as page:
        row = page.get_by_test_id("repair-row").filter(has_text="臺灣光電")
        await row.click()
        await page.get_by_test_id("input-registration_number").fill("04595257")
        await page.get_by_test_id("record-save").click()
        await expect(row).not_to_contain_text("Registration number")
        await clean(page)
