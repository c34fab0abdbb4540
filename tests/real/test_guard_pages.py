"""The guard in the browser: dial plans and the block list as records, calls out with the lock, and blocking a caller from a call."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect
from sqlalchemy import insert

from crm_core import interactions
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from crm_core.tables import outside_alarm, outside_call
from tests.real.browser import Language, Scheme, in_turns
from tests.real.records_centre import RecordsCentre, clean, records_centre
from tests.real.test_talk_pages import LOOKS, picture, talks

pytestmark = pytest.mark.real


@pytest.fixture
async def centre(tmp_path: Path) -> AsyncIterator[RecordsCentre]:
    async with records_centre(tmp_path, parties=5) as running:
        yield running


def _went(conn: Connection, now: float) -> None:
    """A plan of everybody's with two calls, one of which goes on, and an alarm of yesterday."""
    made: dict[str, Any] = {"name": "Weekdays", "allowed": "0", "denied": "00, 0204", "rates": "0: 1.5"}
    made |= {"night": "22:00-07:00", "at_once": 5, "calls_hour": 2, "cost_day": "500"}
    plan = rows.create(conn, system(now), known.entity("dial_plan"), made).id
    rows.create(conn, system(now), known.entity("dial_plan_use"), {"whose": "people", "plan_id": plan})
    row = {"number": "+886212345678", "why": "consult", "plan_id": plan, "answered_at": now - 300}
    conn.execute(insert(outside_call).values(id="c1", at=now - 310, ended_at=now - 60, **row))
    conn.execute(insert(outside_call).values(id="c2", at=now - 310, **row))
    alarm = {"kind": "calls", "detail": {"calls": 64, "cost": "12.00"}, "locks": True}
    lifted = {"lifted_at": now - 80_000, "lifted_by": "Sue"}
    conn.execute(insert(outside_alarm).values(id="a", at=now - 86_400, **alarm, **lifted))


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 0))
async def test_calls_out_are_seen_locked_and_tried(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """What is used up is marked; a number is tried by the plan; locked by one press, and lifted by another."""
    now = centre.house.console.context.clock.now()
    await centre.house.store.write(lambda conn: _went(conn, now))
    async with centre.at("adm", "/admin/guard", language=language, scheme=scheme, width=width) as page:
        row = page.get_by_test_id("guard-plan")
        await expect(row).to_contain_text("Weekdays")
        await expect(row.locator(".guard-over")).to_have_count(1)
        await page.get_by_test_id("guard-number").fill("0204 123 456")
        await page.get_by_test_id("guard-number").press("Enter")
        await expect(page.get_by_test_id("guard-answer")).to_have_attribute("data-allowed", "false")
        await clean(page)
        await picture(page, f"guard-{language}-{scheme}-{width}")
        await page.get_by_test_id("guard-turn").press("Enter")
        await expect(page.get_by_test_id("guard-lock")).to_have_attribute("data-locked", "true")
        await expect(page.get_by_test_id("guard-alarm")).to_have_count(2)
        await clean(page)
        await picture(page, f"guard-locked-{language}-{scheme}-{width}")
        await page.get_by_test_id("guard-turn").click()
        await expect(page.get_by_test_id("guard-lock")).to_have_attribute("data-locked", "false")
        await page.goto(f"{centre.house.origin}/records/dial-plans")
        await page.get_by_text("Weekdays").click()
        await page.get_by_test_id("input-night").fill("late")
        await page.get_by_test_id("record-save").click()
        await expect(page.locator(".wrong, .field-wrong").first).to_be_visible()
        await clean(page)
        await picture(page, f"dial-plan-{language}-{scheme}-{width}")


@pytest.mark.parametrize(("language", "scheme", "width"), in_turns(LOOKS, 1))
async def test_a_caller_is_blocked_from_a_call(
    centre: RecordsCentre, language: Language, scheme: Scheme, width: int
) -> None:
    """What the network says of the number stands in the call; an agent asks for the block, a supervisor finds it on the list with its calls."""
    house = centre.house
    async with centre.at("ann", language=language, scheme=scheme, width=width) as page:
        call = await talks(house, "ann", "tl-blocked")

        def said(conn: Connection) -> None:
            interactions.mark(conn, call, attestation="failed", blocked_by=None)

        await house.store.write(said)
        house.bus.publish("interaction", call)
        await expect(page.get_by_test_id("attested")).to_have_attribute("data-said", "failed")
        await page.get_by_test_id("block").press("Enter")
        await page.get_by_test_id("block-reason").fill("打來辱罵 / shouts")
        await clean(page)
        await picture(page, f"block-{language}-{scheme}-{width}")
        await page.get_by_test_id("block-send").click()
        await expect(page.get_by_test_id("block-dialog")).to_have_count(0)
    async with centre.at(
        "sue", "/records/blocked-callers", language=language, scheme=scheme, width=width
    ) as page:
        await page.get_by_text("+886").first.click()
        await page.get_by_test_id("input-state").select_option("in_force")
        await page.get_by_test_id("record-save").click()
        await expect(page.get_by_test_id("hits")).to_have_attribute("data-count", "0")
        await clean(page)
        await picture(page, f"blocked-{language}-{scheme}-{width}")
