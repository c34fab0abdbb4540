"""A document cut into words, and the tokens that say its kind and its time.

Every word is kept with its kind's mark before it, so that each kind has words of its own: a word that is in most letters and in
seven names costs a search of the names seven looks, where else all letters with it would be compared with all names.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

ERA_DOCUMENTS = 32_768
"""Documents that share a token for their time, so that PostgreSQL can look at the newest alone."""


_MARKS = {"party": "p", "case": "c", "letter": "l", "note": "n", "article": "a"}
_OTHER_MARKS = "bdefghijkmoqrstuvwxyz0123456789"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A document's words before it has a place."""

    title: list[str]
    body: list[str]
    keys: set[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class CutWords:
    """What the index keeps of a document; `place` is its number, which rises with time."""

    place: int
    title: list[str]
    body: list[str]
    keys: list[str]


def mark(kind: str) -> str:
    """The sign before each word of a kind: one character, as it is stored with every word. Kinds of few documents may share one,
    so it narrows and does not tell: whoever looks must still ask for the kind."""
    return _MARKS.get(kind) or _OTHER_MARKS[crc32(kind.encode()) % len(_OTHER_MARKS)]


def marked(kind: str, tokens: Iterable[str]) -> list[str]:
    """The tokens as they are kept of this kind."""
    sign = mark(kind)
    return [sign + token for token in tokens]


def title_token(token: str) -> str:
    """A token of a title, for PostgreSQL: GIN keeps no weights, so the title's words must be words of their own there."""
    return f"¶{token}"


def era_token(kind: str, place: int) -> str:
    """The token that a kind's documents of one time share; no text holds such a one."""
    return f"§{kind}{place // ERA_DOCUMENTS}"
