"""The composition root: every part of the server, built in the order in which it is needed, run in one task group.

The telephone comes first. Loading the console and what it answers takes a slow machine seconds, and callers who waited over a restart need none of it: it is
loaded when they have been looked after (`trunkline.desk`), while its port holds the browsers that come back.
"""

import asyncio
import gc
import importlib
import os
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from agent_console.listening import listen
from channels.chat.rooms import ChatRooms
from config.clock import SystemClock
from config.logs import Transcript
from config.pulse import Pulse
from config.settings import Settings
from crm_core.store import Store
from cti.arriving.messages import Messages
from cti.keeper import Keeper
from cti.voice import VoiceChannel
from routing.bus import LocalBus
from routing.core.figures import Figures
from routing.core.model import LETTERS
from routing.core.router import Router
from routing.day import day_starts
from routing.floor import Floor
from routing.recorder import StoreLedger
from routing.rules import RulesWatch, read_rules
from routing.shown import Shown
from trunkline import checks

GIL_SWITCH_S = 0.0005
"""The writer and the readers are threads: with Python's 5 ms a ringing phone may wait that long for a commit's end."""
DESK_AT_LATEST_S = 5.0
"""Nobody's screen waits longer for an Asterisk that does not answer."""
_log = Transcript("app")


class Part(Protocol):
    """Something that serves until it is cancelled; when it ends by itself, everything ends."""

    async def run(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone:
    """What callers need: the parts that are built and run first, and what the others are built on."""

    settings: Settings
    store: Store
    clock: SystemClock
    bus: LocalBus
    floor: Floor
    voice: VoiceChannel
    keeper: Keeper
    messages: Messages
    chats: ChatRooms
    parts: Mapping[str, Part]


async def serve(settings: Settings) -> int:
    """Run the centre until cancelled.

    Whatever can be refused is refused first, before a port is open or a row written: busy ports, an old schema, an
    Asterisk that is not there or does not know us. Afterwards a lost peer is reconnected to; a bug in one part ends
    all of them, and a supervisor (systemd, the demo) starts anew.
    """
    sys.setswitchinterval(GIL_SWITCH_S)
    checks.refuse_busy_ports(settings)
    store = Store(settings.database_url())
    checks.open_store(store)
    try:
        await _serve(settings, store)
    finally:
        await store.close()
    return 0


async def _serve(settings: Settings, store: Store) -> None:
    telephone = await wire_telephone(settings, store)
    await telephone.voice.check()
    listening = listen(settings.http.host, settings.http.port)
    _log.note("-", "", f"process {os.getpid()} serves {checks.origin(settings)}")
    async with asyncio.TaskGroup() as tasks:
        _start(tasks, telephone.parts)
        await _looked_after(telephone)
        tasks.create_task(telephone.voice.tell_lacks(), name="fitness")
        _start(tasks, await wire_desk(telephone, listening))
        _keep_loaded()


async def _looked_after(telephone: Telephone) -> None:
    """Wait until callers are: loading the desk keeps Python busy for seconds, and each row that is restored meanwhile, each message to Asterisk
    waits its turn (`GIL_SWITCH_S`)."""
    with suppress(TimeoutError):
        async with asyncio.timeout(DESK_AT_LATEST_S):
            await telephone.floor.restored()
            await telephone.voice.looked()


def _keep_loaded() -> None:
    """What is loaded stays, so nobody need look through it for garbage again: half a million objects would be a pause of a tenth of a second for
    whoever is about to be called. `trunkline run` collects nothing before."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def _start(tasks: asyncio.TaskGroup, parts: Mapping[str, Part]) -> None:
    for name, part in parts.items():
        tasks.create_task(part.run(), name=name)


async def wire_telephone(settings: Settings, store: Store) -> Telephone:
    """Build what callers need; nothing is started."""
    clock, bus = SystemClock(), LocalBus()
    rules = await store.read(partial(read_rules, now=clock.now()))
    queues, agents = rules
    day_of = day_starts(settings.centre.time_zone)
    floor = Floor(
        Router(queues, agents),
        StoreLedger(store, clock),
        clock,
        Figures(day_of(clock.now()), queues),
        day_of=day_of,
    )
    voice = VoiceChannel(
        settings.asterisk,
        store,
        floor,
        bus,
        clock,
        prompts_dir=settings.prompts_dir(),
        pause_ends_after_s=settings.recordings.pause_ends_after_s,
        guard=settings.guard,
        time_zone=settings.centre.time_zone,
    )
    floor.add_channel(voice)
    chats = ChatRooms(settings, store, floor, bus, clock)
    floor.add_channel(chats)
    for medium in sorted(LETTERS):
        floor.add_channel(Shown(medium, floor, clock))
    keeper = Keeper(settings, store, floor, bus, clock)
    messages = Messages(settings, store, floor, bus, clock, talking=voice.talking)
    parts: dict[str, Part] = {
        "pulse": Pulse(clock),
        "floor": floor,
        "rules": RulesWatch(store, floor, bus, clock, rules),
        "voice": voice,
        "recordings": keeper,
        "messages": messages,
        "chats": chats,
    }
    return Telephone(
        settings=settings,
        store=store,
        clock=clock,
        bus=bus,
        floor=floor,
        voice=voice,
        keeper=keeper,
        messages=messages,
        chats=chats,
        parts=parts,
    )


async def wire_desk(telephone: Telephone, listening: socket.socket | None = None) -> Mapping[str, Part]:
    """Load and build all the rest, in a thread while calls go on; nothing is started. `listening`: the console's port, where it is taken already."""
    desk = await asyncio.to_thread(importlib.import_module, "trunkline.desk")
    parts: Mapping[str, Part] = desk.wire(telephone, listening)
    return parts
