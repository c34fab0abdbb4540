"""The parser's process and its limits."""

import asyncio
import os
import signal

from channels.email.reading.parse import parse
from channels.email.reading.parsed import UNPARSABLE
from channels.email.reading.parsing import Parsing
from channels.email.receiving.filing import fields_of
from crm_core import letter_rows
from crm_core.search.index import cut_words
from crm_core.search.sources import letter_document

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


async def test_a_long_letter_comes_with_its_words() -> None:
    """The worker cuts what search keeps of a long letter just as the store would, whatever the letter holds; of a short one it does not."""
    text = "您好 order 4711 \x00 caf\u00e9 +886 2 2345 6789\r\n" * 300
    raw = "Subject: 你好 x\r\nFrom: Ann <a@b.example>\r\nTo: s@x.example\r\n\r\n".encode() + text.encode()
    parsing = Parsing()
    try:
        parsed = await parsing.parse(raw, "a@b.example", "test")
        assert (await parsing.parse(LETTER, "a@b.example", "test")).words is None
    finally:
        await parsing.close()
    row = letter_rows.Written(
        letter_rows.parsed(fields_of(parsed)) | {"id": "x", "case_id": "c", "received_at": 1.0}
    )
    document = letter_document(row)
    assert document is not None
    assert parsed.words == cut_words(document)
    assert len(parsed.words.body) > 1000


async def test_a_stuck_or_dead_worker_costs_one_letter() -> None:
    """The letter it was stuck on is shown unparsed, the next one gets a new worker."""
    parsing = Parsing(time_limit_s=2.0)
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
