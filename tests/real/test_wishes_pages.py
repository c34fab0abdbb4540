"""How a customer wishes to be reached, in the browser: before a call, over a letter, and when a letter is against it; with axe."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from routing.core.model import Phase
from tests.agent_console.house import PASSWORD, Seed
from tests.real.browser import Desk, Language, Scheme, in_turns
from tests.real.records_centre import RecordsCentre, clean, records_centre

pytestmark = pytest.mark.real
NOW = 1_790_000_000.0
LOOKS: tuple[tuple[Language, Scheme, int], ...] = (("zh-TW", "light", 1280), ("en", "dark", 1920))
WISHES = {"preferred_channel": "phone", "language": "zh-TW", "time_zone": "Asia/Taipei"}


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


def wish(conn: Connection, seed: Seed) -> None:
    """The telephone, in Chinese, at an hour of one day in which nobody is at work; no e-mail."""
    hours = {"contact_times": {"days": [7], "from": "03:00", "until": "03:01"}}
    rows.patch(conn, system(NOW), known.entity("party"), seed.party, {**WISHES, **hours})
    given = {"party_id": seed.party, "channel": "email", "purpose": "service", "state": "withdrawn"}
    rows.create(conn, system(NOW), known.entity("consent"), given)


def offer_macro(conn: Connection) -> None:
    words = {
        "name": "Thanks",
        "channel": "email",
        "language": "zh-TW",
        "body": "{{party.name}} 您好，感謝您。",
    }
    text = rows.create(conn, system(NOW), known.entity("template"), words).id
    rows.create(conn, system(NOW), known.entity("macro"), {"name": "Thank them", "template_id": text})


async def picture(page: Page, name: str) -> None:
    await clean(page)
    if folder := os.environ.get("TRUNKLINE_ALBUM"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 0))
async def test_a_letter_and_a_card_tell_the_customers_wishes(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """Over the reply one line says what the customer likes better; their card says when the next good time is."""
    house = centre.house
    await house.store.write(lambda c: wish(c, house.seed))
    house.at_hand("bob")
    desk = await Desk.open(centre.browser, house.origin, language=language, scheme=scheme, width=width)
    page = desk.page
    await desk.sign_in("bob", PASSWORD)
    await desk.speak(language)
    await page.get_by_test_id("start-shift").click()
    await desk.become_ready()
    letter = await house.letter_arrives("m8", subject="My desk lamp flickers")
    await house.until(letter, Phase.OFFERED)
    await page.get_by_test_id("answer").click()
    line = page.get_by_test_id("wish-line")
    await expect(line).to_contain_text("03:00–03:01")
    await expect(line).to_contain_text({"zh-TW": "電話", "en": "Phone"}[language])
    await expect(page.get_by_test_id("wishes").first).to_contain_text("03:00–03:01")
    await picture(page, f"wishes-letter-{language}-{scheme}-{width}")
    await desk.close()


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 1))
async def test_a_customers_page_tells_before_a_call_whether_it_is_a_good_time(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """Channel, language, hours, and that it is none now, with the next one by the customer's clock."""
    seed = centre.house.seed
    await centre.house.store.write(lambda c: wish(c, seed))
    address = f"/records/parties/{seed.party}"
    async with centre.at("sue", address, language=language, scheme=scheme, width=width) as page:
        await page.get_by_test_id("panel-known").click()
        wishes = page.get_by_test_id("wishes")
        await expect(wishes).to_contain_text("03:00")
        await picture(page, f"wishes-call-{language}-{scheme}-{width}")


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 2))
async def test_a_letter_against_the_customers_wish_is_asked_about_once_more(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """The macro says why not and asks; pressed again it is done."""
    house = centre.house
    await house.store.write(lambda c: wish(c, house.seed))
    await house.store.write(offer_macro)
    address = f"/records/cases/{house.seed.case}"
    async with centre.at("sue", address, language=language, scheme=scheme, width=width) as page:
        await page.get_by_test_id("macro").select_option(label="Thank them")
        run = page.get_by_test_id("macro-run")
        await run.click()
        await expect(page.get_by_test_id("macro-preview").get_by_role("alert")).to_be_visible()
        await picture(page, f"wishes-macro-{language}-{scheme}-{width}")
        await run.click()
        await expect(page.get_by_test_id("macro-preview")).to_have_count(0)
