"""What is freed is the system's again."""

import subprocess
import sys

from config import memory

SCRIPT = """
import ctypes, sys
from config import memory

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks used free keep".split()]

mallinfo = ctypes.CDLL(None).mallinfo2
mallinfo.restype = Info
if sys.argv[1] == "steady":
    assert memory.be_steady()
del_me = bytearray(1 << 20)
del del_me
kept, large = [], []
for _ in range(50):
    large.append(bytearray(1 << 20))
    kept.append(bytearray(2000))
large.clear()
print(mallinfo().free)
"""


def test_large_pieces_are_given_back() -> None:
    """Also those between which small ones stay; without it they are not."""
    free = {
        how: int(subprocess.check_output([sys.executable, "-c", SCRIPT, how]))
        for how in ("steady", "as it comes")
    }
    assert free["as it comes"] > 40e6
    assert free["steady"] < 2e6


READING = """
import asyncio, sys
from config import memory

if sys.argv[1] == "steady":
    memory.be_steady()

class Reader(asyncio.Protocol):
    def __init__(self):
        self.sizes, self.over = [], asyncio.get_running_loop().create_future()

    def data_received(self, data):
        self.sizes.append(len(data))
        if sum(self.sizes) == 1 << 20:
            self.over.set_result(max(self.sizes))

async def main():
    loop = asyncio.get_running_loop()
    reader = Reader()
    server = await loop.create_server(lambda: reader, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(bytes(1 << 20))
    print(await reader.over)

asyncio.run(main())
"""


def test_no_reading_takes_a_large_piece() -> None:
    """However much there is to read; as asyncio comes it does."""
    most = {
        how: int(subprocess.check_output([sys.executable, "-c", READING, how]))
        for how in ("steady", "as it comes")
    }
    assert most["steady"] <= memory.READ_BYTES < memory.LARGE_BYTES
    assert most["as it comes"] > memory.LARGE_BYTES
