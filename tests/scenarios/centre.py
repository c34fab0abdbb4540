"""The centre in which every scenario is played: one Asterisk, one database, the same few people, for all files."""

import asyncio
import json
import secrets
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from agent_console.presence import GRACE_S, Presence
from config.clock import SystemClock
from crm_core import queues, users
from crm_core.records import known, rows
from crm_core.records.change import system
from crm_core.store import Connection
from cti.phones import AsteriskPhones, PhoneSpec
from routing.core.events import StatusChosen
from routing.core.model import AgentId, Device, Status
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.listener import PITCHES
from tests.real.voice_lab import VoiceServer, voice_server, write_now
from tests.scenarios.script import AGENTS
from tests.scenarios.telephone import Telephone, telephone
from tests.scenarios.wire import Wire
from tests.templates import with_tables

SUPERVISOR = "sue"
EXTENSIONS: Mapping[str, str] = {**AGENTS, SUPERVISOR: "1090"}
NUMBERS: Mapping[str, str] = {
    "care": "100",
    "sales": "200",
    "brief": "101",
    "notes": "102",
    "taped": "103",
    "later": "104",
    "full": "105",
    "spare": "106",
    "zh": "107",
}
RULES: Mapping[str, dict[str, Any]] = {
    "brief": {"ring_s": 3.0},
    "notes": {"wrap_up_s": 600.0},
    "taped": {"record_share": 100},
    "full": {"ring_s": 4.0},
}
WORDS: Mapping[str, Mapping[str, Any]] = {
    "later": {"callback_offered": True},
    "full": {"overflow": "1: sales"},
    "zh": {"requires": "zh >= 5", "relaxation": "2: zh >= 1", "overflow": "4: care"},
}
"""What is not as usual: 5 s of ringing, no wrap-up, no recording."""
RTP_TIMEOUT_S = 4
PASSWORD = secrets.token_urlsafe(12)


def _people_and_queues(conn: Connection) -> None:
    for name, number in NUMBERS.items():
        usual = {"ring_s": 5.0, "wrap_up_s": 0.0} | RULES.get(name, {})
        made = queues.add_queue(conn, name=name, language="en", **usual)
        queues.add_entry(conn, "voice", number, made.id)
        if name in WORDS:
            rows.patch(conn, system(1.0), known.entity("queue"), made.id, dict(WORDS[name]))
    for login, extension in EXTENSIONS.items():
        role = "supervisor" if login == SUPERVISOR else "agent"
        users.add_user(
            conn, login=login, name=login, password_hash="", role=role, language="en", extension=extension
        )  # fmt: skip


