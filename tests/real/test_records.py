"""Records in the browser: lists, forms, two people at once, many at once, by keyboard, in two languages, with axe."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.real.browser import Language
from tests.real.records_centre import RecordsCentre, clean, records_centre

pytestmark = pytest.mark.real
LANGUAGES: tuple[Language, ...] = ("en", "zh-TW")
REQUIRED = {"en": "Please fill this in.", "zh-TW": "此欄必填。"}


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path) as running:
        yield running


def _filter(page: Page) -> object:
    return json.loads(parse_qs(urlsplit(page.url).query)["filter"][0])


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_list_is_narrowed_sorted_arranged_and_kept_as_a_view(
    centre: RecordsCentre, language: Language
) -> None:
    """Conditions narrow it, a heading sorts it, columns are chosen; the view keeps all that, and its link shows it again."""
    async with centre.at("sue", "/records/parties", language=language) as page:
        await expect(page.get_by_test_id("records-count")).to_have_text("122")
        await clean(page)
        await page.get_by_test_id("filter").click()
        await page.get_by_test_id("filter-field").select_option("tier")
        await page.get_by_test_id("filter-choice-vip").click()
        await page.get_by_test_id("filter-choice-gold").click()
        await page.get_by_test_id("filter-add").click()
        await page.get_by_test_id("filter-field").nth(1).select_option("note")
        await page.get_by_test_id("filter-is").nth(1).select_option("filled")
        await page.wait_for_url("**/*filled*")
        await clean(page)
        wanted = {
            "all": [
                {"field": "tier", "is": "in", "value": ["vip", "gold"]},
                {"field": "note", "is": "filled"},
            ]
        }
        assert _filter(page) == wanted
        await page.get_by_test_id("filter-close").click()
        await expect(page.get_by_test_id("chip")).to_have_count(2)
        await page.get_by_role("columnheader").nth(1).click()
        await page.wait_for_url("**sort=name**")
        await page.get_by_test_id("columns").click()
        await page.get_by_test_id("column-department").click()
        await page.get_by_test_id("column-title").click()
        await clean(page)
        await page.keyboard.press("Escape")
        await page.get_by_test_id("view-save").click()
        await page.get_by_test_id("view-name").fill("最好的客戶")
        await page.get_by_test_id("view-make").click()
        await expect(page.get_by_role("button", name="最好的客戶")).to_have_attribute("aria-pressed", "true")
        names = await _column(page, 0)
        assert names == sorted(names)
        assert len(names) > 3
        address = page.url
        assert "filter" not in address
        await page.goto(centre.house.origin + "/board")
        await page.goto(address)
        await expect(page.get_by_test_id("chip")).to_have_count(2)
        assert await _column(page, 0) == names
        heads = await page.get_by_role("columnheader").all_inner_texts()
        assert {"en": "Department", "zh-TW": "部門"}[language] in heads
        assert {"en": "Title", "zh-TW": "職稱"}[language] not in heads


async def test_words_find_within_a_list_and_more_rows_come_while_scrolling(centre: RecordsCentre) -> None:
    """Two characters find a name; beyond the first hundred rows the next page comes by itself, none twice."""
    async with centre.at("sue", "/records/parties") as page:
        await page.get_by_test_id("records-words").fill("志明")
        await page.wait_for_url("**q=**")
        await expect(page.get_by_role("row").nth(1)).to_contain_text("志明")
        await page.get_by_test_id("records-words").fill("")
        await expect(page.get_by_test_id("records-count")).to_have_text("122")
        drawn, seen = page.locator("[role=row][data-key]"), set[str]()
        for _ in range(120):
            seen |= set(await drawn.evaluate_all("rows => rows.map(r => r.dataset.key)"))
            if len(seen) >= 122:
                break
            await drawn.last.evaluate("row => row.scrollIntoView()")  # the next are drawn below it
            await page.wait_for_timeout(60)
        assert len(seen) == 122


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_wrong_stands_at_its_field_and_what_is_right_is_kept(
    centre: RecordsCentre, language: Language
) -> None:
    """A new product without its code says so at the field; then it is made, changed by keyboard, removed and put back, and its past tells it."""
    async with centre.at("sue", "/records/products/new", language=language) as page:
        await page.get_by_test_id("input-name").fill("夜燈")
        await page.get_by_test_id("input-price").fill("12x")
        await page.get_by_test_id("record-save").click()
        field = page.get_by_test_id("field-code")
        await expect(field.locator(".wrong")).to_contain_text(REQUIRED[language])
        await expect(page.get_by_test_id("input-code")).to_have_attribute("aria-invalid", "true")
        await expect(page.get_by_test_id("field-price").locator(".wrong")).to_be_visible()
        await expect(page.get_by_test_id("input-code")).to_be_focused()
        await clean(page)
        await page.get_by_test_id("input-code").fill("N-1")
        await page.get_by_test_id("input-price").fill("1,290.5")
        await page.get_by_test_id("record-save").click()
        await expect(page.get_by_test_id("record-title")).to_have_text("夜燈")
        assert not page.url.endswith("/new")
        await expect(page.get_by_test_id("input-price")).to_have_value("1290.50")
        await page.get_by_test_id("input-version").fill("二代")
        await page.keyboard.press("Control+s")
        await expect(page.get_by_test_id("history").locator("li").first).to_contain_text("二代")
        await clean(page)
        await page.get_by_test_id("record-remove").click()
        await page.get_by_test_id("record-remove-sure").click()
        await page.get_by_test_id("record-put-back").click()
        await expect(page.get_by_test_id("record-remove")).to_be_visible()
        await expect(page.get_by_test_id("history").locator("li")).to_have_count(4)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_two_people_change_one_record_and_nothing_is_lost_unseen(
    centre: RecordsCentre, language: Language
) -> None:
    """The slower one sees what the quicker one changed, chooses field by field, and both changes are kept."""
    path = f"/records/products/{centre.ids['product'][0]}"
    async with centre.at("sue", path, language=language) as sue, centre.at("adm", path) as adm:
        await sue.get_by_test_id("input-name").fill("Sue's lamp")
        await sue.get_by_test_id("input-version").fill("2")
        await adm.get_by_test_id("input-name").fill("Adm's lamp")
        await adm.get_by_test_id("input-warranty_months").fill("36")
        await adm.get_by_test_id("record-save").click()
        await expect(adm.get_by_test_id("record-save")).to_have_count(0)
        await sue.get_by_test_id("record-save").click()
        await expect(sue.get_by_test_id("conflict-name")).to_contain_text("Adm's lamp")
        await expect(sue.get_by_test_id("conflict-warranty_months")).to_contain_text("36")
        await clean(sue)
        await sue.get_by_test_id("conflict-name-theirs").check()
        await sue.get_by_test_id("conflict-save").click()
        await expect(sue.get_by_test_id("conflict")).to_have_count(0)
        await expect(sue.get_by_test_id("input-name")).to_have_value("Adm's lamp")
        await expect(sue.get_by_test_id("input-version")).to_have_value("2")
        await expect(sue.get_by_test_id("input-warranty_months")).to_have_value("36")


async def test_ones_own_changes_can_be_given_up_for_the_others(centre: RecordsCentre) -> None:
    """Discarding in a conflict shows the record as the other one left it."""
    path = f"/records/products/{centre.ids['product'][1]}"
    async with centre.at("sue", path) as sue:
        await sue.get_by_test_id("input-name").fill("Mine")
        async with centre.house.browser("adm") as adm:
            changed = await adm.patch(f"/api/v1{path}", json={"name": "Theirs"})
            assert changed.status_code == 200, changed.text
        await sue.get_by_test_id("record-save").click()
        await sue.get_by_test_id("conflict-discard").click()
        await expect(sue.get_by_test_id("input-name")).to_have_value("Theirs")
        await expect(sue.get_by_test_id("record-save")).to_have_count(0)


async def test_many_are_handed_over_removed_and_put_back_at_once(centre: RecordsCentre) -> None:
    """Rows are chosen by their boxes; all get the new owner; the removed ones are found among the removed and come back."""
    async with centre.at("sue", "/records/parties?sort=name") as page:
        names = await _column(page, 0)
        await _choose(page, 3)
        await clean(page)
        await page.get_by_test_id("bulk-owner").click()
        await page.get_by_test_id("bulk-owner-name").fill("bo")
        await page.get_by_role("option", name="Bob").wait_for()
        await clean(page)
        await page.keyboard.press("Enter")
        await page.get_by_test_id("bulk-start").click()
        await expect(page.get_by_test_id("bulk-dialog")).to_have_count(0)
        heads = await page.get_by_role("columnheader").all_inner_texts()
        place = [head.strip() for head in heads].index("Owner") + 1
        owners = page.locator(f"[role=row][data-key] > :nth-child({place})")
        for row in range(3):
            await expect(owners.nth(row)).to_have_text("Bob")
        await _choose(page, 2)
        await page.get_by_test_id("bulk-remove").click()
        await page.get_by_test_id("bulk-start").click()
        await expect(page.get_by_test_id("records-count")).to_have_text("120")
        await page.get_by_test_id("view-removed").click()
        await expect(page.get_by_test_id("records-count")).to_have_text("2")
        await _choose(page, 2)
        await page.get_by_test_id("bulk-put-back").click()
        await page.get_by_test_id("bulk-start").click()
        await expect(page.get_by_test_id("records-count")).to_have_text("0")
        await page.get_by_test_id("view-all").click()
        await expect(page.get_by_test_id("records-count")).to_have_text("122")
        await page.goto(f"{centre.house.origin}/records/parties?sort=name")
        assert (await _column(page, 0))[:3] == names[:3]


async def test_a_field_is_changed_in_many_and_refusals_are_told_row_by_row(centre: RecordsCentre) -> None:
    """What one may not change of those chosen is named with its reason; the others are changed."""
    async with centre.at("sue", "/records/products?sort=code") as page:
        await _choose(page, 2)
        await page.get_by_test_id("bulk-change").click()
        await page.get_by_test_id("bulk-field").select_option("code")
        await page.locator("[data-testid=bulk-dialog] [data-testid=input-code]").fill("SAME")
        await page.get_by_test_id("bulk-start").click()
        await expect(page.get_by_role("status").filter(has_text="1 done, 1 refused")).to_be_visible()
        await clean(page)
        await page.get_by_test_id("bulk-close").click()
        await page.get_by_test_id("records-words").fill("SAME")
        await expect(page.get_by_test_id("records-count")).to_have_text("1")


async def test_a_list_and_a_form_need_no_mouse(centre: RecordsCentre) -> None:
    """Arrows move in the grid, Space chooses, Enter opens; Alt+C begins a new record, a picker takes arrows and Enter, Control+Enter saves."""
    async with centre.at("sue", "/records/parties?sort=name") as page:
        first = (await _column(page, 0))[0]
        await page.get_by_role("row").nth(1).focus()
        await page.keyboard.press("Space")
        await expect(page.get_by_test_id("bulk")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_test_id("bulk")).to_have_count(0)
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("record-title")).to_have_text(first)
        await page.go_back()
        await page.get_by_test_id("records").wait_for()
        await page.keyboard.press("Alt+KeyC")
        await expect(page.get_by_test_id("input-kind")).to_be_focused()
        await _tab_to(page, "input-name")
        await page.keyboard.type("Carla Nova")
        await page.keyboard.press("Enter")  # never sends
        await _tab_to(page, "input-organisation_id")
        await page.keyboard.type("Northwind")
        await page.locator("li[role=option]").filter(has_text="Northwind").first.wait_for()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("input-organisation_id")).to_have_value("Northwind Trading Ltd.")
        await page.keyboard.press("Control+Enter")
        await expect(page.get_by_test_id("record-title")).to_have_text("Carla Nova")
        await expect(page.get_by_test_id("input-organisation_id")).to_have_value("Northwind Trading Ltd.")


async def test_unsaved_work_waits_while_a_call_rings(centre: RecordsCentre) -> None:
    """A ringing call brings the desk up by itself; what was typed is still there afterwards, and leaving it asks first."""
    path = f"/records/parties/{centre.house.seed.party}"
    async with centre.at("ann") as page:
        await page.get_by_test_id("start-shift").click()
        await page.get_by_test_id("status-button").click()
        await page.get_by_test_id("status-ready").click()
        centre.house.at_hand("ann")
        await page.get_by_test_id("room-customers").click()
        await page.get_by_test_id("records-words").fill("林小美")
        await page.locator(f'a[href="{path}"]').click()
        await page.get_by_test_id("input-title").fill("採購")
        call = await centre.house.call_arrives()
        await expect(page.get_by_test_id("interaction")).to_be_visible()
        assert urlsplit(page.url).path == "/"
        await expect(page.get_by_test_id("room-desk")).to_have_class(re.compile("ringing"))
        assert call
        await page.go_back()
        await expect(page.get_by_test_id("input-title")).to_have_value("採購")
        await page.get_by_test_id("room-service").click()
        await clean(page)
        await page.get_by_test_id("unsaved-stay").click()
        assert urlsplit(page.url).path == path
        await page.get_by_test_id("room-service").click()
        await page.get_by_test_id("unsaved-leave").click()
        await page.get_by_test_id("list-cases").wait_for()


async def test_the_search_box_leads_to_a_records_page(centre: RecordsCentre) -> None:
    """Alt+/ and a name, Enter: the customer's own page; back leads where one was."""
    async with centre.at("sue", "/records/products") as page:
        await page.keyboard.press("Alt+Slash")
        await page.keyboard.type("晨光書局")
        await page.get_by_role("option").filter(has_text="晨光書局").first.wait_for()
        await page.keyboard.press("Enter")
        await expect(page.get_by_test_id("record-title")).to_have_text("晨光書局")
        await page.go_back()
        await page.get_by_test_id("list-products").wait_for()


