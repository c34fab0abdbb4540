"""The ear of a caller: the RTP that Asterisk sends to somebody, kept with the time of each packet, and how loud it was."""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

HEADER_BYTES = 12
LOUD = 300.0
"""Root mean square of 16-bit samples above which somebody speaks: silence and comfort noise stay below 20."""


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
        self.heard: list[tuple[float, bytes]] = []

    def datagram_received(self, data: bytes, addr: object) -> None:
        if len(data) > HEADER_BYTES and data[1] & 0x7F == 0:  # payload type 0: PCMU
            self.heard.append((time.time(), data[HEADER_BYTES:]))

    def loud_s(self, since: float, until: float) -> float:
        """For how many seconds between two moments somebody was heard."""
        packets = [payload for at, payload in self.heard if since <= at < until]
        return sum(len(payload) / 8000 for payload in packets if _rms(payload) > LOUD)


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
