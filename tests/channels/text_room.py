"""A centre for written channels in tests: a real store, floor and bus, a queue with a number, a customer, an agent; and a gateway beside it."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from channels.outside.web import OutsideWeb
from channels.sms import composing
from channels.sms.composing import Draft, Queued
from channels.sms.gateway_peer import GatewayPeer
from channels.sms.hooks import Receiver
from channels.sms.providers.model import Hook
from channels.sms.receiving import Desk
from channels.sms.service import TextMessages
from channels.written.dispatcher import Dispatcher
from channels.written.intake import Intake
from config.clock import SystemClock
from config.settings import Sms
from crm_core import letters, parties, queues, users
from crm_core.interactions import Interaction, read_interaction
from crm_core.letters import Letter
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.sealing import Seal
from crm_core.sms import gateways
from crm_core.store import Connection, Store
from crm_core.tables import interaction as interaction_table
from crm_core.users import User
from routing.bus import LocalBus
from routing.core.figures import Figures
from routing.core.router import Router
from routing.floor import Floor
from routing.recorder import StoreLedger
from routing.rules import read_rules
from tests.fakes.sms_gateway import SECRET, FakeGateway, generic_hook
from tests.templates import with_tables

OURS, THEIRS = "+886900000001", "+886912345678"
SEAL = Seal("a key of the tests")


@dataclass(slots=True)
class TextRoom:
    """Everything of one centre that text messages touch."""

    store: Store
    floor: Floor
    bus: LocalBus
    clock: SystemClock
    settings: Sms
    agent: User
    queue: str
    party: str
    gateway: str
    receiver: Receiver
    dispatcher: Dispatcher
    service: TextMessages

    async def comes(self, **said: Any) -> None:
        """The gateway says it."""
        headers, body = generic_hook(said)
        await self.receiver.take(self.gateway, Hook(url="", headers=headers, body=body))

    async def message(self, name: str, text: str, sender: str = THEIRS, **more: Any) -> None:
        """Somebody wrote to us."""
        await self.comes(type="message", id=name, **{"from": sender}, to=OURS, text=text, **more)

    async def letters(self) -> list[Letter]:
        """All of them, the oldest first."""
        return await self.store.read(_letters)

    async def interactions(self) -> list[Interaction]:
        """All of them."""
        return await self.store.read(_interactions)

    async def send(self, text: str, number: str = THEIRS, key: str = "", **more: Any) -> Queued:
        """An agent writes."""
        draft = Draft(
            text=text, number=number, queue_id=self.queue, key=key or text, author_id=self.agent.id, **more
        )
        now = self.clock.now()
        return await self.store.write(
            lambda conn: composing.send(conn, draft, self.settings, "Asia/Taipei", now)
        )

    async def state(self, letter_id: str) -> tuple[str | None, str | None]:
        """How far a message of ours has come."""
        found = await self.store.read(lambda conn: letters.letter(conn, letter_id))
        return (found.delivery, found.delivery_error) if found else (None, None)


def _letters(conn: Connection) -> list[Letter]:
    return letters._letters(conn, letters.letter_table.c.id != "")


def _interactions(conn: Connection) -> list[Interaction]:
    query = interaction_table.select().order_by(interaction_table.c.enqueued_at, interaction_table.c.id)
    return [read_interaction(row) for row in conn.execute(query)]


@asynccontextmanager
async def text_room(folder: Path, peer: FakeGateway, **settings: Any) -> AsyncIterator[TextRoom]:
    """The room; nothing runs but the floor's own state, which is empty."""
    store, bus, clock = Store(with_tables(folder / "centre.db")), LocalBus(), SystemClock()
    store.open()
    try:
        agent, queue, party, gateway = await store.write(partial(_seed, endpoint=f"{peer.origin}/send"))
        rules = await store.read(partial(read_rules, now=clock.now()))
        floor = Floor(Router(*rules), StoreLedger(store, clock), clock, Figures(clock.now(), rules[0]))
        chosen = Sms(media_hosts=("127.0.0.1",)).model_copy(update=settings)
        receiver = Receiver(
            desk=Desk(settings=chosen, centre="Test centre"),
            store=store,
            intake=Intake(store, floor, bus, clock),
            bus=bus,
            clock=clock,
            seal=SEAL,
        )
        web = OutsideWeb()
        yield TextRoom(
            store=store,
            floor=floor,
            bus=bus,
            clock=clock,
            settings=chosen,
            agent=agent,
            queue=queue,
            party=party,
            gateway=gateway,
            receiver=receiver,
            dispatcher=Dispatcher(
                GatewayPeer(store, SEAL, "http://desk.test", web, clock), store, bus, clock
            ),
            service=TextMessages(chosen, receiver, floor, SEAL, "http://desk.test", web),
        )
    finally:
        await store.close()


def _seed(conn: Connection, endpoint: str) -> tuple[User, str, str, str]:
    now = time.time()
    agent = users.add_user(conn, login="ann", name="Ann", password_hash="x", role="agent", language="en")
    queue = queues.add_queue(conn, name="Support", language="en").id
    party = parties.add_party(conn, kind="person", name="林小美", now=now).id
    parties.add_contact_point(conn, party, "phone", "0912 345 678")
    return agent, queue, party, add_gateway(conn, queue, endpoint)


def add_gateway(  # noqa: PLR0917 - what a gateway is
    conn: Connection,
    queue: str,
    endpoint: str,
    number: str = OURS,
    provider: str = "generic",
    more: Mapping[str, Any] | None = None,
) -> str:
    """A gateway with its secret, and a number of ours there."""
    given = {"name": f"gateway {number}", "provider": provider, "endpoint": endpoint, **(more or {})}
    made = rows.create(conn, system(time.time()), known.entity("sms_gateway"), given)
    line = {"number": number, "gateway_id": made.id, "queue_id": queue}
    rows.create(conn, system(time.time()), known.entity("sms_number"), line)
    gateways.set_secrets(conn, made.id, SECRET, "", SEAL, time.time())
    return made.id
