"""A worker process that is asked and answers by plain pipes, from a thread: the loop's own pipes would copy a file of 50 MB at once, while calls wait."""

import subprocess
import sys
from contextlib import suppress
from typing import IO


def start(module: str) -> subprocess.Popen[bytes]:
    """One that runs this module; both its pipes are there."""
    argv = [sys.executable, "-m", module]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603 - modules of ours


def pipes(worker: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    """Where it is asked, and where it answers."""
    assert worker.stdin  # noqa: S101 - a pipe, see start
    assert worker.stdout  # noqa: S101 - the same
    return worker.stdin, worker.stdout


def exactly(answers: IO[bytes], length: int) -> bytes:
    """So many bytes; `EOFError` when the answer ends early."""
    found = answers.read(length)
    if len(found) < length:
        raise EOFError
    return found


def end(worker: subprocess.Popen[bytes]) -> None:
    """After it was killed: wait for it, and close the pipes. A thread that waits for its answer ends with it."""
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        with suppress(OSError):  # what was not written yet goes nowhere
            if pipe:
                pipe.close()
