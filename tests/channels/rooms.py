"""A mail room for tests: a real store, a real floor and bus, and the parts of the mail channel on them."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from pydantic import SecretStr

from channels.email.receiving.intake import Intake
from channels.email.receiving.spool import Envelope
from channels.email.receiving.spool_writer import SpoolWriter
from channels.email.sending.composer import Composer
from channels.email.sending.outbox import Postman
from config.clock import SystemClock
from config.settings import Mail
from crm_core import cases, interactions, letters, parties, queues, users
from crm_core.interactions import Interaction
from crm_core.letters import Letter
from crm_core.store import Connection, Store
from crm_core.users import User
from routing.bus import LocalBus
from routing.core.events import ConsoleChanged, StatusChosen
from routing.core.figures import Figures
from routing.core.model import AgentId, Medium, Status
from routing.core.router import Router
from routing.floor import Floor
from routing.recorder import StoreLedger
from routing.rules import read_rules
from routing.shown import Shown
from tests.templates import with_tables

SERVICE, SALES = "service@example.com", "sales@example.com"
ANN = "ann@example.org"


@dataclass(slots=True)
class MailRoom:
    """Everything of one centre that letters touch."""

    folder: Path
    store: Store
    floor: Floor
    bus: LocalBus
    clock: SystemClock
    settings: Mail
    agent: User
    intake: Intake
    composer: Composer
    postman: Postman
    spool: SpoolWriter
    told: list[str] = field(default_factory=list)

    async def deliver(self, raw: bytes, *to: str, sender: str = ANN) -> None:
        """What the drop does when a letter is accepted."""
        envelope = Envelope(
            sender=sender, recipients=to or (SERVICE,), received_at=time.time(), peer="192.0.2.1", helo="x"
        )
        await self.spool.append(envelope, raw)
        self.bus.publish("spool", "")

    async def interactions(self) -> list[Interaction]:
        return await self.store.read(lambda conn: interactions.open_ones(conn, "email"))

    async def cases(self) -> list[cases.Case]:
        """The cases of all open interactions, the oldest first."""
        ids = dict.fromkeys(one.case_id for one in await self.interactions() if one.case_id)
        found = await self.store.read(lambda conn: [cases.case(conn, one) for one in ids])
        return sorted((one for one in found if one), key=lambda one: one.number)

    async def thread(self, case_id: str) -> list[Letter]:
        return await self.store.read(lambda conn: letters.thread(conn, case_id))

    async def ready(self) -> None:
        """The agent sits at the console and takes work."""
        agent, now = AgentId(self.agent.id), self.clock.now()
        await self.floor.settle(ConsoleChanged(agent=agent, present=True, at=now))
        await self.floor.settle(StatusChosen(agent=agent, status=Status.READY, at=now))


def letter(subject: str = "Where is my order?", sender: str = ANN, **headers: str) -> bytes:
    """A customer's letter; headers with _ for -."""
    message = EmailMessage()
    message["From"] = sender
    message["Subject"] = subject
    message["Message-ID"] = f"<{time.time_ns()}@example.org>"
    for name, value in headers.items():
        del message[name.replace("_", "-")]
        message[name.replace("_", "-")] = value
    message.set_content("Hello,\nwhere is it?")
    return message.as_bytes().replace(b"\n", b"\r\n")


def furnish(conn: Connection) -> User:
    """Two queues with addresses, an agent, and Ann among the customers."""
    for name, address in (("Service", SERVICE), ("Sales", SALES)):
        queue = queues.add_queue(conn, name=name, language="en", mail_address=address, wrap_up_s=0)
        queues.add_entry(conn, "email", address, queue.id)
    party = parties.add_party(conn, kind="person", name="Ann Example", now=0.0)
    parties.add_contact_point(conn, party.id, "email", ANN)
    return users.add_user(conn, login="eve", name="Eve", password_hash="x", role="agent", language="en")


@asynccontextmanager
async def mail_room(folder: Path, relay_port: int = 1) -> AsyncIterator[MailRoom]:
    """A fresh centre in `folder`; nothing runs yet but the store and the spool's writer."""
    url = with_tables(folder / "centre.db")
    store = Store(url)
    store.open()
    agent = await store.write(furnish)
    bus, clock = LocalBus(), SystemClock()
    settings = Mail(
        relay_port=relay_port, reply_secret=SecretStr("a secret of some length"), hostname="mail.example.com"
    )
    rules = await store.read(partial(read_rules, now=clock.now()))
    floor = Floor(Router(*rules), StoreLedger(store, clock), clock, Figures(0.0, rules[0]))
    floor.add_channel(Shown(Medium.EMAIL, floor, clock))
    spool = SpoolWriter(folder / "spool", lambda: None)
    room = MailRoom(
        folder=folder,
        store=store,
        floor=floor,
        bus=bus,
        clock=clock,
        settings=settings,
        agent=agent,
        intake=Intake(settings, spool_dir=folder / "spool", store=store, floor=floor, bus=bus, clock=clock),
        composer=Composer(settings, "Example Ltd", store, bus, clock),
        postman=Postman(settings, store, bus, clock),
        spool=spool,
    )
    bus.subscribe("interaction", room.told.append)
    try:
        yield room
    finally:
        spool.close()
        await store.close()
