"""Streams of documents, sans I/O: snapshot, sequence number, deltas kept for a resume.

A stream belongs to one agent (all their tabs share it) or to the board (all supervisors share it). Every change raises
`seq` by one, so a browser that sees a gap knows it, and one that comes back with the last number it saw gets exactly
what it missed, or a fresh snapshot when that is no longer kept. *Stale snapshot + deltas == fresh snapshot* is the
promise that the property test checks.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agent_console.documents import Collection, Document, Documents

Key = tuple[Collection, str]
KEPT_DELTAS = 256
"""A minute and more of a busy board at 4 frames a second; an agent's own stream moves far slower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """What changed between `seq - 1` and `seq`; a document is replaced whole."""

    seq: int
    set: tuple[tuple[Collection, str, Document], ...]
    drop: tuple[Key, ...]


class Stream:
    """The documents of one screen and their recent changes."""

    def __init__(self, name: str, documents: Documents | None = None, *, kept: int = KEPT_DELTAS) -> None:
        self.name = name
        self.seq = 0
        self._documents: Documents = dict(documents or {})
        self._deltas: deque[Delta] = deque(maxlen=kept)

    @property
    def documents(self) -> Mapping[Key, Document]:
        """The screen as it is now."""
        return self._documents

    def replace(self, collections: Iterable[Collection], fresh: Documents) -> Delta | None:
        """Make these collections equal to `fresh` (which holds documents of these collections only).

        The delta that a browser must apply, or None when nothing changed.
        """
        touched = frozenset(collections)
        changed = tuple((*key, doc) for key, doc in fresh.items() if self._documents.get(key) != doc)
        gone = tuple(key for key in self._documents if key[0] in touched and key not in fresh)
        if not changed and not gone:
            return None
        return self._record(changed, gone)

    def since(self, seq: int) -> tuple[Delta, ...] | None:
        """The deltas after `seq`, oldest first; None when they are not all kept, or `seq` was never reached."""
        missing = self.seq - seq
        if not 0 <= missing <= len(self._deltas):
            return None
        return tuple(self._deltas)[len(self._deltas) - missing :]

    def _record(self, changed: tuple[tuple[Collection, str, Document], ...], gone: tuple[Key, ...]) -> Delta:
        for collection, name, document in changed:
            self._documents[collection, name] = document
        for key in gone:
            del self._documents[key]
        self.seq += 1
        delta = Delta(seq=self.seq, set=changed, drop=gone)
        self._deltas.append(delta)
        return delta
