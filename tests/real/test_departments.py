"""Departments in the browser: their queues, the board of one with all below it, and figures by department."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from crm_core import cases
from tests.real.records_centre import RecordsCentre, clean, records_centre

pytestmark = pytest.mark.real


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=10) as running:
        yield running


async def test_queues_board_and_figures_follow_the_tree(centre: RecordsCentre) -> None:
    """A queue is put into a department where departments are kept; the board then shows a department's queues and agents alone and
    remembers which; a department that is moved takes its queue and its figures to where it is put."""
    house, units = centre.house, centre.ids["org_unit"]
    queue, top, north, middle = house.seed.queue, units[0], units[1], units[5]
    opened_at = time.time() - 60
    await house.store.write(
        lambda c: cases.open_case(c, subject="燈不亮", party_id=None, queue_id=queue, now=opened_at)
    )
    async with house.browser("adm") as adm, centre.at("sue", "/board") as board:
        tile = board.get_by_test_id(f"board-queue-{queue}")
        ann, bob = (board.get_by_test_id(f"board-agent-{house.seed.users[each]}") for each in ("ann", "bob"))
        await tile.wait_for()
        await expect(board.get_by_test_id("board-department")).to_have_count(0)
        async with centre.at("adm", "/records/org-units") as page:
            await page.get_by_test_id("unit-R0").click()
            await page.get_by_test_id("queue-put-in").select_option(label="Support")
            await expect(page.get_by_test_id("unit-queues")).to_have_text("Support")
            await clean(page)
        rights = {"roles": [], "team_id": middle}
        await adm.put(f"/api/v1/users/{house.seed.users['bob']}/rights", json=rights)
        choice = board.get_by_test_id("board-department")
        await expect(choice.locator("option")).to_have_text(
            ["All departments", "總公司", "\u2003中區營運處", "\u2003北區營運處"]
        )
        await choice.select_option(middle)
        await expect(bob).to_be_visible()
        await expect(ann).to_have_count(0)
        await expect(tile).to_have_count(0)
        await choice.select_option(north)
        await expect(tile).to_be_visible()
        await expect(bob).to_have_count(0)
        await clean(board)
        await board.reload()
        await expect(choice).to_have_value(north)
        await expect(tile).to_be_visible()
        await choice.select_option(middle)
        await expect(tile).to_have_count(0)
        await adm.patch(f"/api/v1/records/org-units/{north}", json={"parent_id": middle})
        await expect(tile).to_be_visible()
        await board.goto(f"{house.origin}/issues")
        rows = board.get_by_test_id("figures-departments").get_by_role("row")
        await expect(rows.locator("th[scope=row]")).to_have_text(["總公司", "中區營運處", "北區營運處"])
        await expect(rows.locator("td:nth-of-type(1)")).to_have_text(["1", "1", "1"])
        await adm.patch(f"/api/v1/records/org-units/{north}", json={"parent_id": top})
        await board.reload()
        await expect(rows.locator("th[scope=row]")).to_have_text(["總公司", "北區營運處"])
        await clean(board)
