"""Programs that the demo starts: they end with it, whatever ends it, and their last words are kept."""

import asyncio
import ctypes
import signal
from collections.abc import Sequence
from pathlib import Path

from config.errors import Unavailable

STOP_DEADLINE_S = 8.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def _end_with_parent() -> None:
    """Linux: have the kernel send SIGTERM to this process when its parent dies, even by SIGKILL (prctl(2))."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Child:
    """One program with its log file."""

    def __init__(self, name: str, argv: Sequence[str], log: Path) -> None:
        self.name = name
        self._argv = list(argv)
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches the demo first and the demo ends it in order."""
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )

    @property
    def pid(self) -> int:
        """The process id; 0 before the start."""
        return self._process.pid if self._process else 0

    async def wait(self) -> int:
        """Wait for its end; the exit code."""
        return await self._process.wait() if self._process else 0

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL for one that does not go in time."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(STOP_DEADLINE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def answers(self, host: str, port: int, deadline_s: float, *, says: str = "") -> None:
        """Wait until it accepts connections, and answers HTTP GET for this path; `Unavailable` with its last words when it ended or stayed silent."""
        try:
            async with asyncio.timeout(deadline_s):
                while not await (says_ok(host, port, says) if says else _accepts(host, port)):
                    if self._process is not None and self._process.returncode is not None:
                        raise Unavailable(self.name, f"ended at its start: {self.last_words()}")
                    await asyncio.sleep(0.05)
        except TimeoutError as late:
            raise Unavailable(
                self.name, f"did not answer on {host}:{port} in {deadline_s:.0f} s: {self.last_words()}"
            ) from late

    def last_words(self) -> str:
        """The end of its log, in one line."""
        text = self._log.read_bytes()[-2000:].decode("utf-8", "replace") if self._log.exists() else ""
        return " / ".join(text.split("\n")[-6:]).strip(" /") or f"nothing was logged in {self._log}"


async def _accepts(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


async def says_ok(host: str, port: int, path: str) -> bool:
    """Whether a GET is answered with 200; waits for the answer, for a port may be open before anybody serves it."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    try:
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode("ascii")
        )
        return b" 200 " in await reader.readline()
    except OSError:  # it ended meanwhile
        return False
    finally:
        writer.close()
