"""Entry flows and prompts as administrators write them, supervisors read them and agents see who came through them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from crm_core.flows import visits
from crm_core.flows.machine import Stage
from crm_core.flows.visits import Visit
from tests.crm_core.flows.test_sound import wav
from tests.real.records_centre import RecordsCentre, clean, records_centre
from tests.real.test_talk_pages import picture, talks

pytestmark = pytest.mark.real


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


async def test_a_flow_is_written_tried_published_and_counted(centre: RecordsCentre) -> None:
    """From a template: a prompt is uploaded where it is said, a way leads to a new step, what is missing stands at its step; it is tried with keys,
    published, and given to a number; whoever was quicker is told; an old version comes back; keys alone move in the diagram; figures and the
    agent's call tell of a caller."""
    house = centre.house
    async with centre.at("adm", "/admin/flows", language="zh-TW") as page:
        await _begins(page)
        await _is_written(page)
        await picture(page, "flow-editor")
        await _is_tried(page)
        await _is_published(page)
        flow = page.url.rpartition("/")[2]
        await _was_quicker(centre, page, flow)
        await _comes_back(page)
        await page.goto(f"{house.origin}/records/entries/new?queue_id={house.seed.queue}")
        await page.get_by_test_id("input-flow_id").select_option("客服專線")
        await page.get_by_test_id("input-address").fill("0800123456")
        await page.get_by_test_id("record-save").click()
        await expect(page.get_by_test_id("record-title")).to_have_text("0800123456")
        await page.goto(f"{house.origin}/admin/flows")
        row = page.get_by_test_id("flow-客服專線")
        await expect(row).to_contain_text("0800123456")
        await expect(page.get_by_test_id("remove-客服專線")).to_be_disabled()
        await picture(page, "flow-list")
        await page.goto(f"{house.origin}/admin/prompts")
        await page.get_by_test_id("prompt-歡迎詞").click()
        await expect(page.get_by_test_id("prompt-remove")).to_be_disabled()
        await page.get_by_test_id("sound-file-en").set_input_files(_file(b"no sound"))
        await expect(page.get_by_test_id("sound-en")).to_contain_text("WAV")
        await page.get_by_test_id("sound-file-en").set_input_files(_file(wav(rate=44_100, channels=2)))
        await expect(page.get_by_test_id("play-en")).to_be_visible()
        await picture(page, "flow-prompts")
    async with centre.at("ann", "/", language="en") as desk:
        visit = _came("tl-flow", flow, house.console.context.clock.now())
        await house.store.write(lambda conn: visits.keep(conn, visit))
        await talks(house, "ann", "tl-flow")
        await expect(desk.get_by_test_id("came-by")).to_contain_text("客服專線")
        await expect(desk.get_by_test_id("came-by")).to_contain_text("4711")
        await picture(desk, "flow-call")
    async with centre.at("sue", f"/admin/flows/{flow}", language="en", scheme="dark", width=1920) as page:
        await page.get_by_test_id("tool-figures").click()
        await expect(page.get_by_test_id("figures-visits")).to_have_text("1")
        await expect(page.get_by_test_id("step-menu")).to_contain_text("100 %")
        await expect(page.get_by_test_id("flow-save")).to_have_count(0)
        await picture(page, "flow-figures")


def _file(content: bytes) -> dict[str, Any]:
    return {"name": "sound.wav", "mimeType": "audio/wav", "buffer": content}


def _came(call: str, flow: str, at: float) -> Visit:
    path = (
        Stage(step="hours", kind="hours", at=at - 30, outcome="open"),
        Stage(step="say", kind="say", at=at - 30, outcome="said"),
        Stage(step="menu", kind="menu", at=at - 25, keys=("9", "1"), outcome="1", choice="案件進度"),
        Stage(step="collect", kind="collect", at=at - 15, keys=("4711",), outcome="collected"),
        Stage(step="queue", kind="queue", at=at - 5, outcome="queue"),
    )
    return Visit(
        interaction_id=call, flow_id=flow, version=1, started_at=at - 30, ended_at=at - 5, language="zh-TW", step="queue",
        outcome="queue", reason="", path=path, collected={"case_number": "4711"},
    )  # fmt: skip


async def _begins(page: Page) -> None:
    await page.get_by_test_id("flow-new").click()
    await page.get_by_test_id("flow-new-name").fill("客服專線")
    await page.get_by_test_id("template-menu").check(force=True)
    await picture(page, "flow-new")
    await page.get_by_test_id("flow-make").click()
    await expect(page.get_by_test_id("step-menu")).to_be_visible()


