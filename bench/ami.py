"""What the link to Asterisk bears: how fast it takes events in, beside stock panoramisk, and a burst while calls are routed.

    python -m bench.ami [--events 100000] [--rounds 5] [--burst 30000]

*Stream*: what a real Asterisk says of 20 calls, again and again over loopback, to panoramisk's Manager as its documentation has it and to our link, in turn; order is checked at both.
*Burst*: the dialplan of a real Asterisk raises user events as fast as it can with its default write timeout, while 20 callers are led to 20 phones; the loop's stall is how much later than asked for it wakes up.

Prints `ami: panoramisk_ratio= burst_lost= burst_disconnects= stall_p99_ms=`.
"""

import config.loop  # isort: skip - installs the reactor before anything of Twisted

import argparse
import asyncio
import gc
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from panoramisk import Manager

from bench.frame import Row, percentile, ratios, report
from bench.ring_sipp import phone_scenario, sipp
from config.clock import SystemClock
from cti.ami.actions import Action
from cti.ami.link import AmiAddress, Link
from cti.ami.protocol import Message
from cti.phones import AsteriskPhones, PhoneSpec
from routing.core.facts import Connected
from tests.real.asterisk_lab import AsteriskLab, asterisk_lab
from tests.real.voice_lab import VoiceServer, agent_of, prepare, voice_server

CALLS = 20
STALL_EVERY_S = 0.005
BURST = """
[bench-burst]
exten => s,1,Set(N=0)
 same => n(again),UserEvent(Bench,Number: ${{N}})
 same => n,Set(N=$[${{N}} + 1])
 same => n,GotoIf($[${{N}} < {events}]?again)
 same => n,Wait(1)
"""


ORIGINATE = Action(
    name="Originate",
    headers=(
        ("Channel", "Local/s@bench-burst/n"),
        ("Application", "Wait"),
        ("Data", "120"),
        ("Async", "true"),
    ),
)


@dataclass(slots=True)
class Taken:
    """What a client made of the stream."""

    events: int = 0
    disorder: int = 0
    began: float = 0.0
    seconds: float = 0.0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, name: str, number: str, *_: str) -> None:
        """An event: what it is, its number, and what everybody needs of it: whose it is and when it was."""
        if name == "BenchOver":
            self.seconds = time.process_time() - self.began
            self.over.set()
        elif number:
            if self.events == 0:
                self.began = time.process_time()
            self.disorder += int(number) != self.events
            self.events += 1


async def ours(port: int) -> Taken:
    """By our link."""
    taken, clock = Taken(), SystemClock()

    def on_event(message: Message) -> None:
        taken.take(message.event, message["Bench"], message["Uniqueid"], message["Timestamp"])

    async def nothing(*_: float) -> None:
        return

    link = Link(
        AmiAddress(host="127.0.0.1", port=port, user="bench", secret="bench"),
        clock,
        on_event=on_event,
        on_up=nothing,
        on_down=lambda: None,
        heartbeat=nothing,
    )
    running = asyncio.create_task(link.run())
    try:
        async with asyncio.timeout(120):
            await taken.over.wait()
    finally:
        running.cancel()
        await asyncio.wait([running])
    return taken


async def theirs(port: int) -> Taken:
    """By panoramisk as it comes: a Manager, a callback for every event."""
    taken = Taken()
    manager = Manager(
        host="127.0.0.1", port=port, username="bench", secret="bench", ping_interval=3600, ping_delay=3600
    )

    def on_event(_: Manager, message: Any) -> None:
        taken.take(message.event, message.bench, message.uniqueid, message.timestamp)

    manager.register_event("*", on_event)
    await manager.connect()
    try:
        async with asyncio.timeout(300):
            await taken.over.wait()
    finally:
        manager.close()
    return taken


@asynccontextmanager
async def peer(recorded: Path, events: int) -> AsyncIterator[int]:
    """Another process sends; its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.ami_peer", str(recorded), str(events), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


async def streams(recorded: Path, events: int, rounds: int) -> tuple[list[float], list[float]]:
    """Events a second of the client's own processor time, round by round: what loopback bears is no concern of either."""
    mine: list[float] = []
    other: list[float] = []
    async with peer(recorded, events) as port:
        for _ in range(rounds):
            for measure, rates in ((ours, mine), (theirs, other)):
                gc.collect()  # what the one leaves behind the other does not look through
                taken = await measure(port)
                if taken.events != events or taken.disorder:
                    raise RuntimeError(
                        f"{measure.__name__}: {taken.events} of {events}, {taken.disorder} out of order"
                    )
                rates.append(events / taken.seconds)
    return mine, other


# -- a burst while calls are routed ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Burst:
    """What was seen of it."""

    numbers: list[int] = field(default_factory=list)
    watched: bool = True
    downs: int = 0
    stalls_ms: list[float] = field(default_factory=list)
    recorded: list[bytes] = field(default_factory=list)

    def hear(self, server: VoiceServer) -> None:
        """Count what the server's link hands on, and how often it goes down."""
        link = server.voice.link
        take, down = link._on_event, link._on_down  # noqa: SLF001 - it is measured from within

        def on_event(message: Message) -> None:
            if message["UserEvent"] == "Bench":
                self.numbers.append(int(message["Number"]))
            else:
                self.recorded.append(_spelt(message))
            take(message)

        def on_down() -> None:
            self.downs += self.watched
            down()

        link._on_event, link._on_down = on_event, on_down  # noqa: SLF001 - see above
        assert link._connection is not None  # noqa: SLF001 - it is up
        link._connection.hand_to(on_event)  # noqa: SLF001

    async def stall(self) -> None:
        """Until cancelled."""
        while True:
            asked = time.perf_counter()
            await asyncio.sleep(STALL_EVERY_S)
            self.stalls_ms.append((time.perf_counter() - asked - STALL_EVERY_S) * 1000)


