"""Every letter that got its 250 is in the store exactly once, whatever is killed when.

TRUNKLINE_DURABILITY_ROUNDS sets the number of rounds (20): in the even ones the drop is killed, in the odd ones the
server, each with SIGKILL at random moments while smtp-source sends 150 letters.
"""

import asyncio
import os
import random
import shutil
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from channels.email.receiving.spool import SpoolReader
from crm_core.store import Connection, Store
from crm_core.tables import interaction, letter
from tests.channels.rooms import SERVICE, furnish
from tests.ports import free_port
from tests.real.recording_proxy import RecordingProxy
from tests.templates import with_tables

pytestmark = pytest.mark.real

ROUNDS = int(os.environ.get("TRUNKLINE_DURABILITY_ROUNDS", "20"))
LETTERS = 150
SMTP_SOURCE = shutil.which("smtp-source", path=f"{os.environ['PATH']}:/usr/sbin")


class Server:
    """The mail server under test; started again whenever it is dead. `url`: its database."""

    def __init__(self, folder: Path, port: int, url: str) -> None:
        self._folder, self._port, self._url = folder, port, url
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with (self._folder / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.real.mail_server", str(self._folder), str(self._port), self._url,
                stderr=log,
            )  # fmt: skip

    async def kill(self) -> None:
        """As the out-of-memory killer does, and start it again."""
        assert self._process
        self._process.kill()
        await self._process.wait()
        await self.start()

    def kill_drop(self) -> None:
        """Its parent starts it again. Nothing to do while there is none."""
        assert self._process
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        for pid in map(int, children.read_text().split()):
            if b"channels.email.receiving.drop\0" in Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)

    async def stop(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[tuple[Server, RecordingProxy, Store]]:
    """A furnished centre whose letters come through a recording proxy, and a view of its store."""
    url = with_tables(tmp_path / "centre.db")
    store = Store(url)
    store.open()
    await store.write(furnish)
    port = free_port()
    running, proxy = Server(tmp_path, port, url), RecordingProxy(port)
    await proxy.start()
    await running.start()
    yield running, proxy, store
    await running.stop()
    proxy.stop()
    await store.close()


async def send(port: int, letters: int) -> None:
    """smtp-source ends with an error when a connection breaks; who counts is the proxy."""
    assert SMTP_SOURCE
    process = await asyncio.create_subprocess_exec(
        SMTP_SOURCE, "-d", "-s", "10", "-m", str(letters), "-l", "4096", "-f", "customer@example.org", "-t", SERVICE,
        f"127.0.0.1:{port}", stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await process.wait()


def stored(conn: Connection) -> Counter[str]:
    """How often each letter is in the store."""
    return Counter(conn.execute(select(letter.c.message_id)).scalars())


@pytest.mark.skipif(SMTP_SOURCE is None, reason="smtp-source of Postfix is not installed")
async def test_every_250_is_in_the_store_exactly_once(
    server: tuple[Server, RecordingProxy, Store], tmp_path: Path
) -> None:
    """150 letters a round; kill -9 of the drop or the server in the middle; nothing lost, nothing doubled."""
    running, proxy, store = server
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    for number in range(ROUNDS):
        goal = len(proxy.accepted) + LETTERS
        moment = goal - chance.randrange(1, LETTERS)

        async def murder(number: int = number, moment: int = moment) -> None:
            while len(proxy.accepted) < moment:  # so that it always hits letters on their way
                await asyncio.sleep(0.001)
            if number % 2:
                await running.kill()
            else:
                running.kill_drop()

        killing = asyncio.create_task(murder())
        while len(proxy.accepted) < goal:
            await send(proxy.port, min(LETTERS, goal - len(proxy.accepted)))
        await killing
    expected = set(proxy.accepted)

    async def missing() -> int:
        return len(expected - set(await store.read(stored)))

    async with asyncio.timeout(240):
        while await missing():
            await asyncio.sleep(0.2)
        reader = SpoolReader(tmp_path / "spool")
        while await asyncio.to_thread(reader.read, 1):
            await asyncio.sleep(0.2)
            reader = SpoolReader(tmp_path / "spool")
    found = await store.read(stored)
    doubled = {name for name, count in found.items() if count > 1}
    print(f"\nseed {seed}: {len(proxy.accepted)} accepted in {ROUNDS} rounds, {len(found)} stored")
    assert not doubled
    assert len(proxy.accepted) == len(expected) >= ROUNDS * LETTERS
    # Not one letter more than one interaction, not one interaction without a letter: filed whole or not at all.
    interactions = await store.read(lambda conn: conn.execute(select(interaction.c.id)).scalars().all())
    assert len(interactions) == len(found)
