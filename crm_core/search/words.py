"""Text as search sees it: folded to one form and cut into tokens. Pure; both databases index these very tokens.

Chinese is cut into overlapping pairs, because most words have two characters and a pair is rare where a character is not;
the last character of a run is a token too, so that runs stay apart and phrases across scripts fit. A single character is
found by the text's set of keys. Letters and digits are cut from each other, so `MSKU402` is found by `402`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from operator import add

from crm_core.phone_numbers import DEFAULT_REGION, read_number

VERSION = 3
"""To be raised when tokens change: the index is then built anew."""
LONGEST_WORD = 60
_HAN = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_FIRST_HAN = "\u3005"
_RUN = re.compile(rf"[{_HAN}]+|[0-9]+|[^\W0-9_{_HAN}]+")
_IS_HAN = re.compile(f"[{_HAN}]")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_NUMBER = re.compile(r"\+?[0-9](?:[ ().\-/]{0,3}[0-9]){6,19}")
_MOST_NUMBERS = 50
_LETTERS: dict[str | int, int | str] = {
    "ø": "o",
    "đ": "d",
    "ł": "l",
    "ı": "i",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
}
"""Letters with no accent to take off that people type without theirs."""
_CHANGED = "§"
"""Before a word with one letter left out: no text holds such a token, for `§` parts words."""


def fold(text: str) -> str:
    """One form for what people take for the same: width, case, accents, traditional and simplified characters."""
    if text.isascii():
        return text.lower()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold().translate(_stands_for())


@cache
def _stands_for() -> dict[int, int | str]:
    lines = (files("crm_core.search") / "hanzi.txt").read_text(encoding="utf-8").splitlines()
    table = str.maketrans(*(line for line in lines if not line.startswith("#")))
    return {**table, **str.maketrans(_LETTERS)}


def tokens(folded: str) -> list[str]:
    """The tokens of a folded text in order; a phrase fits where its tokens stand in a row."""
    return cut(folded)[0]


def cut(folded: str) -> tuple[list[str], set[str]]:
    """The same, and the single Chinese characters, in one go: an import cuts millions of texts."""
    found: list[str] = []
    signs: set[str] = set()
    for text in _RUN.findall(folded):
        if text[0] < _FIRST_HAN or not is_han(text[0]):
            found.append(text[:LONGEST_WORD])
        else:
            found.extend(map(add, text, text[1:]))
            found.append(text[-1])
            signs.update(text)
    return found, signs


def phrase(folded: str) -> tuple[tuple[str, ...], bool]:
    """The tokens to look for, and whether the last one may go on: a run of Chinese may stand inside a longer one."""
    runs = _RUN.findall(folded)
    found = tokens(folded)
    if not runs or not is_han(runs[-1][0]):
        return tuple(found), False
    if len(runs[-1]) > 1:
        return tuple(found[:-1]), False
    return tuple(found), len(found) > 1


def keys(folded: str) -> set[str]:
    """What is found without a place: single Chinese characters, and telephone numbers in whatever notation."""
    return cut(folded)[1] | numbers_in(folded)


def numbers_in(folded: str) -> set[str]:
    """The tokens of all its telephone numbers. A number as it is compared often follows the same as it was written: it is read once."""
    found: set[str] = set()
    compared: set[str] = set()
    for number in numbers(folded):
        if number[0] not in compared:
            keys_of, whole = _number_keys(number[0])
            found |= keys_of
            compared.add(whole)
    return found


def numbers(text: str) -> Iterator[re.Match[str]]:
    """What looks like a telephone number; the first fifty, for a list of figures is none."""
    return islice(_NUMBER.finditer(text), _MOST_NUMBERS)


def number_keys(raw: str) -> set[str]:
    """The tokens of a telephone number: the national one, and the one for the whole world without its plus."""
    return _number_keys(raw)[0]


def _number_keys(raw: str) -> tuple[set[str], str]:
    """And the number as numbers are compared (E.164), if it is a whole one."""
    number = read_number(raw, DEFAULT_REGION)
    whole = (number.e164 or "").lstrip("+")
    tokens_of = {"n" + digits for digits in (number.national or number.digits.lstrip("0"), whole) if digits}
    return tokens_of, number.e164 or ""


def misspelt(word: str) -> set[str]:
    """The word with any one letter left out, and itself: two words one slip apart share one of these."""
    return {_CHANGED + word, *(_CHANGED + word[:place] + word[place + 1 :] for place in range(len(word)))}


def may_be_misspelt(word: str) -> bool:
    """Whether a slip is forgiven: words of letters that are long enough to be told from others."""
    return 4 <= len(word) <= 20 and word.isalpha() and not is_han(word[0])


def is_han(character: str) -> bool:
    """Whether it is cut as Chinese is."""
    return _IS_HAN.match(character) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A token and where it stands in the text as written; half open, in characters."""

    token: str
    begin: int
    end: int


def places(text: str) -> Iterator[Place]:
    """The tokens with their places in `text` itself: folding may lengthen it."""
    folded, origins = [], []
    for place, character in enumerate(text):
        plain = fold(character)
        folded.append(plain)
        origins += [place] * len(plain)
    for run in _RUN.finditer("".join(folded)):
        han = is_han(run[0][0])
        for offset, token in enumerate(tokens(run[0])):
            begin = run.start() + (offset if han else 0)
            last = (begin + len(token) if han else run.end()) - 1
            yield Place(token=token, begin=origins[begin], end=origins[last] + 1)
