"""The composition root: every part of the server, built in the order in which it is needed, run in one task group."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from agent_console.caretaker import Caretaker
from agent_console.deadlines import Deadlines
from agent_console.imports import Imports
from agent_console.indexer import Indexer
from agent_console.jobs import JobDriver
from agent_console.librarian import Librarian
from agent_console.people_watch import PeopleWatch
from agent_console.procedures import Procedures
from agent_console.renewals import Renewals
from agent_console.server import ConsoleServer
from channels.email.channel import EmailChannel
from channels.email.composer import Composer
from channels.email.drop_process import DropProcess
from channels.email.intake import Intake
from channels.email.outbox import Postman
from config.clock import SystemClock
from config.logs import Transcript
from config.settings import Settings
from crm_core.store import Store
from cti.keeper import Keeper
from cti.phones import AsteriskPhones
from cti.voice import VoiceChannel
from routing.bus import LocalBus
from routing.core.figures import Figures
from routing.core.router import Router
from routing.day import day_starts
from routing.floor import Floor
from routing.recorder import StoreLedger
from routing.rules import RulesWatch, read_rules
from trunkline import checks

GIL_SWITCH_S = 0.0005
"""The writer and the readers are threads: with Python's 5 ms a ringing phone may wait that long for a commit's end."""
_log = Transcript("app")


class Part(Protocol):
    """Something that serves until it is cancelled; when it ends by itself, everything ends."""

    async def run(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """The server's parts, wired."""

    voice: VoiceChannel
    console: ConsoleServer
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
    centre = await wire(settings, store)
    await centre.voice.check()
    centre.console.bind()
    _log.note("-", "", f"process {os.getpid()} serves {checks.origin(settings)}")
    async with asyncio.TaskGroup() as tasks:
        for name, part in centre.parts.items():
            tasks.create_task(part.run(), name=name)


async def wire(settings: Settings, store: Store) -> Centre:
    """Build every part; nothing is started."""
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
    )
    floor.add_channel(voice)
    floor.add_channel(EmailChannel(floor, clock))
    drop = DropProcess(settings.mail, settings.spool_dir(), bus, clock)
    intake = Intake(
        settings.mail, spool_dir=settings.spool_dir(), store=store, floor=floor, bus=bus, clock=clock
    )
    postman = Postman(settings.mail, store, bus, clock)
    composer = Composer(settings.mail, settings.centre.name, store, bus, clock, settings.centre.time_zone)
    keeper = Keeper(settings, store, floor, bus, clock)
    console = ConsoleServer(
        settings,
        store,
        floor,
        bus,
        clock,
        phones=AsteriskPhones(settings.asterisk),
        letters=composer,
        calls=voice,
        talks=voice.talks,
        consults=voice.consults,
        dialling=voice.dialling,
        conferences=voice.conferences,
        watches=voice.watches,
        pauses=voice.pauses,
        mail=(drop, intake, postman),
        recordings=keeper,
    )
    off = settings.modules.off
    parts: dict[str, Part] = {
        "floor": floor,
        "rules": RulesWatch(store, floor, bus, clock, rules),
        "voice": voice,
        "recordings": keeper,
        "mail drop": drop,
        "mail intake": intake,
        "postman": postman,
        "people": PeopleWatch(store, bus),
        "librarian": Librarian(store, bus, clock, off),
        "procedures": Procedures(store, bus, clock, composer, off),
        "jobs": JobDriver(store, bus, clock),
        "indexer": Indexer(store, bus),
        "caretaker": Caretaker(store, bus, clock),
        "imports": Imports(settings, store, bus, clock),
        "console": console,
    }
    if "service" not in off:
        parts |= {"deadlines": Deadlines(store, bus, clock), "renewals": Renewals(store, bus, clock)}
    return Centre(voice=voice, console=console, parts=parts)
