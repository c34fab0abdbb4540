"""The centre that is measured: one Asterisk with two sets of phones, `trunkline run` for one, app_queue for the other.

Both have the same queues: one served by all agents, and for each rate one served by a few. The product's dialplan is
as it ships; app_queue's numbers are added beside it.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from websockets.asyncio.client import connect

from bench.ring_sipp import phone_scenario, sipp
from crm_core import passwords, queues, schema, users
from crm_core.store import Connection, Store
from cti.phones import AsteriskPhones, PhoneSpec
from tests.ports import free_port
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.server_lab import server as run_server
from tests.real.server_lab import write_settings
from tests.real.sipp import Sipp

RING_S, TALK_S = 0.1, 1.0
"""A phone is answered after this and hung up that much later."""
PASSWORD = secrets.token_urlsafe(12)
OURS, THEIRS = "trunkline", "app_queue"
_FIRST_EXTENSION = {OURS: 1001, THEIRS: 5001}
_FIRST_NUMBER = {OURS: 100, THEIRS: 900}
EVERYBODY = 0
"""The name of the queue that all agents serve; the others are named by how many serve them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """How many agents there are, and the smaller teams by size."""

    everyone: int
    teams: tuple[int, ...]

    def extensions(self, side: str, team: int = EVERYBODY) -> list[str]:
        """The phones of a team."""
        first = _FIRST_EXTENSION[side]
        return [str(first + index) for index in range(team or self.everyone)]

    def number(self, side: str, team: int = EVERYBODY) -> str:
        """What callers dial to reach it."""
        return str(_FIRST_NUMBER[side] + team)


@dataclass(frozen=True, slots=True, kw_only=True)
class Centre:
    """All that runs."""

    folder: Path
    lab: AsteriskLab
    staff: Staff
    phones: Sipp
    server: int
    asterisk: int
    origin: str


@asynccontextmanager
async def centre(
    folder: Path, staff: Staff, *, profile: Path | None = None, flood_calls: int = 0
) -> AsyncIterator[Centre]:
    """Start everything; handed over when every agent is ready. `flood_calls`: as in `[guard]`."""
    names = ("ami_port", "http_port", "sip_port", "fastagi_port")
    phone = phone_scenario(ring_s=RING_S, talk_s=TALK_S)
    async with (
        asterisk_lab(folder, trace=False, **{name: free_port() for name in names}) as lab,
        sipp(folder / "phones", phone) as phones,
    ):
        await provide_phones(lab, staff.extensions(OURS) + staff.extensions(THEIRS), phones.port)
        await _provide_app_queue(lab, staff)
        settings, http_port = write_settings(folder, [lab], flood_calls=flood_calls)
        await _fill(folder / "trunkline.db", staff)
        async with run_server(folder, settings, http_port, profile) as pid, _agents(http_port, staff):
            await asyncio.sleep(1.0)  # the link's first look at Asterisk
            yield Centre(
                folder=folder,
                lab=lab,
                staff=staff,
                phones=phones,
                server=pid,
                asterisk=_pid_of(lab),
                origin=f"http://127.0.0.1:{http_port}",
            )


def _pid_of(lab: AsteriskLab) -> int:
    return int((lab.layout.run_dir / "asterisk.pid").read_text(encoding="ascii"))


async def provide_phones(
    lab: AsteriskLab, extensions: Sequence[str], port: int, *, rtp_timeout_s: int = 30
) -> None:
    """Desk phones, all in one SIPp on `port`."""
    asterisk = AsteriskPhones(lab.settings())
    for name in extensions:
        await asterisk.provision(
            PhoneSpec(
                name=name,
                password=secrets.token_urlsafe(12),
                context="trunkline-agents",
                webrtc=False,
                contact=f"sip:{name}@127.0.0.1:{port}",
                rtp_timeout_s=rtp_timeout_s,
            )
        )


