"""Numbers as they are compared (pure): what is dialled, and the prefixes of plans and of the block list, read in the same way."""

import re
from collections.abc import Iterable
from typing import TypeVar

import phonenumbers

from crm_core.phone_numbers import DEFAULT_REGION

COUNTRY = str(phonenumbers.country_code_for_region(DEFAULT_REGION))
EVERYTHING = ""
"""The prefix of every number, which people write as a star."""
ABROAD = "+"
"""The prefix of every number of another country."""
_BETWEEN_DIGITS = re.compile(r"[ ().\-/]")
_DIALLED = re.compile(r"\+?[0-9]{3,16}", re.ASCII)
_PREFIX = re.compile(r"\*|\+?[0-9]{0,16}", re.ASCII)
_LEAST_WITH_COUNTRY = 10
"""So many digits that begin with our country's code are a number with its country, whose plus a trunk has dropped."""
T = TypeVar("T")


def dialled(text: str) -> str | None:
    """What Asterisk is told of a number that somebody typed: three to sixteen digits, with a plus at most. None for anything else."""
    number = _BETWEEN_DIGITS.sub("", text)
    return number if _DIALLED.fullmatch(number) else None


def canonical(number: str) -> str:
    """With its country where it has one: `+886...` for 0..., 00886... and +886 (0)... alike; short numbers as they are dialled. So no other spelling
    of a number gets past a prefix."""
    if number.startswith("00"):
        number = f"+{number[2:]}"
    elif number.startswith("0"):
        number = f"+{COUNTRY}{number[1:]}"
    elif number.startswith(COUNTRY) and len(number) >= _LEAST_WITH_COUNTRY:
        number = f"+{number}"
    if number.startswith(f"+{COUNTRY}0"):
        number = f"+{COUNTRY}{number[len(COUNTRY) + 1 :].lstrip('0')}"
    return number


def prefix(text: str) -> str | None:
    """A prefix as it is compared with canonical numbers; None for what is none. A star is every number, 00 every number abroad."""
    text = _BETWEEN_DIGITS.sub("", text)
    if not text or not _PREFIX.fullmatch(text):
        return None
    return EVERYTHING if text == "*" else canonical(text)


def begins(number: str, with_prefix: str) -> bool:
    """Whether a canonical number begins with a prefix."""
    if with_prefix == ABROAD and number.startswith(f"+{COUNTRY}"):
        return False
    return number.startswith(with_prefix)


def longest(number: str, prefixes: Iterable[tuple[str, T]]) -> tuple[str, T] | None:
    """Of the prefixes with which the number begins the longest; of two that are alike the later one."""
    fitting = [each for each in prefixes if begins(number, each[0])]
    return max(reversed(fitting), key=lambda each: len(each[0]), default=None)
