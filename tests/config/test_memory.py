"""What is freed is the system's again."""

import subprocess
import sys

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
