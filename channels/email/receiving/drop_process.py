"""The drop's parent: starts it, starts it again when it dies, and wakes the importer for it."""

import asyncio
import asyncio.subprocess
import json
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from channels.email.receiving.drop import (
    EXIT_ARGUMENTS,
    EXIT_CERTIFICATE,
    EXIT_LISTEN,
    EXIT_SPOOL,
    DropArguments,
)
from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from config.settings import Mail
from routing.bus import Bus

log = Transcript("drop")

_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 30.0
_STEADY_S = 10.0
_FINAL = frozenset({EXIT_ARGUMENTS, EXIT_LISTEN, EXIT_SPOOL, EXIT_CERTIFICATE})
"""What no other try mends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DropStatus:
    """Whether mail is accepted now, since when that is so, and why not."""

    up: bool
    since: float
    reason: str
    port: int | None = None


class DropProcess:
    """Keeps one drop running. The drop ends by itself when we die: its standard input closes."""

    def __init__(self, settings: Mail, spool_dir: Path, bus: Bus, clock: Clock) -> None:
        self._arguments = DropArguments(
            host=settings.listen_host,
            port=settings.listen_port,
            hostname=settings.hostname,
            spool_dir=str(spool_dir),
            max_message_bytes=settings.max_message_bytes,
            lmtp_port=settings.lmtp_port,
            certificate=settings.certificate,
            certificate_key=settings.certificate_key,
        )
        self._bus = bus
        self._clock = clock
        self._status = DropStatus(up=False, since=clock.now(), reason="starting")
        self._listening: asyncio.Future[None] | None = None
        self._pid: int | None = None

    def status(self) -> DropStatus:
        """For `readyz` and the console's link document."""
        return self._status

    @property
    def pid(self) -> int | None:
        """The running drop's process."""
        return self._pid

    async def listening(self) -> None:
        """Return when the first drop listens; raise `Unavailable` with a sentence when it cannot (a busy port)."""
        await asyncio.shield(self._first())

    async def run(self) -> None:
        """Until cancelled. A drop that cannot listen at the very start ends this with `Unavailable`."""
        pause_s = _FIRST_PAUSE_S
        while True:
            began = self._clock.monotonic()
            reason, code = await self._one_life()
            if self._clock.monotonic() - began > _STEADY_S:
                pause_s = _FIRST_PAUSE_S
            self._note(up=False, reason=reason)
            if not self._first().done() and code in _FINAL:
                problem = Unavailable("mail drop", reason)
                self._first().set_exception(problem)
                self._first().exception()  # it may have no other reader
                raise problem
            log.note("!", "", f"{reason}; next start in {pause_s:g} s")
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    def _first(self) -> "asyncio.Future[None]":
        if self._listening is None:
            self._listening = asyncio.get_running_loop().create_future()
        return self._listening

    async def _one_life(self) -> tuple[str, int]:
        """Run a drop until it ends; why it ended and its exit code."""
        pipe = asyncio.subprocess.PIPE
        drop = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "channels.email.receiving.drop", json.dumps(asdict(self._arguments)),
            stdin=pipe, stdout=pipe, stderr=pipe,
        )  # fmt: skip
        assert drop.stdout  # noqa: S101 - a pipe, as asked for
        assert drop.stderr  # noqa: S101 - the same
        self._pid = drop.pid
        last_words = [""]
        try:
            await asyncio.gather(self._follow(drop.stdout), self._repeat(drop.stderr, last_words))
            code = await drop.wait()
        except asyncio.CancelledError:
            await _end(drop)
            raise
        known = code in _FINAL and last_words[0]
        return (last_words[0] if known else f"the drop ended ({_how(code)})"), code

    async def _follow(self, said: asyncio.StreamReader) -> None:
        while line := await said.readline():
            if line.startswith(b"listening "):
                port = int(line.split()[1])
                log.note("=", "", f"accepts mail on {self._arguments.host}:{port}")
                self._note(up=True, reason="", port=port)
                if not self._first().done():
                    self._first().set_result(None)
            self._bus.publish("spool", "")

    async def _repeat(self, said: asyncio.StreamReader, last_words: list[str]) -> None:
        while line := await said.readline():
            last_words[0] = line.decode("utf-8", "replace").rstrip()
            sys.stderr.write(f"{last_words[0]}\n")  # its own transcript, already in form

    def _note(self, *, up: bool, reason: str, port: int | None = None) -> None:
        self._status = DropStatus(up=up, since=self._clock.now(), reason=reason, port=port)


async def _end(drop: asyncio.subprocess.Process) -> None:
    """Let it store what it has; then make sure."""
    with suppress(ProcessLookupError):
        drop.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(5):
                await drop.wait()
        except TimeoutError:
            drop.kill()
            await drop.wait()


def _how(code: int) -> str:
    return f"by signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
