"""The whole path of a call: SIPp as the customer, headless Chromium as the agent, real Asterisk between them."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.ports import free_port
from tests.real.browser import Desk, chromium
from tests.real.centre_lab import Centre, centre
from tests.real.listener import Ear, breathing, comes, ear, with_keys
from tests.real.sipp import Sipp, caller_scenario, sipp

pytestmark = pytest.mark.real
WITHIN_S = 0.1
"""SIPp looks at the clock after it has sent or received. Else each time of the ledger lies between what brought it about and what came of it."""


@dataclass
class Stage:
    """One running centre, one browser, one signed-in agent who is ready, with the phone registered."""

    centre: Centre
    browser: Browser
    desk: Desk
    folder: Path
    tone: Path
    began: float = 0.0

    def nothing_was_refused(self) -> None:
        """The console asked for nothing that it could have known to be impossible."""
        assert self.desk.refusals == []

    @asynccontextmanager
    async def customer(
        self, number: str, *, hang_up_after_s: float | None = None, name: str = ""
    ) -> AsyncIterator[Sipp]:
        """Somebody who can be heard calls the Chinese queue."""
        scenario = caller_scenario(
            to="100",
            number=number,
            name=name,
            hang_up_after_s=hang_up_after_s,
            cancel_after_s=None,
            speak=self.tone,
        )
        self.began = time.time()
        target = ("127.0.0.1", self.centre.base + 2)
        async with sipp(self.folder, scenario, target=target) as calling:
            yield calling

    async def closed(self, disposition: str) -> dict[str, Any]:
        """The ledger's row of the call, once it is closed."""
        query = (
            "SELECT * FROM interaction WHERE state = 'closed' AND disposition = ? AND id LIKE 'tl-trunkline-%'"
            " AND ended_at > ? ORDER BY enqueued_at DESC"
        )
        return (await self.centre.until(query, disposition, self.began))[0]


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    tmp_path = tmp_path_factory.mktemp("first_light")
    tone = tmp_path / "tone.ul"
    tone.write_bytes((b"\x20" * 8 + b"\xa0" * 8) * 500)  # a second of 500 Hz in u-law, which SIPp repeats
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(centre(tmp_path / "demo"))
        browser = await stack.enter_async_context(chromium())
        desk = await Desk.open(browser, running.origin)
        await desk.sign_in("yating", running.password("yating"))
        await desk.start_shift()
        await desk.become_ready()
        stage = Stage(running, browser, desk, tmp_path, tone)
        yield stage
        stage.nothing_was_refused()


async def test_the_agent_hangs_up(stage: Stage) -> None:
    """The pop shows who calls before the answer, sound flows both ways, the agent hangs up, the disposition is stored,
    and the ledger's times are the phone's."""
    async with stage.customer("+886912345678") as customer:
        name = await stage.desk.rings()
        assert not customer.events("ANSWERED"), "the pop came before the answer"
        known = stage.centre.rows(
            "SELECT p.name FROM party p JOIN contact_point c ON c.party_id = p.id WHERE c.normal = '+886912345678'"
        )
        assert [name] == [row["name"] for row in known]
        answered = time.time()
        await stage.desk.answer()
        await stage.desk.flows()
        pressed = time.time()
        await stage.desk.hang_up()
        ended = (await customer.see("BYE"))[0].at
        assert await customer.ended() == 0, customer.trouble()
        await stage.desk.wrap_up("solved", "called about the invoice")
    row = await stage.closed("solved")
    assert row["note"] == "called about the invoice"
    assert row["outcome"] == "handled"
    (segment,) = stage.centre.rows(
        "SELECT * FROM segment WHERE kind = 'agent' AND interaction_id = ?", row["id"]
    )
    assert answered <= segment["answered_at"] <= customer.events("ANSWERED")[0].at + WITHIN_S
    sent, heard = customer.entered_by()
    assert sent <= row["enqueued_at"] <= heard
    assert pressed <= row["ended_at"] <= ended + WITHIN_S


