"""How often a letter was begun with and never finished: one that ends the server with it is set aside at the fourth start.

Only what is on the disk outlives such an end: a file names the letter in hand. After an end in the middle, letters are taken one at a time for a
while, so that the file names the guilty one.
"""

import json
from pathlib import Path

MOST_TRIES = 3
_CAREFUL_FOR = 64
_AT_ONCE = 64


class Tries:
    """Of one spool. Blocking: call it in a thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._letter, self._count = self._remembered()
        self._careful = _CAREFUL_FOR if self._letter else 0

    @property
    def at_once(self) -> int:
        """How many letters to take in hand."""
        return 1 if self._careful else _AT_ONCE

    def begin(self, letter: str) -> int:
        """This letter comes first in what is taken in hand now; which try that is."""
        self._count = self._count + 1 if letter == self._letter else 1
        self._letter = letter
        self._path.write_text(json.dumps({"letter": letter, "count": self._count}), encoding="utf-8")
        return self._count

    def end(self) -> None:
        """What was taken in hand is done with, one way or the other."""
        self._path.unlink(missing_ok=True)
        self._letter, self._count = "", 0
        self._careful = max(self._careful - 1, 0)

    def _remembered(self) -> tuple[str, int]:
        try:
            told = json.loads(self._path.read_bytes())
            return str(told["letter"]), int(told["count"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return "", 0
