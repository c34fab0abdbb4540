"""What a hostile letter costs a call: from a caller's arrival to the offer at an agent's phone, with the letter in hand and without. Part of
`bench.smtp`.

The server's own floor, intake and store in one process with the loop that they share; the drop is beside, as ever.
"""

import asyncio
import gc
import sys
import time
from collections.abc import Sequence
from email.message import EmailMessage
from functools import partial
from pathlib import Path

import config.loop
from channels.email.receiving.spool import Envelope, segments
from channels.email.receiving.spool_writer import SpoolWriter
from config.ids import new_id
from crm_core import queues
from crm_core.records import known, rows
from crm_core.records.change import system
from routing.core.decisions import Offer, TurnAway, Withdraw
from routing.core.events import Arrived, CustomerLeft, DeviceChanged
from routing.core.model import AgentId, Device, InteractionId, Medium, QueueId
from routing.rules import read_rules
from tests.channels.rooms import ANN, SERVICE, MailRoom, letter, mail_room

CALLS = 40
_EVERY_S = 0.05


class _Phones:
    """Notes when a call is offered."""

    medium = Medium.VOICE

    def __init__(self) -> None:
        self.offered: dict[str, asyncio.Future[float]] = {}

    async def offer(self, decision: Offer) -> None:
        waiting = self.offered.get(decision.interaction)
        if waiting and not waiting.done():
            waiting.set_result(time.perf_counter())

    async def withdraw(self, decision: Withdraw) -> None:
        """Nothing rings."""

    async def turn_away(self, decision: TurnAway) -> None:
        """Nobody is."""


def huge(megabytes: int = 40) -> bytes:
    """One attachment."""
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = ANN, "huge", f"<{new_id()}@example.org>"
    message.set_content("see the file")
    message.add_attachment(
        bytes(range(256)) * (megabytes * 3000), maintype="application", subtype="octet-stream", filename="x"
    )
    return message.as_bytes().replace(b"\n", b"\r\n")


def of_links(count: int = 5000) -> bytes:
    """HTML that is all links."""
    message = EmailMessage()
    message["From"], message["Subject"], message["Message-ID"] = ANN, "links", f"<{new_id()}@example.org>"
    html = "".join(f'<p><a href="https://example.org/{number}">{number}</a></p>' for number in range(count))
    message.set_content(html, subtype="html")
    return message.as_bytes().replace(b"\n", b"\r\n")


async def _calls(room: MailRoom, phones: _Phones, queue: str, count: int) -> list[float]:
    """Milliseconds from each caller's arrival to the offer."""
    found: list[float] = []
    for _ in range(count):
        call = InteractionId(new_id())
        waiting: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        phones.offered[call] = waiting
        now, began = room.clock.now(), time.perf_counter()
        room.floor.submit(
            Arrived(interaction=call, medium=Medium.VOICE, queue=QueueId(queue), enqueued_at=now, at=now)
        )
        async with asyncio.timeout(30):
            found.append((await waiting - began) * 1000)
        room.floor.submit(CustomerLeft(interaction=call, at=room.clock.now()))
        await asyncio.sleep(_EVERY_S)
    return found


async def stalls(folder: Path) -> tuple[list[float], list[float]]:
    """Without such letters (before and after), and while they are taken in: each call's milliseconds."""
    folder.mkdir(parents=True)
    async with mail_room(folder) as room:
        phones = _Phones()
        room.floor.add_channel(phones)
        tasks = [asyncio.create_task(part.run()) for part in (room.floor, room.intake)]
        await room.floor.restored()
        # letters go to a queue that nobody serves: an offer of one would keep the agent from calls
        sales, service = sorted(await room.store.read(queues.list_queues), key=lambda one: one.name)
        wants = {"requires": "letters >= 1"}
        await room.store.write(
            lambda conn: rows.patch(conn, system(0.0), known.entity("queue"), service.id, wants)
        )
        room.floor.configure(*await room.store.read(partial(read_rules, now=room.clock.now())))
        queue = sales.id
        await room.ready()
        agent = AgentId(room.agent.id)
        room.floor.submit(DeviceChanged(agent=agent, device=Device.REACHABLE, at=room.clock.now()))
        await _calls(room, phones, queue, 10)
        await room.deliver(
            letter("the first one")
        )  # statements are put together for the first letter of a process
        await _filed(room, 1)
        # as `trunkline run` does when it has begun: nobody looks through what is loaded for garbage
        gc.collect()
        gc.freeze()
        quiet = await _calls(room, phones, queue, CALLS)
        letters = (await asyncio.to_thread(huge), of_links())
        coming = asyncio.create_task(_come(room, folder, letters))
        busy = await _calls(room, phones, queue, CALLS)
        await coming
        while len(await room.interactions()) < 3:
            busy += await _calls(room, phones, queue, CALLS)
        quiet += await _calls(room, phones, queue, max(CALLS, len(busy) - CALLS))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        gc.unfreeze()
        return quiet, busy


async def _come(room: MailRoom, folder: Path, letters: Sequence[bytes]) -> None:
    """The letters are stored by a process of their own, as the drop is one, and the intake is told."""
    for number, each in enumerate(letters):
        file = folder / f"letter{number}"
        await asyncio.to_thread(file.write_bytes, each)
        beside = folder / f"beside{number}"
        drop = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bench.smtp_stall", str(file), str(beside), str(folder / "spool")
        )
        assert await drop.wait() == 0
        room.bus.publish("spool", "")


async def _store(letter: Path, beside: Path, spool: Path) -> int:
    """Write it as the drop does, on the same disk, and put the segment behind those that are there."""
    writer = SpoolWriter(beside, lambda: None)
    now = time.time()
    await writer.append(
        Envelope(sender=ANN, recipients=(SERVICE,), received_at=now, peer="::1", helo="x"),
        letter.read_bytes(),
    )
    writer.close()
    (name,) = segments(beside)
    (beside / name).rename(spool / f"{int(now * 1000):010d}-{name.partition('-')[2]}")
    return 0


async def _filed(room: MailRoom, letters: int) -> None:
    async with asyncio.timeout(60):
        while len(await room.interactions()) < letters:
            await asyncio.sleep(_EVERY_S)


def worst_over_usual(quiet: list[float], busy: list[float]) -> float:
    """By how much the slowest offer came later than the slowest of about as many without letters, before and after: whatever else a machine does
    makes both late."""
    return max(max(busy) - max(quiet), 0.0)


if __name__ == "__main__":
    sys.exit(config.loop.run(_store(*map(Path, sys.argv[1:]))))
