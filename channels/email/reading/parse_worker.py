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
from dataclasses import asdict
from typing import BinaryIO

from channels.email.reading.parse import parse
from channels.email.reading.parsed import Attachment, Bounce, Parsed

REQUEST = struct.Struct(">II")  # length of the envelope's sender, length of the letter
ANSWER = struct.Struct(">I")  # length of the JSON; the attachments' bytes follow it
_MEMORY_BYTES = 3 * 1024 * 1024 * 1024


def encode(parsed: Parsed) -> bytes:
    """Fields as JSON, with the attachments' bytes behind it."""
    fields: dict[str, object] = {name: getattr(parsed, name) for name in Parsed.__slots__}
    fields["attachments"] = [
        (one.name, one.content_type, one.inline, one.content_id, len(one.content))
        for one in parsed.attachments
    ]
    fields["bounce"] = parsed.bounce and asdict(parsed.bounce)
    text = json.dumps(fields).encode()
    return b"".join((ANSWER.pack(len(text)), text, *(one.content for one in parsed.attachments)))


def content_length(text: bytes) -> int:
    """How many bytes of attachments follow this JSON."""
    return sum(int(one[4]) for one in json.loads(text)["attachments"])


def decode(text: bytes, contents: bytes) -> Parsed:
    """The parent's side of `encode`."""
    fields = json.loads(text)
    attachments: list[Attachment] = []
    position = 0
    for name, content_type, inline, content_id, length in fields.pop("attachments"):
        content = contents[position : position + length]
        position += length
        attachments.append(
            Attachment(
                name=name, content_type=content_type, content=content, inline=inline, content_id=content_id
            )
        )
    bounce = fields.pop("bounce")
    if bounce:
        fields["bounce"] = Bounce(**{**bounce, "recipients": tuple(bounce["recipients"])})
    lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
    return Parsed(**{**fields, **lists}, attachments=tuple(attachments))


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until standard input ends."""
    while head := requests.read(REQUEST.size):
        sender_length, raw_length = REQUEST.unpack(head)
        sender = requests.read(sender_length).decode()
        raw = requests.read(raw_length)
        answers.write(encode(parse(raw, sender)))
        answers.flush()


def main() -> None:
    """The program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    os.nice(5)  # calls come first
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
