"""The parser's own process: letters in on standard input, fields out on standard output, one after the other.

`python -m channels.email.reading.parse_worker`. A hostile letter can at most end this process or use up its limits; the parent
goes on with the letter marked as unparsable. No pickles: a subverted worker must not be able to run code in the server.
"""

import json
import os
import resource
import signal
import struct
import sys
from dataclasses import asdict, replace
from io import BytesIO
from typing import IO, BinaryIO

from channels.email.reading.parse import parse
from channels.email.reading.parsed import Attachment, Parsed
from channels.workers import exactly
from crm_core import letter_findings
from crm_core.search.cut import Cut
from crm_core.search.cutting import kept_words, letter_body

REQUEST = struct.Struct(">II")  # length of the envelope's sender, length of the letter
ANSWER = struct.Struct(">I")  # length of the JSON; the attachments' bytes follow it
LONG_TEXT = 4_000
"""Characters; cutting so many takes a millisecond, of which the writer does not have many while calls come."""
_MEMORY_BYTES = 3 * 1024 * 1024 * 1024


def encode(parsed: Parsed) -> bytes:
    """Fields as JSON, with the attachments' bytes behind it."""
    fields: dict[str, object] = {name: getattr(parsed, name) for name in Parsed.__slots__}
    fields["attachments"] = [
        (one.name, one.content_type, one.inline, one.content_id, len(one.content))
        for one in parsed.attachments
    ]
    fields["bounce"] = letter_findings.as_json(parsed.bounce)
    fields["invite"] = letter_findings.as_json(parsed.invite)
    fields["authentication"] = [asdict(one) for one in parsed.authentication]
    fields["words"] = parsed.words and [parsed.words.title, parsed.words.body, sorted(parsed.words.keys)]
    text = json.dumps(fields).encode()
    return b"".join((ANSWER.pack(len(text)), text, *(one.content for one in parsed.attachments)))


def answer_in(answers: IO[bytes], most_bytes: int) -> Parsed:
    """The parent's side of `encode`; `ValueError` when more than so many bytes of attachments are announced, `EOFError` when the answer ends early."""
    (length,) = ANSWER.unpack(exactly(answers, ANSWER.size))
    return _decoded(exactly(answers, length), answers, most_bytes)


def decode(text: bytes, contents: bytes) -> Parsed:
    """The same of an answer in two parts."""
    return _decoded(text, BytesIO(contents), len(contents))


def _decoded(text: bytes, answers: IO[bytes], most_bytes: int) -> Parsed:
    fields = json.loads(text)
    described = fields.pop("attachments")
    expected = sum(int(one[4]) for one in described)
    if expected > most_bytes:
        message = f"{expected} bytes of attachments"
        raise ValueError(message)
    attachments = [
        Attachment(
            name=name,
            content_type=content_type,
            content=exactly(answers, length),
            inline=inline,
            content_id=content_id,
        )
        for name, content_type, inline, content_id, length in described
    ]
    fields["bounce"] = letter_findings.bounce_of(fields["bounce"])
    fields["invite"] = letter_findings.invite_of(fields["invite"])
    fields["authentication"] = letter_findings.checks_of(fields["authentication"])
    words = fields.pop("words")
    if words:
        fields["words"] = Cut(title=words[0], body=words[1], keys=set(words[2]))
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return Parsed(**{**fields, **lists}, attachments=tuple(attachments))


def with_words(parsed: Parsed) -> Parsed:
    """A long letter's words are cut here, whoever files it."""
    if len(parsed.text) < LONG_TEXT:
        return parsed
    body = letter_body(parsed.text, parsed.from_name, parsed.from_address, parsed.to, parsed.cc)
    return replace(parsed, words=kept_words("letter", parsed.subject, body))


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until standard input ends."""
    while head := requests.read(REQUEST.size):
        sender_length, raw_length = REQUEST.unpack(head)
        sender = requests.read(sender_length).decode()
        raw = requests.read(raw_length)
        answers.write(encode(with_words(parse(raw, sender))))
        answers.flush()


def main() -> None:
    """The program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    os.nice(10)  # calls come first
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
