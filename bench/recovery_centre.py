"""The centre whose recovery is measured: `trunkline run` that can be killed, its AMI behind a wire that can be cut, consoles that come back by themselves."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from bench.recovery_wire import Wire, wire
from bench.ring_centre import (
    PASSWORD,
    add_agent,
    headers,
    provide_phones,
    sign_in,
)
from bench.ring_sipp import patient_phone_scenario, sipp
from crm_core import ledger, passwords, queues, schema
from crm_core.store import Connection, Store
from routing.core.facts import Fact
from routing.recorder import fact_of
from tests.ports import free_block, free_port
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.server_lab import ROOT, until_it_answers, write_settings
from tests.real.sipp import Sipp

NUMBER = "100"
RING_S = 0.1
BACK_EVERY_S = 0.2
"""A console that lost its socket tries again so often."""
LEGS_PORTS = 1000
"""RTP: two ports a leg, two legs a talk, and as much again because Asterisk draws them by lot."""


class Server:
    """`trunkline run`, again and again."""

    def __init__(self, log: Path, settings: Path, port: int) -> None:
        self._log, self._settings, self._port = log, settings, port
        self._process: asyncio.subprocess.Process | None = None

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Ends when it answers."""
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "trunkline.command", "run", "--config", str(self._settings),
                cwd=ROOT, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        await until_it_answers(self._process, self._port, self._log)

    async def kill(self) -> None:
        """SIGKILL; ends when it is gone."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


AT_ONCE = 20
"""So many channels are named in an action: Asterisk drops a line of more than a thousand signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """All that runs."""

    folder: Path
    lab: AsteriskLab
    wire: Wire
    server: Server
    phones: Sipp
    store: Store

    async def talking(self) -> list[str]:
        """The channels of agents who talk, by Asterisk's word, the longest first. What a telephone has seen is no measure: a call may ring there
        whose predecessor's end it has not written down."""
        lines = (await self.lab.cli("core show channels concise")).splitlines()
        legs = [fields for line in lines if len(fields := line.split("!")) >= 14]
        agents = [one for one in legs if one[0].startswith("PJSIP/1") and one[4] == "Up" and one[-2]]
        return [one[0] for one in sorted(agents, key=lambda one: -int(one[-3]))]

    async def hang_up(self, channels: Sequence[str]) -> None:
        """As if these agents had put down their telephones, by a connection that is not the server's."""
        if not channels:
            return
        layout = self.lab.layout
        reader, writer = await asyncio.open_connection("127.0.0.1", layout.ami_port)
        names = [name.replace("/", "\\/") for name in channels]
        somebody = ["|".join(names[start : start + AT_ONCE]) for start in range(0, len(names), AT_ONCE)]
        for lines in (
            ("Action: Login", f"Username: {layout.ami_user}", f"Secret: {layout.ami_secret}", "Events: off"),
            *(("Action: Hangup", f"Channel: /^({one_of})$/", "Cause: 16") for one_of in somebody),
            ("Action: Logoff",),
        ):
            writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        answer = (await reader.read()).decode()
        writer.close()
        if "Authentication accepted" not in answer:
            raise ConnectionError(f"Asterisk did not let us hang up: {answer}")

    async def facts(self, since: float) -> list[Fact]:
        """What the ledger says of the calls since then, in order."""
        entries = await self.store.read(partial(ledger.period, begin=since, end=since + 86_400))
        return [fact_of(entry) for entry in entries]


@asynccontextmanager
async def centre(folder: Path, agents: int, log: Path | None = None) -> AsyncIterator[Centre]:
    """Start everything; handed over when every agent is ready. `log`: where the server writes what it does."""
    ports = {name: free_port() for name in ("ami_port", "http_port", "sip_port", "fastagi_port")}
    rtp = free_block(LEGS_PORTS, probed=8)
    extensions = [str(1001 + index) for index in range(agents)]
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(
            asterisk_lab(folder, trace=False, rtp_start=rtp, rtp_end=rtp + LEGS_PORTS - 1, **ports)
        )
        phones = await stack.enter_async_context(
            sipp(folder / "phones", patient_phone_scenario(ring_s=RING_S))
        )
        await provide_phones(lab, extensions, phones.port, rtp_timeout_s=3600)
        line = await stack.enter_async_context(wire(lab.layout.ami_port))
        settings, http_port = write_settings(
            folder, [lab], ami_port=line.port, log_level="INFO" if log else "WARNING"
        )
        store = await _filled(folder / "trunkline.db", extensions)
        stack.push_async_callback(store.close)
        server = Server(log or folder / "server.log", settings, http_port)
        stack.push_async_callback(server.kill)
        await server.start()
        await stack.enter_async_context(_consoles(server.origin, extensions))
        await asyncio.sleep(1.0)  # the link's first look at Asterisk
        yield Centre(folder=folder, lab=lab, wire=line, server=server, phones=phones, store=store)


async def _filled(database: Path, extensions: Sequence[str]) -> Store:
    url = f"sqlite:///{database}"
    schema.upgrade(url)
    password_hash = await passwords.hash_password(PASSWORD)

    def unit(conn: Connection) -> None:
        queue = queues.add_queue(conn, name="Care", language="en", wrap_up_s=0)
        queues.add_entry(conn, "voice", NUMBER, queue.id)
        for extension in extensions:
            add_agent(conn, extension, password_hash, ())

    store = Store(url)
    store.open()
    await store.write(unit)
    return store


@asynccontextmanager
async def _consoles(origin: str, logins: Sequence[str]) -> AsyncIterator[None]:
    """Every agent signs in, opens a console and becomes ready; the consoles stay open, and come back, until the block ends."""
    async with asyncio.TaskGroup() as consoles:
        watching = []
        for login in logins:
            cookie, there = await sign_in(origin, login), asyncio.Event()
            watching.append(consoles.create_task(_console(origin, cookie, there), name=f"console {login}"))
            await there.wait()
            async with httpx.AsyncClient(base_url=origin, headers=headers(origin, cookie)) as browser:
                (await browser.put("/api/v1/me/status", json={"status": "ready"})).raise_for_status()
        yield
        for task in watching:
            task.cancel()


async def _console(origin: str, cookie: str, there: asyncio.Event) -> None:
    """Takes every frame; tries again when the socket is gone, as a browser does."""
    url = origin.replace("http", "ws", 1) + "/api/v1/socket"
    while True:
        with suppress(OSError, WebSocketException, TimeoutError):
            async with connect(
                url, origin=Origin(origin), additional_headers={"Cookie": cookie}, compression=None
            ) as socket:
                await socket.send(json.dumps({"type": "hello", "view": "agent", "resume": None}))
                async for _ in socket:
                    there.set()
        await asyncio.sleep(BACK_EVERY_S)
