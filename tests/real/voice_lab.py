"""The telephone side of the server without a console: a real store, floor and VoiceChannel on a lab's Asterisk."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from config.clock import SystemClock
from config.settings import Guard
from crm_core import interactions, queues, users
from crm_core.store import Connection, Store
from cti.voice import UNGUARDED, VoiceChannel
from routing.bus import LocalBus
from routing.core.events import ConsoleChanged, StatusChosen
from routing.core.facts import Fact
from routing.core.figures import Figures
from routing.core.model import LETTERS, AgentId, Device, Status
from routing.core.router import Router
from routing.floor import Floor
from routing.recorder import StoreLedger
from routing.rules import read_rules
from routing.shown import Shown
from tests.real.asterisk_lab import AsteriskLab, together
from tests.templates import with_tables


@dataclass(slots=True)
class VoiceServer:
    """What one run of the server is made of, and every fact it recorded."""

    store: Store
    floor: Floor
    bus: LocalBus
    voice: VoiceChannel
    facts: list[Fact]
    heard: asyncio.Event

    async def fact(self, kind: type, count: int = 1, within_s: float = 10.0) -> Fact:
        """Wait for the `count`th fact of this class."""
        try:
            async with asyncio.timeout(within_s):
                while len(found := [fact for fact in self.facts if isinstance(fact, kind)]) < count:
                    self.heard.clear()
                    await self.heard.wait()
        except TimeoutError:
            raise AssertionError(f"no {kind.__name__} number {count}; facts: {self.facts}") from None
        return found[count - 1]

    async def link_up(self) -> None:
        """Wait until Asterisk has been read."""
        async with asyncio.timeout(10):
            while not all(switch.status.up for switch in self.voice.switches):
                await asyncio.sleep(0.01)

    async def device(self, agent: AgentId, device: Device = Device.REACHABLE) -> None:
        """Wait until the agent's telephone is told to be so."""
        async with asyncio.timeout(20):
            while self.floor.centre.agents[agent].device is not device:
                await asyncio.sleep(0.02)

    def ready(self, agent: AgentId) -> None:
        """The agent sits at a console and is ready."""
        at = SystemClock().now()
        self.floor.submit(ConsoleChanged(agent=agent, present=True, at=at))
        self.floor.submit(StatusChosen(agent=agent, status=Status.READY, at=at))


def prepare(
    folder: Path, *, ring_s: float = 5.0, extensions: tuple[str, ...] = ("1001",), record_share: int = 0
) -> str:
    """A database with one queue for 100 and an agent for each extension; its URL."""
    url = with_tables(folder / "trunkline.db")

    def fill(conn: Connection) -> None:
        queue = queues.add_queue(
            conn, name="Care", language="en", ring_s=ring_s, wrap_up_s=0, record_share=record_share
        )
        queues.add_entry(conn, "voice", "100", queue.id)
        for extension in extensions:
            login = f"agent{extension}"
            users.add_user(
                conn,
                login=login,
                name=login,
                password_hash="",
                role="agent",
                language="en",
                extension=extension,
            )

    return write_now(url, fill)


def write_now(url: str, unit: Callable[[Connection], None]) -> str:
    from sqlalchemy import create_engine

    engine = create_engine(url)
    with engine.begin() as conn:
        unit(conn)
    engine.dispose()
    return url


def agent_of(store: Store, extension: str) -> "asyncio.Task[AgentId]":
    """The agent with this extension."""

    async def look() -> AgentId:
        everyone = await store.read(users.list_users)
        return AgentId(next(user.id for user in everyone if user.extension == extension))

    return asyncio.create_task(look())


@asynccontextmanager
async def voice_server(
    lab: AsteriskLab,
    url: str,
    guard: Guard = UNGUARDED,
    *,
    ami_port: int | None = None,
    others: Sequence[AsteriskLab] = (),
) -> AsyncIterator[VoiceServer]:
    """Run it until the block ends; leaving the block is as sudden as a crash for Asterisk. `ami_port`: of what leads to Asterisk's. `others`: further
    servers beside the first."""
    clock, bus, store = SystemClock(), LocalBus(), Store(url)
    settings = together([lab, *others]) if others else lab.settings()
    if ami_port is not None:
        settings = settings.model_copy(update={"ami_port": ami_port})
    store.open()
    try:
        queue_rules, agent_rules = await store.read(partial(read_rules, now=clock.now()))
        router = Router(queue_rules, agent_rules)
        floor = Floor(router, StoreLedger(store, clock), clock, Figures(0.0, queue_rules))
        voice = VoiceChannel(
            settings, store, floor, bus, clock, prompts_dir=lab.folder / "prompts", guard=guard
        )
        floor.add_channel(voice)
        for medium in sorted(LETTERS):
            floor.add_channel(Shown(medium, floor, clock))
        server = VoiceServer(store, floor, bus, voice, [], asyncio.Event())

        def note(facts: object) -> None:
            server.facts += facts  # type: ignore[operator]
            server.heard.set()

        floor.listen(note)
        running = [asyncio.create_task(floor.run()), asyncio.create_task(voice.run())]
        try:
            await server.link_up()
            yield server
        finally:
            for task in running:
                task.cancel()
            await asyncio.wait(running)
            for task in running:
                if not task.cancelled() and task.exception() is not None:
                    raise task.exception()  # type: ignore[misc]
    finally:
        await store.close()


async def recorded(server: VoiceServer, interaction: str) -> interactions.Interaction:
    """The interaction as the database has it."""
    found = await server.store.read(lambda conn: interactions.interaction(conn, interaction))
    assert found is not None
    return found