async def _is_written(page: Page) -> None:
    """A prompt where it is said, a step where a way leads."""
    await page.get_by_test_id("step-say").click()
    form = page.get_by_test_id("step-form")
    await expect(form.locator('[data-code="flow.prompt_missing"]')).to_be_visible()
    await page.get_by_test_id("prompt-prompt").select_option("upload")
    await page.get_by_test_id("prompt-name").fill("歡迎詞")
    await page.get_by_test_id("prompt-text").fill("大安電子您好，感謝您的來電。")
    await page.get_by_test_id("prompt-file-zh-TW").set_input_files(_file(wav(seconds=1)))
    await clean(page)
    await page.get_by_test_id("prompt-make").click()
    await expect(page.get_by_test_id("play-zh-TW")).to_be_visible()
    await expect(form.locator('[data-code="flow.language_missing"]')).to_have_count(2)
    await page.get_by_test_id("step-menu").click()
    await page.get_by_test_id("prompt-prompt").select_option("asterisk:")
    await page.get_by_test_id("asterisk-name").fill("../basic-pbx-ivr-main")
    await expect(page.get_by_test_id("asterisk-name")).to_have_value("basic-pbx-ivr-main")
    await page.get_by_test_id("key-label-0").fill("案件進度")
    await page.get_by_test_id("target-choices-0-next").select_option("+collect")
    await expect(form).to_have_attribute("data-step", "collect")
    await expect(page.get_by_test_id("step-label")).to_be_focused()
    await expect(page.get_by_test_id("step-collect").locator(".flow-mark.error")).to_be_visible()
    await page.get_by_test_id("tool-problems").click()
    await page.get_by_test_id("flow-problems").get_by_role("button").first.click()
    await expect(form).to_have_attribute("data-step", "collect")
    await page.get_by_test_id("collect-name").fill("Case number")
    await page.get_by_test_id("prompt-prompt").select_option("ours:identify-ask")
    await page.get_by_test_id("target-otherwise").select_option("queue")
    await page.get_by_test_id("target-next").select_option("queue")
    await expect(page.locator(".flow-mark.error")).to_have_count(0)
    await page.get_by_test_id("step-collect").focus()
    await page.keyboard.press("Control+z")
    await expect(page.locator(".flow-mark.error")).to_have_count(1)
    await page.keyboard.press("Control+y")
    await expect(page.locator(".flow-mark.error")).to_have_count(0)
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_test_id("step-menu")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(form).to_have_attribute("data-step", "menu")
    await page.get_by_test_id("flow-save").click()
    await expect(page.get_by_test_id("flow-save")).to_be_disabled()


async def _is_tried(page: Page) -> None:
    await page.get_by_test_id("tool-try").click()
    await expect(page.get_by_test_id("try-way")).to_contain_text("感謝您的來電")
    await page.get_by_test_id("try-key-1").click()
    for key in "47":
        await page.get_by_test_id(f"try-key-{key}").click()
    await page.get_by_test_id("try-key-#").click()
    end = page.get_by_test_id("try-end")
    await expect(end).to_have_attribute("data-end", "queue")
    await expect(end).to_contain_text("Support")
    await picture(page, "flow-try")
    await page.get_by_test_id("force-hours").select_option("closed")
    await expect(end).to_have_attribute("data-end", "hangup")
    await page.get_by_test_id("tool-try").click()


async def _is_published(page: Page) -> None:
    await page.get_by_test_id("flow-publish").click()
    await page.get_by_test_id("publish-note").fill("第一版")
    await picture(page, "flow-publish")
    await page.get_by_test_id("publish-do").click()
    await expect(page.locator(".flow-state")).to_contain_text("第 1 版使用中")


async def _was_quicker(centre: RecordsCentre, page: Page, flow: str) -> None:
    """Somebody saves while one writes; one reads what they changed, and takes it."""
    async with centre.house.browser("adm") as other:
        kept = (await other.get(f"/api/v1/flows/{flow}")).json()
        kept["document"]["steps"]["menu"]["tries"] = 1
        given = {"name": "客服專線", "document": kept["document"]}
        assert (await other.put(f"/api/v1/flows/{flow}", json=given)).is_success
    await page.get_by_test_id("flow-name").fill("服務專線")
    await page.keyboard.press("Control+s")
    await expect(page.get_by_test_id("flow-conflict").locator('[data-change="changed"]')).to_be_visible()
    await clean(page)
    await page.get_by_test_id("conflict-theirs").click()
    await expect(page.get_by_test_id("flow-name")).to_have_value("客服專線")


async def _comes_back(page: Page) -> None:
    await page.get_by_test_id("tool-versions").click()
    await page.get_by_test_id("version-1").click()
    await page.get_by_test_id("flow-restore").click()
    await expect(page.locator(".flow-state")).not_to_contain_text("草稿有更動")
    await page.get_by_test_id("flow-as-list").click()
    await expect(page.get_by_test_id("flow-list").locator("> li")).to_have_count(7)
    await picture(page, "flow-as-list")