async def test_the_customer_hangs_up(stage: Stage) -> None:
    """A hang-up at the other end ends the segment at once, and wrap-up begins."""
    async with stage.customer("+886912345678", hang_up_after_s=2.0) as customer:
        await stage.desk.rings()
        await stage.desk.answer()
        ended = (await customer.see("HANGUP"))[0].at
        await stage.desk.page.get_by_test_id("wrapup-information").wait_for()
        shown = time.time()
        await stage.desk.wrap_up("information")
        assert await customer.ended() == 0, customer.trouble()
    row = await stage.closed("information")
    assert ended - WITHIN_S <= row["ended_at"] <= shown
    facts = stage.centre.rows(
        "SELECT data FROM fact WHERE kind = 'finished' AND interaction_id = ?", row["id"]
    )
    assert '"customer"' in facts[0]["data"]


async def test_a_reload_in_mid_call(stage: Stage) -> None:
    """The same call is on the screen and sound flows again; the segment goes on. How soon, `bench.reload` measures."""
    async with stage.customer("+886912345678") as customer:
        await stage.desk.rings()
        await stage.desk.answer()
        await stage.desk.flows()
        talking = stage.centre.rows("SELECT id FROM interaction WHERE state = 'connected'")[0]["id"]
        await stage.desk.page.reload()
        await stage.desk.comes_back(within_s=15.0)
        assert not customer.events("BYE"), "the customer was not cut off"
        await stage.desk.hang_up()
        await customer.see("BYE")
        await stage.desk.wrap_up("solved")
    row = await stage.closed("solved")
    assert row["id"] == talking
    segments = stage.centre.rows("SELECT * FROM segment WHERE kind = 'agent' AND interaction_id = ?", talking)
    assert len(segments) == 1


async def test_a_note_survives_a_reload_and_the_end_of_the_call(stage: Stage) -> None:
    """What was typed just before a reload is there again, in talk and in wrap-up; whoever types when the customer hangs up goes on typing in
    wrap-up, where their digits are the note's and not an outcome's."""
    page = stage.desk.page
    async with stage.customer("+886912345678") as customer:
        await stage.desk.rings()
        await stage.desk.answer()
        await stage.desk.flows()
        await page.get_by_test_id("note").fill("order 4711: ")
        await page.reload()
        await stage.desk.comes_back(within_s=15.0)
        await page.get_by_test_id("note").click()
        await page.keyboard.press("End")
        await stage.desk.page.keyboard.type("lamp 1", delay=20)
        await page.keyboard.press("Alt+H")  # the line ends while the field has the focus
        await page.get_by_test_id("wrapup-finish").wait_for()
        await page.keyboard.type("2?")
        await customer.see("BYE")
        await page.reload()
        await page.locator('[data-testid="phone-state"][data-state="registered"]').wait_for()
        await page.get_by_test_id("wrapup-order").click(
            delay=150
        )  # a person's first click unlocks sound, and hits
        await page.get_by_test_id("wrapup-finish").click(timeout=15_000)
        row = await stage.closed("order")
    assert row["note"] == "order 4711: lamp 12?"


async def test_a_tab_inherits_the_phone(stage: Stage) -> None:
    """When the tab that took the phone over is closed in mid-call, the one that is left has the phone and the call."""
    first = stage.desk.page
    async with stage.customer("+886912345678") as customer:
        await stage.desk.rings()
        await stage.desk.answer()
        await stage.desk.flows()
        second = await stage.desk.context.new_page()
        await second.goto(stage.centre.origin)
        await second.get_by_test_id("take-over").click()
        talks = "() => window.trunkline.phone.call?.state === 'talking'"
        await second.wait_for_function(talks, timeout=15_000)
        await second.close()
        await first.wait_for_function(talks, timeout=15_000)
        await stage.desk.flows()
        assert not customer.events("BYE")
        await stage.desk.hang_up()
        await customer.see("BYE")
        await stage.desk.wrap_up("solved")
    await stage.closed("solved")


