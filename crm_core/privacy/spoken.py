"""By which words somebody is named where nothing else leads to them (pure): in a search that was told to the audit trail, in the cells
of an imported file."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crm_core.search.words import fold, is_han

SHORTEST_WORD, SHORTEST_HAN = 3, 2
"""Below, a part of a name is a word of everybody's: "Dr" is in no search for one person alone, 小明 is."""
_NOT_SAID = frozenset({"address", "request_id"})
"""Of the origin, beside what was done: the address of who did it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """`words` name them wherever they stand as words of their own; `whole` only where they are all that is said; `ids` are those of
    their rows. `spellings`: one of these is in every text that may name them."""

    words: frozenset[str]
    whole: frozenset[str]
    ids: frozenset[str]
    spellings: frozenset[str]

    def named_in(self, told: Any) -> bool:
        """Whether a structure names them in one of its values. Names of fields say nothing of anybody."""
        return any(self.named_by(text) for text in _said(told))

    def named_by(self, text: str) -> bool:
        """The same for one text."""
        if text in self.ids:
            return True
        folded = _plain(text)
        return folded in self.whole or any(_stands_in(word, folded) for word in self.words)


def spoken(*, party_id: str, name: str, reached: Iterable[str], ids: Iterable[str]) -> Spoken:
    """Somebody of this name, with these numbers and addresses, and rows."""
    whole = {_plain(text): text for text in (name, *reached) if text.strip()}
    parts = {_plain(part): part for part in name.split()}
    words = {plain: text for plain, text in (whole | parts).items() if _is_telling(plain)}
    return Spoken(
        words=frozenset(words),
        whole=frozenset(whole),
        ids=frozenset(ids) | {party_id},
        spellings=frozenset((party_id, *words, *words.values(), *whole, *whole.values())),
    )


def _plain(text: str) -> str:
    return " ".join(fold(text).split())


def _is_telling(word: str) -> bool:
    return len(word) >= (SHORTEST_HAN if all(map(is_han, word)) else SHORTEST_WORD)


def _stands_in(word: str, text: str) -> bool:
    """Chinese has no spaces: there a word may stand in a longer run."""
    before = "" if is_han(word[0]) else r"(?<![^\W_])"
    behind = "" if is_han(word[-1]) else r"(?![^\W_])"
    return word in text and re.search(before + re.escape(word) + behind, text) is not None


def _said(told: Any, *, outermost: bool = True) -> Iterator[str]:
    if isinstance(told, str):
        yield told
    elif isinstance(told, Mapping):
        for name, value in told.items():
            if not (outermost and name in _NOT_SAID):
                yield from _said(value, outermost=False)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _said(value, outermost=False)
