"""What makes two customers look alike, and how much. Pure.

Each rule compares one key; a pair's score is the sum of the rules that fit, 100 at most. A shared number between people of quite different
names is a household or an office as often as a duplicate, so it counts half.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from crm_core.customers import names, pinyin
from crm_core.names import folded
from crm_core.records.shape import choice

PHONE, EMAIL, IDENTIFIER, NAME_ORGANISATION, NAME_BIRTH = (
    "phone",
    "email",
    "identifier",
    "name_organisation",
    "name_birth",
)
KEYS = (
    choice(PHONE, "Phone number", "電話號碼", "电话号码"),
    choice(EMAIL, "E-mail address", "電子郵件地址", "电子邮件地址"),
    choice(IDENTIFIER, "Registration or membership number", "統一編號或會員編號", "注册号或会员编号"),
    choice(NAME_ORGANISATION, "Name and organisation", "姓名與所屬組織", "姓名与所属组织"),
    choice(NAME_BIRTH, "Name and date of birth", "姓名與出生日期", "姓名与出生日期"),
)
MOST_SCORE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`most_alike`: a value that more customers share says nothing."""

    key: str
    score: int
    most_alike: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A customer as duplicates are told by; one who is about to be entered has no id yet."""

    id: str
    kind: str
    name: str
    organisation_id: str | None = None
    birth_date: str | None = None


Rules = Mapping[str, Rule]


def same_name(one: str, other: str) -> bool:
    """Alike in either script, any width and case, either order, or by sound where one is written in Chinese."""
    a, b = folded(one), folded(other)
    if a == b or names.alike(a, b):
        return True
    by_sound = [pinyin.key(name) or _letters(name) for name in (one, other)]
    chinese = any(pinyin.key(name) for name in (one, other))
    return chinese and by_sound[0] == by_sound[1] != ""


def name_key(name: str) -> str:
    """One text for all spellings of a name: its sound, or its letters."""
    return pinyin.key(name) or _letters(name)


def _letters(name: str) -> str:
    return "".join(sign for sign in folded(name) if sign.isalnum())


def points(rule: Rule, one: Subject, other: Subject) -> int:
    """What the rule's key, which both share, says of these two; nothing for a person and an organisation."""
    if one.kind != other.kind:
        return 0
    if rule.key in (PHONE, EMAIL) and not same_name(one.name, other.name):
        return rule.score // 2
    return rule.score


def pairs(alike: Iterable[str], most_alike: int) -> list[tuple[str, str]]:
    """Each two of those that share a value, in order; none when too many do."""
    ids = sorted(set(alike))
    return list(combinations(ids, 2)) if len(ids) <= most_alike else []


def added(before: Mapping[str, int], rule: str, score: int) -> dict[str, int]:
    """The reasons with one more."""
    return {**before, rule: max(score, before.get(rule, 0))}


def total(reasons: Mapping[str, int]) -> int:
    return min(MOST_SCORE, sum(reasons.values()))
