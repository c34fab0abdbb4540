"""All of the server but the telephone: letters, the console, and what is done in the background. `trunkline.app` loads it when calls are looked after."""

import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING

from agent_console import application
from agent_console.caretaker import Caretaker
from agent_console.deadlines import Deadlines
from agent_console.gate import origins
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
from channels.email.receiving.imap.mailboxes import Mailboxes
from channels.email.receiving.intake import Intake
from channels.email.receiving.mail_in import MailIn
from channels.email.sending.composer import Composer
from channels.email.sending.dispatch import Dispatch
from channels.email.sending.outbox import Postman
from channels.email.sending.receipts import Receipts
from channels.fax.composing import Desk as FaxDesk
from channels.fax.receiving import Reception
from channels.fax.sending import Sending
from channels.post.watch import PaperWatch
from channels.sms.service import text_messages
from channels.web.forgotten import ForgottenForms
from crm_core.sealing import Seal
from cti.switches.phones import PhonesAnywhere

if TYPE_CHECKING:
    from trunkline.app import Part, Telephone

application.routed()  # puts the routes together, which takes a second: here it is the thread's that loads this


def wire(telephone: "Telephone", listening: socket.socket | None) -> "Mapping[str, Part]":
    """Build every part; nothing is started."""
    settings, store, clock, bus = telephone.settings, telephone.store, telephone.clock, telephone.bus
    floor, voice = telephone.floor, telephone.voice
    drop = DropProcess(settings.mail, settings.spool_dir(), bus, clock)
    intake = Intake(
        settings.mail,
        spool_dir=settings.spool_dir(),
        store=store,
        floor=floor,
        bus=bus,
        clock=clock,
        receipts=Receipts(settings.mail, settings.centre.name, settings.centre.time_zone),
    )
    key = settings.sign_in.secrets_key.get_secret_value()
    boxes = Mailboxes(
        settings.mail,
        spool_dir=settings.spool_dir(),
        store=store,
        bus=bus,
        clock=clock,
        seal=Seal(key) if key else None,
    )
    postman = Postman(settings.mail, store, bus, clock)
    composer = Composer(
        settings.mail,
        settings.centre.name,
        store,
        bus,
        clock,
        settings.centre.time_zone,
        min(origins(settings.http)),
    )
    faxes = Reception(settings, store, floor, bus, clock, talking=voice.talking)
    sending = Sending(settings, store, bus, clock, place=faxes.place, line=voice.faxes)
    console = ConsoleServer(
        settings,
        store,
        floor,
        bus,
        clock,
        phones=PhonesAnywhere(settings.asterisk, voice.is_up),
        letters=composer,
        calls=voice,
        talks=voice.talks,
        consults=voice.consults,
        dialling=voice.dialling,
        conferences=voice.conferences,
        watches=voice.watches,
        pauses=voice.pauses,
        chats=telephone.chats,
        mail=(drop, intake, postman, boxes),
        mail_in=MailIn(intake, boxes),
        recordings=(telephone.keeper, telephone.messages, faxes),
        faxes=FaxDesk(settings, store, bus, clock, place=faxes.place, numbers=voice.faxes),
        listening=listening,
    )
    off = settings.modules.off
    parts: dict[str, Part] = {
        "faxes": faxes,
        "faxes out": sending,
        "mail drop": drop,
        "mail intake": intake,
        "mailboxes": boxes,
        "postman": postman,
        "dispatch": Dispatch(settings.mail, settings.centre.name, store, bus, clock),
        "forms": ForgottenForms(store, floor, clock),
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
