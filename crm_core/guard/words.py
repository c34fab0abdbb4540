"""What administrators write into a dial plan, read (pure). Each raises `Refused` for what cannot be read, and says which word it was."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from config.errors import Kind, Refused
from crm_core.guard import numbers
from crm_core.guard.plan import Span

MOST_PREFIXES = 1000
_BETWEEN = re.compile(r"[\s,;、,]+")
_SPAN = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])\s*[-–~]\s*([01]?[0-9]|2[0-3]):([0-5][0-9])")
_EMERGENCY = re.compile(r"[0-9]{3,6}", re.ASCII)
_DEAREST = Decimal(10_000)


def prefixes(text: Any) -> tuple[str, ...]:
    """Prefixes in lines, or with commas between them: `02, +852, *`."""
    given = [word for word in _BETWEEN.split(str(text or "")) if word]
    if len(given) > MOST_PREFIXES:
        raise Refused("dial_plan.many", Kind.INVALID, most=MOST_PREFIXES)
    found = [(word, numbers.prefix(word)) for word in given]
    for word, read in found:
        if read is None:
            raise Refused("dial_plan.prefix", Kind.INVALID, given=word[:40])
    return tuple(dict.fromkeys(read for _, read in found if read is not None))


def emergency(text: Any) -> frozenset[str]:
    """Short numbers: `110, 119`."""
    given = [word for word in _BETWEEN.split(str(text or "")) if word]
    for word in given:
        if not _EMERGENCY.fullmatch(word):
            raise Refused("dial_plan.emergency", Kind.INVALID, given=word[:40])
    return frozenset(given)


def rates(text: Any) -> tuple[tuple[str, Decimal], ...]:
    """A line a prefix: `+852: 1.20`, the price of a minute."""
    found = []
    for line in str(text or "").splitlines():
        if not line.strip():
            continue
        before, colon, after = line.replace("\uff1a", ":").partition(":")
        read, price = numbers.prefix(before.strip()), _price(after.strip())
        if not colon or read is None or price is None:
            raise Refused("dial_plan.rate", Kind.INVALID, given=line[:60])
        found.append((read, price))
    return tuple(found)


def night(text: Any) -> Span | None:
    """`22:00-07:00`; nothing: none."""
    given = str(text or "").strip().replace("\uff1a", ":")
    if not given:
        return None
    found = _SPAN.fullmatch(given)
    if found is None:
        raise Refused("dial_plan.night", Kind.INVALID, given=given[:40])
    begins, ends = (int(found[at]) * 60 + int(found[at + 1]) for at in (1, 3))
    return Span(begins, ends)


def _price(text: str) -> Decimal | None:
    try:
        price = Decimal(text)
    except InvalidOperation:
        return None
    return price if price.is_finite() and 0 <= price <= _DEAREST else None
