"""A telephone in the browser where there are two Asterisk servers: it goes to the other one when its own dies, and calls come there."""

import asyncio
import time
from pathlib import Path

import pytest

from crm_core import passwords, users
from crm_core.store import Connection
from tests.real.asterisk_lab import AsteriskLab, several_labs
from tests.real.browser import Desk, chromium
from tests.real.server_lab import server, write_settings
from tests.real.voice_lab import prepare, write_now

pytestmark = pytest.mark.real
EXTENSION, PASSWORD = "1001", "correct horse battery"
REGISTERED = '[data-testid="phone-state"][data-state="registered"]'


async def _is_at(lab: AsteriskLab) -> bool:
    return f"{EXTENSION}/sip:" in await lab.cli("pjsip show contacts")


async def test_a_browsers_phone_goes_where_a_server_is(tmp_path: Path) -> None:
    """Its server is killed while the agent waits: registered at the other one by itself, the next caller's voice is heard there; and the first one's return
    moves nobody who is well where they are."""
    secret = await passwords.hash_password(PASSWORD)

    def fill(conn: Connection) -> None:
        [agent] = users.list_users(conn)
        users.set_password(conn, agent.id, secret, time.time())

    async with several_labs(tmp_path, "north", "south") as labs, chromium() as browser:
        write_now(prepare(tmp_path, extensions=(EXTENSION,)), fill)
        settings, port = write_settings(tmp_path, labs)
        async with server(tmp_path, settings, port):
            desk = await Desk.open(browser, f"http://127.0.0.1:{port}")
            await desk.sign_in(f"agent{EXTENSION}", PASSWORD)
            await desk.start_shift()
            await desk.become_ready()
            [first] = [lab for lab in labs if await _is_at(lab)]
            [second] = [lab for lab in labs if lab is not first]
            await first.stop(kill=True)
            async with asyncio.timeout(30):
                while not await _is_at(second):
                    await asyncio.sleep(0.1)
            await desk.page.locator(REGISTERED).wait_for(timeout=15_000)
            async with second.caller(speak=True):
                await desk.rings()
                await desk.answer()
                await desk.flows(10)
                await first.start()
                await desk.hang_up()
            async with first.caller(speak=True, number="+886900000002"):
                await desk.rings(30)
                await desk.answer()
                await desk.flows(10)
                assert await _is_at(second)
                assert not await _is_at(first)
            await desk.close()
