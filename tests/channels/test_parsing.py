"""The parser's process and its limits."""

import asyncio
import os
import signal

from channels.email.reading.parse import parse
from channels.email.reading.parsed import UNPARSABLE
from channels.email.reading.parsing import Parsing

LETTER = b"Subject: x\r\nFrom: a@b.example\r\n\r\nHello\r\n"


async def test_the_worker_gives_the_same_as_parsing_here() -> None:
    """A letter with an attachment crosses the process border unchanged, again and again."""
    raw = b"Content-Type: application/pdf; name=x.pdf\r\n" + LETTER + bytes(range(256)) * 1000
    parsing = Parsing()
    try:
        for letter in (raw, LETTER, raw):
            assert await parsing.parse(letter, "a@b.example", "test") == parse(letter, "a@b.example")
    finally:
        await parsing.close()


async def test_a_stuck_or_dead_worker_costs_one_letter() -> None:
    """The letter it was stuck on is shown unparsed, the next one gets a new worker."""
    parsing = Parsing(time_limit_s=1.0)
    try:
        assert await parsing.parse(LETTER, "", "test") == parse(LETTER, "")
        assert parsing.pid
        os.kill(parsing.pid, signal.SIGSTOP)
        assert await parsing.parse(LETTER, "", "test") == UNPARSABLE
        assert await asyncio.wait_for(parsing.parse(LETTER, "", "test"), 30) == parse(LETTER, "")
        os.kill(parsing.pid, signal.SIGKILL)
        assert await parsing.parse(LETTER, "", "test") == UNPARSABLE
        assert await parsing.parse(LETTER, "", "test") == parse(LETTER, "")
    finally:
        await parsing.close()
