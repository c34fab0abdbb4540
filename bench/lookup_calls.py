"""Calls that arrive in a server as it is, without Asterisk: AGI connections made as Asterisk makes them, until the pop is there.

Real are the AGI server and the entry, the floor with its ledger, the store with its one writer and its readers, recognition,
and the console's pops; there is no agent, so that every caller waits, and hangs up when the pop is there.
"""

import asyncio
import itertools
import random
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from pydantic import SecretStr

from agent_console.pops import Pops
from bench.lookup_callers import MAIL, SHARES, callers
from config.clock import SystemClock
from config.settings import Asterisk
from crm_core import queues
from crm_core.store import Connection, Store
from cti.arriving.door import Door
from cti.arriving.entry import Entry
from cti.arriving.holding import Holding
from cti.arriving.prompt_files import PromptFiles
from cti.callbacks import Callbacks
from cti.calls import Calls
from cti.directory import Directory
from cti.talking.outside import Outside
from cti.voice import UNGUARDED
from routing.bus import CALLER_KNOWN, LocalBus
from routing.core.events import CustomerLeft
from routing.core.facts import Enqueued, Fact
from routing.core.figures import Figures
from routing.core.model import InteractionId
from routing.core.router import Router
from routing.floor import Floor
from routing.recorder import StoreLedger
from routing.rules import read_rules
from tests.ports import free_port

DIALLED = "100"
GIVEN_UP_S = 30.0


@dataclass(slots=True)
class Arrivals:
    """Milliseconds from arrival to pop by kind of caller, and how many calls never got one."""

    took: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in SHARES})
    lost: int = 0

    def all(self) -> list[float]:
        return [value for values in self.took.values() for value in values]


class _Server:
    """The parts of a server that a call meets before an agent does."""

    def __init__(self, store: Store, floor: Floor, bus: LocalBus, port: int) -> None:
        clock = SystemClock()
        settings = Asterisk(ami_secret=SecretStr("x"), ari_secret=SecretStr("x"), fastagi_port=port)
        self.directory = Directory(store, bus, clock)
        self.calls = Calls(self.directory.agent_of)
        outside = Outside(
            store, bus, clock, self.directory, settings=settings, guard=UNGUARDED, time_zone="UTC"
        )
        callbacks = Callbacks(store, floor, clock, outside)
        prompts = PromptFiles(store, bus, None)
        self.entry = Entry(
            settings,
            store,
            floor,
            bus,
            clock,
            directory=self.directory,
            calls=self.calls,
            callbacks=callbacks,
            prompts=prompts,
            door=Door(store, bus, clock, self.directory, UNGUARDED),
            outside=outside,
            holding=Holding(floor, self.directory, prompts),
        )
        self.pops = Pops(store, clock, self._loaded)
        self.floor = floor
        self.ready: dict[InteractionId, asyncio.Event] = {}
        for topic in ("interaction", CALLER_KNOWN):
            bus.subscribe(topic, lambda name: self.pops.want((InteractionId(name),), again=True))
        floor.listen(self._facts)

    def _facts(self, facts: Sequence[Fact]) -> None:
        # the console reads a pop when a caller is offered, which is when they come as long as somebody is free
        self.pops.want(fact.interaction for fact in facts if isinstance(fact, Enqueued))

    def _loaded(self, batch: Collection[InteractionId]) -> None:
        for name in batch:
            document = self.pops.documents.get(name)
            if document is not None and document["match"]["strength"] != "pending" and name in self.ready:
                self.ready[name].set()

    def over(self, name: InteractionId) -> None:
        self.floor.submit(CustomerLeft(interaction=name, at=time.time()))
        self.calls.forget(name)
        self.pops.documents.pop(name, None)
        del self.ready[name]


@asynccontextmanager
async def _server(url: str) -> AsyncIterator[_Server]:
    store, bus, clock = Store(url), LocalBus(), SystemClock()
    store.open()
    await store.write(_queue)
    queue_rules, agent_rules = await store.read(partial(read_rules, now=clock.now()))
    floor = Floor(
        Router(queue_rules, agent_rules), StoreLedger(store, clock), clock, Figures(0.0, queue_rules)
    )
    server = _Server(store, floor, bus, free_port())
    await server.directory.refresh()
    tasks = [asyncio.create_task(part.run()) for part in (floor, server.entry, server.pops)]
    try:
        while server.entry.port == 0:
            await asyncio.sleep(0.05)
            for task in tasks:
                if task.done():
                    task.result()
        yield server
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await store.close()
        for task in tasks:
            if not task.cancelled():
                task.result()


def _queue(conn: Connection) -> None:
    if not queues.list_queues(conn):  # a database that was kept has it
        queue = queues.add_queue(conn, name="Care", language="en", wrap_up_s=0)
        queues.add_entry(conn, "voice", DIALLED, queue.id)


async def arrive(url: str, count: int, rate: float, seconds: float) -> Arrivals:
    """Let calls arrive at `rate` a second (Poisson); the first two seconds warm up."""
    sources, draw, arrivals = callers(count), random.Random(7), Arrivals()
    del sources[MAIL]
    async with _server(url) as server, asyncio.TaskGroup() as tasks:
        began = at = time.monotonic()
        for number in itertools.count():
            at += draw.expovariate(rate)
            if at > began + 2.0 + seconds:
                break
            await asyncio.sleep(at - time.monotonic())
            (kind,) = draw.choices(list(SHARES), list(SHARES.values()))
            channel = f"{time.time():.3f}.{number}"
            took = arrivals.took[kind] if at > began + 2.0 else []
            tasks.create_task(_call(server, channel, sources[kind](draw), arrivals, took))
    return arrivals


async def _call(server: _Server, channel: str, caller: str, arrivals: Arrivals, took: list[float]) -> None:
    name = InteractionId(f"tl-{channel}")
    server.ready[name] = asyncio.Event()
    began = time.perf_counter()
    try:
        async with asyncio.timeout(GIVEN_UP_S), asyncio.TaskGroup() as tasks:
            tasks.create_task(_connect(server.entry.port, channel, caller))
            await server.ready[name].wait()
            took.append((time.perf_counter() - began) * 1000)
    except TimeoutError:
        arrivals.lost += 1
    server.over(name)


async def _connect(port: int, channel: str, caller: str) -> None:
    """What Asterisk says and how it answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = {
        "agi_uniqueid": channel,
        "agi_callerid": caller,
        "agi_calleridname": "unknown",
        "agi_arg_1": f"{time.time():.3f}",
        "agi_arg_2": DIALLED,
    }
    writer.write("".join(f"{key}: {value}\n" for key, value in said.items()).encode() + b"\n")
    while await reader.readline():
        writer.write(b"200 result=1\n")
    writer.close()
    await writer.wait_closed()
