"""Text messages as agents have them at the desk, a gateway on one side and a customer's words on the other; and attachments on their page."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from channels.attachments.reader import AttachmentReader
from channels.outside.web import OutsideWeb
from channels.sms.gateway_peer import GatewayPeer
from channels.written.dispatcher import Dispatcher
from config.clock import SystemClock
from crm_core.letter_types import NewAttachment
from crm_core.store import Connection
from crm_core.written import paper
from crm_core.written.paper import Logged
from tests.channels.test_attachment_reading import pdf
from tests.fakes.sms_gateway import SECRET, FakeGateway, running, tell
from tests.real.browser import Language, Scheme, in_turns
from tests.real.records_centre import RecordsCentre, records_centre
from tests.real.test_talk_pages import LOOKS, picture, ready

pytestmark = pytest.mark.real
OURS, THEIRS = "+886900000001", "+886912345678"
ASKED = {
    "zh-TW": "我的燈壞了，可以換一個嗎？",
    "zh-CN": "我的灯坏了，可以换一个吗？",
    "en": "My lamp broke — can you replace it?",
}
ANSWER = {
    "zh-TW": "已為您安排更換，明天送達。",
    "zh-CN": "已为您安排更换，明天送达。",
    "en": "A new one is on its way.",
}


@pytest.fixture(scope="module")
async def gateway() -> AsyncIterator[FakeGateway]:
    async with running() as opened:
        yield opened


@pytest.fixture(scope="module")
async def centre(
    tmp_path_factory: pytest.TempPathFactory, gateway: FakeGateway
) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path_factory.mktemp("texts"), parties=5) as running_centre:
        house = running_centre.house
        peer = GatewayPeer(house.store, house.console.context.seal, house.origin, OutsideWeb(), SystemClock())
        sending = asyncio.create_task(Dispatcher(peer, house.store, house.bus, SystemClock()).run())
        yield running_centre
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)


@pytest.fixture(scope="module")
async def hook(centre: RecordsCentre, gateway: FakeGateway) -> str:
    """An administrator sets the gateway up in the console: where it sends to."""
    async with centre.house.browser("adm") as adm:
        given = {"name": "Modem 3", "provider": "generic", "endpoint": f"{gateway.origin}/send"}
        made = (await adm.post("/api/v1/records/sms-gateways", json=given)).json()["record"]
        number = {"number": OURS, "gateway_id": made["id"], "queue_id": centre.house.seed.queue}
        assert (await adm.post("/api/v1/records/sms-numbers", json=number)).status_code == 201
    async with centre.at("adm", f"/records/sms-gateways/{made['id']}", language="zh-TW") as page:
        await page.get_by_role("tab", name="密鑰").click()
        await page.get_by_test_id("gateway-secret").fill(SECRET)
        await picture(page, "text-gateway")
        await page.get_by_test_id("gateway-keep").click()
        await expect(page.get_by_text("密鑰設定於")).to_be_visible()
        return str(await page.get_by_test_id("hook-url").text_content())


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 0))
async def test_a_message_is_answered_from_the_desk(  # noqa: PLR0917 - what it takes
    centre: RecordsCentre, gateway: FakeGateway, hook: str, language: Language, scheme: Scheme, width: int
) -> None:
    """It is offered, answered while its parts are counted, and its delivery is seen; who asks for no more cannot be answered any more."""
    house, number = centre.house, f"+88691234567{LOOKS.index((language, scheme, width))}"
    async with centre.at("ann", "/", language=language, scheme=scheme, width=width) as page:
        said = {
            "type": "message",
            "id": f"in-{language}",
            "from": number,
            "to": OURS,
            "text": ASKED[language],
        }
        assert (await tell(hook, said)).status_code == 200
        ready(house, "ann")
        await page.get_by_test_id("answer").click()
        box = page.get_by_test_id("text-composer")
        await box.fill("中" * 71)
        await expect(page.get_by_test_id("text-count")).to_contain_text("63")
        await box.fill(ANSWER[language])
        await picture(page, f"text-desk-{language}")
        count = len(gateway.taken)
        await box.press("Control+Enter")
        took = await gateway.until(count + 1)
        assert (took.sender, took.recipient) == (OURS, number)
        await tell(hook, {"type": "report", "id": took.name, "state": "delivered"})
        delivered = {"zh-TW": "已送達", "zh-CN": "已送达", "en": "Delivered"}[language]
        await expect(page.locator(".thread")).to_contain_text(delivered)
        await tell(
            hook, {"type": "message", "id": f"stop-{language}", "from": number, "to": OURS, "text": "STOP"}
        )
        await box.fill("x")
        await page.get_by_test_id("text-send").click()
        await expect(page.get_by_role("alert").first).to_be_visible()
        if language == "zh-TW":
            await picture(page, "text-stopped")
        await page.get_by_test_id("finish").click()
        await expect(page.get_by_test_id("text-composer")).to_have_count(0)


async def test_an_agent_writes_from_a_case_and_logs_a_letter(
    centre: RecordsCentre, gateway: FakeGateway, hook: str, tmp_path: Path
) -> None:
    """From the case's page: a message that fails says why and is sent again by hand; a letter on paper is logged with its scan."""
    house = centre.house
    assert hook
    await house.store.write(lambda c: _give(c, house.seed.case, house.seed.users["ann"]))
    async with centre.at("ann", f"/records/cases/{house.seed.case}", language="en", scheme="dark") as page:
        await page.get_by_role("tab", name="Letters").click()
        gateway.refuses = (400, {"reason": "no route to this network"})
        await page.get_by_test_id("write-text").click()
        await page.get_by_test_id("text-number").fill("0922 333 444")
        await page.get_by_test_id("text-words").fill("Your lamp is ready to be fetched.")
        await picture(page, "text-new")
        async with page.expect_response(
            lambda told: told.request.method == "POST" and told.url.endswith("/text-messages")
        ):
            await page.get_by_test_id("text-go").click()
        await page.reload()
        await page.get_by_role("tab", name="Letters").click()
        await expect(page.get_by_test_id("text-way")).to_contain_text("no route to this network")
        await picture(page, "text-failed")
        gateway.refuses = None
        count = len(gateway.taken)
        await page.get_by_test_id("text-again").click()
        await gateway.until(count + 1)
        scan = tmp_path / "warranty.pdf"
        scan.write_bytes(pdf("Warranty card"))
        await page.get_by_test_id("log-paper").click()
        await page.get_by_test_id("paper-file").set_input_files(scan)
        await page.get_by_test_id("paper-subject").fill("Warranty card")
        await picture(page, "paper-new")
        await page.get_by_test_id("paper-keep").click()
        await expect(page.get_by_text("warranty.pdf")).to_be_visible()


