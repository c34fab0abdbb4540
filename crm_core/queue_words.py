"""What a queue asks of agents and gives up in time, in the signs that people type (pure): the same in the form, the API, imports and exports.

A requirement: `zh >= 3, billing` (each skill at its level, 1 to 10, or better; no level: 1). Relaxation, a line a step, each with the seconds of
waiting after which it counts: `30: zh >= 2` (a lower level), `60: -billing` (not asked any more), `90: zh >= 1, -billing`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from config.errors import Kind, Refused

Skills = tuple[tuple[str, int], ...]
"""(skill, level) pairs, level 1 to 10."""
MOST_SKILLS, MOST_STEPS, LONGEST_S = 40, 20, 7 * 86_400
# whatever agents' skills are called, but for the signs of the language itself; "zh 3" is a forgotten sign and no name
_SIGNS = ",，、;；:：>＞≥=＝\n"
_NAME = rf"(?![^{_SIGNS}]*\s\d+$)[^\s\-－−{_SIGNS}](?:[^{_SIGNS}]{{0,58}}[^\s{_SIGNS}])?"
_NEED = re.compile(rf"({_NAME})\s*(?:(?:>=|≥|>＝|＞＝)\s*(\d{{1,3}}))?")
_DROP = re.compile(rf"[-－−]\s*({_NAME})")
_STEP = re.compile(r"(\d{1,7})\s*s?\s*[:：](.*)")
_APART = re.compile(r"\s*[,，、;；]\s*|\s+and\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """One step: after so much waiting these levels suffice, and these skills are not asked any more."""

    after_s: int
    lower: Skills = ()
    drop: tuple[str, ...] = ()


def needs_of(words: str) -> Skills:
    """A requirement. `Refused` (queue.need_unknown) names the part that says nothing."""
    found: dict[str, int] = {}
    for part in _parts(words):
        read = _NEED.fullmatch(part)
        if read is None:
            raise Refused("queue.need_unknown", Kind.INVALID, pointer="/requires", given=part[:60])
        found[read[1]] = _level(int(read[2] or 1), "/requires")
    if len(found) > MOST_SKILLS:
        raise Refused("queue.needs_too_many", Kind.INVALID, pointer="/requires", most=MOST_SKILLS)
    return tuple(sorted(found.items()))


def steps_of(words: str) -> tuple[GivenUp, ...]:
    """Relaxation in the order of its times. `Refused` (queue.step_unknown, queue.step_twice, queue.step_too_late) names the line."""
    steps: dict[int, GivenUp] = {}
    for line in filter(None, map(str.strip, words.splitlines())):
        step = _step(line)
        if step.after_s in steps:
            raise Refused("queue.step_twice", Kind.INVALID, pointer="/relaxation", after_s=step.after_s)
        steps[step.after_s] = step
    if len(steps) > MOST_STEPS:
        raise Refused("queue.steps_too_many", Kind.INVALID, pointer="/relaxation", most=MOST_STEPS)
    return tuple(steps[after_s] for after_s in sorted(steps))


def without_effect(needs: Skills, steps: Iterable[GivenUp]) -> str:
    """A skill that a step gives up although it is not asked, or not so high, at that time; empty when there is none."""
    asked = dict(needs)
    for step in steps:
        for skill, level in step.lower:
            if asked.get(skill, 0) <= level:
                return skill
            asked[skill] = level
        for skill in step.drop:
            if asked.pop(skill, None) is None:
                return skill
    return ""


def said(needs: Iterable[tuple[str, int]]) -> str:
    """A requirement as it is typed."""
    return ", ".join(skill if level == 1 else f"{skill} >= {level}" for skill, level in sorted(needs))


def _step(line: str) -> GivenUp:
    read = _STEP.fullmatch(line)
    parts = _parts(read[2]) if read else []
    if read is None or not parts:
        raise Refused("queue.step_unknown", Kind.INVALID, pointer="/relaxation", given=line[:60])
    after_s = int(read[1])
    if not 0 < after_s <= LONGEST_S:
        raise Refused(
            "queue.step_too_late", Kind.INVALID, pointer="/relaxation", given=line[:60], most=LONGEST_S
        )
    lower: dict[str, int] = {}
    drop: list[str] = []
    for part in parts:
        dropped, lowered = _DROP.fullmatch(part), _NEED.fullmatch(part)
        if dropped is not None:
            drop.append(dropped[1])
        elif lowered is not None and lowered[2] is not None:
            lower[lowered[1]] = _level(int(lowered[2]), "/relaxation")
        else:
            raise Refused("queue.step_unknown", Kind.INVALID, pointer="/relaxation", given=line[:60])
    return GivenUp(after_s=after_s, lower=tuple(sorted(lower.items())), drop=tuple(sorted(set(drop))))


def _parts(words: str) -> list[str]:
    return [part for part in map(str.strip, _APART.split(words)) if part]


def _level(level: int, pointer: str) -> int:
    if not 1 <= level <= 10:
        raise Refused("skill.level_unknown", Kind.INVALID, pointer=pointer, given=level)
    return level
