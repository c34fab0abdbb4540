"""The telephone room on a scripted Asterisk: a real store, floor and VoiceChannel; the ledger can be held up."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from config.clock import SystemClock
from config.settings import Asterisk, FurtherAsterisk, Guard
from crm_core import queues, users
from crm_core.store import Connection, Store
from cti.voice import UNGUARDED, VoiceChannel
from routing.bus import LocalBus
from routing.core.events import ConsoleChanged, StatusChosen
from routing.core.facts import Fact
from routing.core.figures import Figures
from routing.core.model import AgentId, Status
from routing.core.router import Router
from routing.floor import Floor
from routing.rules import read_rules
from tests.fakes.ami import AmiPeer, FakeAmi, fake_ami
from tests.fakes.ledger import MemoryLedger
from tests.ports import free_port
from tests.templates import with_tables

NOW = 1_700_000_000.25


@dataclass(slots=True, kw_only=True)
class There:
    """A second Asterisk, `south`, and what it shows."""

    ami: FakeAmi
    channels: list[tuple[tuple[str, str], ...]] = field(default_factory=list)
    devices: list[tuple[tuple[str, str], ...]] = field(default_factory=list)

    def event(self, name: str, *headers: tuple[str, str]) -> None:
        """It says something."""
        self.ami.peers[-1].send(("Event", name), ("Timestamp", f"{NOW}"), *headers)


@dataclass(slots=True, kw_only=True)
class Room:
    """One run. `channels` is what Asterisk shows when asked for its status. `there`: a second one, where there are two."""

    ami: FakeAmi
    store: Store
    bus: LocalBus
    ledger: MemoryLedger
    floor: Floor
    voice: VoiceChannel
    agents: dict[str, AgentId]
    fastagi_port: int
    channels: list[tuple[tuple[str, str], ...]] = field(default_factory=list)
    devices: list[tuple[tuple[str, str], ...]] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    there: There | None = None

    def event(self, name: str, *headers: tuple[str, str]) -> None:
        """Asterisk says something."""
        self.ami.peers[-1].send(("Event", name), ("Timestamp", f"{NOW}"), *headers)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for it."""
        async with asyncio.timeout(5):
            while not holds():
                await asyncio.sleep(0.005)

    async def learn_rules(self) -> None:
        """Have the router work under what the database says now."""
        self.floor.configure(*await self.store.read(partial(read_rules, now=SystemClock().now())))
        await self.floor.settle()

    def redirects(self) -> list[dict[str, str]]:
        """All that Asterisk was asked to lead somewhere."""
        return [action for action in self.ami.actions if action["Action"] == "Redirect"]

    def count(self, kind: type) -> int:
        """Facts of this class so far."""
        return len([fact for fact in self.facts if isinstance(fact, kind)])

    async def ready(self, extension: str) -> AgentId:
        """The agent sits at a console with a phone and is ready."""
        agent = self.agents[extension]
        self.event("DeviceStateChange", ("Device", f"PJSIP/{extension}"), ("State", "NOT_INUSE"))
        at = SystemClock().now()
        self.floor.submit(ConsoleChanged(agent=agent, present=True, at=at))
        await self.floor.settle(StatusChosen(agent=agent, status=Status.READY, at=at))
        await self.until(lambda: self.floor.centre.agents[agent].device.value == "reachable")
        return agent

    async def call(
        self, channel: str, caller: str = "1", at: float = NOW
    ) -> "tuple[asyncio.StreamReader, asyncio.StreamWriter]":
        """A caller comes in by AGI."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.fastagi_port)
        lines = (f"agi_uniqueid: {channel}", f"agi_arg_1: {at}", "agi_arg_2: 100", f"agi_callerid: {caller}")
        writer.write(("\n".join(lines) + "\n\n").encode())
        return reader, writer

    def answered(self, channel: str, extension: str, offer: str) -> None:
        """The agent's phone answers this offer."""
        self.event(
            "DialEnd",
            ("Uniqueid", channel),
            ("DestUniqueid", f"leg-{channel}"),
            ("DestChannel", f"PJSIP/{extension}-00000001"),
            ("DestChanVariable", f"TL_OFFER={offer}"),
            ("DialStatus", "ANSWER"),
        )