APP_QUEUE = """
[bench-{team}]
strategy = leastrecent
autofill = yes
wrapuptime = 0
; the shortest there is: the default of 5 s would only make it slower
retry = 1
timeout = 15
ringinuse = no
joinempty = yes
"""


async def _provide_app_queue(lab: AsteriskLab, staff: Staff) -> None:
    """app_queue's numbers and queues beside the product's, which stay as they are."""
    numbers, sections = ["[trunkline-in]"], []
    for team in (EVERYBODY, *staff.teams):
        numbers.append(f"exten => {staff.number(THEIRS, team)},1,Queue(bench-{team})")
        members = "".join(f"member => PJSIP/{name}\n" for name in staff.extensions(THEIRS, team))
        sections.append(APP_QUEUE.format(team=team) + members)
    etc = lab.folder / "asterisk"
    for name, text in (("extensions.conf", "\n".join(numbers)), ("queues.conf", "".join(sections))):
        with (etc / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")
    await lab.cli("dialplan reload")
    await lab.cli("queue reload all")


async def _fill(database: Path, staff: Staff) -> None:
    url = f"sqlite:///{database}"
    schema.upgrade(url)
    password_hash = await passwords.hash_password(PASSWORD)

    def unit(conn: Connection) -> None:
        for team in (EVERYBODY, *staff.teams):
            needs = [(f"team{team}", 1)] if team else []
            queue = queues.add_queue(conn, name=f"team {team}", language="en", needs=needs, wrap_up_s=0)
            queues.add_entry(conn, "voice", staff.number(OURS, team), queue.id)
        for index, extension in enumerate(staff.extensions(OURS)):
            add_agent(conn, extension, password_hash, [team for team in staff.teams if index < team])

    store = Store(url)
    store.open()
    try:
        await store.write(unit)
    finally:
        await store.close()


def add_agent(conn: Connection, extension: str, password_hash: str, teams: Sequence[int]) -> None:
    user = users.add_user(
        conn,
        login=extension,
        name=f"Agent {extension}",
        password_hash=password_hash,
        role="agent",
        language="en",
        extension=extension,
    )
    for team in teams:
        queues.add_skill_of(conn, user.id, f"team{team}", 1)


@asynccontextmanager
async def _agents(port: int, staff: Staff) -> AsyncIterator[None]:
    """Every agent signs in, opens a console and becomes ready; the consoles stay open with the block."""
    origin = f"http://127.0.0.1:{port}"
    async with asyncio.TaskGroup() as consoles:
        watching = []
        for login in staff.extensions(OURS):
            cookie = await sign_in(origin, login)
            ready = asyncio.Event()
            watching.append(consoles.create_task(_watch(origin, cookie, ready), name=f"console {login}"))
            await ready.wait()
            async with httpx.AsyncClient(base_url=origin, headers=headers(origin, cookie)) as browser:
                (await browser.put("/api/v1/me/status", json={"status": "ready"})).raise_for_status()
        yield
        for task in watching:
            task.cancel()


def headers(origin: str, cookie: str = "") -> Mapping[str, str]:
    return {"X-Trunkline": "1", "Origin": origin, "Cookie": cookie}


async def sign_in(origin: str, login: str) -> str:
    async with httpx.AsyncClient(base_url=origin, headers=headers(origin)) as browser:
        answer = await browser.post("/api/v1/login", json={"login": login, "password": PASSWORD})
        answer.raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in answer.cookies.items())


async def _watch(origin: str, cookie: str, ready: asyncio.Event) -> None:
    """A console that takes every frame."""
    url = origin.replace("http", "ws", 1) + "/api/v1/socket"
    async with connect(url, origin=origin, additional_headers={"Cookie": cookie}, compression=None) as socket:  # type: ignore[arg-type]
        await socket.send(json.dumps({"type": "hello", "view": "agent", "resume": None}))
        async for _ in socket:
            ready.set()


def family(pid: int) -> list[int]:
    """The process and all that it started, and what they started."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        children = (task / "children").read_text(encoding="ascii").split()
        found += [each for child in children for each in family(int(child))]
    return found
