"""Two versions beside each other (pure): line by line, as editors know it."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_LINES = 5_000
"""Beyond, comparing takes seconds: the rest is told as changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`what`: same, added or removed."""

    what: str
    text: str


def difference(before: str, after: str) -> list[Line]:
    """Every line of both, in order."""
    old, new = before.splitlines(), after.splitlines()
    matched = SequenceMatcher(a=old[:MOST_LINES], b=new[:MOST_LINES], autojunk=False)
    lines: list[Line] = []
    for what, old_from, old_to, new_from, new_to in matched.get_opcodes():
        if what == "equal":
            lines += _lines("same", old[old_from:old_to])
        else:
            lines += _lines("removed", old[old_from:old_to])
            lines += _lines("added", new[new_from:new_to])
    return [*lines, *_lines("removed", old[MOST_LINES:]), *_lines("added", new[MOST_LINES:])]


def _lines(what: str, texts: Sequence[str]) -> list[Line]:
    return [Line(what=what, text=text) for text in texts]
