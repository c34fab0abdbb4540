"""Names: put together from their parts, taken apart, and compared. Pure."""

import re
import unicodedata

_HAN = re.compile(r"[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_BLANKS = re.compile(r"\s+")
_COMPOUND = frozenset(
    [
        "歐陽",
        "欧阳",
        "司馬",
        "司马",
        "諸葛",
        "诸葛",
        "上官",
        "司徒",
        "東方",
        "东方",
        "皇甫",
        "尉遲",
        "尉迟",
        "公孫",
        "公孙",
        "慕容",
        "令狐",
        "宇文",
        "長孫",
        "长孙",
        "夏侯",
        "軒轅",
        "轩辕",
        "鍾離",
        "钟离",
        "端木",
        "獨孤",
        "独孤",
        "南宮",
        "南宫",
        "西門",
        "西门",
        "東郭",
        "东郭",
        "百里",
        "呼延",
        "聞人",
        "闻人",
        "赫連",
        "赫连",
        "澹臺",
        "澹台",
        "公冶",
        "宗政",
        "濮陽",
        "濮阳",
        "淳于",
        "單于",
        "单于",
        "太叔",
        "申屠",
        "仲孫",
        "仲孙",
        "万俟",
        "萬俟",
        "張簡",
        "张简",
        "范姜",
        "歐楊",
        "欧杨",
    ]
)
"""Family names of two characters."""
FAMILY_FIRST, GIVEN_FIRST = "family_first", "given_first"


def is_han(sign: str) -> bool:
    return _HAN.fullmatch(sign) is not None


def display(family: str | None, given: str | None, order: str | None) -> str:
    """The whole name from its parts: in Chinese the family name first and no blank; else by the order given, or the given name first."""
    parts = [part.strip() for part in (family, given) if part and part.strip()]
    chinese = bool(parts) and all(is_han(part[0]) and is_han(part[-1]) for part in parts)
    if order == GIVEN_FIRST or (order is None and not chinese):
        parts.reverse()
    return ("" if chinese and order != GIVEN_FIRST else " ").join(parts)


def parts_of(chinese: str) -> tuple[str, str]:
    """Family and given name of a name in Chinese characters; an organisation's has no family name, which harms nobody."""
    length = 2 if chinese[:2] in _COMPOUND and len(chinese) > 2 else 1
    return chinese[:length], chinese[length:]


def compared(name: str) -> str:
    """NFKC, without case, blanks to one, and none between Chinese characters: how names are ordered and told to be the same,
    before `crm_core.search.words.fold` takes the scripts for one."""
    plain = _BLANKS.sub(" ", unicodedata.normalize("NFKC", name).casefold().strip())
    return re.sub(rf"(?<={_HAN.pattern}) (?={_HAN.pattern})", "", plain)


def alike(one: str, other: str) -> bool:
    """The same words in any order (`Smith, John`)."""
    return _words(one) == _words(other)


def _words(name: str) -> list[str]:
    return sorted(re.findall(r"\w+", compared(name)))
