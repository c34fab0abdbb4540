"""`trunkline user`: what is typed at the machine, and that a running server follows."""

import asyncio
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from config.errors import Refused
from config.settings import Settings, load
from crm_core import audit, certificates, passwords, queues, schema, users
from routing.core.model import AgentId, Status
from tests.agent_console.house import House, open_house
from tests.agent_console.test_socket import ready
from trunkline import accounts

FINE = "a much better one"
SETTINGS = """
[asterisk]
ami_secret = "one secret"
ari_secret = "another"
[mail]
reply_secret = "sixteen characters at least"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A centre with an empty database."""
    path = tmp_path / "trunkline.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    found = load(path, {})
    found.centre.data_dir.mkdir()
    schema.upgrade(found.database_url())
    return found


def typed(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """One command as an operator types it, without a terminal."""
    file = settings.centre.data_dir.parent / "trunkline.toml"
    return subprocess.run(
        [sys.executable, "-m", "trunkline.command", "user", *words, "--config", str(file)],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


async def test_a_user_from_beginning_to_end(settings: Settings) -> None:
    """Added with a password that fits, given skills, locked, let in again, removed and taken back; each is recorded."""
    given = {"name": "Ann", "role": "agent", "language": "en", "extension": "1001", "email": None}
    await accounts.add(settings, login="Ann", password=FINE, service=False, **given)
    with pytest.raises(Refused, match=r"user\.password_common"):
        await accounts.add(
            settings, login="bob", password="password1234", service=False, **given | {"extension": None}
        )
    await accounts.set_skills(settings, "ann", [("zh", 9)], {"zh": date(2027, 3, 31)})
    await accounts.lock(settings, "ann")
    (ann,) = await accounts.everybody(settings, removed=False)
    assert (ann.user.login, ann.state, ann.skills, ann.must_change_password) == (
        "ann",
        "locked",
        (("zh", 9),),
        False,
    )
    assert ann.skill_ends == {"zh": certificates.end_of(date(2027, 3, 31), settings.centre.time_zone)}
    await accounts.unlock(settings, "ann")
    await accounts.set_password(settings, "ann", FINE + "!")
    known = await accounts.on_store(settings, lambda c: users.credentials(c, "ann"))
    assert known is not None
    assert await passwords.verify(FINE + "!", known.password_hash)
    await accounts.remove(settings, "ann")
    assert await accounts.everybody(settings, removed=False) == []
    assert [each.state for each in await accounts.everybody(settings, removed=True)] == ["removed"]
    await accounts.restore(settings, "ann")
    with pytest.raises(Refused, match=r"totp\.none"):
        await accounts.reset_totp(settings, "ann")
    with pytest.raises(Refused, match=r"user\.unknown"):
        await accounts.lock(settings, "zed")
    verdict = await accounts.on_store(settings, audit.verify)
    assert (verdict.events, verdict.broken_at) == (7, None)


async def test_the_last_administrator_stays(settings: Settings) -> None:
    """The command line is no way round it either; a program's account makes tokens and takes no password."""
    given = {"language": "en", "extension": None, "email": None}
    await accounts.add(settings, login="ada", name="Ada", role="admin", password=FINE, service=False, **given)
    for act in (accounts.lock, accounts.remove):
        with pytest.raises(Refused, match=r"user\.last_admin"):
            await act(settings, "ada")
    await accounts.add(settings, login="robot", name="R", role="agent", password="", service=True, **given)
    assert (await accounts.make_token(settings, "robot", "import", "read", 30)).startswith("tl_")
    with pytest.raises(Refused, match=r"token\.not_service"):
        await accounts.make_token(settings, "ada", "import", "read", None)
    with pytest.raises(Refused, match=r"user\.service_password"):
        await accounts.set_password(settings, "robot", FINE)
    assert await accounts.on_store(settings, queues.agents) == []


@pytest.mark.parametrize("act", ["lock", "remove", "sign_out"])
async def test_a_running_server_follows_the_command_line(tmp_path: Path, act: str) -> None:
    """Another process changes the database: sockets close, the API refuses, the queues lose the agent. (003-42)"""
    async with open_house(tmp_path) as house, house.browser("ann") as ann, house.listening(ann) as screen:
        await ready(house, ann, screen)
        await getattr(accounts, act)(settings_of(house, tmp_path), "ann")
        assert (await ann.get("/api/v1/me")).status_code == 401
        assert await screen.until_closed() == 4001
        if act == "sign_out":
            return
        async with asyncio.timeout(10):
            agent = AgentId(house.seed.users["ann"])
            while house.floor.centre.agents[agent].status is not Status.SIGNED_OUT:
                await asyncio.sleep(0.02)


def settings_of(house: House, folder: Path) -> Settings:
    """Those of the house, on its own database."""
    settings = house.console.context.settings
    database = settings.database.model_copy(update={"url": f"sqlite:///{folder / 'centre.db'}"})
    return settings.model_copy(update={"database": database})


def test_what_is_typed_and_told(settings: Settings) -> None:
    """A made-up password is printed and fits the rules; lists are lines; faults are a sentence and a code."""
    added = typed(settings, "add", "mei", "--name", "林美玲", "--role", "admin")
    assert added.returncode == 0, added.stderr
    assert "added mei (admin) with the password " in added.stdout
    listed = typed(settings, "list")
    assert listed.stdout.split()[:4] == ["mei", "admin", "active", "-"]
    assert "林美玲" in listed.stdout
    last = typed(settings, "lock", "mei")
    assert (last.returncode, last.stderr.strip()) == (3, "trunkline: user.last_admin")
    nothing = typed(settings, "change", "mei")
    assert nothing.returncode == 2
    wrong = typed(settings, "skills", "mei", "zh")
    assert (wrong.returncode, "NAME=LEVEL" in wrong.stderr) == (2, True)
    changed = typed(settings, "change", "mei", "--name", "Mei", "--language", "zh-CN")
    assert changed.stdout.strip() == "changed mei: language, name"
