"""The administrators' pages in the browser: code lists, departments, roles, custom fields, the audit log."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from tests.real.browser import Language
from tests.real.records_centre import RecordsCentre, clean, records_centre

pytestmark = pytest.mark.real
LANGUAGES: tuple[Language, ...] = ("en", "zh-TW")


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=20) as running:
        yield running


@pytest.mark.parametrize("language", LANGUAGES)
async def test_words_of_a_code_list_are_ordered_renamed_retired_and_added(
    centre: RecordsCentre, language: Language
) -> None:
    """Arrow keys move a word, its label is written where it stands, a retired one is offered no more, a new one is."""
    async with centre.at("adm", "/records/code-values", language=language) as page:
        await page.get_by_test_id("code-list-product_family").click()
        await clean(page)
        await page.get_by_test_id("grip-lamp").press("ArrowDown")
        await expect(page.locator(".words tbody tr").first).to_have_attribute("data-testid", "code-desk")
        await page.get_by_test_id("label_zh_tw-lamp").fill("照明")
        await page.get_by_test_id("label_zh_tw-lamp").press("Enter")
        await page.get_by_test_id("retire-desk").click()
        await expect(page.get_by_test_id("code-desk")).to_have_class("retired")
        await clean(page)
        for name, text in (
            ("code", "chair"),
            ("label_en", "Chairs"),
            ("label_zh_tw", "椅子"),
            ("label_zh_cn", "椅子"),
        ):
            await page.get_by_test_id(f"new-{name}").fill(text)
        await page.get_by_test_id("new-word").click()
        await page.get_by_test_id("code-chair").wait_for()
        await page.goto(f"{centre.house.origin}/records/products/new")
        await page.get_by_test_id("input-family").wait_for()
        offered = await page.locator("[data-testid=input-family] option").all_inner_texts()
        assert {"en": ["–", "Lamps", "Service plans", "Chairs"], "zh-TW": ["–", "照明", "服務方案", "椅子"]}[
            language
        ] == offered


async def test_six_hundred_departments_stay_usable(centre: RecordsCentre) -> None:
    """They are folded, found by a word with those above them, and moved by the keyboard with all below."""
    await centre.house.store.write(lambda c: _units(c, centre.ids["org_unit"][0], 600))
    async with centre.at("adm", "/records/org-units") as page:
        await expect(page.get_by_test_id("units-count")).to_have_text("617")
        assert await page.get_by_role("row").count() < 60
        await clean(page)
        await page.get_by_test_id("unit-search").fill("分組 421")
        await expect(page.get_by_test_id("unit-U421")).to_be_visible()
        await expect(page.get_by_role("row")).to_have_count(3)
        await page.get_by_test_id("unit-U421").click()
        await page.get_by_test_id("input-parent_id").fill("東區營運處")
        await page.locator("li[role=option]").filter(has_text="東區營運處").first.wait_for()
        await page.keyboard.press("Enter")
        await page.get_by_test_id("record-save").click()
        await expect(page.locator(".unit-head")).to_contain_text("總公司 › 東區營運處 › 分組 421")
        await clean(page)


async def test_a_department_is_dropped_onto_another(centre: RecordsCentre) -> None:
    """By keyboard: Enter takes it up, arrows choose where, Enter drops; it cannot be put under itself."""
    async with centre.at("adm", "/records/org-units") as page:
        await page.get_by_test_id("unit-R0").focus()
        await page.keyboard.press("ArrowRight")  # unfolds
        await page.get_by_test_id("unit-R0-1").wait_for()
        await page.get_by_test_id("unit-R0-1").locator("button[slot=drag]").focus()
        await page.keyboard.press("Enter")
        target = page.get_by_test_id("unit-R2")
        for _ in range(25):
            if await target.get_attribute("data-drop-target") == "true":
                break
            await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(target.locator(".count-plain").first).to_have_text("4")
        await expect(page.get_by_test_id("unit-R0").locator(".count-plain").first).to_have_text("2")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_role_is_a_matrix_of_records_and_actions(centre: RecordsCentre, language: Language) -> None:
    """It shows what the built-in role allows; what is changed stands out, is kept, and can be taken back; a field is hidden."""
    async with centre.at("adm", "/records/roles/new", language=language) as page:
        await page.get_by_test_id("input-name").fill("夜班")
        await page.get_by_test_id("input-based_on").select_option("agent")
        await expect(page.get_by_test_id("scope-case-read")).to_have_class("scope scope-own")
        await page.get_by_test_id("scope-case-read").select_option("team")
        await page.get_by_test_id("scope-party-export").select_option("own")
        await page.get_by_test_id("role-fields-of").select_option("party")
        await page.locator("label").filter(has=page.get_by_test_id("right-note-hidden")).click()
        await clean(page)
        await page.get_by_test_id("record-save").click()
        await page.get_by_test_id("record-page").wait_for()
        await page.get_by_test_id("scope-party-export").select_option("")
        await page.get_by_test_id("record-save").click()
        await expect(page.get_by_test_id("record-save")).to_have_count(0)
        async with centre.house.browser("adm") as adm:
            role = (await adm.get("/api/v1/records/roles")).json()["items"][0]
        assert role["scopes"] == {"case": {"read": "team"}}
        assert role["fields"] == {"party": {"note": "hidden"}}
        await clean(page)


async def test_a_custom_field_is_on_the_form_and_in_the_filter_at_once(centre: RecordsCentre) -> None:
    """An administrator adds it; the next product has it, keeps it, and the list is narrowed by it."""
    async with centre.at("adm", "/records/custom-fields/new") as page:
        await page.get_by_test_id("input-entity").select_option("product")
        await page.get_by_test_id("input-name").fill("x_colour")
        await page.get_by_test_id("input-kind").select_option("text")
        await page.get_by_test_id("input-label_en").fill("Colour")
        await page.get_by_test_id("record-save").click()
        await page.get_by_test_id("record-page").wait_for()
        product = centre.ids["product"][3]
        await page.goto(f"{centre.house.origin}/records/products/{product}")
        await page.get_by_test_id("input-x_colour").fill("red")
        await page.get_by_test_id("record-save").click()
        await expect(page.get_by_test_id("record-save")).to_have_count(0)
        await page.goto(f"{centre.house.origin}/records/products")
        await page.get_by_test_id("filter").click()
        await page.get_by_test_id("filter-field").select_option("x_colour")
        await page.locator("[data-testid=filter-panel] [data-testid=input-x_colour]").fill("RED")
        await expect(page.get_by_test_id("records-count")).to_have_text("1")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_audit_log_is_narrowed_and_verified(centre: RecordsCentre, language: Language) -> None:
    """What somebody changed is found by who and what, before and after; one press walks the chain; the export is itself in the log."""
    async with centre.house.browser("sue") as sue:
        changed = await sue.patch(
            f"/api/v1/records/parties/{centre.house.seed.party}", json={"title": "採購經理"}
        )
        assert changed.status_code == 200, changed.text
    async with centre.at("adm", "/admin/audit", language=language) as page:
        await page.get_by_test_id("audit-user").fill("sue")
        await page.locator("li[role=option]").filter(has_text="Sue").first.wait_for()
        await page.keyboard.press("Enter")
        await page.get_by_test_id("audit-action").select_option("changed")
        await page.wait_for_url("**action=changed**")
        await expect(page.locator("[data-testid^=event-]")).to_have_count(1)
        await expect(page.locator("[data-testid^=event-]")).to_contain_text("採購經理")
        await page.get_by_test_id("audit-verify").click()
        await expect(page.get_by_test_id("audit-verdict")).to_contain_text({"en": "as they were written", "zh-TW": "皆未遭竄改"}[language])  # fmt: skip
        await clean(page)
        async with page.expect_download() as download:
            await page.get_by_test_id("audit-export").click()
        assert (await download.value).suggested_filename == "audit.csv"
        await _log_has(page, centre, "exported")


async def _log_has(page: Page, centre: RecordsCentre, action: str) -> None:
    await page.goto(f"{centre.house.origin}/admin/audit?action={action}")
    await expect(page.locator("[data-testid^=event-]")).to_have_count(1)


def _units(conn: Connection, top: str, count: int) -> None:
    unit, acting = known.entity("org_unit"), system(1.0)
    above = ""
    for number in range(count):
        if number % 30 == 0:
            above = rows.create(
                conn, acting, unit, {"name": f"分處 {number}", "code": f"U{number}", "parent_id": top}
            ).id
        else:
            rows.create(
                conn, acting, unit, {"name": f"分組 {number}", "code": f"U{number}", "parent_id": above}
            )
