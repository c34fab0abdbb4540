"""Drive the built console on the mock server in Chromium: take its pictures and run axe over every page.

Usage, from agent_console/web after `npm run build`: ../../.venv/bin/python dev/pages.py OUT_FOLDER
Ends with 1 when axe finds a violation of WCAG 2.2 A or AA or the page logs an error.
"""
# ruff: noqa: INP001 - a script beside the console's sources, in no package

import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from shutil import which
from subprocess import PIPE, Popen
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

WEB = Path(__file__).resolve().parent.parent
PORT = 5191
HOME = f"http://127.0.0.1:{PORT}"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]  # fmt: skip
SIZES = {"1280": (1280, 800), "1920": (1920, 1080)}
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def scene(name: str) -> None:
    """Start one of the mock's scenes."""
    connection = HTTPConnection("127.0.0.1", PORT)
    connection.request("POST", f"/mock/{name}")
    connection.getresponse().read()
    connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How one run of the pictures looks."""

    login: str
    size: str
    theme: str

    @property
    def name(self) -> str:
        """The end of the picture's file name."""
        return f"{self.login}-{self.size}-{self.theme}"


class Album:
    """Takes the pictures, and collects what is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wrong: list[str] = []

    def take(self, page: Page, name: str, look: Look) -> None:
        """One picture, and axe on what it shows."""
        page.wait_for_timeout(250)  # fades
        page.screenshot(path=self.folder / f"{name}-{look.name}.png")
        page.add_script_tag(path=WEB / "node_modules/axe-core/axe.min.js")
        found: dict[str, Any] = page.evaluate("levels => axe.run({runOnly: levels})", LEVELS)
        for violation in found["violations"]:
            for node in violation["nodes"][:3]:
                self.wrong.append(
                    f"{name} {look.name}: {violation['id']}: {node['html'][:160]} {node['any'][:1]}"
                )

    def watch(self, page: Page) -> None:
        """Errors that the page itself reports."""
        page.on("pageerror", lambda error: self.wrong.append(f"page error: {error}"))


def sign_in(page: Page, album: Album, look: Look) -> None:
    """Login page, then in."""
    page.goto(HOME)
    page.get_by_test_id("login-name").fill(look.login)
    page.get_by_test_id("login-password").fill("wrong")
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_role("alert")).to_be_visible()
    album.take(page, "login", look)
    page.get_by_test_id("login-password").fill("right")
    page.get_by_test_id("login-submit").click()


def desk(page: Page, album: Album, look: Look) -> None:
    """An agent's day."""
    sign_in(page, album, look)
    page.get_by_test_id("start-shift").wait_for()
    album.take(page, "shift", look)
    page.get_by_test_id("start-shift").click()
    expect(page.get_by_test_id("phone-state")).to_have_attribute("data-state", "registered")
    page.get_by_test_id("back-to-ready").click()
    expect(page.get_by_test_id("status-button")).to_have_attribute("data-status", "ready")
    album.take(page, "ready", look)
    find(page, album, look)
    for name in ("none", "many", "one"):
        scene(name)
        expect(page.get_by_test_id("answer")).to_be_enabled()
        album.take(page, f"ringing-{name}", look)
        if name != "one":
            scene("leave")
            expect(page.get_by_test_id("answer")).to_have_count(0)
            scene("clear")
    talk(page, album, look)
    scene("letter")
    page.get_by_test_id("answer").click()
    page.get_by_test_id("composer").fill("陳小姐您好：\n\n感謝您提供簽收單，差額 NT$ 6,240 將以折讓單處理。")
    album.take(page, "letter", look)
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("composer")).to_have_value("")
    album.take(page, "letter-sent", look)
    page.get_by_test_id("status-button").click()
    album.take(page, "status", look)
    page.keyboard.press("Escape")
    scene("clear")
    trouble(page, album, look)


def find(page: Page, album: Album, look: Look) -> None:
    """Search by keyboard alone, and read what is found."""
    page.keyboard.press("Alt+Slash")
    page.keyboard.type("發票")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    album.take(page, "search", look)
    page.keyboard.press("Enter")
    page.get_by_test_id("opened").wait_for()
    album.take(page, "search-opened", look)
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("opened")).to_have_count(0)
    page.get_by_test_id("search").fill("")
    page.get_by_test_id("search").blur()


