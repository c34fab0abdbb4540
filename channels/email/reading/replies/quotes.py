"""Where a letter quotes: lines marked with ">", and all that follows another letter's header."""

import re
from collections.abc import Sequence

from channels.email.reading.replies.words import (
    begins_forward,
    has_address,
    header_kind,
    is_attribution,
    is_complete,
    is_separator,
    looks_like_attribution,
    may_end_attribution,
    says_when_or_who,
)

_QUOTED = re.compile(r"\s{0,4}(?:>|＞|[A-Z]{2,3}>|\|>)")
_RULE = re.compile(r"\s*[-—–_=*]{3,}\s*$")
_LONGEST_ATTRIBUTION = 4  # lines over which mailers wrap one
_LONGEST_HEADER = 10
_LONGEST_LINE = 400
_WRAPPED_AT = 55


def unquoted(lines: Sequence[str]) -> tuple[list[str], bool]:
    """The lines that are not quoted, and whether any were. Answers between quotations stay."""
    end = _end(lines)
    kept: list[str] = []
    cut = end < len(lines)
    number = 0
    while number < end:
        taken = _quotation(lines, number, end)
        if taken:
            cut = True
            number += taken
            _drop_rules(kept)
            kept.append("")
        else:
            kept.append(lines[number])
            number += 1
    if end < len(lines):
        _drop_rules(kept)
    return kept, cut


def _end(lines: Sequence[str]) -> int:
    """Where everything to the end is another's letter; the number of lines if there is no such place."""
    for number, line in enumerate(lines):
        if not line.strip() or len(line) > _LONGEST_LINE or _QUOTED.match(line):
            continue
        if begins_forward(line):
            return len(lines)
        if is_separator(line) or _header(lines, number):
            return number
        length = _attribution(lines, number)
        if length and not _quotes_follow(lines, number + length):
            return number
    return len(lines)


def _header(lines: Sequence[str], start: int) -> bool:
    """A quoted letter's header: its sender and two more of its fields, close together."""
    first = header_kind(lines[start])
    if not first or first[0] in {"to", "cc"}:
        return False
    found: dict[str, str] = {}
    for line in lines[start : start + _LONGEST_HEADER]:
        known = header_kind(line)
        if known:
            found.setdefault(*known)
        elif not line.strip() and "subject" in found:
            break
    if "from" not in found or len(found) < 3:
        return False
    # "From: Taipei, To: Kaohsiung, Date: Monday" is a journey; mailers name the day first
    mailers_order = [kind for kind in found if kind in {"from", "sent", "to"}] == ["from", "sent", "to"]
    return (
        "subject" in found
        or has_address(found["from"])
        or (mailers_order and says_when_or_who(found["sent"]))
    )


def _attribution(lines: Sequence[str], start: int) -> int:
    """How many lines the attribution that starts here has; 0 if none does."""
    for length in range(1, _LONGEST_ATTRIBUTION + 1):
        part = lines[start : start + length]
        if len(part) < length or not part[-1].strip() or len(part[-1]) > _LONGEST_LINE:
            return 0
        if length > 1 and _QUOTED.match(part[-1]):
            return 0
        if may_end_attribution(_joined(part[-1:])) and is_attribution(_joined(part)):
            return 0 if _begins_later(part) else length
    return 0


def _begins_later(part: Sequence[str]) -> bool:
    """The first of these lines is the writer's own, and the attribution is complete without it."""
    rest = _joined(part[1:])
    return len(part) > 1 and is_attribution(rest) and (is_complete(rest) or not says_when_or_who(part[0]))


def _joined(part: Sequence[str]) -> str:
    return " ".join(line.strip().strip("*_") for line in part).strip()


def _quotes_follow(lines: Sequence[str], start: int) -> bool:
    return any(_QUOTED.match(line) for line in _next_words(lines, start, 1))


def _next_words(lines: Sequence[str], start: int, number: int) -> list[str]:
    return [line for line in lines[start : start + 4] if line.strip()][:number]


def _quotation(lines: Sequence[str], start: int, end: int) -> int:
    """How many lines a quotation that starts here has, with its attribution; 0 if none does."""
    if _QUOTED.match(lines[start]):
        return _run(lines, start, end)
    if not lines[start].strip():
        return 0
    length = _attribution(lines, start) or _weak_attribution(lines, start)
    if not length or not _quotes_follow(lines, start + length):
        return 0
    body = start + length
    while not lines[body].strip():
        body += 1
    return body - start + _run(lines, body, end)


def _weak_attribution(lines: Sequence[str], start: int) -> int:
    for length in (1, 2, 3):
        part = lines[start : start + length]
        if not all(line.strip() and len(line) <= _LONGEST_LINE and not _QUOTED.match(line) for line in part):
            return 0
        if looks_like_attribution(_joined(part)):
            return length if length == 1 or says_when_or_who(part[0]) else 0
    return 0


def _run(lines: Sequence[str], start: int, end: int) -> int:
    """The quoted lines from here, with the ends that a mailer wrapped out of them and the empty lines between."""
    number = last = start
    while number < end:
        line = lines[number]
        if _QUOTED.match(line):
            last = number
        elif line.strip() and not _wrapped_out(lines, number, end):
            break
        number += 1
    return last - start + 1


def _wrapped_out(lines: Sequence[str], number: int, end: int) -> bool:
    before, after = lines[number - 1], lines[number + 1] if number + 1 < end else ""
    return bool(
        _QUOTED.match(before)
        and len(before) >= _WRAPPED_AT
        and _QUOTED.match(after)
        and len(lines[number]) < _WRAPPED_AT
    )


def _drop_rules(kept: list[str]) -> None:
    """Empty lines and ruled ones before a quotation belong to it."""
    while kept and (not kept[-1].strip() or (_RULE.match(kept[-1]) and not re.match(r"--\s?$", kept[-1]))):
        kept.pop()
