"""The demo centre's own manners."""

import asyncio
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest

from config.settings import ConfigurationError, load
from crm_core import passwords, users
from crm_core.store import Store
from tests.ports import free_port
from trunkline.demo.centre import prepare, refuse_busy
from trunkline.demo.layout import DemoFolder, DemoPorts, write_settings


def free_ports() -> DemoPorts:
    """A block that nobody uses now."""
    numbers = [free_port() for _ in range(6)]
    return DemoPorts(
        http=numbers[0],
        smtp=numbers[1],
        ami=numbers[2],
        asterisk_http=numbers[3],
        fastagi=numbers[4],
        relay=numbers[5],
    )


def test_a_second_demo_says_that_one_runs() -> None:
    """All ports taken: one sentence that names the address and what to do; one taken: that one alone."""
    ports = free_ports()
    refuse_busy(ports)
    with ExitStack() as stack:
        for listener in ports.listeners():
            holder = stack.enter_context(socket.socket())
            holder.bind((listener.host, listener.port))
            holder.listen()
        with pytest.raises(ConfigurationError) as caught:
            refuse_busy(ports)
    (sentence,) = caught.value.problems
    assert f"localhost:{ports.http}" in sentence
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", ports.smtp))
        holder.listen()
        with pytest.raises(ConfigurationError) as caught:
            refuse_busy(ports)
    (sentence,) = caught.value.problems
    assert f"127.0.0.1:{ports.smtp} (--smtp-port) is in use" in sentence


def test_settings_are_rewritten_and_secrets_kept(tmp_path: Path) -> None:
    """Other ports at the next start, the same secrets: what was signed stays valid."""
    folder = DemoFolder(root=tmp_path / "demo")
    write_settings(folder, DemoPorts(http=18080))
    first = load(folder.settings, {})
    write_settings(folder, DemoPorts(http=18081))
    second = load(folder.settings, {})
    assert (first.http.port, second.http.port) == (18080, 18081)
    assert first.mail.reply_secret == second.mail.reply_secret
    assert folder.settings.stat().st_mode & 0o077 == 0


async def test_a_demo_stopped_while_it_is_seeded_starts_again(tmp_path: Path) -> None:
    """Ctrl-C may come at any moment of the first start: the next one has the customers and the right passwords."""
    folder = DemoFolder(root=tmp_path / "demo")
    write_settings(folder, free_ports())
    settings = load(folder.settings, {})
    first = asyncio.create_task(prepare(folder, settings, lambda _: None))
    while not first.done():
        await asyncio.sleep(0.01)
        if folder.logins.with_suffix(".new").exists():
            await asyncio.sleep(0.6)  # the hashes are made, or the customers are being written
            first.cancel()
            await asyncio.wait([first])
    logins = await prepare(folder, settings, lambda _: None)
    store = Store(settings.database_url())
    store.open()
    known = await store.read(lambda conn: users.credentials(conn, logins[0].login))
    await store.close()
    assert known
    assert await passwords.verify(logins[0].password, known.password_hash)
