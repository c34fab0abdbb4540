"""How a Chinese name is typed by those who know it by ear: `wangxiaoming`, `wang xiao ming`, `wxm`. Pure."""

import os
from collections.abc import Iterable
from functools import cache
from itertools import islice, product

from crm_core.customers.names import is_han, parts_of

# readings of single characters are all that names need; the dictionary of phrases would take 60 MB and a third of a second
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")

MOST_SPELLINGS = 12
"""A name of many-voiced characters is spelt in so many ways at most."""
LONGEST = 20
"""Characters of a name that are spelt; what follows in an organisation's name is not typed by ear."""
_SURNAMES = {
    "曾": "zeng", "單": "shan", "单": "shan", "仇": "qiu", "區": "ou", "区": "ou", "查": "zha", "解": "xie",
    "任": "ren", "朴": "piao", "樸": "piao", "蓋": "ge", "盖": "ge", "冼": "xian", "繆": "miao", "缪": "miao",
    "黑": "he", "秘": "bi", "祕": "bi", "種": "chong", "种": "chong", "折": "she", "翟": "zhai", "召": "shao",
    "覃": "qin", "洗": "xian", "員": "yun", "员": "yun", "樂": "yue", "乐": "yue", "晟": "cheng", "葉": "ye",
    "叶": "ye", "呂": "lv", "吕": "lv", "盛": "sheng", "華": "hua", "华": "hua", "那": "na", "尉": "wei",
    "萬": "wan", "万": "wan", "燕": "yan", "洪": "hong", "俞": "yu", "隗": "wei", "郇": "xun", "褚": "chu",
    "賁": "ben", "贲": "ben", "長": "zhang", "长": "zhang", "柏": "bai", "卜": "bu", "車": "che", "车": "che",
    "句": "gou", "緒": "xu", "沈": "shen", "樊": "fan", "逄": "pang", "鮮": "xian", "鲜": "xian", "哈": "ha",
    "尉遲": "yu chi", "尉迟": "yu chi", "万俟": "mo qi", "萬俟": "mo qi", "長孫": "zhang sun", "长孙": "zhang sun",
    "澹臺": "tan tai", "澹台": "tan tai", "單于": "chan yu", "单于": "chan yu", "令狐": "ling hu",
}  # fmt: skip
"""Family names that are not read as the character mostly is, and those that are in doubt."""
_SECOND = {
    "覃": "tan", "任": "ren", "翟": "di", "盖": "gai", "蓋": "gai", "樂": "le", "乐": "le", "樸": "pu", "朴": "pu",
    "行": "hang", "長": "chang", "长": "chang", "重": "zhong", "朝": "zhao", "曾": "ceng", "單": "dan", "单": "dan",
    "仇": "chou", "區": "qu", "区": "qu", "查": "cha", "解": "jie", "晟": "sheng", "彈": "tan", "弹": "tan",
    "賈": "gu", "贾": "gu", "參": "shen", "参": "shen", "沈": "chen", "柏": "bo", "盛": "cheng", "傳": "zhuan",
    "传": "zhuan", "调": "tiao", "調": "tiao", "校": "jiao", "石": "dan", "省": "xing", "重慶": "chongqing",
}  # fmt: skip
"""The other reading that people know, where a character has two."""
_TYPED = {
    "lv": ("lv", "lu", "lyu"),
    "nv": ("nv", "nu", "nyu"),
    "lve": ("lve", "lue", "lyue"),
    "nve": ("nve", "nue"),
}


def spelt(name: str) -> tuple[str, ...]:
    """The words by which search finds a Chinese name: whole, by its initials, family and given name, syllable by syllable."""
    found: dict[str, None] = {}
    for syllables, family in _spellings(name):
        joined = "".join(syllables)
        found[joined] = None
        if len(syllables) > 1:
            found["".join(each[0] for each in syllables)] = None
            found["".join(syllables[family:])] = None
        found |= dict.fromkeys(syllables)
    return tuple(found)


def key(name: str) -> str:
    """One spelling by which names that sound alike are told; empty without Chinese characters."""
    return "".join(next(iter(_spellings(name)), ((), 0))[0])


def _spellings(name: str) -> Iterable[tuple[tuple[str, ...], int]]:
    """Every spelling, the likeliest first, with the number of syllables that are the family name."""
    signs = "".join(sign for sign in name if is_han(sign))[:LONGEST]
    if not signs:
        return []
    family, given = parts_of(signs)
    ways = [*_of_family(family), *(_readings(sign) for sign in given)]
    length = len(family)
    flat = (tuple(part for way in spelling for part in way) for spelling in product(*ways))
    return [(spelling, length) for spelling in islice(flat, MOST_SPELLINGS)]


def _of_family(family: str) -> list[tuple[tuple[str, ...], ...]]:
    if family in _SURNAMES and len(family) > 1:
        return [((reading,),) for reading in _SURNAMES[family].split()]
    return [
        tuple((each,) for each in dict.fromkeys((_SURNAMES[sign], *_plain(sign))))
        if sign in _SURNAMES
        else _readings(sign)
        for sign in family
    ]


def _readings(sign: str) -> tuple[tuple[str, ...], ...]:
    return tuple((each,) for each in _plain(sign))


@cache
def _plain(sign: str) -> tuple[str, ...]:
    """A character's readings without tones, as they are typed."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - after the environment says how much of it is loaded

    first = pinyin(sign, style=Style.NORMAL)[0][0].lower()
    if not first.isascii() or not first.isalpha():
        return (sign,)  # a character that nobody reads stays as it is
    return tuple(
        way
        for reading in dict.fromkeys((first, _SECOND.get(sign, first)))
        for way in _TYPED.get(reading, (reading,))
    )
