"""The process beside the server that reads files and cuts words: started with `python -m`, asked over its standard input, ended by its end.

Frames in both directions: four bytes of length, then a pickle; both ends are ours, and the pipe is nobody else's.
"""

import pickle
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any, BinaryIO

from config.errors import Kind, Refused
from crm_core.transfer.prepare import Job, frames
from crm_core.transfer.questions import LENGTH, Fault, Look, Seen
from crm_core.transfer.sheets import data_rows, guess_layout, headings

PREVIEW_ROWS = 10
MOST_MEMORY = 2 * 1024**3
"""Bytes of address space; a file may be made so that it wants all that the machine has, and calls are on that machine."""


def look(asked: Look) -> Seen:
    """What is in a file."""
    layout = asked.layout or guess_layout(asked.path)
    names = headings(asked.path, layout)
    preview = [list(row.cells) for row in islice(data_rows(asked.path, layout), PREVIEW_ROWS)]
    rows = last = 0
    for row in data_rows(asked.path, layout):
        rows, last = rows + 1, row.number
    return Seen(layout=layout, headings=names, preview=preview, rows=rows, last=last)


def main() -> None:
    """Answer one question."""
    _limit_memory()
    question = pickle.loads(_read(sys.stdin.buffer))  # noqa: S301 - see above
    out = sys.stdout.buffer
    try:
        for frame in _answers(question):
            out.write(LENGTH.pack(len(frame)))
            out.write(frame)
            out.flush()
    except (Refused, MemoryError) as problem:
        refusal = problem if isinstance(problem, Refused) else _too_large()
        told = Fault(code=refusal.code, pointer=refusal.pointer, params=dict(refusal.params))
        frame = pickle.dumps(told)
        out.write(LENGTH.pack(len(frame)) + frame)
    out.write(LENGTH.pack(0))
    out.flush()


def _limit_memory() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limits = [MOST_MEMORY, *(each for each in (soft, hard) if each != resource.RLIM_INFINITY)]
    resource.setrlimit(resource.RLIMIT_AS, (min(limits), hard))


def _too_large() -> Refused:
    return Refused("import.file_too_large", Kind.INVALID, pointer="/file")


def _answers(question: Any) -> Iterator[bytes]:
    if isinstance(question, Job):
        yield from frames(question)
    else:
        yield pickle.dumps(look(question))


def _read(stream: BinaryIO) -> bytes:
    (length,) = LENGTH.unpack(stream.read(LENGTH.size))
    return stream.read(length)


if __name__ == "__main__":
    main()
