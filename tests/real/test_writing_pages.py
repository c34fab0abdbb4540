"""Letters written in a real browser: people, looks, files, a reload, a colleague, later, a way back; the outbox; unsubscribing without a script."""

import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from agent_console.pages import STATIC
from channels.email.sending.unsubscribing import PATH, Asked, token
from crm_core import letters, outbox, parties
from crm_core.customers import consent
from crm_core.drafts import kept
from crm_core.drafts.kept import Place
from crm_core.drafts.model import Content
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from routing.core.model import Phase
from tests.agent_console.house import PASSWORD, House, open_house
from tests.agent_console.test_drafts import LIN
from tests.agent_console.test_knowledge_api import published
from tests.real.browser import Desk, Language, Scheme, chromium
from tests.real.test_knowledge_pages import looked_at

pytestmark = pytest.mark.real


LOOKS: tuple[tuple[Language, Scheme, int, int], ...] = (
    ("en", "dark", 1280, 800),
    ("zh-TW", "light", 1920, 1080),
)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A centre whose customer has an address, with a signature below its letters."""
    folder: Path = tmp_path_factory.mktemp("writing")
    mail = {"reply_secret": "a secret of the tests", "undo_send_s": 60}  # there is time for a reload
    async with open_house(folder, static=STATIC, mail=mail) as house:
        await house.store.write(lambda c: _fill(c, house))
        yield house


def _fill(conn: Connection, house: House) -> None:
    parties.add_contact_point(conn, house.seed.party, "email", LIN)
    for language, body in (
        ("en", "{{agent.name}}\n{{centre.name}}"),
        ("zh-TW", "{{agent.name}} 敬上\n{{centre.name}}"),
    ):
        given = {"name": "Signature", "channel": "signature", "language": language, "body": body}
        rows.create(conn, system(1.0), known.entity("template"), given)


def _not_taken(conn: Connection, house: House) -> None:
    """A letter that the relay refused for one of two, and one that waits."""
    for number, subject in enumerate(("您的檯燈已寄出", "Your lamp is on its way")):
        letter = letters.queue_reply(
            conn, interaction_id=None, case_id=house.seed.case, author_id=house.seed.users["bob"], envelope_from="help@example.com",
            to=[LIN, "lin@old.example.com"], cc=[], subject=subject, text="x", message_id=f"<{number}@example.com>", in_reply_to="", references=[], raw=b"x", now=1.0,
        )  # fmt: skip
        if number == 0:
            row = next(each for each in outbox.due(conn, 2.0, 9) if each.letter_id == letter.id)
            refused = {"lin@old.example.com": "550 5.1.1 no such user"}
            outbox.failed(conn, row.id, 2.0, "550", None, refused)
    draft = kept.begin(
        conn,
        Place(case_id=house.seed.case),
        house.seed.users["bob"],
        Content(to=(LIN,), subject="星期一的提醒"),
        1.0,
    )
    kept.hold(conn, draft.id, house.seed.users["bob"], draft.version, 4_000_000_000.0, scheduled=True)


async def seen(desk: Desk, name: str) -> None:
    """The same moment in two looks, each without a fault that axe knows."""
    for language, scheme, width, height in LOOKS:
        await desk.page.set_viewport_size({"width": width, "height": height})
        await desk.page.emulate_media(color_scheme=scheme)
        await desk.speak(language)
        await looked_at(desk.page, f"{name}-{language}-{scheme}-{width}")


async def test_a_letter_is_written_kept_taken_back_and_sent_later(office: House, browser: Browser) -> None:
    """What was typed is there after a reload; the letter has looks, a copy, a picture and a file; a colleague's writing is seen; it is taken back
    with all of it, and goes later instead."""
    house = office
    house.at_hand("bob")
    desk = await Desk.open(browser, house.origin, language="en", scheme="dark", width=1280)
    page = desk.page
    await desk.sign_in("bob", PASSWORD)
    await page.get_by_test_id("start-shift").click()
    await desk.become_ready()
    letter = await house.letter_arrives("m8", subject="Broken lamp")
    await house.until(letter, Phase.OFFERED)
    await page.get_by_test_id("answer").click()
    composer = page.get_by_test_id("composer")
    await expect(composer).to_have_value("\n\nBob\nTest centre\n")
    await composer.fill("Dear Ms. Lin,\n\nyour lamp")
    await page.reload()
    await expect(composer).to_have_value("Dear Ms. Lin,\n\nyour lamp")
    await _write(page)
    async with house.browser("sue") as sue:
        begun = await sue.post("/api/v1/drafts", json={"case_id": house.seed.case})
        await expect(page.get_by_test_id("take-draft")).to_be_visible()
        await seen(desk, "writing")
        await sue.delete(f"/api/v1/drafts/{begun.json()['draft']['id']}")
    await expect(page.get_by_test_id("take-draft")).to_have_count(0)
    await page.get_by_test_id("send").click()
    await expect(page.get_by_test_id("undo-send")).to_be_visible()
    await page.reload()
    await page.get_by_test_id("undo-send").click()
    await expect(composer.locator("b")).to_have_text("ready")
    await expect(composer.locator("img")).to_have_count(1)
    await page.get_by_test_id("later").click()
    await page.get_by_test_id("later-tomorrow").click()
    await expect(page.get_by_test_id("scheduled")).to_be_visible()
    await seen(desk, "writing-scheduled")
    (waiting,) = await house.store.read(kept.held)
    assert (waiting.content.cc, waiting.content.to, [each.name for each in waiting.files]) == (
        ("boss@example.com",), (LIN, "x@other.org"), ["lamp.png", "報價.pdf"],
    )  # fmt: skip
    assert desk.refusals == []
    await desk.context.close()


async def test_the_outbox_shows_what_was_not_taken(office: House, browser: Browser) -> None:
    """A supervisor sees what failed, for whom and why, what waits, and what has its time; tries again; and writes from a case, with a file
    of an article, and sees a colleague begin and end there."""
    house = office
    article = await published(house)
    async with house.browser("adm") as adm:
        await adm.put(f"/api/v1/knowledge/articles/{article}/files/bulb.pdf", content=b"%PDF-1.7")
    await house.store.write(lambda c: _not_taken(c, house))
    desk = await Desk.open(browser, house.origin, language="en", scheme="dark", width=1280)
    page = desk.page
    await desk.sign_in("sue", PASSWORD)
    await page.get_by_test_id("room-board").wait_for()
    await page.goto(f"{house.origin}/outbox")
    await expect(page.get_by_test_id("not-there")).to_contain_text("550 5.1.1 no such user")
    await seen(desk, "outbox")
    await page.get_by_test_id("retry-letter").click()
    await expect(page.get_by_test_id("not-there")).to_have_count(0)
    await page.goto(f"{house.origin}/records/cases/{house.seed.case}")
    await page.get_by_test_id("panel-thread").click()
    await page.get_by_test_id("write").click()
    await expect(page.get_by_test_id("composer").first).to_be_visible()
    await seen(desk, "writing-case")
    await page.get_by_test_id("from-articles").click()
    await page.get_by_test_id("articles-find").fill("flickers")
    await page.get_by_test_id("article-file-bulb.pdf").click()
    await expect(page.get_by_test_id("draft-file")).to_contain_text("bulb.pdf")
    async with house.browser("adm") as adm:
        begun = await adm.post("/api/v1/drafts", json={"case_id": house.seed.case})
        await expect(page.get_by_test_id("case-writers")).to_contain_text(begun.json()["draft"]["owner"])
        await adm.delete(f"/api/v1/drafts/{begun.json()['draft']['id']}")
    await expect(page.get_by_test_id("case-writers")).to_have_count(0)
    assert desk.refusals == []
    await desk.context.close()


async def _write(page: Page) -> None:
    """With looks, a copy to somebody, an address that is not the customer's, a picture and a file."""
    await page.get_by_test_id("rich").click()
    composer = page.get_by_test_id("composer")
    await expect(composer.locator("p")).to_have_count(2)
    await composer.press("Control+End")
    await composer.press_sequentially(" is ")
    await page.get_by_test_id("look-bold").click()
    await composer.press_sequentially("ready")
    await page.get_by_test_id("look-bold").click()
    await composer.press("Enter")
    await page.get_by_test_id("look-points").click()
    await composer.press_sequentially("Pick it up")
    await page.get_by_test_id("more-fields").click()
    await page.get_by_test_id("to").fill("x@other.org")
    await page.get_by_test_id("to").press("Enter")
    await page.get_by_test_id("cc").fill("Boss <boss@example.com>")
    await page.get_by_test_id("cc").press("Enter")
    await page.get_by_test_id("to").focus()
    await expect(page.get_by_test_id("strangers")).to_contain_text("x@other.org")
    await composer.press("Control+End")
    picture = {"name": "lamp.png", "mimeType": "image/png", "buffer": _picture(96, 64)}
    await page.get_by_test_id("attach-input").set_input_files([picture])  # type: ignore[list-item]
    await expect(composer.locator("img")).to_have_count(1)
    paper = {"name": "報價.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    await page.get_by_test_id("attach-input").set_input_files([paper])  # type: ignore[list-item]
    await expect(page.get_by_test_id("draft-file")).to_contain_text("報價.pdf")


def _picture(width: int, height: int) -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows_ = (b"\0" + b"\xe8\xa0\x30" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows_))
        + chunk(b"IEND", b"")
    )


