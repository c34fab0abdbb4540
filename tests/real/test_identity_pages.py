"""Signing in, one's own account and the people, as they are seen and pressed in a browser, with axe on every page."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from agent_console.pages import STATIC
from crm_core import second_factor, totp
from tests.agent_console.house import PASSWORD, House, open_house
from tests.agent_console.oidc_provider import CLIENT, SECRET, provider_on_loopback
from tests.real.browser import Desk, chromium

pytestmark = pytest.mark.real
AXE = STATIC.parent / "web/node_modules/axe-core/axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FINE = "a much better one"


@asynccontextmanager
async def built(folder: Path, **more: Any) -> AsyncIterator[House]:
    """The centre with the console as it is built."""
    async with open_house(folder, static=STATIC, **more) as house:
        yield house


async def accessible(page: Page) -> None:
    """WCAG 2.2 A and AA, as far as axe can tell."""
    await page.wait_for_timeout(300)  # fades
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("levels => axe.run({runOnly: levels})", LEVELS)
    told = [
        f"{each['id']}: {node['html'][:200]}" for each in found["violations"] for node in each["nodes"][:3]
    ]
    assert told == []


def code_now(secret: str, steps: int = 0) -> str:
    return totp.code_at(secret, totp.step_at(time.time()) + steps)


async def open_account(page: Page) -> None:
    await page.get_by_test_id("user-menu").click()
    await page.get_by_test_id("my-account").click()
    await page.get_by_test_id("account").wait_for()


async def test_a_second_step_from_the_qr_code_to_the_next_sign_in(tmp_path: Path) -> None:
    """Set up in My account by keyboard and eye, recovery codes shown once, asked for at the next sign-in; a recovery code
    opens too. (issue 3: TOTP)"""
    async with built(tmp_path) as house, chromium() as browser:
        desk = await Desk.open(browser, house.origin, language="zh-TW")
        page = desk.page
        await desk.sign_in("ann", PASSWORD)
        await open_account(page)
        await page.get_by_test_id("totp-password").fill(PASSWORD)
        await page.get_by_test_id("totp-password").press("Enter")
        await page.get_by_role("img").first.wait_for()
        await page.locator("details summary").click()
        secret = (await page.get_by_test_id("totp-secret").inner_text()).replace(" ", "")
        await accessible(page)
        await page.get_by_test_id("totp-code").fill("000000")
        await page.get_by_test_id("totp-finish").click()
        await expect(page.get_by_role("alert")).to_be_visible()
        left = totp.STEP_S - time.time() % totp.STEP_S
        await asyncio.sleep(left if left < 8 else 0)  # a code of the step before the last is refused
        await page.get_by_test_id("totp-code").fill(code_now(secret, -1))
        await page.get_by_test_id("totp-finish").click()
        await page.get_by_test_id("recovery-codes").wait_for()
        codes = await page.locator("[data-testid=recovery-codes] li").all_inner_texts()
        assert len(codes) == 10
        await accessible(page)
        await page.get_by_test_id("codes-kept").click()
        await page.get_by_test_id("totp-remove").wait_for()
        await page.keyboard.press("Escape")
        await page.get_by_test_id("user-menu").click()
        await page.get_by_test_id("sign-out").click()
        for code in (code_now(secret), codes[0]):
            await page.get_by_test_id("login-name").fill("ann")
            await page.get_by_test_id("login-password").fill(PASSWORD)
            await page.get_by_test_id("login-password").press("Enter")
            await page.get_by_test_id("login-code").wait_for()
            await accessible(page)
            if code == codes[0]:
                await page.get_by_test_id("login-recovery").click()
            await page.get_by_test_id("login-code").fill(code)
            await page.get_by_test_id("login-code").press("Enter")
            await page.get_by_test_id("start-shift").wait_for()
            await page.get_by_test_id("user-menu").click()
            await page.get_by_test_id("sign-out").click()
        await desk.close()


async def give_choice(house: House) -> None:
    """A role and a department to choose."""
    async with house.browser("adm") as adm:
        role = {"name": "North", "based_on": "agent", "scopes": {"party": {"read": "team"}}, "fields": {}}
        assert (await adm.post("/api/v1/records/roles", json=role)).status_code == 201
        assert (await adm.post("/api/v1/records/org-units", json={"name": "北區"})).status_code == 201
        await adm.post("/api/v1/logout")


async def add_dan(page: Page) -> None:
    """A bad password is told; a good one makes the user, who is given a skill."""
    await page.get_by_test_id("people-new").click()
    await page.get_by_test_id("new-login").fill("dan")
    await page.get_by_test_id("new-password").fill("short")
    await page.get_by_test_id("detail-name").fill("鄭丹")
    await accessible(page)
    await page.get_by_test_id("new-save").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await page.get_by_test_id("new-password").fill(FINE)
    await page.get_by_test_id("new-save").click()
    await page.locator("[data-testid=person][data-login=dan]").wait_for()
    await page.get_by_test_id("skill-name").fill("zh")
    await page.get_by_test_id("skill-name").press("Enter")
    await page.get_by_test_id("level-zh").select_option("8")
    await page.get_by_test_id("skills-save").click()
    await expect(page.get_by_test_id("level-zh")).to_have_value("8")
    await page.get_by_test_id("role-North").check()
    await page.get_by_test_id("person-team").fill("北")
    await page.get_by_role("option", name="北區").click()
    await page.get_by_test_id("rights-save").click()
    await expect(page.get_by_text("Saved").last).to_be_visible()
    await accessible(page)


async def first_time(desk: Desk) -> None:
    """A password of one's own comes before the shift."""
    await desk.sign_in("dan", FINE)
    await desk.page.get_by_test_id("due-password").wait_for()
    await accessible(desk.page)
    await desk.page.get_by_test_id("password-current").fill(FINE)
    await desk.page.get_by_test_id("password-new").fill("one of my very own")
    await desk.page.get_by_test_id("password-again").fill("one of my very own")
    await desk.page.get_by_test_id("password-again").press("Enter")
    await desk.page.get_by_test_id("start-shift").wait_for()


