"""The reader's own process: files in on standard input, words or pictures out on standard output, one after the other.

`python -m channels.attachments.worker`. A hostile file can at most end this process or use up its limits; the parent goes on with a verdict.
"""

import json
import os
import resource
import signal
import struct
import sys
from typing import BinaryIO

from channels.attachments.reading import picture, read

HEAD = struct.Struct(">II")  # of a request: its JSON, the file; of an answer: its JSON, the picture
_MEMORY_BYTES = 1024 * 1024 * 1024


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until standard input ends."""
    while head := requests.read(HEAD.size):
        asked_length, length = HEAD.unpack(head)
        asked = json.loads(requests.read(asked_length))
        content = requests.read(length)
        if asked["what"] == "picture":
            shown = picture(content, int(asked["page"])) or b""
            answer = b"{}"
        else:
            told = read(asked["name"], asked["content_type"], content)
            shown = b""
            answer = json.dumps({"verdict": told.verdict, "text": told.text, "pages": told.pages}).encode()
        answers.write(HEAD.pack(len(answer), len(shown)) + answer + shown)
        answers.flush()


def main() -> None:
    """The program."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the parent decides
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    os.nice(10)  # calls come first, and letters
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
