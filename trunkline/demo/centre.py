"""The demo centre: a small supervisor that starts Asterisk, a relay and the server, says what to try, and ends all.

The server is a child like Asterisk, because that is how it runs in earnest: kill it, and calls go on.
"""

import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from channels.fax.files import Place
from config.asterisk.launch import Launch
from config.asterisk.layout import AsteriskLayout
from config.asterisk.render import render
from config.errors import Unavailable
from config.settings import ConfigurationError, Settings, load
from crm_core import passwords, schema, users
from crm_core.recordings.chest import Chest
from crm_core.store import Store
from trunkline import checks
from trunkline.demo import seed, sheets
from trunkline.demo.children import Child
from trunkline.demo.layout import HOST, DemoFolder, DemoPorts, write_settings
from trunkline.demo.relay import Relay
from trunkline.demo.writings import FAX_AGO_S

ASTERISK_START_S = 30.0
SERVER_START_S = 30.0
RESTART_PAUSE_S = 1.0

Say = Callable[[str], None]


async def serve(
    folder: DemoFolder, ports: DemoPorts, launch_file: Path, say: Say, *, restart: bool = True
) -> int:
    """Run the demo until cancelled. `restart`: start the server again when it ends by itself or is killed."""
    refuse_busy(ports)
    launch = Launch.read(launch_file)
    write_settings(folder, ports)
    settings = load(folder.settings)
    logins = await prepare(folder, settings, say)
    server = Child(
        "server",
        [sys.executable, "-m", "trunkline.command", "run", "--config", str(folder.settings)],
        folder.log,
    )
    async with (
        _asterisk(folder, ports, settings, launch, say) as asterisk,
        Relay(HOST, ports.relay, folder.sent),
    ):
        try:
            await server.start()
            await server.answers(HOST, ports.http, SERVER_START_S, says="/healthz")
            _remember(folder, server, asterisk)
            say(banner(folder, ports, logins))
            await _watch(folder, server, asterisk, ports, say, restart=restart)
        finally:
            await server.stop()
    return 0


def refuse_busy(ports: DemoPorts) -> None:
    """Every taken port in one go, before anything is started; all of them taken is another demo."""
    problems = [sentence for listener in ports.listeners() if (sentence := checks.busy(listener))]
    if len(problems) == len(ports.listeners()):
        raise ConfigurationError(
            [
                (
                    f"another demo runs here, on http://localhost:{ports.http}: use that one, stop it with Ctrl-C in its terminal,"
                    " or start this one with --dir, --http-port, --smtp-port and --port-base of its own"
                )
            ]
        )
    if problems:
        raise ConfigurationError(problems)


async def prepare(folder: DemoFolder, settings: Settings, say: Say) -> list[seed.DemoLogin]:
    """Create and seed the database at the first start; the logins are the same ever after."""
    settings.centre.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    schema.upgrade(settings.database_url())
    store = Store(settings.database_url())
    store.open()
    try:
        if not folder.logins.exists() and not await store.read(users.list_users):
            say("Seeding the demo centre: 2 queues, 4 agents, a supervisor, 500 customers ...")
            await _seed(folder, settings, store)
    finally:
        await store.close()
    if not folder.logins.exists():  # seeded, and stopped before the last step
        _new_logins(folder).replace(folder.logins)
    return [seed.DemoLogin(**login) for login in json.loads(folder.logins.read_text(encoding="utf-8"))]


async def _seed(folder: DemoFolder, settings: Settings, store: Store) -> None:
    """The passwords are on the disk before their hashes are in the database: stopped in between, none is lost."""
    logins = seed.make_logins()
    path = _new_logins(folder)
    path.touch(mode=0o600)
    path.write_text(
        json.dumps([login.as_json() for login in logins], ensure_ascii=False, indent=1), encoding="utf-8"
    )
    now, place = (
        time.time(),
        Place(settings.faxes_dir(), Chest(settings.recordings.recordings_key.get_secret_value())),
    )
    async with asyncio.TaskGroup() as tasks:
        drawing = tasks.create_task(
            asyncio.to_thread(sheets.draw, place, now - FAX_AGO_S), name="demo sheets"
        )
        hashes = {login.login: await passwords.hash_password(login.password) for login in logins}
    drawn = drawing.result()
    await store.write(lambda conn: seed.seed(conn, now=now, password_hashes=hashes, sheets=drawn))


