"""Mail in, in the browser: a mailbox with its secrets and a test of the connection, and letters that were set aside."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from crm_core.mail_in import mailboxes
from tests.agent_console.test_mail_in import _made, set_aside
from tests.real.browser import Language, Scheme, in_turns
from tests.real.records_centre import RecordsCentre, records_centre
from tests.real.test_talk_pages import picture

pytestmark = pytest.mark.real


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


@pytest.mark.parametrize(
    ("language", "scheme", "width"), in_turns([("zh-TW", "light", 1280), ("en", "dark", 1920)], 0)
)
async def test_a_mailbox_is_kept_and_what_was_set_aside_is_filed(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """By keyboard: a password is kept, a test says what is wrong, an alarm is seen; a letter is tried again and gone."""
    house = centre.house
    box = await house.store.write(lambda conn: _made(conn, house.seed.queue))
    failing = mailboxes.Condition(
        mailbox_id=box,
        read_at=1.79e9,
        letter_at=1.79e9,
        failing_since=time.time() - 900,
        reason="no connection",
        told_at=1.0,
    )
    await house.store.write(lambda conn: mailboxes.note_condition(conn, failing))
    set_aside(house)
    async with centre.at(
        "adm", f"/records/mailboxes/{box}", language=language, scheme=scheme, width=width
    ) as page:
        await expect(page.get_by_test_id("mailbox-failing")).to_contain_text("no connection")
        await page.get_by_test_id("mailbox-password").fill("open sesame")
        await page.get_by_test_id("mailbox-password").press("Enter")
        await expect(page.get_by_test_id("mailbox-password")).to_have_value("")
        await page.get_by_test_id("mailbox-test").press("Enter")
        await expect(page.get_by_test_id("mailbox-panel").get_by_role("alert")).to_be_visible()
        await picture(page, f"mailbox-{language}")
    async with centre.at("sue", "/admin/set-aside", language=language, scheme=scheme, width=width) as page:
        await expect(page.get_by_test_id("aside-letter")).to_contain_text("IntegrityError")
        await picture(page, f"set-aside-{language}")
        await page.get_by_test_id("aside-again").press("Enter")
        await expect(page.get_by_test_id("aside-letter")).to_have_count(0)
