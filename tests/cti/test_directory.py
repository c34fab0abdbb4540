"""Numbers to queues, extensions to agents, without a database on a caller's way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from config.clock import SystemClock
from crm_core import queues, users
from crm_core.store import Connection, Store
from crm_core.tables import queue
from cti.directory import Directory
from routing.bus import LocalBus
from routing.core.model import AgentId, InteractionId, QueueId
from tests.templates import with_tables


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = with_tables(tmp_path / "x.db")
    opened = Store(url)
    opened.open()
    yield opened
    await opened.close()


def _add(conn: Connection, name: str, *numbers: str) -> str:
    queue = queues.add_queue(conn, name=name, language="en", ring_s=7)
    for number in numbers:
        queues.add_entry(conn, "voice", number, queue.id)
    return queue.id


async def test_numbers_lead_to_queues(store: Store) -> None:
    """With or without plus; an unknown number goes to the queue for any number, if there is one."""
    care = await store.write(lambda conn: _add(conn, "care", "100", "+886223456789"))
    directory = Directory(store, LocalBus(), SystemClock())
    await directory.refresh()
    assert directory.queue_for("886223456789") == care
    assert directory.queue_for("777") == care, "the only queue takes what comes"
    assert directory.ring_s(directory.queue_for("100") or care) == 7
    other = await store.write(lambda conn: _add(conn, "other", "200"))
    await directory.refresh()
    assert directory.queue_for("200") == other
    assert directory.queue_for("777") is None
    await store.write(lambda conn: queues.add_entry(conn, "voice", "*", other))
    await directory.refresh()
    assert directory.queue_for("777") == other


async def test_a_change_is_read_when_the_bus_says_so(store: Store) -> None:
    """A new agent's phone is known without a restart; an extension that no phone can have is not taken."""
    bus = LocalBus()
    directory = Directory(store, bus, SystemClock())
    task = asyncio.create_task(directory.run())

    def fill(conn: Connection) -> tuple[str, str]:
        made = [
            users.add_user(
                conn,
                login=f"a{extension}",
                name="A",
                password_hash="",
                role="agent",
                language="en",
                extension=extension,
            )
            for extension in ("1001", "10&01")
        ]
        return made[0].id, made[1].id

    good, odd = await store.write(fill)
    async with asyncio.timeout(5):
        while directory.agent_of("1001") is None:
            bus.publish("config", "")
            await asyncio.sleep(0.01)
    assert directory.agent_of("1001") == good
    assert directory.phones == {good: "1001"}
    assert directory.agent_of("10&01") is None
    assert odd not in directory.phones
    task.cancel()
    await asyncio.wait([task])


async def test_whose_calls_are_recorded(store: Store) -> None:
    """The queue's share, of calls out its own where it has one; an agent's own before both, for none of theirs as well as for all."""

    def fill(conn: Connection) -> tuple[QueueId, dict[str, AgentId]]:
        care = queues.add_queue(conn, name="care", language="en", record_share=100)
        agents = {
            name: users.add_user(
                conn, login=name, name=name, password_hash="", role="agent", language="en", record_share=share
            ).id
            for name, share in (("ann", None), ("bob", 0), ("cat", 100))
        }
        return QueueId(care.id), {name: AgentId(agent) for name, agent in agents.items()}

    care, agents = await store.write(fill)
    directory = Directory(store, LocalBus(), SystemClock())
    await directory.refresh()

    def recorded(agent: str, *, out: bool = False) -> bool:
        return directory.is_recorded(InteractionId("tl-1.1"), care, agents[agent], out=out)

    assert [recorded(agent) for agent in agents] == [True, False, True]
    assert recorded("ann", out=True), "as the queue says of all"
    assert directory.is_recorded(InteractionId("tl-1.1"), care)
    await store.write(lambda conn: conn.execute(update(queue).values(record_out_share=0)))
    await directory.refresh()
    assert [recorded(agent, out=True) for agent in agents] == [False, False, True]
    assert recorded("ann")


async def test_calls_out_show_the_queue_s_number(store: Store) -> None:
    """Its own word for it, else a number that its callers dial; and its calls are answered by themselves where it says so."""

    def fill(conn: Connection) -> tuple[str, str]:
        made = []
        for name, number in (("Care", "0223334444"), ("Sales", "0255556666")):
            one = queues.add_queue(conn, name=name, language="en")
            queues.add_entry(conn, "voice", number, one.id)
            made.append(one.id)
        conn.execute(
            update(queue).where(queue.c.id == made[0]).values(caller_id="0299998888", auto_answer=True)
        )
        return made[0], made[1]

    care, sales = await store.write(fill)
    directory = Directory(store, LocalBus(), SystemClock())
    await directory.refresh()
    assert [directory.shown_by(QueueId(one)) for one in (care, sales, "none")] == [
        "0299998888",
        "0255556666",
        "",
    ]
    assert [directory.answers_itself(QueueId(one)) for one in (care, sales)] == [True, False]