async def test_an_administrator_lets_somebody_in_and_locks_them_out(tmp_path: Path) -> None:
    """A new agent chooses their own password and starts a shift; locked, their page is the sign-in page at once.
    (003-42)"""
    async with built(tmp_path) as house, chromium() as browser:
        await give_choice(house)
        desk = await Desk.open(browser, house.origin)
        page = desk.page
        await desk.sign_in("adm", PASSWORD)
        await page.get_by_test_id("user-menu").click()
        await page.get_by_test_id("user-menu-people").click()
        await page.get_by_test_id("person-ann").wait_for()
        await accessible(page)
        await add_dan(page)
        other = await Desk.open(browser, house.origin, language="zh-CN")
        await first_time(other)
        await page.get_by_test_id("people-sessions").click()
        await expect(page.get_by_test_id("session")).to_have_count(2)
        await accessible(page)
        await page.get_by_test_id("person-dan").get_by_role("button").click()
        await page.get_by_test_id("person-lock").click()
        await page.get_by_test_id("person-lock-sure").click()
        await page.locator("[data-testid=person][data-state=locked]").wait_for()
        await expect(page.get_by_test_id("role-North")).to_be_checked()
        await other.page.get_by_test_id("login").wait_for()
        await other.sign_in("dan", "one of my very own")
        await expect(other.page.get_by_role("alert")).to_be_visible()
        await page.get_by_test_id("person-remove").click()
        await page.get_by_test_id("person-remove-sure").click()
        await page.get_by_test_id("person-restore").wait_for()
        await expect(page.get_by_test_id("person-dan")).to_have_count(0)
        await accessible(page)
        await desk.close()
        await other.close()


