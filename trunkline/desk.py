"""All of the server but the telephone: letters, the console, and what is done in the background. `trunkline.app` loads it when calls are looked after."""

import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING

from agent_console import application
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
from channels.attachments.reader import AttachmentReader
from channels.email.receiving.drop_process import DropProcess
from channels.email.receiving.intake import Intake
from channels.email.sending.composer import Composer
from channels.email.sending.outbox import Postman
from channels.post.watch import PaperWatch
from channels.sms.service import text_messages
from cti.phones import AsteriskPhones

if TYPE_CHECKING:
    from trunkline.app import Part, Telephone

application.routed()  # puts the routes together, which takes a second: here it is the thread's that loads this


def wire(telephone: "Telephone", listening: socket.socket | None) -> "Mapping[str, Part]":
    """Build every part; nothing is started."""
    settings, store, clock, bus = telephone.settings, telephone.store, telephone.clock, telephone.bus
    floor, voice = telephone.floor, telephone.voice
    drop = DropProcess(settings.mail, settings.spool_dir(), bus, clock)
    intake = Intake(
        settings.mail, spool_dir=settings.spool_dir(), store=store, floor=floor, bus=bus, clock=clock
    )
    postman = Postman(settings.mail, store, bus, clock)
    composer = Composer(settings.mail, settings.centre.name, store, bus, clock, settings.centre.time_zone)
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
        recordings=(telephone.keeper, telephone.messages),
        listening=listening,
    )
    off = settings.modules.off
    parts: dict[str, Part] = {
        "mail drop": drop,
        "mail intake": intake,
        "postman": postman,
        "attachments": AttachmentReader(store, bus, clock),
        "paper": PaperWatch(settings.paper, store, floor, bus, clock),
        "text messages": text_messages(settings, store, floor, bus, clock),
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
    return parts