def _look(database: str, query: str, *values: Any) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(database, uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        return [dict(row) for row in conn.execute(query, values)]


@dataclass
class Centre:
    """What acts work on."""

    lab: AsteriskLab
    url: str
    wire: Wire
    telephones: dict[str, Telephone]
    running: AsyncExitStack
    stack: AsyncExitStack
    server: VoiceServer | None = None
    names: dict[str, str] = field(default_factory=dict)
    presence: Presence = field(default_factory=Presence)
    gone: set[str] = field(default_factory=set)
    broken: bool = False

    @property
    def up(self) -> VoiceServer:
        assert self.server is not None, "the server is not there"
        return self.server

    def agent(self, name: str) -> AgentId:
        return AgentId(next(id_ for id_, login in self.names.items() if login == name))

    async def start_server(self) -> None:
        self.server = await self.running.enter_async_context(
            voice_server(self.lab, self.url, ami_port=self.wire.port)
        )
        here = [name for name in AGENTS if self.presence.is_here(self.agent(name))]
        self.presence = Presence()
        for name in here:  # whose browser is open comes back to the new server
            self.opens(name)

    async def kill_server(self) -> None:
        """As suddenly as Asterisk can see it."""
        self.server = None
        await self.running.aclose()

    def opens(self, name: str) -> None:
        self.up.floor.submit(*self.presence.opened(self.agent(name), SystemClock().now()))

    def closes(self, name: str) -> None:
        self.up.floor.submit(*self.presence.closed(self.agent(name), SystemClock().now()))

    def grace_is_over(self) -> None:
        """Whoever closed their browser has not come back."""
        agents, now = self.up.floor.centre.agents, SystemClock().now()
        later = self.presence.due(now + GRACE_S, lambda agent: agents[agent].status is Status.READY)
        self.up.floor.submit(*(replace(one, at=now) for one in later))

    def chooses(self, name: str, status: Status, reason: str = "") -> None:
        at = SystemClock().now()
        self.up.floor.submit(StatusChosen(agent=self.agent(name), status=status, reason=reason, at=at))

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Look into the database, as an auditor would; the server is not asked."""
        return _look(self.url.replace("sqlite:///", "file:") + "?mode=ro", query, *values)

    def ledger(self, interaction: str) -> list[str]:
        """The facts of it in order: kind, agent or queue, and why or how."""
        told = self.rows("SELECT * FROM fact WHERE interaction_id = ? ORDER BY seq", interaction)
        return [self._told(row) for row in told if row["kind"] != "described"]

    def _told(self, row: Mapping[str, Any]) -> str:
        data = json.loads(row["data"])
        words = [row["kind"]]
        words += [self.names.get(row["agent_id"], "")] if row["agent_id"] else []
        words += [self.names[row["queue_id"]]] if row["kind"] in {"enqueued", "led_on"} else []
        words += [self.names.get(data["watcher"], "")] if "watcher" in data else []
        told = (data.get(key) for key in ("outcome", "by", "reason", "whom", "why", "mode", "pause"))
        words += [self.names.get(str(one), str(one)) for one in told if one]
        words += ["wrap_up"] if data.get("wrap_up_until") else []
        return " ".join(filter(None, words))

    def segments(self, interaction: str) -> list[str]:
        kept = self.rows(
            "SELECT * FROM segment WHERE interaction_id = ? ORDER BY started_at, id", interaction
        )
        return [
            " ".join(filter(None, (row["kind"], self.names.get(row["agent_id"] or ""), row["outcome"])))
            for row in kept
        ]

    def takes(self, interaction: str) -> list[Path]:
        """What was recorded of the customer."""
        return sorted((self.lab.folder / "asterisk").rglob(f"{interaction}.*-customer.ulaw"))

    def lock_database(self) -> None:
        """Somebody else writes, and does not end."""
        self._lock = sqlite3.connect(self.url.removeprefix("sqlite:///"), isolation_level=None)
        self._lock.execute("BEGIN IMMEDIATE")

    def free_database(self) -> None:
        self._lock.rollback()
        self._lock.close()

    async def channels(self) -> list[str]:
        lines = (await self.lab.cli("core show channels concise")).splitlines()
        return [line for line in lines if line.count("!") > 5]

    async def another_telephone(self, name: str) -> None:
        """At another address than the one whose telephone is dead, which Asterisk still calls for half a minute (RFC 3261, timer B)."""
        old = self.telephones[name]
        old.die()
        new = await self.stack.enter_async_context(telephone(old.name, old.exchange, pitch=old.ear.pitch))
        self.telephones[name] = new
        await new.register(password=PASSWORD)

    async def telephones_are_kept(self) -> None:
        """Asterisk writes to its own database once a second."""
        kept = f"file:{self.lab.folder / 'asterisk' / 'var' / 'astdb.sqlite3'}?mode=ro"
        query = "SELECT count(*) FROM astdb WHERE key LIKE '%endpoint/%'"
        async with asyncio.timeout(10):
            while _look(kept, query)[0]["count(*)"] < len(EXTENSIONS):
                await asyncio.sleep(0.1)

    # -- between two scenarios ---------------------------------------------------------------------------------------------

    async def begin(self, agents: tuple[str, ...]) -> None:
        """Who is there signs in and is ready, one after the other; all others are signed out, with their telephones in order."""
        for name in sorted(self.gone):
            await self.another_telephone(name)
        self.gone.clear()
        for one in self.telephones.values():
            one.reset()
        for name in AGENTS:
            self.chooses(name, Status.SIGNED_OUT)
        await self.up.floor.settle()
        for name in agents:
            if not self.presence.is_here(self.agent(name)):
                self.opens(name)
            self.chooses(name, Status.READY)
            await self.up.floor.settle()
        async with asyncio.timeout(25):  # should an event be missed, the server looks round every 15 s
            while any(self.device(name) is not Device.REACHABLE for name in agents):
                await asyncio.sleep(0.02)

    def device(self, name: str) -> Device:
        return self.up.floor.centre.agents[self.agent(name)].device

    async def clean(self) -> None:
        """Nothing is left: no channel, no open interaction, no offer that lives, nobody whose telephone is engaged."""
        left: object = None
        try:
            async with asyncio.timeout(10):
                while left := await self._left():
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"is left: {left}") from None

    async def _left(self) -> list[object]:
        centre = self.up.floor.centre
        left: list[object] = list(centre.interactions.values())
        left += self.rows("SELECT id, outcome FROM offer WHERE ended_at IS NULL")
        left += self.rows("SELECT id FROM interaction WHERE state != 'closed'")
        left += [one for name in AGENTS if (one := centre.agents[self.agent(name)]).device is Device.IN_USE]
        return left or list(await self.channels())


@asynccontextmanager
async def scenario_centre(folder: Path) -> AsyncIterator[Centre]:
    """Start it all; end it with the block."""
    async with AsyncExitStack() as stack:
        # the provider's address is in Asterisk's configuration, and ours in its telephone: one has to be known first
        outside = await stack.enter_async_context(telephone("outside", ("127.0.0.1", 9), pitch=PITCHES[2]))
        lab = await stack.enter_async_context(asterisk_lab(folder, trunk_out=f"127.0.0.1:{outside.port}"))
        exchange = outside.exchange = ("127.0.0.1", lab.layout.sip_port)
        wire = Wire()
        await wire.lay(lab.layout.ami_port)
        stack.callback(wire.close)
        url = write_now(with_tables(folder / "trunkline.db"), _people_and_queues)
        telephones = {"outside": outside}
        phones = AsteriskPhones(lab.settings())
        for name, extension in EXTENSIONS.items():
            one = await stack.enter_async_context(telephone(extension, exchange, pitch=PITCHES[3]))
            await phones.provision(
                PhoneSpec(
                    name=extension,
                    password=PASSWORD,
                    context="trunkline-agents",
                    webrtc=False,
                    rtp_timeout_s=RTP_TIMEOUT_S,
                )
            )
            telephones[name] = one
        running = await stack.enter_async_context(AsyncExitStack())
        centre = Centre(lab, url, wire, telephones, running, stack)
        centre.names = {row["id"]: row["login"] for row in centre.rows("SELECT id, login FROM user_account")}
        centre.names |= {row["id"]: row["name"] for row in centre.rows("SELECT id, name FROM queue")}
        centre.names |= {extension: name for name, extension in EXTENSIONS.items()}
        for name in EXTENSIONS:
            await telephones[name].register(password=PASSWORD)
        await centre.start_server()
        yield centre
