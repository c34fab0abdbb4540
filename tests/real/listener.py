"""The ear and the keys of a caller: the RTP that Asterisk sends to somebody, kept with the time of each packet and how loud it was; keys
go back as telephone events (RFC 4733)."""

import asyncio
import math
import random
import struct
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

T = TypeVar("T")
HEADER_BYTES = 12
TRIES = 12
"""So often is looked for what is to come."""
KEYS = "0123456789*#"
EVENTS = 101
"""The payload type under which `with_keys` offers telephone events."""
LOUD = 300.0
"""Root mean square of 16-bit samples above which somebody speaks: silence and comfort noise stay below 20."""


_SILENCE = b"\xff" * 160
RATE = 8000
PITCHES = (1000, 500, 2000, 250)
"""Of square waves none of which has another's frequency among its own."""


def _linear(code: int) -> int:
    """One u-law code as a 16-bit sample (ITU-T G.711)."""
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)
    return 0x84 - magnitude if code & 0x80 else magnitude - 0x84


LINEAR = [_linear(code) for code in range(256)]


class Ear(asyncio.DatagramProtocol):
    """Collects packets of PCMU. `pitch`: in Hz, of the tone with which it speaks."""

    def __init__(self) -> None:
        self.port, self.pitch = 0, PITCHES[0]
        self._transport: asyncio.DatagramTransport | None = None
        self._peer: object = None
        self._sequence, self._stamp, self._source = 1, 0, random.getrandbits(32)
        self._says_until, self._dead = 0.0, False
        self._breathes = self._presses = False
        self._plays: deque[bytes] = deque()
        self.heard: list[tuple[float, bytes]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]

    def datagram_received(self, data: bytes, addr: object) -> None:
        self._peer = addr
        if len(data) > HEADER_BYTES and data[1] & 0x7F == 0:  # payload type 0: PCMU
            self.heard.append((time.time(), data[HEADER_BYTES:]))

    async def speaks(self, seconds: float = 0.4, within_s: float = 10.0) -> None:
        """Wait until somebody has been heard for so long, from now on."""
        since = time.time()
        async with asyncio.timeout(within_s):
            while self.loud_s(since, time.time()) < seconds:
                await asyncio.sleep(0.05)

    async def press(self, keys: str) -> None:
        """Press keys, 100 ms each. Who breathes has a clock that goes on, and says nothing else meanwhile."""
        for key in keys:
            self._stamp += 0 if self._breathes else 1600
            self._presses, begun = True, self._stamp
            for place in range(8):
                ended, length = place >= 5, 160 * min(place + 1, 6)  # the end is said three times
                self._send(KEYS.index(key), begun, first=place == 0, ended=ended, length=length)
                await asyncio.sleep(0.02)
            self._presses = False
            await asyncio.sleep(0.06)

    def flood(self, keys: int) -> None:
        """So many at once, as no finger can."""
        for number in range(keys):
            self._stamp += 160
            self._send(number % len(KEYS), self._stamp, first=True, ended=False, length=80)
            self._send(number % len(KEYS), self._stamp, first=False, ended=True, length=160)

    async def breathes(self) -> None:
        """Send silence as long as nothing else is said, as a telephone does, to whomever was heard last. Until cancelled."""
        self._breathes = True
        while True:
            self._stamp += 160
            if (
                self._peer is not None
                and self._transport is not None
                and not self._presses
                and not self._dead
            ):
                self._sequence += 1
                header = struct.pack("!BBHII", 0x80, 0, self._sequence, self._stamp, self._source)
                says = _tone(self.pitch) if time.time() < self._says_until else _SILENCE
                self._transport.sendto(header + (self._plays.popleft() if self._plays else says), self._peer)
            await asyncio.sleep(0.02)

    def hush(self) -> None:
        """Send nothing any more, like a telephone that has died."""
        self._dead = True

    def speak_for(self, seconds: float) -> None:
        """A tone, instead of silence, from now on."""
        self._says_until = time.time() + seconds

    async def say(self, seconds: float = 0.6) -> None:
        """The same, and wait until it is over."""
        self.speak_for(seconds)
        await asyncio.sleep(seconds)

    async def play(self, frames: Iterable[bytes]) -> None:
        """These pieces of 20 ms, instead of silence."""
        self._plays.extend(frames)
        while self._plays:
            await asyncio.sleep(0.02)

    def _send(self, event: int, begun: int, *, first: bool, ended: bool, length: int) -> None:
        self._sequence += 1
        header = struct.pack(
            "!BBHII", 0x80, EVENTS | (0x80 if first else 0), self._sequence, begun, self._source
        )
        body = struct.pack("!BBH", event, (0x80 if ended else 0) | 10, length)
        assert self._transport is not None
        self._transport.sendto(header + body, self._peer)

    def tones(self, *tones: float, within_s: float = 0.1) -> list[float]:
        """Which of these tones were heard by themselves, in order, each once for as long as it lasted."""
        sound = b"".join(payload for _, payload in self.heard)
        step = int(within_s * 8000)
        found: list[float] = []
        for place in range(0, len(sound) - step, step):
            part = sound[place : place + step]
            loudest = max(tones, key=lambda tone: loudness(part, tone))
            if loudness(part, loudest) > 9000 and found[-1:] != [loudest]:
                found.append(loudest)
        return found

    def loud_s(self, since: float, until: float) -> float:
        """For how many seconds between two moments somebody was heard."""
        packets = [payload for at, payload in self.heard if since <= at < until]
        return sum(len(payload) / 8000 for payload in packets if _rms(payload) > LOUD)

    def pitches(self, since: float, until: float) -> set[int]:
        """Which of `PITCHES` were heard between two moments, together or one after the other."""
        return pitches_in(b"".join(payload for at, payload in self.heard if since <= at < until))


