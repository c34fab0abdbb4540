"""The whole path of a letter: SMTP in, offered beside calls, answered in the browser, SMTP out, and back to its case."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.real.browser import Desk, chromium
from tests.real.centre_lab import Centre, centre
from tests.real.light_desk import light_desk

pytestmark = pytest.mark.real
SERVICE = "service@demo.trunkline.test"
HOSTILE = "<script>window.hurt=1</script> 'a' \"b\" &amp; Event: Hangup"


@dataclass
class Office:
    """A running centre, and an agent in a browser who is ready for work."""

    centre: Centre
    desk: Desk

    async def send(self, message: EmailMessage | bytes, *, sender: str, to: str = SERVICE) -> None:
        """What a customer's mail server does."""
        raw = message if isinstance(message, bytes) else message.as_bytes(policy=policy.SMTP)

        def submit() -> None:
            with smtplib.SMTP("127.0.0.1", self.centre.smtp_port, timeout=10) as session:
                session.sendmail(sender, [to], raw)

        await asyncio.to_thread(submit)

    async def sent(self, count: int) -> list[EmailMessage]:
        """What the relay was given, once it is so many."""
        async with asyncio.timeout(20):
            while len(found := sorted((self.centre.folder / "sent-mail").glob("*.eml"))) < count:
                await asyncio.sleep(0.1)
        return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in found]