async def test_a_reload_while_it_rings(stage: Stage) -> None:
    """The new page rings too: the caller is offered again at the old age, and the agent is not blamed."""
    async with stage.customer("+886912345678") as customer:
        await stage.desk.rings()
        await stage.desk.page.reload()
        await stage.desk.page.wait_for_function(
            "() => window.trunkline?.phone.call?.state === 'ringing'", timeout=15_000
        )
        await stage.desk.answer()
        await stage.desk.flows()
        await stage.desk.hang_up()
        await customer.see("BYE")
        await stage.desk.wrap_up("forwarded")
    row = await stage.closed("forwarded")
    sent, heard = customer.entered_by()
    assert sent <= row["enqueued_at"] <= heard
    offers = stage.centre.rows(
        "SELECT outcome FROM offer WHERE interaction_id = ? ORDER BY offered_at", row["id"]
    )
    assert [offer["outcome"] for offer in offers] == ["withdrawn", "accepted"]


async def test_nobody_answers(stage: Stage) -> None:
    """After the ring time the caller is back at the old place, the agent is not ready and is shown why; one press on
    the notice, and the same caller is offered again and answered at the old age."""
    async with stage.customer("+886223456789") as customer:
        await stage.desk.rings()
        await stage.desk.page.get_by_test_id("back-to-ready").click(timeout=30_000)
        await stage.desk.rings()
        await stage.desk.answer()
        sent, heard = customer.entered_by()
        (row,) = stage.centre.rows("SELECT * FROM interaction WHERE state = 'connected'")
        assert sent <= row["enqueued_at"] <= heard
        await stage.desk.hang_up()
        await stage.desk.wrap_up("callback")
    offers = stage.centre.rows(
        "SELECT outcome FROM offer WHERE interaction_id = ? ORDER BY offered_at", row["id"]
    )
    assert [offer["outcome"] for offer in offers] == ["no_answer", "accepted"]


async def mute_all_but(speaker: Desk | None, *desks: Desk) -> None:
    """Of the browsers' microphones, which beep once a second, this one alone is open."""
    for desk in desks:
        if await desk.page.evaluate("() => window.trunkline.phone.call.muted") is (desk is speaker):
            await desk.page.get_by_test_id("mute").click()


async def hear(customer: Ear, *desks: Desk) -> set[str]:
    """Who hears something in the next moments, by what the browsers count and what reaches the customer's telephone; the customer speaks unless a
    browser's microphone is open."""
    await asyncio.sleep(0.4)
    before, since = [(await desk.media())["energy_heard"] for desk in desks], time.time()
    await asyncio.sleep(1.3)
    after = [(await desk.media())["energy_heard"] for desk in desks]
    louder = {
        name for name, one, two in zip(("agent", "colleague"), before, after, strict=True) if two - one > 1e-4
    }
    return louder | ({"customer"} if customer.loud_s(since, time.time()) > 0.05 else set())


async def come_to_hear(names: set[str], customer: Ear, *desks: Desk) -> None:
    """Those and nobody else hear something, and it stays so: what was said just before is still played for as long as a browser has kept it back, and longer when
    the machine has no time. Whoever is open beeps in each look."""
    await comes(lambda: hear(customer, *desks), lambda heard: heard == names)