def pitches_in(sound: bytes) -> set[int]:
    """Which of `PITCHES` are in so much u-law."""
    samples = [LINEAR[code] for code in sound]
    return {hz for hz in PITCHES if _strength(samples, hz) > LOUD}


def _tone(hz: int) -> bytes:
    """20 ms of it."""
    half = RATE // hz // 2
    return (b"\x20" * half + b"\xa0" * half) * (160 // (2 * half))


def _strength(samples: Sequence[int], hz: int) -> float:
    """How much of this frequency is in it (Goertzel), as the amplitude of a sine."""
    turn = 2 * math.cos(2 * math.pi * hz / RATE)
    last = before = 0.0
    for sample in samples:
        last, before = sample + turn * last - before, last
    power = max(0.0, last * last + before * before - turn * last * before)
    return 2 * math.sqrt(power) / max(1, len(samples))


def with_keys(scenario: str, port: int) -> str:
    """A caller's scenario whose voice comes to this port, and whose telephone has keys."""
    keys = f"a=rtpmap:0 PCMU/8000\na=rtpmap:{EVENTS} telephone-event/8000\na=fmtp:{EVENTS} 0-15"
    heard = scenario.replace("[media_port]", str(port)).replace("RTP/AVP 0", f"RTP/AVP 0 {EVENTS}")
    return heard.replace("a=rtpmap:0 PCMU/8000", keys)


def _rms(payload: bytes) -> float:
    return math.sqrt(sum(LINEAR[code] ** 2 for code in payload) / len(payload))


def loudness(ulaw: bytes, tone: float) -> float:
    """How loud one tone is in a sound: the amplitude of its 16-bit samples (Goertzel's sum)."""
    samples = [LINEAR[code] for code in ulaw]
    turns = [2 * math.pi * tone * place / 8000 for place in range(len(samples))]
    real = sum(level * math.cos(turn) for level, turn in zip(samples, turns, strict=True))
    imaginary = sum(level * math.sin(turn) for level, turn in zip(samples, turns, strict=True))
    return 2 * math.hypot(real, imaginary) / max(1, len(samples))


@asynccontextmanager
async def ear(port: int) -> AsyncIterator[Ear]:
    """Listen on a port until the block ends."""
    transport, listening = await asyncio.get_running_loop().create_datagram_endpoint(
        Ear, local_addr=("127.0.0.1", port)
    )
    listening.port = port
    try:
        yield listening
    finally:
        transport.close()


async def comes(look: Callable[[], Awaitable[T]], holds: Callable[[T], bool]) -> T:
    """What is seen when it holds twice in a row: sound follows what is told of it, on a busy machine later, and stays then. `AssertionError` tells what was seen
    at last."""
    held = False
    for _ in range(TRIES):
        found = await look()
        if holds(found) and held:
            return found
        held = holds(found)
    raise AssertionError(f"not twice in a row of {TRIES} times; at last {found!r}")


async def reaches(speaker: Ear, *listeners: Ear) -> None:
    """Somebody who breathes speaks until, for half a second, all of these hear it."""
    await asyncio.sleep(0.3)  # what others said before
    speaker.speak_for(60)

    async def deaf() -> list[int]:
        since = time.time()
        await asyncio.sleep(0.5)
        until = time.time()
        return [
            one.port
            for one in listeners
            if one.loud_s(since, until) < 0.3 or speaker.pitch not in one.pitches(since, until)
        ]

    try:
        await comes(deaf, lambda found: not found)
    finally:
        speaker.speak_for(0)


@asynccontextmanager
async def breathing(*ears: Ear) -> AsyncIterator[None]:
    """They send silence, or what they say, until the block ends."""
    tasks = [asyncio.create_task(one.breathes()) for one in ears]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
