"""What a queue asks of agents and gives up in time, in the signs that people type (pure): the same in the form, the API, imports and exports.

A requirement: `zh >= 3, billing` (each skill at its level, 1 to 10, or better; no level: 1). Who may serve it: `Taipei, "Sales, North"` (departments,
in quotation marks where their names have signs). Relaxation, a line a step, each with the seconds of waiting after which it counts:
`30: zh >= 2` (a lower level), `60: -billing` (not asked any more), `90: +Tainan` (they may serve it as well), `120: +anybody`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from config.errors import Kind, Refused

Skills = tuple[tuple[str, int], ...]
"""(skill, level) pairs, level 1 to 10."""
Groups = tuple[str, ...]
"""Names or codes of departments as they were typed, without quotation marks."""
Points = tuple[tuple[str, int], ...]
"""(code of a customer's level, priority points) pairs."""
MOST_POINTS = 86_400
MOST_SKILLS, MOST_STEPS, LONGEST_S, MOST_GROUPS = 40, 20, 7 * 86_400, 40
ANYBODY = ("anybody", "任何人", "所有人", "不限")
# whatever agents' skills are called, but for the signs of the language itself; "zh 3" is a forgotten sign and no name
_SIGNS = ",，、;；:：>＞≥=＝\n"
_NAME = rf"(?![^{_SIGNS}]*\s\d+$)[^\s\-－−+＋{_SIGNS}](?:[^{_SIGNS}]{{0,58}}[^\s{_SIGNS}])?"
_NEED = re.compile(rf"({_NAME})\s*(?:(?:>=|≥|>＝|＞＝)\s*(\d{{1,3}}))?")
_DROP = re.compile(rf"[-－−]\s*({_NAME})")
_STEP = re.compile(r"(\d{1,7})\s*s?\s*[:：](.*)")
_TIER = re.compile(rf"([^\s{_SIGNS}]{{1,60}})\s*[:：]\s*([-+]?\d{{1,6}})")
_WIDEN = re.compile(r"[+＋]\s*(.*)", re.DOTALL)
_QUOTED = r'"[^"\n]*"|“[^”\n]*”|「[^」\n]*」'
_PART = re.compile(rf"({_QUOTED})|\s*[,，、;；]\s*|\s+and\s+|(.)", re.DOTALL)
_GROUP = re.compile(
    rf"({_QUOTED})|[^\s\-－−+＋\"“”「」{_SIGNS}](?:[^\"“”「」{_SIGNS}]{{0,198}}[^\s\"“”「」{_SIGNS}])?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """One step: after so much waiting these levels suffice, these skills are not asked any more, and these groups, or everybody, may serve it
    as well."""

    after_s: int
    lower: Skills = ()
    drop: tuple[str, ...] = ()
    groups: Groups = ()
    anybody: bool = False


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


def groups_of(words: str) -> Groups:
    """Who may serve it; nobody named: everybody. `Refused` (queue.group_unreadable) names the part that is no name."""
    parts = _parts(words)
    if any(part in ANYBODY for part in parts):
        return ()
    found = dict.fromkeys(_group(part, "/served_by") for part in parts)
    if len(found) > MOST_GROUPS:
        raise Refused("queue.groups_too_many", Kind.INVALID, pointer="/served_by", most=MOST_GROUPS)
    return tuple(found)


def points_of(words: str) -> Points:
    """What a customer's level is worth: `vip: 120, gold: 60`. `Refused` (queue.tier_unreadable) names the part that says nothing."""
    found: dict[str, int] = {}
    for part in _parts(words):
        read = _TIER.fullmatch(part)
        if read is None or abs(int(read[2])) > MOST_POINTS or read[1] in found:
            raise Refused("queue.tier_unreadable", Kind.INVALID, pointer="/tiers", given=part[:60])
        found[read[1]] = int(read[2])
    return tuple(found.items())


def widens_nothing(groups: Groups, steps: Iterable[GivenUp]) -> str:
    """A group that a step lets in although it, or everybody, may serve by that time; empty when there is none."""
    may = set(groups)
    for step in steps:
        for group in (*step.groups, *ANYBODY[:1] * step.anybody):
            if not may or group in may:
                return group
            may.add(group)
        if step.anybody:
            may.clear()
    return ""


def said_groups(groups: Iterable[str]) -> str:
    """Who may serve it, as it is typed."""
    return ", ".join(map(said_group, groups))


def said_group(group: str) -> str:
    """A name, in quotation marks where it would be read otherwise without."""
    if _parts(group) == [group] and _GROUP.fullmatch(group) and group not in ANYBODY:
        return group
    return f'"{group}"' if '"' not in group else f"「{group}」"


def renamed(words: str, before: str, after: str) -> str:
    """The same with another name of a group, in the words of who may serve it or of relaxation."""
    lines = (_renamed_line(line, before, after) for line in words.split("\n"))
    return "\n".join(lines)


def _renamed_line(line: str, before: str, after: str) -> str:
    """Only a line that names it is written anew."""
    step = _STEP.fullmatch(line.strip())
    parts = _parts(step[2] if step else line)
    told = [_renamed_part(part, before, after, widening=step is not None) for part in parts]
    if told == parts:
        return line
    return (f"{step[1]}: " if step else "") + ", ".join(told)


def _renamed_part(part: str, before: str, after: str, *, widening: bool) -> str:
    read = _WIDEN.fullmatch(part) if widening else None
    name = read[1] if read else part
    if (widening and read is None) or name in ANYBODY or _bare(name).casefold() != before.casefold():
        return part
    return ("+" if widening else "") + said_group(after)


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
    groups: list[str] = []
    anybody = False
    for part in parts:
        dropped, lowered, widened = _DROP.fullmatch(part), _NEED.fullmatch(part), _WIDEN.fullmatch(part)
        if dropped is not None:
            drop.append(dropped[1])
        elif widened is not None and widened[1] in ANYBODY:
            anybody = True
        elif widened is not None:
            groups.append(_group(widened[1], "/relaxation"))
        elif lowered is not None and lowered[2] is not None:
            lower[lowered[1]] = _level(int(lowered[2]), "/relaxation")
        else:
            raise Refused("queue.step_unknown", Kind.INVALID, pointer="/relaxation", given=line[:60])
    return GivenUp(
        after_s=after_s,
        lower=tuple(sorted(lower.items())),
        drop=tuple(sorted(set(drop))),
        groups=tuple(dict.fromkeys(groups)),
        anybody=anybody,
    )


def _group(part: str, pointer: str) -> str:
    name = _bare(part)
    if _GROUP.fullmatch(part) is None or not name:
        raise Refused("queue.group_unreadable", Kind.INVALID, pointer=pointer, given=part[:60])
    return name


def _bare(part: str) -> str:
    """Without quotation marks."""
    return part[1:-1].strip() if re.fullmatch(_QUOTED, part) else part


def _parts(words: str) -> list[str]:
    """What stands between signs that part; within quotation marks none does."""
    parts = [""]
    for read in _PART.finditer(words):
        if read[1] is None and read[2] is None:
            parts.append("")
        else:
            parts[-1] += read[0]
    return [part for part in map(str.strip, parts) if part]


def _level(level: int, pointer: str) -> int:
    if not 1 <= level <= 10:
        raise Refused("skill.level_unknown", Kind.INVALID, pointer=pointer, given=level)
    return level
