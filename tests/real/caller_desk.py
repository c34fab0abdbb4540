"""One Asterisk, one server, one agent's phone, and callers who listen and press keys: what is said before the queue."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import select

from agent_console import rows as documents
from agent_console.pops import read_pop
from crm_core import interactions
from crm_core.store import Connection
from crm_core.tables import interaction
from cti.arriving import limits
from tests.ports import free_port
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.listener import Ear, ear, with_keys
from tests.real.sipp import Sipp, caller_scenario, sipp
from tests.real.voice_lab import VoiceServer, agent_of, prepare, voice_server, write_now


@dataclass
class Desk:
    """One Asterisk, one server, one agent with a phone that answers after a while and hangs up."""

    lab: AsteriskLab
    server: VoiceServer
    folder: Path

    @asynccontextmanager
    async def call(
        self, number: str, *, to: str = "100", hang_up_after_s: float | None = None
    ) -> AsyncIterator[tuple[Sipp, Ear]]:
        """Somebody calls and listens."""
        port = free_port()
        scenario = caller_scenario(
            to=to, number=number, name="", hang_up_after_s=hang_up_after_s, cancel_after_s=None, speak=None
        )
        async with ear(port) as listening:
            target = ("127.0.0.1", self.lab.layout.sip_port)
            scenario = with_keys(scenario, port)
            async with sipp(self.folder, scenario, target=target) as calling:
                yield calling, listening

    async def pop(self, of: str) -> dict[str, Any]:
        """What the console is sent of it now."""
        now = time.time()
        read = await self.server.store.read(lambda conn: read_pop(conn, of, now))
        return dict(documents.pop(read.known, read.letters, 1, read.clocks))

    async def until_closed(self) -> list[interactions.Interaction]:
        """The interactions that are closed, once there is one."""
        row = interaction.c

        def read(conn: Connection) -> list[interactions.Interaction]:
            found = conn.execute(select(interaction).where(row.state == "closed"))
            return [interactions.read_interaction(each) for each in found]

        async with asyncio.timeout(10):
            while not (closed := await self.server.store.read(read)):
                await asyncio.sleep(0.02)
        return closed

    def played(self) -> list[str]:
        """The sentences that Asterisk says it played, in order."""
        said = [line.split("Playing '")[1] for line in self.lab.log.splitlines() if "Playing '" in line]
        return [Path(path.split("'")[0]).name.split(".")[0] for path in said if "/sounds/" in path]


@asynccontextmanager
async def desk(
    folder: Path,
    fill: Callable[[Connection], None],
    *,
    answer_after_s: float | None,
    hang_up_after_s: float = 0.5,
    **layout: object,
) -> AsyncIterator[Desk]:
    """`layout`: fields of Asterisk's layout. Who calls is looked up also where that takes longer than a caller is let wait for it: the machine is busy."""
    async with AsyncExitStack() as stack:
        stack.enter_context(patch.object(limits, "LOOK_UP_WITHIN_S", 5.0))
        lab = await stack.enter_async_context(asterisk_lab(folder, **layout))
        url = prepare(folder)
        write_now(url, fill)
        server = await stack.enter_async_context(voice_server(lab, url))
        await stack.enter_async_context(
            lab.phone("1001", answer_after_s=answer_after_s, hang_up_after_s=hang_up_after_s)
        )
        agent = await agent_of(server.store, "1001")
        server.ready(agent)
        await server.device(agent)
        yield Desk(lab, server, folder)


async def seen(stage: Desk, of: str) -> dict[str, Any]:
    """The pop as soon as the caller has been introduced."""
    async with asyncio.timeout(5):
        while True:
            row = await stage.server.store.read(lambda conn: interactions.interaction(conn, of))
            if row is not None and row.match != "pending":
                return await stage.pop(of)
            await asyncio.sleep(0.01)
