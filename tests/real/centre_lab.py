"""A whole centre for end-to-end tests: `trunkline demo` in a folder of its own, as a person would start it."""

import asyncio
import json
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import witnesses
from tests.ports import free_block
from trunkline.demo.children import says_ok

ROOT = Path(__file__).parent.parent.parent
LAUNCH = ROOT / ".trunkline" / "asterisk" / "launch.json"
START_S = 180.0
PORTS = 220


@dataclass
class Centre:
    """One running demo."""

    folder: Path
    base: int
    process: asyncio.subprocess.Process

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.base + 5}"

    @property
    def sip(self) -> str:
        return f"127.0.0.1:{self.base + 2}"

    @property
    def smtp_port(self) -> int:
        return self.base + 6

    def password(self, login: str) -> str:
        logins = json.loads((self.folder / "logins.json").read_text(encoding="utf-8"))
        return str(next(each["password"] for each in logins if each["login"] == login))

    def pid(self, name: str) -> int:
        """Process id of `server` or `asterisk`."""
        return int(json.loads((self.folder / "pids.json").read_text(encoding="utf-8"))[name])

    def kill_server(self) -> int:
        """SIGKILL, with no chance to say goodbye; returns the process id that is no more."""
        pid = self.pid("server")
        os.kill(pid, signal.SIGKILL)
        return pid

    async def server_is_back(self, after_pid: int, within_s: float = 90) -> None:
        """Wait until another server process answers."""
        async with asyncio.timeout(within_s):
            while self.pid("server") == after_pid or not await self.answers():
                await asyncio.sleep(0.05)

    async def answers(self) -> bool:
        return await says_ok("127.0.0.1", self.base + 5, "/healthz")

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Look into the database, as an auditor would; the server is not asked."""
        with sqlite3.connect(f"file:{self.folder / 'data' / 'trunkline.db'}?mode=ro", uri=True) as conn:
            conn.row_factory = sqlite3.Row
            return [dict(row) for row in conn.execute(query, values)]

    async def until(self, query: str, *values: Any, within_s: float = 15) -> list[dict[str, Any]]:
        """Wait until a query finds something."""
        async with asyncio.timeout(within_s):
            while not (found := self.rows(query, *values)):
                await asyncio.sleep(0.05)
        return found

    def log(self) -> str:
        return (self.folder / "trunkline.log").read_text(encoding="utf-8", errors="replace")

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGINT)
            async with asyncio.timeout(30):
                await self.process.wait()


@asynccontextmanager
async def centre(folder: Path, *options: str) -> AsyncIterator[Centre]:
    """Start a demo centre, hand it over when it is ready, stop it."""
    base = free_block(PORTS, probed=10)
    argv: Sequence[str] = (
        *(sys.executable, "-m", "trunkline.command", "demo", "--dir", str(folder), "--asterisk", str(LAUNCH)),
        *("--port-base", str(base), "--http-port", str(base + 5), "--smtp-port", str(base + 6), *options),
    )
    with (folder.parent / f"{folder.name}.out").open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            *argv, cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out
        )
    running = Centre(folder, base, process)
    try:
        async with asyncio.timeout(START_S):
            while not (folder / "pids.json").exists():
                if process.returncode is not None:
                    raise RuntimeError(Path(out.name).read_text(encoding="utf-8", errors="replace"))
                await asyncio.sleep(0.1)
        with (
            witnesses.log("trunkline", folder / "trunkline.log"),
            witnesses.log("asterisk", folder / "asterisk.log"),
        ):
            yield running
    finally:
        await running.stop()