def _new_logins(folder: DemoFolder) -> Path:
    return folder.logins.with_suffix(".new")


@asynccontextmanager
async def _asterisk(
    folder: DemoFolder, ports: DemoPorts, settings: Settings, launch: Launch, say: Say
) -> AsyncIterator[Child]:
    say(f"Starting Asterisk {launch.version} ...")
    run_dir = Path(tempfile.mkdtemp(prefix="trunkline-"))  # a Unix socket's path has at most 108 bytes
    layout = AsteriskLayout(
        modules_dir=launch.modules_dir,
        data_dir=launch.data_dir,
        moh_dir=launch.moh_dir,
        run_dir=run_dir,
        ami_secret=settings.asterisk.ami_secret.get_secret_value(),
        ari_secret=settings.asterisk.ari_secret.get_secret_value(),
        ami_port=ports.ami,
        http_port=ports.asterisk_http,
        sip_port=ports.sip,
        rtp_start=ports.rtp_first,
        rtp_end=ports.rtp_last,
        fastagi_port=ports.fastagi,
        recordings_dir=settings.recording_spool_dir(),
        demo_loop=True,
    )
    configuration = render(folder.asterisk, layout)
    child = Child("asterisk", [*launch.argv, "-C", str(configuration), "-f"], folder.root / "asterisk.log")
    await child.start()
    try:
        await child.answers(HOST, ports.ami, ASTERISK_START_S)
        yield child
    finally:
        await child.stop()
        shutil.rmtree(run_dir, ignore_errors=True)


async def _watch(
    folder: DemoFolder, server: Child, asterisk: Child, ports: DemoPorts, say: Say, *, restart: bool
) -> None:
    """Until Asterisk ends, keep the server running (or leave it dead, when a test wants to see that)."""
    gone = asyncio.create_task(asterisk.wait(), name="asterisk's end")
    try:
        while True:
            ended = asyncio.create_task(server.wait(), name="the server's end")
            await asyncio.wait([gone, ended], return_when=asyncio.FIRST_COMPLETED)
            if gone.done():
                ended.cancel()
                raise Unavailable("asterisk", f"ended: {asterisk.last_words()}")
            say(f"The server ended with code {ended.result()}; its log is {folder.log}")
            if not restart:
                await gone
                continue
            await asyncio.sleep(RESTART_PAUSE_S)
            await server.start()
            await server.answers(HOST, ports.http, SERVER_START_S, says="/healthz")
            _remember(folder, server, asterisk)
            say("The server is back.")
    finally:
        gone.cancel()


def _remember(folder: DemoFolder, server: Child, asterisk: Child) -> None:
    """Process ids for whoever wants to look at them, or to kill one and see what happens; never half a file."""
    fresh = folder.root / "pids.json.new"
    fresh.write_text(json.dumps({"server": server.pid, "asterisk": asterisk.pid}), encoding="utf-8")
    fresh.replace(folder.root / "pids.json")


def banner(folder: DemoFolder, ports: DemoPorts, logins: list[seed.DemoLogin]) -> str:
    """What a person needs who has just started it."""
    people = "\n".join(
        f"    {login.login:<8} {login.password:<18} {login.role:<11} {login.name}" for login in logins
    )
    return f"""
Trunkline is running: http://localhost:{ports.http}

  Sign in as
{people}

  Try next
    1. Sign in as an agent, press "Start shift", allow the microphone, become Ready.
    2. In another terminal:  make call FROM=+886912345678     (a customer known by that number calls)
                             make call FROM=+442920180001     (one whose contract has three calls left)
                             make mail                        (a customer writes)
    3. Be the customer yourself:  http://localhost:{ports.http}/callus  in another tab
    4. Sign in as the supervisor in another browser:  http://localhost:{ports.http}/board

  Letters that you answer are kept in {folder.sent}; the log is {folder.log}
  Ctrl-C stops everything.
"""