def _spelt(message: Message) -> bytes:
    return "\r\n".join(f"{name}: {value}" for name, value in message.headers.items()).encode()


@asynccontextmanager
async def centre(folder: Path, events: int) -> AsyncIterator[tuple[AsteriskLab, VoiceServer]]:
    """A server, 20 phones, and agents who are ready at them."""
    extensions = tuple(str(1001 + each) for each in range(CALLS))
    phones = phone_scenario(ring_s=0.1, talk_s=1.0)
    async with asterisk_lab(folder, trace=False) as lab, sipp(folder / "phones", phones) as desk:
        with (folder / "asterisk" / "extensions.conf").open("a", encoding="utf-8") as file:
            file.write(BURST.format(events=events))
        await lab.cli("dialplan reload")
        await _with_asterisks_own_write_timeout(lab)
        asterisk = AsteriskPhones(lab.settings())
        for extension in extensions:
            contact = f"sip:{extension}@127.0.0.1:{desk.port}"
            secret = secrets.token_urlsafe(12)
            await asterisk.provision(
                PhoneSpec(
                    name=extension, password=secret, context="trunkline-agents", webrtc=False, contact=contact
                )
            )
        url = prepare(folder, extensions=extensions)
        async with voice_server(lab, url) as server:
            for extension in extensions:
                server.ready(await agent_of(server.store, extension))
            await server.floor.settle()
            yield lab, server


async def _with_asterisks_own_write_timeout(lab: AsteriskLab) -> None:
    """100 ms, by which Asterisk closes a reader that pauses; ours is longer."""
    path = lab.folder / "asterisk" / "manager.conf"
    ours = path.read_text(encoding="utf-8")
    without = "".join(line for line in ours.splitlines(keepends=True) if not line.startswith("writetimeout"))
    if without == ours:
        raise RuntimeError("manager.conf has no writetimeout to take away")
    path.write_text(without, encoding="utf-8")
    await lab.cli("manager reload")


async def calls(lab: AsteriskLab, server: VoiceServer) -> None:
    """All callers are led to a phone and answered."""
    before = sum(isinstance(fact, Connected) for fact in server.facts)
    async with lab.caller(calls=CALLS, rate=10.0, hang_up_after_s=1.0):
        await server.fact(Connected, before + CALLS, within_s=60)
        await asyncio.sleep(2.0)


async def bursts(folder: Path, events: int) -> tuple[Burst, Burst]:
    """What was seen without a burst, which is the limit of this machine, and with one."""
    alone, seen = Burst(), Burst()
    async with centre(folder, events) as (lab, server):
        await _watched(alone, calls(lab, server))
        alone.hear(server)
        await calls(lab, server)

        async def both() -> None:
            await server.voice.link.ask(ORIGINATE)
            await calls(lab, server)
            with suppress(TimeoutError):
                async with asyncio.timeout(60):
                    while len(seen.numbers) < events:
                        await asyncio.sleep(0.1)

        seen.hear(server)
        await _watched(seen, both())
        seen.watched = False
    return alone, seen


async def _watched(burst: Burst, doing: Any) -> None:
    watching = asyncio.create_task(burst.stall())
    try:
        await doing
    finally:
        watching.cancel()


async def measure(folder: Path, events: int, rounds: int, burst: int) -> None:
    alone, seen = await bursts(folder, burst)
    recorded = folder / "recorded"
    recorded.write_bytes(b"\r\n\r\n".join([*alone.recorded, b""]))
    print(f"recorded: {len(alone.recorded)} events of {CALLS} calls", flush=True)
    mine, other = await streams(recorded, events, rounds)
    lost = burst - len(set(seen.numbers))
    disorder = sum(one > following for one, following in zip(seen.numbers, seen.numbers[1:], strict=False))
    print(f"burst: {len(seen.numbers)} events, {disorder} out of order")
    rows = [
        Row(name="our link", values=mine, unit="events a second of CPU"),
        Row(name="panoramisk", values=other, unit="events a second of CPU"),
        ratios("our link by panoramisk", mine, other),
        *_stalls("stall without a burst", alone.stalls_ms),
        *_stalls("stall in a burst", seen.stalls_ms),
    ]
    ratio = sorted(one / another for one, another in zip(mine, other, strict=True))[len(mine) // 2]
    figures = {
        "panoramisk_ratio": ratio,
        "burst_lost": lost,
        "burst_disconnects": seen.downs,
        "stall_p99_ms": percentile(seen.stalls_ms, 0.99),
    }
    report("ami", rows, figures, folder)


def _stalls(name: str, values: Sequence[float]) -> list[Row]:
    shown = [percentile(values, 0.5), percentile(values, 0.99), max(values)]
    return [Row(name=f"{name}: p50, p99, max", values=shown, unit="ms", digits=1)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--burst", type=int, default=30_000)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-") as name:

        async def work() -> int:
            await measure(Path(name), chosen.events, chosen.rounds, chosen.burst)
            return 0

        config.loop.run(work())


if __name__ == "__main__":
    main()
