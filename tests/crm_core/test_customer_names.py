"""Names, their sound, registration numbers, times of contact: pure."""

import pytest

from config.errors import Refused
from crm_core.customers import names, pinyin, registration, times
from crm_core.names import folded

MONDAY_10 = 1_790_589_600.0  # 2026-09-28 10:00 UTC


@pytest.mark.parametrize(
    ("family", "given", "order", "shown"),
    [
        ("王", "小明", None, "王小明"),
        ("歐陽", "娜娜", None, "歐陽娜娜"),
        ("Smith", "John", None, "John Smith"),
        ("Smith", "John", "family_first", "Smith John"),
        ("王", None, None, "王"),
        (None, "John", None, "John"),
        (None, None, None, ""),
    ],
)
def test_a_name_is_put_together_as_its_people_do(family: str, given: str, order: str, shown: str) -> None:
    """Chinese: the family name first and no blank; others by the order given, or the given name first."""
    assert names.display(family, given, order) == shown


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("王小明", {"wangxiaoming", "wxm", "wang", "xiaoming"}),
        ("曾國藩", {"zengguofan", "zgf"}),
        ("單雄信", {"shanxiongxin", "sxx"}),
        ("单雄信", {"shanxiongxin"}),
        ("仇英", {"qiuying", "qy"}),
        ("區桂芝", {"ouguizhi", "ogz"}),
        ("查良鏞", {"zhaliangyong", "zly"}),
        ("尉遲恭", {"yuchigong", "ycg"}),
        ("呂秀蓮", {"lvxiulian", "luxiulian", "lyuxiulian"}),
        ("歐陽娜娜", {"ouyangnana", "oynn"}),
        ("樂嘉", {"yuejia", "lejia"}),
        ("台積電", {"taijidian", "tjd"}),
    ],
)
def test_a_chinese_name_is_found_by_ear(name: str, typed: set[str]) -> None:
    """Whole, by initials, and with the readings that surnames have as surnames."""
    assert typed <= set(pinyin.spelt(name))


def test_a_latin_name_has_no_pinyin() -> None:
    """Names without Chinese characters are found as they are written."""
    assert pinyin.spelt("John Smith") == ()
    assert pinyin.key("") == ""


def test_names_are_one_in_either_script_and_width() -> None:
    """Traditional and simplified, full and half width, blanks between Chinese characters: one name."""
    assert folded("陳國強") == folded("陈国强") == folded(" 陳 國強 ")
    assert folded("ＪＯＨＮ  Smith") == folded("john smith")
    assert folded("José") == "jose"
    assert folded("陳國") != folded("陳國強")


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("04595257", True),  # sum 40
        ("04595252", True),  # sum 35: right since 2023, wrong before
        ("04595253", False),
        ("10458575", True),  # a 7 in the seventh place: either digit of 10 counts
        ("10458574", True),
        ("10458573", False),
        ("91350100M000100Y43", True),  # the standard's own example
        ("91350100M000100Y44", False),
        ("91350100m0001 00y43", True),
        ("9135O100M000100Y43", False),  # the letter O is none of its signs
        ("91٣50100M000100Y43", False),  # digits of another script are none of them either
        ("DE123456789", True),  # elsewhere: nothing is known of its form
    ],
)
def test_registration_numbers_are_checked(number: str, right: bool) -> None:
    """Taiwan's by the rule of 2023, the mainland's by GB 32100."""
    assert registration.is_valid(number) is right


def test_each_single_slip_in_a_mainland_number_shows() -> None:
    """Any other last sign is wrong, and so is any other digit of the region."""
    number = "91350100M000100Y43"
    others = [sign for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY" if sign != number[-1]]
    assert not any(registration.is_valid(number[:-1] + sign) for sign in others)
    assert not any(registration.is_valid(f"91{digit}50100M000100Y43") for digit in "012456789")


def test_times_of_contact_are_those_of_the_customers_clock() -> None:
    """10:00 in London is 17:00 in Taipei; hours over midnight belong to the day on which they begin."""
    office = {"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00"}
    assert times.allow(None, None, MONDAY_10)
    assert times.allow(office, "UTC", MONDAY_10)
    assert not times.allow(office, "Asia/Taipei", MONDAY_10 + 3600)
    night = {"days": [7], "from": "22:00", "until": "06:00"}
    assert times.allow(night, "UTC", MONDAY_10 - 5 * 3600)
    assert not times.allow(night, "UTC", MONDAY_10)


@pytest.mark.parametrize(
    "wrong", [[], {"days": [0]}, {"days": "mon"}, {"from": "9:00"}, {"until": "25:00"}, {"x": 1}]
)
def test_times_that_are_none_are_refused(wrong: object) -> None:
    """A structure of another form is not kept."""
    with pytest.raises(Refused, match=r"party\.contact_times"):
        times.checked(wrong)
