"""A start that cannot succeed says why in a sentence, exits with a code, and leaves nothing half started."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from typer.testing import CliRunner

from config.settings import load
from crm_core.store import Store
from tests.ports import free_port
from tests.templates import with_tables
from trunkline.app import wire_desk, wire_telephone
from trunkline.command import main

ROOT = Path(__file__).parent.parent.parent
WRONG, MISSING = 2, 3


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        yield int(holder.getsockname()[1])


@asynccontextmanager
async def manager_interface(reply: bytes) -> AsyncIterator[int]:
    """Something that greets like Asterisk and answers every login the same way."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        asked = await reader.readuntil(b"\r\n\r\n")
        action = next(line for line in asked.split(b"\r\n") if line.lower().startswith(b"actionid"))
        writer.write(b"Response: Error\r\n" + action + b"\r\nMessage: " + reply + b"\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield int(server.sockets[0].getsockname()[1])


class Place:
    """A folder with a settings file whose ports are free."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.file = folder, folder / "trunkline.toml"
        self.http, self.agi, self.smtp = free_port(), free_port(), free_port()
        self.ami = free_port()

    def write(self, **changes: str) -> None:
        sections = {
            "http": f"port = {self.http}",
            "asterisk": f'ami_port = {self.ami}\nfastagi_port = {self.agi}\nami_secret = "one"\nari_secret = "two"',
            "mail": f'listen_port = {self.smtp}\nreply_secret = "sixteen characters"',
        } | changes
        text = "\n".join(f"[{name}]\n{lines}" for name, lines in sections.items())
        self.file.write_text(text, encoding="utf-8")

    def make_database(self) -> None:
        with_tables(self.folder / "data" / "trunkline.db")

    async def run(self, command: str = "run") -> tuple[int, list[str]]:
        """Exit code, and what was said on standard error."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "trunkline.command", command, "--config", str(self.file)),
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            _, said = await process.communicate()
        assert process.returncode is not None
        for port in (self.http, self.agi, self.smtp):
            assert not listens(port), "nothing is left behind"
        return process.returncode, said.decode().splitlines()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.mark.parametrize(
    ("section", "lines", "words"),
    [
        ("http", "prot = 1", "[http] prot is not a setting"),
        ("http", 'port = "many"', "[http] port"),
        ("asterisk", 'ari_secret = "two"', "[asterisk] ami_secret is missing"),
    ],
)
async def test_wrong_settings(place: Place, section: str, lines: str, words: str) -> None:
    """An unknown key, a wrong type and a missing secret name file and key, for `run` and `check-config` alike."""
    place.write(**{section: lines})
    for command in ("run", "check-config"):
        code, said = await place.run(command)
        assert code == WRONG
        assert any(str(place.file) in line and words in line for line in said), said


async def test_a_busy_port(place: Place) -> None:
    """The sentence names address, setting and what to do; all busy ports come at once."""
    with taken_port() as http, taken_port() as smtp:
        place.write(http=f"port = {http}", mail=f'listen_port = {smtp}\nreply_secret = "sixteen characters"')
        code, said = await place.run()
    assert code == MISSING
    assert any(
        f"127.0.0.1:{http} ([http] port) is in use" in line and "stop that one" in line for line in said
    ), said
    assert any(f"127.0.0.1:{smtp} ([mail] listen_port) is in use" in line for line in said), said


async def test_an_old_schema(place: Place) -> None:
    """A database that is not there, or old, names the command; nothing is created."""
    place.write()
    code, said = await place.run()
    assert code == MISSING
    assert "trunkline db upgrade" in said[-1]
    assert not (place.folder / "data" / "trunkline.db").exists()


async def test_no_asterisk(place: Place) -> None:
    """Nobody at the manager interface: address, setting, what to do."""
    place.write()
    place.make_database()
    code, said = await place.run()
    assert code == MISSING
    assert str(place.ami) in said[-1]
    assert "[asterisk] ami_host" in said[-1]


async def test_a_wrong_ami_password(place: Place) -> None:
    """Asterisk refuses us: which settings must agree with which file."""
    async with manager_interface(b"Authentication failed") as place.ami:
        place.write()
        place.make_database()
        code, said = await place.run()
    assert code == MISSING
    assert "ami_secret" in said[-1]
    assert "manager.conf" in said[-1]


async def test_doctor_lists_what_lacks(place: Place) -> None:
    """`trunkline doctor` tries everything and ends with a code when something lacks."""
    place.write()
    code, _ = await place.run("doctor")
    assert code == MISSING


def test_what_the_disk_refuses_is_a_sentence(place: Place) -> None:
    """A file where the data belongs, a driver that is not there, a folder that is not there: no traceback."""
    place.write(centre='data_dir = "/dev/null"')
    url = "postgresql+psycopg2://x@127.0.0.1:1/x"
    for arguments in (
        ["db", "upgrade", "-c", str(place.file)],
        ["init", str(place.folder / "nowhere" / "x.toml")],
    ):
        ended = CliRunner().invoke(main, arguments)
        assert ended.exit_code in {WRONG, MISSING}
        assert ended.stderr.startswith("trunkline: ")
    ended = CliRunner().invoke(
        main, ["db", "upgrade", "-c", str(place.file)], env={"TRUNKLINE__DATABASE__URL": url}
    )
    assert ended.exit_code in {WRONG, MISSING}


def test_an_operators_asterisk_is_configured(place: Place) -> None:
    """`asterisk-config` writes a whole configuration with the settings' ports and secrets, for its owner alone."""
    place.write()
    launch = place.folder / "launch.json"
    folders = dict.fromkeys(("modules_dir", "data_dir", "sounds_dir", "moh_dir"), str(place.folder))
    launch.write_text(json.dumps({"argv": ["/usr/sbin/asterisk"], "version": "22", **folders}))
    with TemporaryDirectory() as short:  # a control socket's path has at most 108 bytes
        out = Path(short) / "asterisk"
        options = ["--out", str(out), "--asterisk", str(launch), "--trunk", "198.51.100.0/24"]
        options += ["--trunk-out", "sip.example.net"]
        ended = CliRunner().invoke(main, ["asterisk-config", *options, "-c", str(place.file)])
        assert ended.exit_code == 0, ended.output
        assert f"-C {out}/asterisk.conf" in ended.output
        assert f"port = {place.ami}" in (out / "manager.conf").read_text()
        assert "198.51.100.0/24" in (out / "pjsip.conf").read_text()
        assert "contact = sip:sip.example.net" in (out / "pjsip.conf").read_text()
        assert (out / "manager.conf").stat().st_mode & 0o077 == 0


def test_customers_data_is_its_owners_alone(place: Place) -> None:
    """The folder that `db upgrade` makes, with customers, letters and sessions in it, is closed to other users."""
    place.write()
    assert CliRunner().invoke(main, ["db", "upgrade", "-c", str(place.file)]).exit_code == 0
    assert (place.folder / "data").stat().st_mode & 0o077 == 0


async def test_a_module_that_is_off_has_no_part_at_work(place: Place) -> None:
    """Without service nobody looks at promises and renewals; what keeps customers' data right goes on."""
    parts: dict[str, set[str]] = {}
    place.make_database()
    for off in ("", "service"):
        place.write(modules=f'off = "{off}"')
        settings = load(place.file)
        store = Store(f"sqlite:///{place.folder}/data/trunkline.db")
        store.open()
        telephone = await wire_telephone(settings, store)
        parts[off] = {*telephone.parts, *await wire_desk(telephone)}
        await store.close()
    assert parts[""] - parts["service"] == {"deadlines", "renewals"}
    assert {"caretaker", "jobs", "postman"} <= parts["service"]


def test_callers_wait_for_nothing_but_the_telephone() -> None:
    """What migrations, other processes, pictures, templates and the console's pages need is not loaded before the telephone serves."""
    names = ("alembic", "mako", "redis", "PIL", "jinja2", "fastapi", "uvicorn", "agent_console.api")
    code = (
        f"import sys, trunkline.command, trunkline.app; print([one for one in {names} if one in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