def talk(page: Page, album: Album, look: Look) -> None:
    """From the answer to the end of the wrap-up, with a reload in mid-call."""
    page.get_by_test_id("answer").click()
    expect(page.get_by_test_id("mute")).to_be_enabled()
    page.get_by_test_id("note").fill("十月發票數量有出入，已請客戶寄簽收單。")
    page.get_by_test_id("mute").click()
    page.get_by_test_id("mute").click()
    album.take(page, "talking", look)
    page.reload()
    expect(page.get_by_test_id("mute")).to_be_enabled()
    page.get_by_test_id("hangup").click()
    page.get_by_test_id("wrapup-resolved").wait_for()
    page.keyboard.press("1")
    album.take(page, "wrap-up", look)
    page.get_by_test_id("wrapup-finish").click()
    expect(page.get_by_test_id("wrapup-finish")).to_have_count(0)


def trouble(page: Page, album: Album, look: Look) -> None:
    """A missed offer, and a link that is lost while a call still comes."""
    scene("one")
    expect(page.get_by_test_id("answer")).to_be_enabled()
    scene("missed")
    page.get_by_test_id("back-to-ready").wait_for()
    album.take(page, "missed", look)
    page.get_by_test_id("user-menu").click()
    album.take(page, "menu", look)
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+?")
    page.get_by_role("dialog").wait_for()
    album.take(page, "shortcuts", look)
    page.keyboard.press("Escape")
    scene("kill-link")
    scene("stray")
    page.get_by_test_id("plain-call").wait_for()
    album.take(page, "lost", look)
    scene("back-link")
    scene("clear")


def board(page: Page, album: Album, look: Look) -> None:
    """The supervisor's board, calm and not."""
    sign_in(page, album, look)
    page.get_by_test_id("board-queue-q-zh").wait_for()
    album.take(page, "board", look)
    scene("busy-board")
    expect(page.get_by_test_id("board-queue-q-zh")).to_have_attribute("data-level", "alarm")
    album.take(page, "board-busy", look)
    scene("kill-link")
    page.wait_for_timeout(1200)
    album.take(page, "board-stale", look)
    scene("back-link")


def call_us(page: Page, album: Album, look: Look) -> None:
    """The customers' page."""
    page.goto(f"{HOME}/callus")
    page.get_by_test_id("callus-call").wait_for()
    album.take(page, "callus", look)
    page.get_by_test_id("callus-call").click()
    expect(page.get_by_test_id("callus-state")).to_have_attribute("data-state", "ringing")
    album.take(page, "callus-ringing", look)


RUNS = [
    (desk, Look(login="mei", size="1280", theme="light")),
    (desk, Look(login="anna", size="1920", theme="dark")),
    (desk, Look(login="wei", size="1920", theme="light")),
    (board, Look(login="sofia", size="1280", theme="dark")),
    (board, Look(login="sofia", size="1920", theme="light")),
    (call_us, Look(login="zh-TW", size="1280", theme="light")),
    (call_us, Look(login="en", size="1280", theme="dark")),
]


@contextmanager
def mock() -> Iterator[None]:
    """The mock server for as long as the pictures are taken."""
    node = which("node")
    if node is None:
        raise SystemExit("node is not on the PATH")
    # A session of its own: Node from PyPI is a starter whose child must end with it.
    argv = [node, "dev/mock.mjs", "--port", str(PORT)]
    with Popen(argv, cwd=WEB, stdout=PIPE, text=True, start_new_session=True) as process:  # noqa: S603 - our own script
        if process.stdout is not None:
            process.stdout.readline()  # it says when it listens
        try:
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def main(folder: Path) -> int:
    """Take all pictures into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    album = Album(folder)
    with mock(), sync_playwright() as play, tempfile.TemporaryDirectory() as profile:
        for number, (run, look) in enumerate(RUNS):
            scene("reset")
            width, height = SIZES[look.size]
            context = play.chromium.launch_persistent_context(
                f"{profile}/{number}",
                executable_path="/usr/bin/chromium",
                args=FLAGS,
                viewport={"width": width, "height": height},
                color_scheme="dark" if look.theme == "dark" else "light",
                locale=look.login if run is call_us else "zh-TW",
                permissions=["microphone"],
            )
            try:
                page = context.pages[0]
                page.set_default_timeout(8000)
                album.watch(page)
                run(page, album, look)
            finally:
                context.close()
    print("\n".join(album.wrong) or f"pictures in {folder}, nothing wrong")
    return 1 if album.wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