async def test_unsubscribing_needs_no_script_and_no_look_does_it(office: House, browser: Browser) -> None:
    """A scanner's GET withdraws nothing; the button does, and one click of a mail program (RFC 8058) too. The evidence names the letter."""
    party = office.seed.party
    ways = [
        f"{PATH}/{token('a secret of the tests', Asked(party_id=party, purpose=each, letter='ab12'))}"
        for each in ("marketing", "survey")
    ]

    async def said(purpose: str) -> str:
        return (await office.store.read(lambda c: consent.allows(c, party, "email", purpose))).reason

    context = await browser.new_context(locale="zh-TW", java_script_enabled=False)
    page = await context.new_page()
    await page.goto(office.origin + ways[0])
    assert await said("marketing") == "never_given"
    await page.locator("main button").click()
    await expect(page.locator("h1")).to_have_text("已取消訂閱")
    assert await said("marketing") == "withdrawn"
    async with office.browser() as client:
        del client.headers["X-Trunkline"]
        body = {"List-Unsubscribe": "One-Click"}
        assert (await client.post(ways[1], data=body)).status_code == 200
        assert (await client.post(ways[1] + "x", data=body)).status_code == 404
    assert await said("survey") == "withdrawn"
    kept_rows = await office.store.read(lambda c: _evidence(c, party))
    assert all("the letter ab12" in each for each in kept_rows)
    assert len(kept_rows) == 2
    await context.close()


def _evidence(conn: Connection, party_id: str) -> list[str]:
    table = consent.metadata.tables["consent"]
    return list(
        conn.execute(
            table.select().with_only_columns(table.c.evidence).where(table.c.party_id == party_id)
        ).scalars()
    )
