"""What was typed into a search box, understood: words that must all be there, "phrases", -without, begin*.

Pure. Nothing of what was typed reaches a database but tokens, which are letters and digits alone.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from config.errors import Kind, Refused
from crm_core.search.cut import mark
from crm_core.search.words import fold, is_han, number_keys, phrase

MOST_TERMS = 16
SHORTEST_GROWING = 3
"""Letters from which a word that is still being typed counts as the beginning of one."""
_QUOTES = str.maketrans("“”„«»「」『』＂", '"' * 10)
_PART = re.compile(
    r'(?P<without>(?<!\S)-(?=\S))?(?:"(?P<phrase>[^"]*)"?'
    r"|(?P<number>(?<!\S)\+?\(?[0-9][0-9 ().\-/]{2,40}[0-9](?!\S))"
    r'|(?P<word>[^\s"]+))'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """Tokens in a row; with `begins`, the last is only the beginning of one."""

    tokens: tuple[str, ...]
    begins: bool = False


Way = tuple[Phrase, ...]
"""Phrases that must all be there."""
Term = tuple[Way, ...]
"""One thing sought, with the ways in which it may be written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Every one of `terms` in any of its ways, and none of `without`."""

    terms: tuple[Term, ...]
    without: tuple[Term, ...] = ()

    def of_kind(self, kind: str) -> "Asked":
        """The same in the words of one kind (see `cut.mark`)."""
        sign = mark(kind)
        return Asked(
            terms=tuple(_marked(sign, term) for term in self.terms),
            without=tuple(_marked(sign, term) for term in self.without),
        )


def _marked(sign: str, term: Term) -> Term:
    return tuple(
        tuple(Phrase(tokens=tuple(sign + token for token in part.tokens), begins=part.begins) for part in way)
        for way in term
    )


def read(text: str) -> Asked:
    """Understand it. `Refused` (search.nothing_sought) when no word is asked for, (search.too_long) for too many."""
    terms: list[Term] = []
    without: list[Term] = []
    for negative, term in _terms(unicodedata.normalize("NFKC", text.translate(_QUOTES))):
        if term:
            (without if negative else terms).append(term)
    if not terms:
        raise Refused("search.nothing_sought", Kind.INVALID, pointer="/query/q")
    if len(terms) + len(without) > MOST_TERMS:
        raise Refused("search.too_long", Kind.INVALID, pointer="/query/q", at_most=MOST_TERMS)
    return Asked(terms=tuple(terms), without=tuple(without))


def _terms(text: str) -> Iterator[tuple[bool, Term]]:
    for part in _PART.finditer(text):
        negative = part["without"] is not None
        if part["phrase"] is not None:
            yield negative, _phrase(part["phrase"], begins=False)
        elif part["number"] is not None:
            yield negative, _number(part["number"])
        else:
            growing = part.end() == len(text) and not negative
            yield negative, _word(part["word"], growing=growing)


def _phrase(text: str, *, begins: bool) -> Term:
    found, open_end = phrase(fold(text))
    return ((Phrase(tokens=found, begins=begins or open_end),),) if found else ()


def _word(text: str, *, growing: bool) -> Term:
    asked_for = text.endswith("*")
    found, _ = phrase(fold(text))
    if not found:
        return ()
    last = found[-1]
    goes_on = asked_for or (growing and text[-1].isalnum() and len(last) >= SHORTEST_GROWING)
    return _phrase(text, begins=goes_on and not is_han(last[0]))


def _number(text: str) -> Term:
    """As a number in any notation, as its groups in a row, or as several numbers that only stand side by side."""
    groups = _phrase(text, begins=False)
    in_a_row = Phrase(tokens=groups[0][0].tokens, begins=len(groups[0][0].tokens[-1]) > 1)
    ways: list[Way] = [(in_a_row,)]
    if sum(character.isdigit() for character in text) >= 4:
        spelt = number_keys(text)
        if text.startswith("+"):  # it names its country: the same digits elsewhere are another number
            spelt = {max(spelt, key=len)}
        ways += [(Phrase(tokens=(key,), begins=True),) for key in sorted(spelt)]
    if " " in text:
        ways.append(tuple(Phrase(tokens=(token,)) for token in in_a_row.tokens))
    return tuple(ways)