def standing(channel: str, context: str) -> tuple[tuple[str, str], ...]:
    """A caller in Asterisk's status list."""
    return (
        ("Channel", f"PJSIP/trunk-{channel}"),
        ("Uniqueid", channel),
        ("Linkedid", channel),
        ("Context", context),
        ("ChannelStateDesc", "Up"),
        ("Variable", f"TL_ID=tl-{channel}"),
        ("Variable", f"TL_ENQUEUED={NOW}"),
        ("Variable", "TL_NUMBER=100"),
    )


def _fill(conn: Connection, extensions: tuple[str, ...], record_share: int) -> dict[str, AgentId]:
    queue = queues.add_queue(
        conn, name="Care", language="en", ring_s=20.0, wrap_up_s=0, record_share=record_share
    )
    queues.add_entry(conn, "voice", "100", queue.id)
    return {one: add_agent(conn, one) for one in extensions}


def add_agent(conn: Connection, extension: str) -> AgentId:
    """Somebody with this phone."""
    user = users.add_user(
        conn,
        login=f"a{extension}",
        name="A",
        password_hash="",
        role="agent",
        language="en",
        extension=extension,
    )
    return AgentId(user.id)


def _script(room: Room | There, name: str = "") -> None:
    async def tell_name(peer: AmiPeer, action: dict[str, str]) -> None:
        peer.reply(action, "Success", ("AsteriskVersion", "22.10.0"), ("SystemName", name))

    async def show(peer: AmiPeer, action: dict[str, str]) -> None:
        name = action["Action"]
        listed = {"Status": room.channels, "DeviceStateList": room.devices}.get(name, [])
        peer.reply(action)
        for one in listed:
            peer.send(("Event", name), ("ActionID", action["ActionID"]), *one)
        peer.send(("Event", f"{name}Complete"), ("ActionID", action["ActionID"]))

    room.ami.answers |= dict.fromkeys(("Status", "DeviceStateList", "QueueStatus"), show)
    room.ami.answers["CoreSettings"] = tell_name


def _south(port: int) -> FurtherAsterisk:
    return FurtherAsterisk(
        name="south",
        sip_address="127.0.0.1:5061",
        ami_port=port,
        ami_secret=SecretStr("right"),
        ari_secret=SecretStr("x"),
    )


@asynccontextmanager
async def telephone_room(
    folder: Path,
    extensions: tuple[str, ...] = ("1001", "1002"),
    *,
    record_share: int = 0,
    pause_ends_after_s: float = 0.0,
    guard: Guard = UNGUARDED,
    two: bool = False,
) -> AsyncIterator[Room]:
    """Run it until the block ends; what made it end by itself is raised there. `two`: with a second Asterisk, `south` beside `north`."""
    url = with_tables(folder / "room.db")
    clock, bus, store, ledger = SystemClock(), LocalBus(), Store(url), MemoryLedger()
    store.open()
    agents = await store.write(lambda conn: _fill(conn, extensions, record_share))
    queue_rules, agent_rules = await store.read(partial(read_rules, now=clock.now()))
    floor = Floor(Router(queue_rules, agent_rules), ledger, clock, Figures(0.0, queue_rules))
    async with fake_ami() as ami, fake_ami() as other:
        settings = Asterisk(
            ami_port=ami.port,
            ami_secret=SecretStr("right"),
            ari_secret=SecretStr("x"),
            fastagi_port=free_port(),
            name="north",
            sip_address="127.0.0.1:5060",
            peer_secret=SecretStr("sixteen characters"),
            more=(_south(other.port),) if two else (),
        )
        voice = VoiceChannel(
            settings,
            store,
            floor,
            bus,
            clock,
            pause_ends_after_s=pause_ends_after_s,
            prompts_dir=folder / "prompts",
            guard=guard,
        )
        room = Room(
            ami=ami, store=store, bus=bus, ledger=ledger, floor=floor, voice=voice, agents=agents,
            fastagi_port=settings.fastagi_port,
        )  # fmt: skip
        _script(room, "north")
        if two:
            room.there = There(ami=other)
            _script(room.there, "south")
        floor.add_channel(voice)
        floor.listen(room.facts.extend)
        running = [asyncio.create_task(floor.run()), asyncio.create_task(voice.run())]
        try:
            await room.until(lambda: all(switch.status.up for switch in voice.switches))
            yield room
        finally:
            for task in running:
                task.cancel()
            await asyncio.wait(running)
            await store.close()
            for task in running:
                if not task.cancelled() and (error := task.exception()) is not None:
                    raise error
