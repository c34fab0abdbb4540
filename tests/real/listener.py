"""The ear and the keys of a caller: the RTP that Asterisk sends to somebody, kept with the time of each packet and how loud it was; keys
go back as telephone events (RFC 4733)."""

import asyncio
import math
import random
import struct
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

HEADER_BYTES = 12
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


_LINEAR = [_linear(code) for code in range(256)]


class Ear(asyncio.DatagramProtocol):
    """Collects packets of PCMU. `pitch`: in Hz, of the tone with which it speaks."""

    def __init__(self) -> None:
        self.port, self.pitch = 0, PITCHES[0]
        self._transport: asyncio.DatagramTransport | None = None
        self._peer: object = None
        self._sequence, self._stamp, self._source = 1, 0, random.getrandbits(32)
        self._says_until, self._dead = 0.0, False
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
        """Press keys, 100 ms each."""
        for key in keys:
            self._stamp += 1600
            for place in range(8):
                ended = place >= 5  # the end is said three times
                self._send(KEYS.index(key), first=place == 0, ended=ended, length=160 * min(place + 1, 6))
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.06)

    async def breathes(self) -> None:
        """Send silence as long as nothing else is said, as a telephone does, to whomever was heard last. Until cancelled."""
        while True:
            if self._peer is not None and self._transport is not None and not self._dead:
                self._sequence, self._stamp = self._sequence + 1, self._stamp + 160
                header = struct.pack("!BBHII", 0x80, 0, self._sequence, self._stamp, self._source)
                says = time.time() < self._says_until
                self._transport.sendto(header + (_tone(self.pitch) if says else _SILENCE), self._peer)
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

    def _send(self, event: int, *, first: bool, ended: bool, length: int) -> None:
        header = struct.pack(
            "!BBHII", 0x80, EVENTS | (0x80 if first else 0), self._sequence, self._stamp, self._source
        )
        self._sequence += 1
        body = struct.pack("!BBH", event, (0x80 if ended else 0) | 10, length)
        assert self._transport is not None
        self._transport.sendto(header + body, self._peer)

    def loud_s(self, since: float, until: float) -> float:
        """For how many seconds between two moments somebody was heard."""
        packets = [payload for at, payload in self.heard if since <= at < until]
        return sum(len(payload) / 8000 for payload in packets if _rms(payload) > LOUD)

    def pitches(self, since: float, until: float) -> set[int]:
        """Which of `PITCHES` were heard between two moments, together or one after the other."""
        return pitches_in(b"".join(payload for at, payload in self.heard if since <= at < until))


def pitches_in(sound: bytes) -> set[int]:
    """Which of `PITCHES` are in so much u-law."""
    samples = [_LINEAR[code] for code in sound]
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
    return math.sqrt(sum(_LINEAR[code] ** 2 for code in payload) / len(payload))


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


@asynccontextmanager
async def breathing(*ears: Ear) -> AsyncIterator[None]:
    """They send silence, or what they say, until the block ends."""
    tasks = [asyncio.create_task(one.breathes()) for one in ears]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