async def test_attachments_are_found_and_seen(centre: RecordsCentre) -> None:
    """By words, type and case; the first page is shown without opening the letter; keyboard alone."""
    house = centre.house
    await house.store.write(lambda c: _letters(c, house.seed.case, house.seed.users["ann"]))
    assert await AttachmentReader(house.store, house.bus, SystemClock()).read_all() >= 2
    async with centre.at("sue", "/attachments", language="zh-TW") as page:
        await expect(page.get_by_test_id("attachment-報價單.pdf")).to_be_visible()
        await _sought(page, "attachments-words", "invoice 4711")
        await expect(page.get_by_test_id("attachment-lamp.pdf")).to_have_count(0)
        await page.get_by_test_id("attachment-報價單.pdf").focus()
        async with page.expect_response("**/picture") as drawn:
            await page.keyboard.press("Enter")
        assert (await drawn.value).headers["content-type"] == "image/png"
        await expect(page.locator("img.attachment-picture")).to_have_js_property("complete", True)
        await picture(page, "attachments")
        await page.get_by_test_id("attachments-type").select_option("image")
        await expect(page.get_by_text("找不到附件")).to_be_visible()


async def _sought(page: Page, box: str, words: str) -> None:
    await page.get_by_test_id(box).fill(words)
    await expect(page.locator("mark").first).to_be_visible()


def _give(conn: Connection, case_id: str, user_id: str) -> None:
    conn.exec_driver_sql(f"UPDATE support_case SET owner_id = '{user_id}' WHERE id = '{case_id}'")


def _letters(conn: Connection, case_id: str, user_id: str) -> None:
    for name, words in (("報價單.pdf", "Invoice 4711"), ("lamp.pdf", "Manual of the lamp")):
        scan = NewAttachment(name=name, content_type="application/pdf", content=pdf(words))
        given = Logged(
            case_id=case_id, direction="in", subject=name, note="", at=time.time(), scan=scan, author_id=user_id, key=name
        )  # fmt: skip
        paper.log(conn, given, time.time())
