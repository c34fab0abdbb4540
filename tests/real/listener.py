"""The ear and the keys of a caller: the RTP that Asterisk sends to somebody, kept with the time of each packet and how loud it was; keys
go back as telephone events (RFC 4733)."""

import asyncio
import math
import random
import struct
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

HEADER_BYTES = 12
KEYS = "0123456789*#"
EVENTS = 101
"""The payload type under which `with_keys` offers telephone events."""
LOUD = 300.0
"""Root mean square of 16-bit samples above which somebody speaks: silence and comfort noise stay below 20."""


_TONE, _SILENCE = (b"\x20" * 4 + b"\xa0" * 4) * 20, b"\xff" * 160


def _linear(code: int) -> int:
    """One u-law code as a 16-bit sample (ITU-T G.711)."""
    code = ~code & 0xFF
    magnitude = (((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)
    return 0x84 - magnitude if code & 0x80 else magnitude - 0x84


_LINEAR = [_linear(code) for code in range(256)]


class Ear(asyncio.DatagramProtocol):
    """Collects packets of PCMU."""

    def __init__(self) -> None:
        self.port = 0
        self._transport: asyncio.DatagramTransport | None = None
        self._peer: object = None
        self._sequence, self._stamp, self._source = 1, 0, random.getrandbits(32)
        self._says_until = 0.0
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
            if self._peer is not None and self._transport is not None:
                self._sequence, self._stamp = self._sequence + 1, self._stamp + 160
                header = struct.pack("!BBHII", 0x80, 0, self._sequence, self._stamp, self._source)
                says = time.time() < self._says_until
                self._transport.sendto(header + (_TONE if says else _SILENCE), self._peer)
            await asyncio.sleep(0.02)

    async def say(self, seconds: float = 0.6) -> None:
        """A tone of 1000 Hz, instead of silence."""
        self._says_until = time.time() + seconds
        await asyncio.sleep(seconds)

    def _send(self, event: int, *, first: bool, ended: bool, length: int) -> None:
        header = struct.pack(
            "!BBHII", 0x80, EVENTS | (0x80 if first else 0), self._sequence, self._stamp, self._source
        )
        self._sequence += 1
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


def with_keys(scenario: str, port: int) -> str:
    """A caller's scenario whose voice comes to this port, and whose telephone has keys."""
    keys = f"a=rtpmap:0 PCMU/8000\na=rtpmap:{EVENTS} telephone-event/8000\na=fmtp:{EVENTS} 0-15"
    heard = scenario.replace("[media_port]", str(port)).replace("RTP/AVP 0", f"RTP/AVP 0 {EVENTS}")
    return heard.replace("a=rtpmap:0 PCMU/8000", keys)


def _rms(payload: bytes) -> float:
    return math.sqrt(sum(_LINEAR[code] ** 2 for code in payload) / len(payload))


def loudness(ulaw: bytes, tone: float) -> float:
    """How loud one tone is in a sound: the amplitude of its 16-bit samples (Goertzel's sum)."""
    samples = [_LINEAR[code] for code in ulaw]
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


@asynccontextmanager
async def breathing(*ears: Ear) -> AsyncIterator[None]:
    """They send silence, or what they say, until the block ends."""
    tasks = [asyncio.create_task(one.breathes()) for one in ears]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
