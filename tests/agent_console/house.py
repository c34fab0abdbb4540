"""A small centre with everything real but Asterisk and mail: store, ledger, floor, bus, console on a port."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from agent_console.deadlines import Deadlines
from agent_console.people_watch import PeopleWatch
from agent_console.procedures import Procedures
from agent_console.server import ConsoleServer
from channels.chat.rooms import ChatRooms
from channels.email.receiving.imap.mailboxes import Mailboxes
from channels.email.receiving.intake import Intake
from channels.email.receiving.mail_in import MailIn
from channels.fax.composing import Desk as FaxDesk
from channels.fax.files import Place
from config.clock import SystemClock
from config.settings import Settings
from crm_core import cases, interactions, letters, parties, passwords, queues, users
from crm_core.faxes import filing
from crm_core.faxes.filing import Pages
from crm_core.faxes.kept import Fax
from crm_core.faxes.spool import Came, Report
from crm_core.letter_types import NewAttachment, NewLetter, ParsedFields
from crm_core.recordings.chest import Chest
from crm_core.sealing import Seal
from crm_core.store import Connection, Store
from routing.bus import LocalBus
from routing.core.events import Arrived, DeviceChanged
from routing.core.figures import Figures
from routing.core.model import AgentId, Device, InteractionId, Medium, Phase, QueueId
from routing.core.router import Router
from routing.floor import Floor
from routing.recorder import StoreLedger
from routing.rules import RulesWatch, read_rules
from tests.agent_console.edges import (
    DeskPhones,
    OutboxLetters,
    PlainCalls,
    PlainNumbers,
    PlainPauses,
    RingingChannel,
    SteadyMail,
)
from tests.ports import free_port
from tests.templates import with_tables

PASSWORD = "correct horse"
PIXEL = b"\x89PNG\r\n\x1a\n tiny"
_HASH = passwords.hash_now(PASSWORD)
_PEOPLE = (
    ("ann", "agent", "1001"),
    ("bob", "agent", None),
    ("sue", "supervisor", None),
    ("adm", "admin", None),
    ("cyd", "supervisor", None),
)


@dataclass(frozen=True)
class Seed:
    """The ids of what is in the store."""

    users: dict[str, str]
    queue: str
    party: str
    stranger: str
    case: str


@dataclass
class House:
    """The running centre and what its tests look at."""

    origin: str
    seed: Seed
    store: Store
    floor: Floor
    bus: LocalBus
    console: ConsoleServer
    phones: DeskPhones
    calls: PlainCalls
    pauses: PlainPauses
    mail: SteadyMail

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])

    @asynccontextmanager
    async def browser(self, login: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        """An HTTP client, signed in or not."""
        async with httpx.AsyncClient(
            base_url=self.origin, headers={"X-Trunkline": "1"}, timeout=30
        ) as client:
            if login is not None:
                answer = await client.post("/api/v1/login", json={"login": login, "password": PASSWORD})
                assert answer.status_code == 200, answer.text
            yield client

    @asynccontextmanager
    async def listening(
        self,
        client: httpx.AsyncClient,
        view: str = "agent",
        resume: dict[str, Any] | None = None,
        **more: Any,
    ) -> AsyncIterator["Screen"]:
        """A socket that has said hello, with the session of `client`."""
        async with self.socket(client, **more) as connection:
            await connection.send(json.dumps({"type": "hello", "view": view, "resume": resume}))
            yield Screen(connection)

    def socket(self, client: httpx.AsyncClient, origin: str | None = None, **more: Any) -> connect:
        """A socket that has not said anything."""
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        return connect(
            self.origin.replace("http", "ws") + "/api/v1/socket",
            origin=origin or self.origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookies},
            proxy=None,
            **more,
        )

    def at_hand(self, login: str, device: Device = Device.REACHABLE) -> None:
        """The agent's phone is there."""
        self.floor.submit(DeviceChanged(agent=AgentId(self.seed.users[login]), device=device, at=time.time()))

    async def letter_arrives(self, name: str = "m1", subject: str = "Broken lamp") -> InteractionId:
        """A customer wrote; the letter is stored and waits."""
        now = time.time()
        await self.store.write(lambda c: _store_letter(c, self.seed, name, subject, now))
        return await self._arrives(name, Medium.EMAIL, now)

    async def call_arrives(self, name: str = "tl-1.1", caller: str = "Lin") -> InteractionId:
        """A customer calls."""
        now = time.time()
        await self.store.write(
            lambda c: _describe(c, self.seed, name=name, medium=Medium.VOICE, caller=caller, now=now)
        )
        return await self._arrives(name, Medium.VOICE, now)

    async def message_arrives(self, name: str = "vm-1.1") -> InteractionId:
        """A customer has left a message, which waits."""
        now = time.time()
        await self.store.write(
            lambda c: _describe(c, self.seed, name=name, medium=Medium.VOICEMAIL, caller="", now=now)
        )
        return await self._arrives(name, Medium.VOICEMAIL, now)

    async def fax_arrives(self, tiff: Path, report: Report, name: str = "tl-fax-1.1700000000000") -> Fax:
        """A fax machine has sent these pages, which wait; or none, when there is no such file."""
        at = time.time()
        came = Came(
            name=name, call_id=name, began_at=at, pages=tiff, report_place=tiff, report=report, touched_at=at
        )  # fmt: skip
        desk = self.console.context.faxes
        assert isinstance(desk, FaxDesk)
        pages = await desk.place.keep(name, at, tiff, report.pages) if tiff.exists() else Pages()
        made = await self.store.write(lambda c: filing.file(c, came, pages, at))
        if made.interaction_id is not None:
            await self._arrives(made.interaction_id, Medium.FAX, at)
        return made

    async def _arrives(self, name: str, medium: Medium, now: float) -> InteractionId:
        interaction = InteractionId(name)
        queue = QueueId(self.seed.queue)
        arrived = Arrived(interaction=interaction, medium=medium, queue=queue, enqueued_at=now, at=now)
        await self.floor.settle(arrived)
        return interaction

    async def until(self, interaction: InteractionId, phase: Phase) -> None:
        """Wait until the floor has the interaction there."""
        async with asyncio.timeout(5):
            while self.floor.centre.interactions[interaction].phase is not phase:
                await asyncio.sleep(0.005)


