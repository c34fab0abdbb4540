"""One suite over both buses."""

import asyncio
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from routing.bus import Bus, LocalBus
from routing.redis_bus import RedisBus


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis server for the whole session, without persistence."""
    program = shutil.which("redis-server")
    assert program, "redis-server is missing: `make test` installs it"
    folder = Path(tempfile.mkdtemp(prefix="tl-redis-"))
    path = folder / "redis.sock"
    options = ["--port", "0", "--unixsocket", str(path), "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL)
    try:
        _await_socket(server, path)
        yield f"unix://{path}"
    finally:
        server.terminate()
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _await_socket(server: "subprocess.Popen[bytes]", path: Path) -> None:
    while server.poll() is None:
        with socket.socket(socket.AF_UNIX) as attempt:
            if attempt.connect_ex(str(path)) == 0:
                return
        try:
            server.wait(0.02)
        except subprocess.TimeoutExpired:
            continue
    pytest.fail(f"redis-server ended with {server.returncode}")


@pytest.fixture(params=["local", pytest.param("redis", marks=pytest.mark.real)])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    """A bus that runs."""
    if request.param == "local":
        yield LocalBus()
        return
    redis_bus = RedisBus(request.getfixturevalue("redis_url"))
    task = asyncio.create_task(redis_bus.run())
    async with asyncio.timeout(10):
        await redis_bus.listening()
    yield redis_bus
    task.cancel()
    await asyncio.wait([task])


class Ear:
    """Hears payloads and lets a test wait for them."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._more = asyncio.Event()

    def __call__(self, payload: str) -> None:
        self.heard.append(payload)
        self._more.set()

    async def wait(self, count: int) -> list[str]:
        async with asyncio.timeout(10):
            while len(self.heard) < count:
                self._more.clear()
                await self._more.wait()
        return self.heard


async def test_everyone_hears_in_order(bus: Bus) -> None:
    """All subscribers of a topic hear all payloads in the order of publishing, whatever is in them."""
    ears = Ear(), Ear()
    for ear in ears:
        bus.subscribe("interaction", ear)
    said = [f"{number} 王小明\r\n\0 <&>" for number in range(100)]
    for payload in said:
        bus.publish("interaction", payload)
    for ear in ears:
        assert await ear.wait(100) == said


async def test_topics_are_apart(bus: Bus) -> None:
    """A subscriber hears their own topic only, and topics have no patterns."""
    ear, other = Ear(), Ear()
    bus.subscribe("spool", ear)
    bus.subscribe("s*", other)
    bus.publish("outbox", "1")
    bus.publish("s*", "2")
    bus.publish("spool", "3")
    assert await ear.wait(1) == ["3"]
    assert await other.wait(1) == ["2"]


async def test_who_left_hears_nothing(bus: Bus) -> None:
    """After unsubscribing nothing more comes; leaving while being told harms nobody else."""
    ear, last = Ear(), Ear()
    leave = bus.subscribe("spool", lambda _: leave())
    bus.subscribe("spool", ear)
    gone = Ear()
    bus.subscribe("spool", gone)()
    bus.subscribe("spool", last)
    bus.publish("spool", "1")
    bus.publish("spool", "2")
    assert await ear.wait(2) == await last.wait(2) == ["1", "2"]
    assert gone.heard == []


async def test_a_publisher_is_not_re_entered(bus: Bus) -> None:
    """Callbacks run after `publish` returned, so that they may publish themselves."""
    order: list[str] = []
    ear = Ear()
    bus.subscribe("outbox", ear)
    bus.subscribe("spool", lambda payload: (order.append(payload), bus.publish("outbox", payload))[0])
    bus.publish("spool", "heard")
    order.append("published")
    assert await ear.wait(1) == ["heard"]
    assert order == ["published", "heard"]


@pytest.mark.real
async def test_a_bus_without_redis_waits_for_it(redis_url: str) -> None:
    """While Redis cannot be reached publishing does not fail, and what was said arrives when it can."""
    path = redis_url.removeprefix("unix://")
    door = Path(path).with_name("later.sock")
    bus = RedisBus(f"unix://{door}")
    ear = Ear()
    bus.subscribe("spool", ear)
    task = asyncio.create_task(bus.run())
    await asyncio.sleep(0.1)
    assert not task.done()
    door.symlink_to(path)
    async with asyncio.timeout(10):
        await bus.listening()
    bus.publish("spool", "there")
    assert (await ear.wait(1))[-1] == "there"
    task.cancel()
    await asyncio.wait([task])