async def test_three_talk_and_the_agent_leaves(stage: Stage) -> None:
    """An attended transfer by way of a conference, in two browsers and with a customer's telephone: in each step those hear who are to, and nobody else."""
    colleague, port = await Desk.open(stage.browser, stage.centre.origin), free_port()
    stage.began = time.time()
    scenario = caller_scenario(
        to="100", number="+886912345678", name="", hang_up_after_s=None, cancel_after_s=None, speak=None
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(colleague.close)
        await colleague.sign_in("guanyu", stage.centre.password("guanyu"))
        await colleague.start_shift()
        customer = await stack.enter_async_context(ear(port))
        await stack.enter_async_context(breathing(customer))
        target = ("127.0.0.1", stage.centre.base + 2)
        phone = await stack.enter_async_context(sipp(stage.folder, with_keys(scenario, port), target=target))
        agent, desks = stage.desk, (stage.desk, colleague)
        await agent.rings()
        await agent.answer()
        await agent.page.get_by_test_id("transfer").click()
        await agent.page.get_by_test_id("transfer-search").fill("1002")
        await agent.page.get_by_test_id("transfer-search").press("Enter")
        await agent.page.get_by_test_id("consult-go").click()
        await colleague.page.get_by_test_id("answer").click()
        await colleague.page.get_by_test_id("hangup").wait_for(timeout=15_000)
        await agent.page.locator('[data-testid="conference"]:not([disabled])').wait_for()
        await mute_all_but(agent, *desks)
        await comes(lambda: hear(customer, *desks), lambda heard: "colleague" in heard)
        await agent.page.keyboard.press("Alt+KeyJ")
        await agent.page.get_by_test_id("alone").wait_for()
        await colleague.page.locator(".plain-call").get_by_text("客戶聽得到您").wait_for()
        await come_to_hear({"colleague", "customer"}, customer, *desks)
        await mute_all_but(colleague, *desks)
        await come_to_hear({"agent", "customer"}, customer, *desks)
        await mute_all_but(None, *desks)
        customer.speak_for(60)
        await come_to_hear({"agent", "colleague"}, customer, *desks)
        customer.speak_for(0)
        await agent.page.get_by_test_id("leave").click()
        await agent.page.wait_for_function("() => window.trunkline.phone.call === null", timeout=15_000)
        await colleague.page.get_by_test_id("interaction").wait_for()
        await mute_all_but(colleague, colleague)
        await colleague.flows()
        since = time.time()
        await customer.speaks(0.05)
        assert customer.loud_s(since, time.time()) > 0
        assert not phone.events("BYE")
        await colleague.hang_up()
        await phone.see("BYE")
        await colleague.wrap_up("solved")
        row = await stage.closed("solved")
    stays = stage.centre.rows(
        "SELECT kind, outcome FROM segment WHERE interaction_id = ? AND kind IN ('agent', 'conference') ORDER BY id",
        row["id"],
    )
    assert [(each["kind"], each["outcome"]) for each in stays] == [
        ("agent", "transferred"), ("conference", "agent_left"), ("agent", "handled")
    ]  # fmt: skip


HOSTILE = "x\\r\\nEvent: Hangup,Uniqueid: 1.1 <script>window.hurt=1</script> 'a' &amp;"


async def test_a_hostile_name_is_text(stage: Stage) -> None:
    """A caller's name with a line break, an event, a script and quotes appears as text and does nothing else."""
    before = len(stage.centre.log())
    async with stage.customer("+81312345678", name=HOSTILE) as customer:
        await stage.desk.page.get_by_test_id("answer").wait_for(timeout=15_000)
        await stage.desk.answer()
        await expect(stage.desk.page.get_by_test_id("interaction")).to_contain_text(
            "<script>", timeout=15_000
        )
        assert await stage.desk.page.evaluate("() => window.hurt") is None
        await stage.desk.hang_up()
        await customer.see("BYE")
        await stage.desk.wrap_up("wrong_number")
        assert await stage.desk.page.evaluate("() => window.hurt") is None
    assert (await stage.closed("wrong_number"))["outcome"] == "handled"
    told = [line for line in stage.centre.log()[before:].splitlines() if line.split()[2:3] == ["!"]]
    slow = (
        "! - stood still for",
        "! database a transaction of",
        "goes on without being looked up: not within",
    )
    assert [line for line in told if not any(words in line for words in slow)] == []


async def test_a_customer_calls_from_a_browser(stage: Stage) -> None:
    """The page *Call us*: another browser calls by WebRTC, both hear each other, and its hang-up ends the call."""
    guest = await Desk.open(stage.browser, stage.centre.origin)
    stage.began = time.time()
    try:
        await guest.page.goto(f"{stage.centre.origin}/callus")
        await guest.page.get_by_test_id("callus-name").fill("Visitor 訪客")
        await guest.page.get_by_test_id("callus-line-+886255550100").check(force=True)
        await guest.page.get_by_test_id("callus-call").click()
        assert await stage.desk.rings() == "Visitor 訪客"
        await stage.desk.answer()
        await guest.page.locator('[data-testid="callus-state"][data-state="talking"]').wait_for(
            timeout=15_000
        )
        await stage.desk.flows()
        await guest.page.get_by_test_id("callus-hangup").click()
        await stage.desk.wrap_up("order")
    finally:
        await guest.close()
    assert (await stage.closed("order"))["outcome"] == "handled"
