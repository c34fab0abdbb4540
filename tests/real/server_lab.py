"""The product as a process of its own, before the Asterisk servers of a test: `trunkline run` with settings in a folder."""

import asyncio
import secrets
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from tests import witnesses
from tests.ports import free_port
from tests.real.asterisk_lab import AsteriskLab
from trunkline.demo.children import says_ok

ROOT = Path(__file__).resolve().parents[2]


def write_settings(
    folder: Path,
    labs: Sequence[AsteriskLab],
    *,
    ami_port: int | None = None,
    log_level: str = "WARNING",
    flood_calls: int = 0,
) -> tuple[Path, int]:
    """The server's settings and its HTTP port; `ami_port` where the first one's AMI is not reached straight. `flood_calls`: of one number, as
    tests have many calls of one: 0 holds nobody back."""
    path, http_port, first = folder / "trunkline.toml", free_port(), labs[0]
    more = "".join(f"\n[[asterisk.more]]\n{_own(lab)}" for lab in labs[1:])
    secret = f'peer_secret = "{first.layout.peer_secret}"\n' if more else ""
    path.write_text(
        f"""[centre]
data_dir = "."
log_level = "{log_level}"

[http]
port = {http_port}

[asterisk]
{_own(first, ami_port)}fastagi_port = {first.layout.fastagi_port}
{secret}{more}
[mail]
listen_port = {free_port()}
relay_port = {free_port()}
reply_secret = "{secrets.token_urlsafe(24)}"

[guard]
flood_calls = {flood_calls}
""",
        encoding="utf-8",
    )
    return path, http_port


def _own(lab: AsteriskLab, ami_port: int | None = None) -> str:
    layout = lab.layout
    return f"""name = "{layout.system_name}"
sip_address = "127.0.0.1:{layout.sip_port}"
ami_port = {ami_port or layout.ami_port}
ami_secret = "{layout.ami_secret}"
http_url = "http://127.0.0.1:{layout.http_port}"
ari_secret = "{layout.ari_secret}"
browser_ws_url = "ws://127.0.0.1:{layout.http_port}/ws"
"""


@asynccontextmanager
async def server(folder: Path, settings: Path, port: int, profile: Path | None = None) -> AsyncIterator[int]:
    """`trunkline run`; its process id."""
    profiler = ["-m", "cProfile", "-o", str(profile)] if profile else []
    argv = [sys.executable, *profiler, "-m", "trunkline.command", "run", "--config", str(settings)]
    with (folder / "server.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *argv, cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log
        )
    try:
        await until_it_answers(process, port, folder / "server.log")
        with witnesses.log("server", folder / "server.log"):
            yield process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def until_it_answers(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    async with asyncio.timeout(30):
        while True:
            if process.returncode is not None:
                raise SystemExit(f"the server ended: {log.read_text(encoding='utf-8')}")
            if await says_ok("127.0.0.1", port, "/healthz"):
                return
            await asyncio.sleep(0.05)