async def test_agents_are_offered_what_they_may_do_and_no_more(centre: RecordsCentre) -> None:
    """Products are theirs to read: no new one, no saving, no removing; settings are not in their menu."""
    async with centre.at("bob") as page:
        await page.get_by_test_id("start-shift").click()
        await page.get_by_test_id("status-button").wait_for()
        await page.goto(f"{centre.house.origin}/records/products")
        await page.get_by_test_id("records").wait_for()
        await expect(page.get_by_test_id("record-new")).to_have_count(0)
        await expect(page.get_by_test_id("view-removed")).to_have_count(0)
        await expect(page.get_by_test_id("room-settings")).to_have_count(0)
        await page.locator("a.grid-main").first.click()
        await page.get_by_test_id("record-page").wait_for()
        await expect(page.locator("[data-testid=record-form] input")).to_have_count(0)
        await expect(page.get_by_test_id("record-remove")).to_have_count(0)
        await page.goto(f"{centre.house.origin}/admin/audit")
        await expect(page.get_by_test_id("audit")).to_have_count(0)


async def _column(page: Page, place: int) -> list[str]:
    """The texts of a column (0: the first beside the boxes) of the rows that are drawn."""
    await page.get_by_test_id("records").wait_for()
    await page.wait_for_timeout(500)  # what is asked for by now
    await page.locator('.grid-frame[data-loading="false"]').wait_for()
    texts: list[str] = await page.locator(f"[role=row][data-key] > :nth-child({place + 2})").all_inner_texts()
    return [text.strip() for text in texts]


async def _tab_to(page: Page, field: str) -> None:
    """Tab on until this field has the focus."""
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await page.evaluate("() => document.activeElement?.dataset.testid") == field:
            return
    raise AssertionError(f"Tab does not lead to {field}")


async def _choose(page: Page, count: int) -> None:
    await page.get_by_test_id("records").wait_for()
    await page.wait_for_timeout(400)  # what is asked for by now
    await page.locator('.grid-frame[data-loading="false"]').wait_for()
    for place in range(count):
        await page.locator("[role=row][data-key] .grid-check").nth(place).click()
    await page.get_by_test_id("bulk").wait_for()
