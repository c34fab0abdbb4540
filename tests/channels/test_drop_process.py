"""The drop as a process of its own."""

import asyncio
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path

import aiosmtplib
import pytest
from pydantic import SecretStr

from channels.email.receiving.drop_process import DropProcess
from channels.email.receiving.spool import SpoolReader
from config.clock import SystemClock
from config.errors import Unavailable
from config.settings import Mail
from routing.bus import LocalBus
from tests.ports import free_port


def mail(port: int) -> Mail:
    return Mail(listen_port=port, reply_secret=SecretStr("a secret of some length"))


async def send(port: int, body: bytes = b"Subject: x\r\n\r\nHello") -> None:
    await aiosmtplib.send(
        body,
        sender="a@example.org",
        recipients=["b@example.com"],
        hostname="127.0.0.1",
        port=port,
        start_tls=False,
    )


async def test_a_killed_drop_is_started_again_and_wakes_the_importer(tmp_path: Path) -> None:
    """Letters before and after a kill -9 are in the spool; each batch is announced on the bus."""
    port, bus = free_port(), LocalBus()
    drop = DropProcess(mail(port), tmp_path, bus, SystemClock())
    woken = asyncio.Event()
    bus.subscribe("spool", lambda _: woken.set())
    task = asyncio.create_task(drop.run())
    try:
        async with asyncio.timeout(30):
            await drop.listening()
            await send(port)
            woken.clear()
            await send(port)
            await woken.wait()
            os.kill(drop.pid or 0, signal.SIGKILL)
            while drop.status().up:
                await asyncio.sleep(0.01)
            assert "SIGKILL" in drop.status().reason
            while not drop.status().up:
                await asyncio.sleep(0.01)
            await send(port)
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert len(SpoolReader(tmp_path).read()) == 3


async def test_a_busy_port_is_said_in_a_sentence(tmp_path: Path) -> None:
    """The first start fails with what to do, instead of trying for ever."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        drop = DropProcess(mail(port), tmp_path, LocalBus(), SystemClock())
        async with asyncio.timeout(30):
            with pytest.raises(Unavailable, match=f"127.0.0.1:{port}: the port is in use"):
                await drop.run()
            with pytest.raises(Unavailable):
                await drop.listening()


async def start(folder: Path, **limits: int) -> tuple[asyncio.subprocess.Process, int]:
    arguments = {
        "host": "127.0.0.1", "port": 0, "hostname": "mail.example.com", "spool_dir": str(folder), "max_message_bytes": 1_000_000,
    }  # fmt: skip

    def limit() -> None:
        if "file_bytes" in limits:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limits["file_bytes"],) * 2)

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "channels.email.receiving.drop", json.dumps(arguments),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, preexec_fn=limit,
    )  # fmt: skip
    assert process.stdout
    line = await process.stdout.readline()
    return process, int(line.split()[1])


async def test_the_drop_ends_with_its_parent(tmp_path: Path) -> None:
    """Closing its standard input, as a dead parent does, ends it, and what it accepted is in the spool."""
    async with asyncio.timeout(30):
        process, port = await start(tmp_path)
        assert process.stdin
        await send(port)
        process.stdin.close()
        assert await process.wait() == 0
    assert len(SpoolReader(tmp_path).read()) == 1


async def test_a_full_disk_defers_and_loses_nothing(tmp_path: Path) -> None:
    """A write that fails half-way is 451; what was accepted before stands, and nothing else appears."""
    async with asyncio.timeout(30):
        process, port = await start(tmp_path, file_bytes=10_000)
        assert process.stdin
        await send(port, b"Subject: small\r\n\r\nx")
        with pytest.raises(aiosmtplib.SMTPDataError) as refused:
            await send(port, b"Subject: large\r\n\r\n" + b"x" * 20_000)
        assert refused.value.code == 451
        await asyncio.sleep(1.1)  # the pause before the spool is tried again
        await send(port, b"Subject: again\r\n\r\nx")
        process.stdin.close()
        await process.wait()
    found = [one.raw.split(b"\r\n")[0] for one in SpoolReader(tmp_path).read()]
    assert found == [b"Subject: small", b"Subject: again"]