class Screen:
    """What a browser makes of the frames."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.stream = ""
        self.seq = -1
        self.docs: dict[str, dict[str, Any]] = {}

    async def frame(self) -> dict[str, Any]:
        """Take the next frame in; fails on a gap."""
        async with asyncio.timeout(8):
            text = await self.connection.recv()
        frame: dict[str, Any] = json.loads(text)
        if frame["type"] == "snapshot":
            self.stream, self.docs = frame["stream"], frame["docs"]
        elif frame["type"] == "delta":
            assert frame["seq"] == self.seq + 1
            self._apply(frame)
        self.seq = frame["seq"]
        return frame

    async def until(self, wanted: str, name: str, **values: Any) -> dict[str, Any]:
        """Read on until this document has these values (none given: until it is there)."""
        return await self.until_docs(
            lambda docs: all(docs[wanted][name][key] == value for key, value in values.items()), wanted, name
        )

    async def until_docs(
        self, fits: Callable[[dict[str, dict[str, Any]]], bool], wanted: str, name: str
    ) -> dict[str, Any]:
        """Read on until this document is there and all documents fit."""
        async with asyncio.timeout(8):
            while name not in self.docs.get(wanted, {}) or not fits(self.docs):
                await self.frame()
        return dict(self.docs[wanted][name])

    async def until_closed(self) -> int | None:
        """Read on until the server closes; its code."""
        with pytest.raises(ConnectionClosed):
            await self._read_all()
        return self.connection.close_code

    async def _read_all(self) -> None:
        async with asyncio.timeout(20):
            while True:
                await self.frame()

    def _apply(self, frame: dict[str, Any]) -> None:
        for collection, name, document in frame["set"]:
            self.docs.setdefault(collection, {})[name] = document
        for collection, name in frame["drop"]:
            del self.docs[collection][name]


@asynccontextmanager
async def open_house(
    folder: Path, static: Path | None = None, *, again: House | None = None, **more: Any
) -> AsyncIterator[House]:
    """Start it, and end everything it started. `static`: the built console, for those who look at it with a browser; `again`: one that was
    closed, whose database and port are taken up; `more`: sections of the settings."""
    settings = Settings.model_validate(
        {
            "centre": {"data_dir": str(folder), "name": "Test centre"},
            "http": {"port": free_port() if again is None else again.port, "call_us": True},
            "asterisk": {"ami_secret": "x", "ari_secret": "x"},
            "mail": {"reply_secret": "a secret of the tests"},
            "portal": {"help": True, "sign_in": True},
            "sign_in": {"secrets_key": "a key of the tests"},
            **more,
        }
    )
    path = folder / "centre.db"
    store = Store(with_tables(path) if again is None else f"sqlite:///{path}")
    store.open()
    try:
        async with asyncio.TaskGroup() as tasks:
            seed = again.seed if again is not None else await store.write(_seed)
            house, rooms = await _start(tasks, settings, store, seed, static or _no_pages(folder))
            yield house
            await house.floor.settle()  # what was submitted is durable before its ledger goes
            for room in rooms:
                room.cancel()
    finally:
        await store.close()


async def _start(
    tasks: asyncio.TaskGroup, settings: Settings, store: Store, seed: Seed, static: Path
) -> tuple[House, list[asyncio.Task[None]]]:
    clock, bus = SystemClock(), LocalBus()
    queue_rules, agent_rules = await store.read(partial(read_rules, now=clock.now()))
    figures = Figures(clock.now() - 3600, queue_rules)
    floor = Floor(Router(queue_rules, agent_rules), StoreLedger(store, clock), clock, figures)
    for medium in Medium:
        floor.add_channel(RingingChannel(medium, floor))
    chats = ChatRooms(settings, store, floor, bus, clock)
    floor.add_channel(chats)
    phones, calls, mail = DeskPhones(), PlainCalls(floor), SteadyMail()
    pauses = PlainPauses(floor)
    seal = Seal(settings.sign_in.secrets_key.get_secret_value())
    spool = settings.spool_dir()
    intake = Intake(settings.mail, spool_dir=spool, store=store, floor=floor, bus=bus, clock=clock)
    boxes = Mailboxes(settings.mail, spool_dir=spool, store=store, bus=bus, clock=clock, seal=seal)
    place = Place(settings.faxes_dir(), Chest())
    faxes = FaxDesk(settings, store, bus, clock, place=place, numbers=PlainNumbers())
    console = ConsoleServer(
        settings, store, floor, bus, clock, mail_in=MailIn(intake, boxes), faxes=faxes,
        phones=phones, letters=OutboxLetters(store), calls=calls, talks=calls, consults=calls, conferences=calls, dialling=calls, watches=calls, pauses=pauses, chats=chats, mail=(mail,), static=static,
    )  # fmt: skip
    console.bind()
    rooms = [
        tasks.create_task(floor.run(), name="floor"),
        tasks.create_task(console.run(), name="console"),
        tasks.create_task(chats.run(), name="chats"),
        tasks.create_task(PeopleWatch(store, bus).run(), name="people"),
        tasks.create_task(
            RulesWatch(store, floor, bus, clock, (queue_rules, agent_rules)).run(), name="rules"
        ),
        tasks.create_task(Deadlines(store, bus, clock).run(), name="deadlines"),
        tasks.create_task(Procedures(store, bus, clock, OutboxLetters(store)).run(), name="procedures"),
    ]
    origin = f"http://127.0.0.1:{settings.http.port}"
    return House(origin, seed, store, floor, bus, console, phones, calls, pauses, mail), rooms


def _no_pages(folder: Path) -> Path:
    static = folder / "static"
    (static / "assets").mkdir(parents=True, exist_ok=True)
    return static


def _seed(connection: Connection) -> Seed:
    made = {
        login: users.add_user(
            connection, login=login, name=login.title(), password_hash=_HASH, role=role, language="en", extension=extension
        ).id
        for login, role, extension in _PEOPLE
    }  # fmt: skip
    queue = queues.add_queue(connection, name="Support", language="en", mail_address="help@example.com")
    queues.add_entry(connection, "voice", "100", queue.id)
    queues.add_entry(connection, "email", "help@example.com", queue.id)
    for number, code in enumerate(("solved", "called_back")):
        queues.add_disposition(
            connection, code=code, label_en=f"Label {number}", label_zh_tw="已解決", label_zh_cn="已解决"
        )
    party = parties.add_party(connection, kind="person", name="林小美", now=1.0, tier="gold")
    parties.add_contact_point(connection, party.id, "phone", "0912 345 678")
    stranger = parties.add_party(connection, kind="person", name="Zed Other", now=1.0)
    case = cases.open_case(connection, subject="Lamp", party_id=party.id, queue_id=queue.id, now=1.0)
    return Seed(made, queue.id, party.id, stranger.id, case.id)


def _describe(
    connection: Connection,
    seed: Seed,
    *,
    name: str,
    medium: Medium,
    caller: str,
    now: float,
    subject: str = "",
) -> None:
    interactions.ensure(
        connection,
        id=name,
        medium=medium,
        direction="in",
        queue_id=seed.queue,
        customer_address="lin@example.com" if medium is Medium.EMAIL else "+886912345678",
        customer_name=caller,
        entry_address="100",
        subject=subject,
        enqueued_at=now,
    )


def _store_letter(connection: Connection, seed: Seed, name: str, subject: str, now: float) -> None:
    _describe(connection, seed, name=name, medium=Medium.EMAIL, caller="Lin", now=now, subject=subject)
    cases.link(connection, name, seed.case)
    interactions.set_party(connection, name, seed.party)
    html = '<p onclick="x()">It <b>broke</b><script>alert(1)</script><img src="cid:p1"><img src="http://spy/x.png"></p>'
    parsed = ParsedFields(
        message_id=f"<{name}@example.com>",
        from_address="lin@example.com",
        from_name="Lin",
        to=("help@example.com",),
        subject=subject,
        text="It broke",
        html=html,
        attachments=(
            NewAttachment(
                name="p.png", content_type="image/png", content=PIXEL, inline=True, content_id="p1"
            ),
            NewAttachment(name='év"il\r\n.html', content_type="text/html", content=b"<script>1</script>"),
        ),
    )
    new = NewLetter(
        spool_id=f"spool-{name}",
        raw=b"Subject: x\r\n\r\nIt broke",
        sha256="0" * 64,
        envelope_from="lin@example.com",
        envelope_to=("help@example.com",),
        received_at=now,
        parsed=parsed,
    )
    letters.store_letter(connection, new, case_id=seed.case, interaction_id=name, party_id=seed.party)
