"""A supervisor at an agent's call, both in their browsers, on a real Asterisk."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, Locator, expect

from tests.real.browser import Desk, Language, Scheme, chromium
from tests.real.centre_lab import Centre, centre
from tests.real.sipp import Sipp, caller_scenario, sipp
from tests.real.test_talk_pages import picture

pytestmark = pytest.mark.real
LOOKS: tuple[tuple[str, Language, Scheme, int], ...] = (
    ("yating", "en", "dark", 1920),
    ("guanyu", "zh-TW", "light", 1280),
)
SUPERVISOR, EXTENSION = "shufen", "1090"


@dataclass
class Stage:
    """A running centre, whose supervisor has an extension, and a browser."""

    centre: Centre
    browser: Browser
    folder: Path
    tone: Path

    def who(self, login: str) -> str:
        (row,) = self.centre.rows("SELECT id FROM user_account WHERE login = ?", login)
        return str(row["id"])

    async def desk(self, login: str, language: Language, scheme: Scheme, width: int) -> Desk:
        """Somebody's browser, signed in."""
        desk = await Desk.open(
            self.browser, self.centre.origin, language=language, scheme=scheme, width=width
        )
        await desk.sign_in(login, self.centre.password(login))
        await desk.page.get_by_test_id("user-menu").wait_for()
        await desk.speak(language)
        return desk

    async def gives_extension(self) -> None:
        """As an administrator does."""
        async with httpx.AsyncClient(base_url=self.centre.origin, headers={"X-Trunkline": "1"}) as admin:
            given = {"login": "zhiming", "password": self.centre.password("zhiming")}
            assert (await admin.post("/api/v1/login", json=given)).status_code == 200
            place = f"/api/v1/users/{self.who(SUPERVISOR)}"
            answer = await admin.patch(place, json={"extension": EXTENSION})
            assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("watch_pages")
    tone = folder / "tone.ul"
    tone.write_bytes((b"\x20" * 8 + b"\xa0" * 8) * 500)  # a second of 500 Hz in u-law, which SIPp repeats
    async with AsyncExitStack() as stack:
        running = await stack.enter_async_context(centre(folder / "demo"))
        stage = Stage(running, await stack.enter_async_context(chromium()), folder, tone)
        await stage.gives_extension()
        yield stage


@dataclass
class Supervisor:
    """At the board, with this browser for a phone."""

    desk: Desk
    agent: str

    @property
    def bar(self) -> Locator:
        return self.desk.page.get_by_test_id("watch-bar")

    async def press(self, name: str) -> None:
        await self.desk.page.get_by_test_id(name).click()

    async def asks(self, mode: str) -> None:
        """In the agent's row."""
        await self.press(f"watch-{self.agent}")
        await self.press(f"watch-{mode}")

    async def is_there(self, mode: str) -> None:
        """The bar tells it, and the microphone is open unless they only listen."""
        await expect(self.bar).to_have_attribute("data-mode", mode)
        await self.desk.page.wait_for_function(
            "muted => window.trunkline.phone.call?.muted === muted", arg=mode == "listen"
        )

    async def hears(self) -> None:
        """Sound arrives, and it is not silence."""
        before = await self.desk.media()
        await self.desk.page.wait_for_timeout(1500)
        assert (await self.desk.media())["energy_heard"] > before["energy_heard"]

    async def is_gone(self) -> None:
        await expect(self.bar).to_have_count(0)
        await self.desk.page.wait_for_function("() => window.trunkline.phone.call === null")


async def listens_and_speaks_up(supervisor: Supervisor, agent: Desk, customer: Sipp, language: str) -> None:
    """Asked for the phone, they have none on the desk, so it is this browser; whoever is heard, and how, both see, and nobody any more after they left."""
    board, row = supervisor.desk.page, supervisor.desk.page.get_by_test_id(f"watch-{supervisor.agent}")
    sign = agent.page.locator(".overheard li")
    await supervisor.press(f"watch-{supervisor.agent}")
    await picture(board, f"watch-menu-{language}")
    await supervisor.press("watch-listen")
    await board.get_by_test_id("watch-phone").wait_for()
    await picture(board, f"watch-phone-{language}")
    await supervisor.press("watch-phone-desk")
    await expect(supervisor.bar).to_have_attribute("data-stage", "rings")
    await picture(board, f"watch-ringing-{language}")
    await supervisor.press("watch-leave")
    await supervisor.asks("phone-change")
    await supervisor.press("watch-phone-browser")
    await supervisor.asks("listen")
    await supervisor.is_there("listen")
    await supervisor.hears()
    await expect(sign).to_have_attribute("data-mode", "listen")
    await expect(row).to_have_attribute("data-mode", "listen")
    await picture(board, f"watch-listening-{language}")
    for mode in ("whisper", "barge"):
        await supervisor.press(f"watch-as-{mode}")
        await supervisor.is_there(mode)
        await expect(sign).to_have_attribute("data-mode", mode)
        await picture(board, f"watch-board-{mode}-{language}")
        await picture(agent.page, f"watch-desk-{mode}-{language}")
    await supervisor.press("watch-leave")
    await supervisor.is_gone()
    await expect(sign).to_have_count(0)
    await expect(row).to_have_attribute("data-mode", "")
    assert not customer.events("BYE"), "they talk on"


async def takes_over(supervisor: Supervisor, agent: Desk, customer: Sipp, language: str) -> None:
    """From the row at once; the phone is known by now. The agent wraps up, the customer stays until somebody hangs up."""
    await supervisor.asks("over")
    await picture(supervisor.desk.page, f"watch-sure-{language}")
    await supervisor.press("watch-sure-over")
    await expect(supervisor.bar).to_have_attribute("data-stage", "alone")
    await agent.page.get_by_test_id("wrapup-solved").wait_for()
    await supervisor.desk.flows()
    await picture(supervisor.desk.page, f"watch-alone-{language}")
    assert not customer.events("BYE")
    await supervisor.press("watch-leave")
    await customer.see("BYE")
    await supervisor.is_gone()


@pytest.mark.parametrize(("login", "language", "scheme", "width"), LOOKS)
async def test_a_supervisor_listens_speaks_up_leaves_and_takes_over(
    stage: Stage, login: str, language: Language, scheme: Scheme, width: int
) -> None:
    """With this browser for a phone, which answers by itself; the agent sees who is there, and how."""
    agent = await stage.desk(login, language, scheme, width)
    await agent.start_shift()
    await agent.become_ready()
    calling = caller_scenario(
        to="100",
        number="+886912345678",
        name="",
        hang_up_after_s=None,
        cancel_after_s=None,
        speak=stage.tone,
    )
    board = await stage.desk(SUPERVISOR, language, scheme, width)
    supervisor = Supervisor(board, stage.who(login))
    async with sipp(stage.folder, calling, target=("127.0.0.1", stage.centre.base + 2)) as customer:
        await agent.rings()
        await agent.answer()
        await listens_and_speaks_up(supervisor, agent, customer, language)
        await takes_over(supervisor, agent, customer, language)
        await agent.wrap_up("solved")
    assert (board.refusals, agent.refusals) == ([], [])
    await agent.page.get_by_test_id("user-menu").click()
    await agent.page.get_by_test_id("sign-out").click()
    await agent.page.get_by_test_id("login").wait_for()
    await agent.close()
    await board.close()