@pytest.fixture(scope="module")
async def office(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    folder: Path = tmp_path_factory.mktemp("letters")
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(centre(folder / "demo"))
        browser = await stack.enter_async_context(chromium())
        desk = await Desk.open(browser, running.origin)
        await desk.sign_in("yating", running.password("yating"))
        await desk.start_shift()
        await desk.become_ready()
        yield Office(running, desk)


def letter(subject: str, text: str, sender: str = "chen.yijun@example.org") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"陳怡君 <{sender}>", SERVICE, subject
    message["Message-ID"] = f"<{abs(hash((subject, text)))}@customer.example.org>"
    message.set_content(text)
    return message


async def test_a_letter_and_its_answer_stay_one_case(office: Office) -> None:
    """A letter opens a case, is offered, read and answered in the browser, sent by SMTP; the customer's answer comes
    back to the same case and is offered again."""
    desk, centre_ = office.desk, office.centre
    await office.send(letter("訂單少了一件商品", "第三個檯燈沒有寄來。"), sender="chen.yijun@example.org")
    await desk.page.get_by_test_id("answer").click(timeout=20_000)
    assert await desk.party_name() == "陳怡君"
    await desk.page.get_by_test_id("composer").fill("您好，今天就會補寄。")
    await desk.page.get_by_test_id("send-finish").click()
    await desk.wrap_up("solved")
    (reply,) = await office.sent(1)
    assert reply["To"]
    assert "chen.yijun@example.org" in reply["To"]
    body = reply.get_body(("plain",))
    assert body is not None
    assert "今天就會補寄" in body.get_content()

    (first,) = centre_.rows(
        "SELECT * FROM interaction WHERE medium = 'email' AND subject = '訂單少了一件商品'"
    )
    answer = letter("Re: 訂單少了一件商品", "謝謝，收到了！")
    answer["In-Reply-To"] = reply["Message-ID"]
    answer["References"] = reply["Message-ID"]
    await office.send(
        answer,
        sender="chen.yijun@example.org",
        to=str(reply["Reply-To"] or reply["From"]).split("<")[-1].strip(">"),
    )
    await desk.page.get_by_test_id("answer").click(timeout=20_000)
    second = (
        await centre_.until(
            "SELECT * FROM interaction WHERE medium = 'email' AND state = 'connected' AND id != ?",
            first["id"],
        )
    )[0]
    assert second["case_id"] == first["case_id"]
    await desk.page.get_by_test_id("finish").click()
    await desk.wrap_up("no_need")


async def test_a_hostile_subject_is_text(office: Office) -> None:
    """A subject with a folded line, a script and quotes, and a body with more of it, appear as text and do nothing."""
    raw = (
        f'From: "O\'Brien <b>" <obrien@example.org>\r\nTo: {SERVICE}\r\nMessage-ID: <hostile@example.org>\r\n'
        f"Subject: {HOSTILE}\r\n\tEvent: Hangup\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        "<p>Hello<script>window.hurt=1</script><img src=x onerror='parent.hurt=1'></p>\r\n"
    ).encode()
    await office.send(raw, sender="obrien@example.org")
    page = office.desk.page
    await page.get_by_test_id("answer").click(timeout=20_000)
    await page.get_by_test_id("composer").wait_for()
    assert "<script>" in await page.get_by_test_id("interaction").inner_text()
    await asyncio.sleep(0.5)
    assert await page.evaluate("() => window.hurt") is None
    await page.get_by_test_id("finish").click()
    await office.desk.wrap_up("no_need")


async def test_a_letters_promise_is_shown_explained_and_kept(office: Office) -> None:
    """A letter's case shows how long is left for the first answer, tells why on demand, and the answer keeps the promise."""
    page = office.desk.page
    await office.send(letter("檯燈保固", "請問檯燈的保固多久？"), sender="chen.yijun@example.org")
    await page.get_by_test_id("answer").click(timeout=20_000)
    mark = page.get_by_test_id("interaction").get_by_test_id("sla-mark").filter(visible=True).first
    await mark.wait_for()
    assert await mark.get_attribute("data-look") == "running"
    assert await mark.get_attribute("data-kind") == "first_response"
    await page.get_by_test_id("sla-why").click()
    steps = page.get_by_test_id("sla-explanation").get_by_role("listitem")
    await steps.first.wait_for()
    assert await steps.count() >= 3
    await page.get_by_test_id("composer").fill("保固兩年。")
    await page.get_by_test_id("send-finish").click()
    await office.desk.wrap_up("solved")
    events = await office.centre.until(
        "SELECT kind FROM case_event WHERE case_id = (SELECT id FROM support_case WHERE subject = '檯燈保固')"
        " AND EXISTS (SELECT 1 FROM case_event AS e WHERE e.case_id = case_event.case_id AND e.kind = 'agent_answered')"
        " ORDER BY seq"
    )
    assert [row["kind"] for row in events][:2] == ["opened", "customer_wrote"]


async def test_a_supervisor_keeps_the_promises(office: Office) -> None:
    """In the browser: another time for gold customers is saved and shown; what ties with another promise is refused in words;
    a year's holidays are added to the business hours."""
    browser = office.desk.page.context.browser
    assert browser is not None
    desk = await Desk.open(browser, office.centre.origin)
    try:
        await desk.sign_in("shufen", office.centre.password("shufen"))
        await desk.page.get_by_test_id("room-sla").click()
        gold = desk.page.get_by_test_id("sla-policy").filter(has_text="Gold")
        await gold.click()
        await desk.page.get_by_test_id("sla-first_response").fill("0:45")
        await desk.page.get_by_test_id("sla-save").click()
        await gold.filter(has_text="0:45").wait_for()
        await gold.click()
        await desk.page.get_by_test_id("sla-tier").select_option("")
        await desk.page.get_by_test_id("sla-save").click()
        await desk.page.get_by_role("alert").wait_for()
        await desk.page.get_by_test_id("sla-calendar").click()
        rows = desk.page.get_by_test_id("sla-calendar-form").locator("input[type=date]")
        before = await rows.count()
        await desk.page.get_by_label("國家或地區").select_option("CN")
        await desk.page.get_by_test_id("sla-holidays").click()
        await rows.nth(before).wait_for(state="attached")
        await desk.page.get_by_test_id("sla-save").click()
        await desk.page.get_by_test_id("sla-calendar-form").wait_for(state="detached")
    finally:
        await desk.close()


async def test_a_letter_waits_at_its_age(office: Office) -> None:
    """One capacity: while the only agent is paused the letter waits at its age; with the next ready agent it is offered."""
    await office.desk.pause()
    await office.send(letter("發票抬頭", "請更改發票抬頭。"), sender="chen.yijun@example.org")
    row = (
        await office.centre.until("SELECT * FROM interaction WHERE subject = '發票抬頭' AND state <> 'new'")
    )[0]
    assert row["state"] == "waiting"
    async with light_desk(office.centre.origin, "guanyu", office.centre.password("guanyu")) as other:
        await other.status("ready")
        item = await other.item("offered")
        assert item["id"] == row["id"]
        assert item["enqueued_at"] == row["enqueued_at"]
        await other.accept(item)
        await other.call("POST", f"/interactions/{item['id']}/finish")
        await other.item("wrap_up")
        await other.call(
            "POST", f"/interactions/{item['id']}/wrapup", {"disposition": "solved", "next_status": "paused"}
        )
