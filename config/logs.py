"""Logs that read as a transcript: `<` came in, `>` went out, `=` changed, `!` went wrong; one interaction id a line.

12:00:01.204 voice   < tl-1732.4 entered from +886912345678 for 100
12:00:01.207 floor   = tl-1732.4 waiting -> offered to u-ann until 12:00:21
12:00:01.208 voice   > tl-1732.4 Redirect to 1001
"""

import logging
import sys
from typing import Literal

Mark = Literal["<", ">", "=", "!", "-"]
_FORMAT = "%(asctime)s.%(msecs)03d %(name)-8s %(message)s"


def configure(level: str = "INFO") -> None:
    """Write to standard error; `level` is one of DEBUG, INFO, WARNING, ERROR."""
    logging.basicConfig(format=_FORMAT, datefmt="%H:%M:%S", level=level, stream=sys.stderr, force=True)
    for noisy in ("uvicorn.access", "mail.log", "asyncio", "websockets", "panoramisk", "alembic"):
        logging.getLogger(noisy).setLevel("WARNING")
    # that a database is away stands in our own lines; the pool adds a traceback for each connection that it cannot close then
    logging.getLogger("sqlalchemy.pool").setLevel("CRITICAL")


class Transcript:
    """A room's voice in the log."""

    def __init__(self, room: str) -> None:
        self._log = logging.getLogger(room)

    def hears(self, mark: Mark) -> bool:
        """Whether a note with this mark is kept: a busy centre that logs warnings only needs no words for the others."""
        return self._log.isEnabledFor(_level(mark))

    def note(self, mark: Mark, subject: str, words: str) -> None:
        """One line; `subject` is the interaction, agent or peer that it is about."""
        if self.hears(mark):
            self._log.log(_level(mark), "%s %s %s", mark, _printable(subject) or "-", _printable(words))

    def detail(self, mark: Mark, subject: str, words: str) -> None:
        """The same for what only a developer wants to read."""
        if self._log.isEnabledFor(logging.DEBUG):
            self._log.debug("%s %s %s", mark, _printable(subject) or "-", _printable(words))

    def crash(self, subject: str, error: BaseException) -> None:
        """A bug or a peer's surprise, with its traceback."""
        self._log.error("! %s %s", _printable(subject) or "-", _printable(str(error)), exc_info=error)


def _level(mark: Mark) -> int:
    return logging.WARNING if mark == "!" else logging.INFO


def _printable(words: str) -> str:
    """What customers and strangers wrote, a login too, may hold line breaks and escapes; a log line is one line."""
    if words.isprintable():
        return words
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in words)