async def test_a_token_and_a_session_are_ended_in_my_account(tmp_path: Path) -> None:
    """Made, shown once and revoked; another window of one's own is signed out from here at once."""
    async with built(tmp_path) as house, chromium() as browser:
        desk = await Desk.open(browser, house.origin, scheme="dark")
        page = desk.page
        await desk.sign_in("sue", PASSWORD)
        other = await Desk.open(browser, house.origin)
        await other.sign_in("sue", PASSWORD)
        await other.page.get_by_test_id("user-menu").wait_for()
        await open_account(page)
        await page.get_by_test_id("account-tokens").click()
        await page.get_by_test_id("token-name").fill("每晚報表")
        await page.get_by_test_id("token-make").click()
        secret = await page.get_by_test_id("token-secret").inner_text()
        assert secret.startswith("tl_")
        await accessible(page)
        await page.get_by_test_id("revoke-token").click()
        await page.get_by_test_id("revoke-token-sure").click()
        await expect(page.get_by_test_id("token")).to_have_count(0)
        await expect(page.get_by_text(secret)).to_have_count(0)
        await page.get_by_test_id("account-sessions").click()
        await expect(page.get_by_test_id("session")).to_have_count(2)
        await accessible(page)
        await page.get_by_test_id("end-session").click()
        await other.page.get_by_test_id("login").wait_for()
        await expect(page.get_by_test_id("session")).to_have_count(1)
        await desk.close()
        await other.close()


async def test_a_role_must_have_a_second_step(tmp_path: Path) -> None:
    """The page that asks for it leads through it to the desk; the rule is set on the people's page."""
    async with built(tmp_path) as house, chromium() as browser:
        admin = await Desk.open(browser, house.origin)
        await admin.sign_in("adm", PASSWORD)
        await admin.page.get_by_test_id("user-menu").click()
        await admin.page.get_by_test_id("user-menu-people").click()
        await admin.page.get_by_test_id("people-rules").click()
        await admin.page.get_by_test_id("totp-agent").check()
        await admin.page.get_by_test_id("totp-save").click()
        await expect(admin.page.get_by_text("Saved")).to_be_visible()
        assert await house.store.read(second_factor.required_roles) == ("agent",)
        await accessible(admin.page)
        desk = await Desk.open(browser, house.origin)
        page = desk.page
        await desk.sign_in("bob", PASSWORD)
        await page.get_by_test_id("due-totp").wait_for()
        await page.get_by_test_id("totp-password").fill(PASSWORD)
        await page.get_by_test_id("totp-start").click()
        await page.locator("details summary").click()
        secret = (await page.get_by_test_id("totp-secret").inner_text()).replace(" ", "")
        await accessible(page)
        await page.get_by_test_id("totp-code").fill(code_now(secret))
        await page.get_by_test_id("totp-finish").click()
        await page.get_by_test_id("codes-kept").click()
        await page.get_by_test_id("start-shift").wait_for()
        await desk.close()
        await admin.close()


async def test_the_providers_button_leads_in_and_says_why_not(tmp_path: Path) -> None:
    """Pressed, the browser goes to the provider and comes back signed in, across sites; a refusal is told in words."""
    async with provider_on_loopback() as provider:
        issuer = provider.issuer.replace("127.0.0.1", "localhost")  # another site than ours, for cookies
        provider.issuer = issuer
        oidc = {
            "issuer": issuer, "client_id": CLIENT, "client_secret": SECRET, "label": "Example 帳號",
            "create_users": True, "default_role": "agent",
        }  # fmt: skip
        async with built(tmp_path, oidc=oidc) as house, chromium() as browser:
            desk = await Desk.open(browser, house.origin)
            page = desk.page
            await page.goto(house.origin)
            await expect(page.get_by_test_id("login-oidc")).to_contain_text("Example 帳號")
            await accessible(page)
            await page.get_by_test_id("login-oidc").click()
            await page.get_by_test_id("start-shift").wait_for()
            assert page.url == f"{house.origin}/"
            await page.get_by_test_id("user-menu").click()
            await page.get_by_test_id("sign-out").click()
            provider.error = "access_denied"
            await page.get_by_test_id("login-oidc").click()
            await expect(page.get_by_role("alert")).to_contain_text("did not let you in")
            assert page.url == f"{house.origin}/"
            await accessible(page)
            await desk.close()
