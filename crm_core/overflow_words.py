"""What becomes of whom a queue does not serve, or not in time, in the words that people type (pure): a line a rule, the first that holds counts.

closed: Night team          outside of the opening hours the queue of that name takes over
nobody: message             while nobody is signed in who could serve it, callers are told, and the call ends
120: Second level           who has waited here for 120 s is led on
more than 20: message       who finds 20 waiting here already
closed: voicemail           they leave a message, which becomes work like a letter
expected 600: message       who would wait for 600 s, as far as one can tell
letters 14400: Back office  the same for letters, which wait by other measures than people do
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from config.errors import Kind, Refused

CLOSED, NOBODY, WAITED, LENGTH, EXPECTED = "closed", "nobody", "waited", "length", "expected"
MESSAGE, VOICEMAIL = "message", "voicemail"
MOST_RULES, MOST_NUMBER = 20, 7 * 86_400
_LINE = re.compile(
    r"(?P<letters>letters\s+)?"
    r"(?:(?P<word>closed|nobody)|(?P<waited>\d{1,7})\s*s?|more\s+than\s+(?P<length>\d{1,7})|expected\s+(?P<expected>\d{1,7})\s*s?)"
    r"\s*[:：]\s*(?P<to>\S.*)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Led:
    """One rule: `why` and its `limit` (seconds, or a number that waits), the name of the queue that takes over (None: callers are told and
    the call ends, after they have left a message where it is `voicemail`); `letters`: it is for letters, else for people who wait for an answer
    now."""

    why: str
    limit: int = 0
    queue: str | None = None
    letters: bool = False
    voicemail: bool = False


def rules_of(words: str) -> tuple[Led, ...]:
    """The rules in their order. `Refused` names the line: queue.overflow_unknown, queue.overflow_limit, queue.overflow_letters."""
    rules = tuple(map(_rule, filter(None, map(str.strip, words.splitlines()))))
    if len(rules) > MOST_RULES:
        raise Refused("queue.overflow_many", Kind.INVALID, pointer="/overflow", most=MOST_RULES)
    return rules


def said(rules: Iterable[Led]) -> str:
    """As they are typed."""
    return "\n".join(map(_said, rules))


def renamed(words: str, before: str, after: str) -> str:
    """The same rules when a queue is called otherwise."""
    return said(replace(each, queue=after) if each.queue == before else each for each in rules_of(words))


def circle(overflows: Mapping[str, Iterable[Led]]) -> tuple[str, ...]:
    """Queues, by name, that lead to each other in a circle, the first one again at the end; empty when there is none."""
    leads = {name: [each.queue for each in rules if each.queue] for name, rules in overflows.items()}
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if name in path:
            return (*path[path.index(name) :], name)
        if name in done:
            return ()
        found = next(filter(None, (walk(each, (*path, name)) for each in leads.get(name, ()))), ())
        done.add(name)
        return found

    return next(filter(None, (walk(name, ()) for name in leads)), ())


def _rule(line: str) -> Led:
    read = _LINE.fullmatch(line)
    if read is None:
        raise Refused("queue.overflow_unknown", Kind.INVALID, pointer="/overflow", given=line[:60])
    why, limit = _why(read)
    if not 0 <= limit <= MOST_NUMBER or (why == WAITED and limit == 0):
        raise Refused(
            "queue.overflow_limit", Kind.INVALID, pointer="/overflow", given=line[:60], most=MOST_NUMBER
        )
    to, letters = read["to"].strip(), read["letters"] is not None
    told = to.casefold() in {MESSAGE, VOICEMAIL}
    if told and letters:
        raise Refused("queue.overflow_letters", Kind.INVALID, pointer="/overflow", given=line[:60])
    return Led(
        why=why,
        limit=limit,
        queue=None if told else to,
        letters=letters,
        voicemail=to.casefold() == VOICEMAIL,
    )


def _why(read: re.Match[str]) -> tuple[str, int]:
    if read["word"]:
        return read["word"].lower(), 0
    return next((name, int(read[name])) for name in (WAITED, LENGTH, EXPECTED) if read[name] is not None)


def _said(rule: Led) -> str:
    when = {
        WAITED: str(rule.limit),
        LENGTH: f"more than {rule.limit}",
        EXPECTED: f"expected {rule.limit}",
    }.get(rule.why, rule.why)
    return f"{'letters ' if rule.letters else ''}{when}: {rule.queue or (VOICEMAIL if rule.voicemail else MESSAGE)}"
