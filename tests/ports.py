"""Ports for servers that a test starts: below those that the system gives to anybody (Linux: 32768 and more), so that one that is free when it is
chosen is still free when its server binds it; and of a range for each process that runs tests beside others."""

import os
import socket
from contextlib import ExitStack

LOWEST, HIGHEST, LANES = 10_000, 32_000, 8
WIDTH = (HIGHEST - LOWEST) // LANES


def free_port() -> int:
    """An even port that is free for TCP and UDP now, as is the next one."""
    return free_block(2)


def free_block(length: int, *, probed: int | None = None) -> int:
    """The first of `length` ports in a row, of which the first `probed` (all, unless told) are free now for TCP and UDP. It is even, and is given out
    again only when all others of this process's range were."""
    span = length + length % 2
    for _ in range(2 * (WIDTH // span)):
        block = _range.take(span)
        if _free(range(block, block + (probed or length))):
            return block
    raise RuntimeError(f"no {length} ports in a row are free from {_range.first} to {_range.first + WIDTH}")


class _Range:
    """This process's ports, given out in turn."""

    def __init__(self) -> None:
        """Which range it is: by the process's number among those that pytest runs side by side, else by its id."""
        worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
        lane = (int(worker) if worker.isdigit() else os.getpid()) % LANES
        self.first = self._next = LOWEST + lane * WIDTH

    def take(self, span: int) -> int:
        if self._next + span > self.first + WIDTH:
            self._next = self.first
        block, self._next = self._next, self._next + span
        return block


_range = _Range()


def _free(ports: range) -> bool:
    with ExitStack() as held:
        try:
            for port in ports:
                for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                    held.enter_context(socket.socket(socket.AF_INET, kind)).bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
