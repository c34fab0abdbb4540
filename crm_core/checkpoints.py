"""SQLite's log is copied back into the file beside the writer, so that no call's commit waits for it.

SQLite would do it in the commit that makes the log longer than some pages: 25 ms of work and two syncs of the disk that a call waits for, six times
for a letter of 40 MB. A thread of its own does the same while others are written. A large letter's pieces wait for it, so that the disk has only one
of both to do, and nothing is left over when it has ended: the log begins anew. The writer's own limit (`engines.LONGEST_LOG_PAGES`) is met by a long
rush of other writes alone, and finds little left to copy then.
"""

import os
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from config.logs import Transcript

log = Transcript("store")

CHECKPOINT_PAGES = 2_000
"""8 MB. Of 16 MB at once the disk lets a call's commit wait 30 ms; copying sooner would copy most pages of an import, which writes all over the
indexes, again for every second unit."""
_AGAIN_PAGES = 1_000
"""So many more of the same log are worth another look."""
# https://www.sqlite.org/fileformat2.html#the_write_ahead_log
_HEADER, _FRAME_HEADER = 32, 24
_PAGE_SIZE_AT, _SALTS_AT, _FRAME_SALTS_AT, _SALTS = 8, 16, 8, 8


class Checkpoints:
    """Of one SQLite file. `look` is the writer's to call after a commit."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._due = threading.Event()
        self._stopped = False
        self._salts, self._frame = b"", CHECKPOINT_PAGES
        self._log = -1
        self._thread = threading.Thread(target=self._work, name="checkpoints", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """When the writer has ended."""
        self._stopped = True
        self._due.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._log >= 0:
            os.close(self._log)
            self._log = -1

    def copying(self) -> bool:
        """Whether the log is being copied back, or is about to be."""
        return self._due.is_set() and self._thread.is_alive()

    def look(self) -> None:
        """Have the log copied if it has grown that long: two short reads of its file."""
        if not self._due.is_set() and self._is_long():
            self._due.set()

    def _is_long(self) -> bool:
        """A log that was begun anew has other salts; the frames behind its end still have the old ones."""
        if self._log < 0:
            try:
                self._log = os.open(f"{self._file}-wal", os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:  # nothing was written yet
                return False
        head = os.pread(self._log, _HEADER, 0)
        salts = head[_SALTS_AT : _SALTS_AT + _SALTS]
        if salts != self._salts:
            self._salts, self._frame = salts, CHECKPOINT_PAGES
        page_bytes = int.from_bytes(head[_PAGE_SIZE_AT : _PAGE_SIZE_AT + 4])
        at = _HEADER + (self._frame - 1) * (_FRAME_HEADER + page_bytes)
        return len(salts) == _SALTS and os.pread(self._log, _SALTS, at + _FRAME_SALTS_AT) == salts

    def _work(self) -> None:
        with closing(sqlite3.connect(self._file, isolation_level=None)) as connection:
            while self._due.wait() and not self._stopped:
                frames = self._frame
                try:
                    frames = max(frames, _copy(connection))
                except sqlite3.Error as problem:  # the writer's own limit remains
                    log.note("!", self._file.name, f"the log is not copied back yet: {problem}")
                finally:
                    self._frame = frames + _AGAIN_PAGES
                    self._due.clear()
                if self._stopped:  # meanwhile: what woke us for that was just cleared
                    return


def _copy(connection: sqlite3.Connection) -> int:
    """As much as nobody reads or writes at this moment; the length of the log."""
    frames: int = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]
    return frames
