"""Queues are set up in the browser, and the board says why something waits."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import expect

from crm_core import queues
from crm_core.store import Connection
from tests.real.browser import Language
from tests.real.records_centre import RecordsCentre, clean, records_centre

pytestmark = pytest.mark.real


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


@pytest.mark.parametrize(
    ("language", "lacks"),
    [("en", "lacks a skill or its level"), ("zh-TW", "缺少技能或等級不足")],
)
async def test_a_queue_asks_and_the_board_says_who_lacks_it(
    centre: RecordsCentre, language: Language, lacks: str
) -> None:
    """An administrator asks for a skill; a mistake stands at its field; the supervisor sees at once why a letter waits."""
    house, queue = centre.house, centre.house.seed.queue
    async with centre.at("adm", f"/records/queues/{queue}", language=language) as page:
        asked = page.get_by_test_id("input-requires")
        await asked.fill("gold >> 3")
        await page.get_by_test_id("record-save").click()
        await expect(page.get_by_text("gold >> 3").last).to_be_visible()
        await asked.fill("gold >= 3")
        await page.get_by_test_id("input-relaxation").fill("900: -gold")
        await clean(page)
        await page.get_by_test_id("record-save").click()
        await expect(page.get_by_test_id("record-save")).to_have_count(0)
        await expect(asked).to_have_value("gold >= 3")
    letter = await house.letter_arrives()
    async with house.browser("ann") as ann, house.listening(ann) as screen:
        await screen.frame()
        await ann.put("/api/v1/me/status", json={"status": "ready"})
        async with centre.at("sue", "/board", language=language) as board:
            await board.get_by_test_id(f"why-{letter}").click()
            why = board.get_by_test_id("why")
            await expect(why.locator('[data-reason="skill"]')).to_contain_text(lacks)
            await expect(why).to_contain_text("gold")
            await clean(board)


@pytest.mark.parametrize(
    ("language", "emergency", "opens"), [("en", "emergency", "Opens"), ("zh-TW", "緊急停止", "開始服務")]
)
async def test_a_supervisor_closes_a_queue_and_moves_what_waits(
    centre: RecordsCentre, language: Language, emergency: str, opens: str
) -> None:
    """Asked once more before it is closed; its tile says so, and says when a queue opens that is closed by its hours."""
    house = centre.house
    letter = await house.letter_arrives()
    async with house.browser("adm") as adm:
        monday = {
            "name": "Mondays",
            "time_zone": "UTC",
            "week": [[{"start": "00:00", "end": "02:00"}]] + [[]] * 6,
        }
        hours = (await adm.post("/api/v1/sla/calendars", json=monday)).json()["id"]
        given = {"name": "Back office", "language": "en", "calendar_id": hours}
        other = (await adm.post("/api/v1/records/queues", json=given)).json()["record"]["id"]
    async with centre.at("sue", "/board", language=language) as board:
        tile = board.get_by_test_id(f"board-queue-{house.seed.queue}")
        await board.get_by_test_id(f"closing-{house.seed.queue}").click()
        await clean(board)
        await board.get_by_test_id("closing-do").click()
        await expect(tile).to_contain_text(emergency)
        if datetime.now(UTC).weekday() or datetime.now(UTC).hour > 1:
            await expect(board.get_by_test_id(f"board-queue-{other}")).to_contain_text(opens)
        await board.get_by_test_id(f"why-{letter}").click()
        await board.get_by_test_id("why-move").select_option(other)
        await expect(
            board.get_by_test_id("why-move").locator("option", has_text="Back office")
        ).to_have_count(0)
        await clean(board)
    assert house.floor.centre.interactions[letter].queue == other
    async with centre.at("adm", f"/records/queues/{other}", language=language) as page:
        await page.get_by_test_id("input-overflow").fill("closed: Back office")
        await page.get_by_test_id("record-save").click()
        await expect(page.get_by_text("Back office → Back office").last).to_be_visible()
        await clean(page)


@pytest.mark.parametrize(("language", "back"), [("en", "back "), ("zh-TW", "回來")])
async def test_a_letter_is_set_aside_and_taken_up_again(
    centre: RecordsCentre, language: Language, back: str
) -> None:
    """In the browser: opened, *Later*, in the list of what waits, *Resume*; a supervisor gives it to somebody."""
    house = centre.house
    letter = await house.letter_arrives()
    async with centre.at("ann", "/", language=language) as desk:
        async with house.browser("ann") as ann:
            await ann.put("/api/v1/me/status", json={"status": "ready"})
        await desk.get_by_test_id(f"item-{letter}").click()
        await desk.keyboard.press("Alt+KeyA")
        await desk.get_by_test_id("park").click()
        await desk.get_by_test_id("park-three_hours").click()
        await expect(desk.get_by_test_id(f"item-{letter}")).to_have_count(0)
        await desk.get_by_test_id("waiting-letters").click()
        row = desk.get_by_test_id(f"take-{letter}")
        await expect(desk.locator(".by-hand")).to_contain_text(back)
        await clean(desk)
        await row.click()
        await expect(desk.get_by_test_id(f"item-{letter}")).to_have_attribute("data-state", "connected")
        await expect(row).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "unserved", "of_agents"),
    [
        ("en", "Nobody can serve: Support", "0 of 2 agents"),
        ("zh-CN", "无人能服务：Support", "2 位中有 0 位"),
    ],
)
async def test_a_queue_out_of_reach_and_a_certificate_that_ended_are_seen(
    centre: RecordsCentre, language: Language, unserved: str, of_agents: str
) -> None:
    """The queue's page counts who can serve it and says that nobody can; the list says it too. Whoever is given the skill then is the only
    one, which their page says; a certificate that has ended is marked where people are listed and on the board."""
    house = centre.house
    queue, ann = house.seed.queue, house.seed.users["ann"]
    async with centre.at("adm", f"/records/queues/{queue}", language=language) as page:
        await page.get_by_test_id("input-requires").fill("gold >= 3")
        await page.get_by_test_id("input-relaxation").fill("900: -gold")
        await page.get_by_test_id("record-save").click()
        counted = page.get_by_test_id("coverage").locator("li")
        await expect(counted).to_have_count(2)
        await expect(counted.first).to_contain_text(of_agents)
        await expect(page.get_by_test_id("unserved")).to_have_count(0)
        await page.get_by_test_id("input-relaxation").fill("")
        await page.get_by_test_id("record-save").click()
        await expect(page.get_by_test_id("unserved")).to_be_visible()
        await clean(page)
        await page.goto(f"{house.origin}/records/queues")
        await expect(page.get_by_test_id("unserved")).to_contain_text(unserved)
        await clean(page)
        await page.goto(f"{house.origin}/admin/people")
        await page.get_by_test_id("people-search").fill("ann")
        await page.get_by_test_id("person-ann").get_by_role("button").click()
        await page.get_by_test_id("skill-name").fill("gold")
        await page.get_by_test_id("skill-add").click()
        await page.get_by_test_id("last-day-gold").fill("2099-12-31")
        await page.get_by_test_id("skills-save").click()
        await expect(page.get_by_test_id("only-they-serve")).to_contain_text("Support")
        await clean(page)
        await page.get_by_test_id("last-day-gold").fill("2020-12-31")
        await page.get_by_test_id("skills-save").click()
        await expect(page.get_by_test_id("only-they-serve")).to_have_count(0)
        await expect(page.get_by_test_id("person-ann").locator(".pill")).to_have_count(1)
    known = (await centre.house.store.read(people_named))[ann]
    assert known == 1609430400.0, "midnight after it in Taipei"
    async with centre.at("sue", "/board", language=language) as board:
        await expect(
            board.get_by_test_id("ending-skills").locator('[data-standing="expired"]')
        ).to_contain_text("gold")
        await clean(board)


def people_named(conn: Connection) -> dict[str, float]:
    """When gold ends, by user."""
    return {user: ends["gold"] for user, ends in queues.skill_ends(conn).items()}


@pytest.mark.parametrize("language", ["en", "zh-TW"])
async def test_how_many_agents_it_takes(centre: RecordsCentre, language: Language) -> None:
    """The planner answers as one types, and says when a figure is missing."""
    async with centre.at("sue", "/planner", language=language) as page:
        await expect(page.get_by_test_id("planner-least")).to_have_text("11")
        await page.get_by_test_id("planner-per-hour").fill("240")
        await expect(page.get_by_test_id("planner-least")).to_have_text("20")
        await clean(page)
        await page.get_by_test_id("planner-per-hour").fill("")
        await expect(page.get_by_test_id("planner-least")).to_have_count(0)
        await page.get_by_test_id("planner-per-hour").fill("120")
        await page.get_by_test_id("planner-queue").select_option(centre.house.seed.queue)
        await expect(page.get_by_test_id("planner-least")).to_have_text("11")
