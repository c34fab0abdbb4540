"""A letter in the browser: what is new in it, the whole one press away, and what was found out about it; with axe."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from playwright.async_api import expect

from channels.email.reading.parse import parse
from channels.email.reading.parsed import Attachment, Parsed
from channels.email.receiving.filing import fields_of
from crm_core import letters
from crm_core.letter_findings import Authentication
from crm_core.letter_types import NewLetter
from crm_core.store import Connection
from routing.core.model import Phase
from tests.agent_console.house import PASSWORD, Seed
from tests.real.browser import Desk, Language, Scheme
from tests.real.records_centre import RecordsCentre, clean, records_centre

pytestmark = pytest.mark.real
LOOKS: tuple[tuple[Language, Scheme, int], ...] = (("en", "dark", 1920), ("zh-TW", "light", 1280))
REPORT = (
    b"From: MAILER-DAEMON@relay.example\r\nSubject: Undelivered Mail Returned to Sender\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
    b"--b\r\n\r\nYour message could not be delivered.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
    b"Final-Recipient: rfc822; chen.yijun@shop.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n"
    b"Final-Recipient: rfc822; lin@shop.example\r\nAction: failed\r\nStatus: 5.2.2\r\nDiagnostic-Code: smtp; 552 mailbox full\r\n--b--\r\n"
)
TEXT = (
    "您好，星期一下午可以，請帶新的報價單。\n\n順頌商祺\n\n林小美\n採購部\n電話：02 2345 6789\n\n"
    "於 2026年1月5日 週一 下午3:00，Bob <help@example.com> 寫道：\n> 您好，請問星期一下午方便嗎？\n> Bob\n"
)
CALENDAR = (
    "BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:報價說明會\nLOCATION:台北 101 大樓 35 樓\nORGANIZER;CN=林小美:mailto:lin@example.com\n"
    "DTSTART:20270111T060000Z\nDTEND:20270111T070000Z\nEND:VEVENT\nEND:VCALENDAR\n"
)


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


def answer() -> Parsed:
    """A customer's answer with a quotation, a signature, an invitation, an infected file, and what the edge said."""
    message = EmailMessage()
    message["From"] = "林小美 <lin@example.com>"
    message.set_content(TEXT)
    message.add_attachment(CALENDAR.encode(), maintype="text", subtype="calendar", filename="invite.ics")
    parsed = parse(message.as_bytes())
    infected = Attachment(
        name="invoice.exe", content_type="application/octet-stream", content=b"x", inline=False, content_id=None, danger="Win.Test.EICAR"
    )  # fmt: skip
    said = [("dkim", "pass"), ("spf", "softfail"), ("dmarc", "fail")]
    checks = tuple(
        Authentication(authority="mx.example.com", method=method, result=result, domain="example.com")
        for method, result in said
    )
    return replace(
        parsed, attachments=(*parsed.attachments, infected), authentication=checks, marks=("infected",)
    )


def keep(conn: Connection, seed: Seed, interaction: str, number: int, parsed: Parsed) -> None:
    new = NewLetter(
        spool_id=f"{interaction}-{number}",
        raw=b"x",
        sha256="0" * 64,
        envelope_from="",
        envelope_to=("help@example.com",),
        received_at=4_000_000_000.0 + number,
        parsed=fields_of(parsed),
    )
    letters.store_letter(conn, new, case_id=seed.case, interaction_id=interaction, party_id=seed.party)


async def pictures(desk: Desk, name: str) -> None:
    """In both looks; the last one stays."""
    for language, scheme, width in LOOKS:
        await desk.page.set_viewport_size({"width": width, "height": 900})
        await desk.page.emulate_media(color_scheme=scheme)
        await desk.speak(language)
        await clean(desk.page)
        if folder := os.environ.get("TRUNKLINE_ALBUM"):
            await desk.page.screenshot(path=Path(folder) / f"{name}-{language}-{scheme}-{width}.png")


async def test_a_letter_shows_what_is_new_and_what_was_found_out(centre: RecordsCentre) -> None:
    """The reply, its meeting, its checks, the closed file; the quotation at one press; and whom ours did not reach."""
    house, name = centre.house, "m8"
    house.at_hand("bob")
    desk = await Desk.open(centre.browser, house.origin, language="zh-TW")
    page = desk.page
    await desk.sign_in("bob", PASSWORD)
    await desk.speak("zh-TW")
    await page.get_by_test_id("start-shift").click()
    await desk.become_ready()
    letter = await house.letter_arrives(name, subject="報價")
    await house.store.write(lambda c: keep(c, house.seed, name, 1, parse(REPORT, "")))
    await house.store.write(lambda c: keep(c, house.seed, name, 2, answer()))
    await house.until(letter, Phase.OFFERED)
    await page.get_by_test_id("answer").click()
    newest = page.locator(".letter", has=page.get_by_test_id("invite"))
    await expect(newest).to_contain_text("請帶新的報價單")
    await expect(newest).not_to_contain_text("方便嗎")
    await expect(newest.get_by_test_id("origin")).to_contain_text("DMARC fail")
    closed = newest.locator(".attachment-closed")
    await expect(closed).to_contain_text("Win.Test.EICAR")
    await expect(closed.get_by_role("link")).to_have_count(0)
    (infected,) = [
        one
        for one in (await house.store.read(lambda c: letters.of_interaction(c, name)))[-1].attachments
        if one.danger
    ]
    refused = await page.request.get(f"{house.origin}/api/v1/attachments/{infected.id}")
    assert (refused.status, (await refused.json())["code"]) == (409, "attachment.dangerous")
    await pictures(desk, "letter")
    more = newest.get_by_role("button", name="顯示完整信件")
    await more.press("Enter")
    await expect(newest).to_contain_text("方便嗎")
    heads = page.locator(".letter-head[aria-expanded=false]")
    await heads.last.click()
    failures = page.get_by_test_id("failures")
    await expect(failures).to_contain_text("chen.yijun@shop.example")
    await expect(failures).to_contain_text("查無此地址")
    await pictures(desk, "bounce")
    await desk.close()
