"""What people type of a queue's skills and of what it gives up in time."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import Refused
from crm_core.queue_words import (
    GivenUp,
    groups_of,
    needs_of,
    renamed,
    said,
    said_groups,
    steps_of,
    widens_nothing,
    without_effect,
)


@pytest.mark.parametrize(
    ("words", "needs"),
    [
        ("", ()),
        ("zh", (("zh", 1),)),
        ("zh >= 3 and billing", (("billing", 1), ("zh", 3))),
        ("zh>=3，billing、vip ≥ 10", (("billing", 1), ("vip", 10), ("zh", 3))),
        ("中文 >= 5; c++", (("c++", 1), ("中文", 5))),
        ("zh-and-en, b.2", (("b.2", 1), ("zh-and-en", 1))),
        ("Billing team >= 2, R&D, C#", (("Billing team", 2), ("C#", 1), ("R&D", 1))),
    ],
)
def test_needs(words: str, needs: tuple[tuple[str, int], ...]) -> None:
    assert needs_of(words) == needs
    assert needs_of(said(needs)) == needs


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("zh >=", "queue.need_unknown"),
        ("zh > 3", "queue.need_unknown"),
        ("zh 3", "queue.need_unknown"),
        (">= 3", "queue.need_unknown"),
        ("zh >= 0", "skill.level_unknown"),
        ("zh >= 11", "skill.level_unknown"),
        (", ".join(f"s{number}" for number in range(41)), "queue.needs_too_many"),
    ],
)
def test_needs_that_say_nothing(words: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        needs_of(words)
    assert (refused.value.code, refused.value.pointer) == (code, "/requires")


def test_steps_in_the_order_of_their_times() -> None:
    words = "60: -billing team\n\n 30 s：zh >= 2, -vip \n 90: zh >= 1\n"
    assert steps_of(words) == (
        GivenUp(after_s=30, lower=(("zh", 2),), drop=("vip",)),
        GivenUp(after_s=60, drop=("billing team",)),
        GivenUp(after_s=90, lower=(("zh", 1),)),
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("zh >= 2", "queue.step_unknown"),
        ("30:", "queue.step_unknown"),
        ("30: zh", "queue.step_unknown"),
        ("30: - ", "queue.step_unknown"),
        ("-30: zh >= 2", "queue.step_unknown"),
        ("0: -zh", "queue.step_too_late"),
        ("9999999: -zh", "queue.step_too_late"),
        ("30: -zh\n30: -vip", "queue.step_twice"),
        ("30: zh >= 12", "skill.level_unknown"),
        ("30: +", "queue.group_unreadable"),
        ('30: +"Taipei', "queue.group_unreadable"),
        ("30: +Taipei >= 3", "queue.group_unreadable"),
        ('30: +""', "queue.group_unreadable"),
        ("\n".join(f"{number}: -zh" for number in range(1, 22)), "queue.steps_too_many"),
    ],
)
def test_steps_that_say_nothing(words: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        steps_of(words)
    assert (refused.value.code, refused.value.pointer) == (code, "/relaxation")


@pytest.mark.parametrize(
    ("needs", "steps", "skill"),
    [
        ("zh >= 3, vip", "30: zh >= 2\n60: -zh, -vip", ""),
        ("zh >= 3", "30: vip >= 2", "vip"),
        ("zh >= 3", "30: zh >= 3", "zh"),
        ("zh >= 3", "30: -zh\n60: zh >= 1", "zh"),
        ("zh >= 3", "30: -vip", "vip"),
    ],
)
def test_steps_without_effect(needs: str, steps: str, skill: str) -> None:
    assert without_effect(needs_of(needs), steps_of(steps)) == skill


def test_steps_that_let_others_in() -> None:
    words = '60: +Taipei，-vip\n90：＋「業務, 北區」, +"R and D"\n120: +anybody\n150: + 任何人'
    assert steps_of(words) == (
        GivenUp(after_s=60, drop=("vip",), groups=("Taipei",)),
        GivenUp(after_s=90, groups=("業務, 北區", "R and D")),
        GivenUp(after_s=120, anybody=True),
        GivenUp(after_s=150, anybody=True),
    )
    assert steps_of('30: +"anybody"') == (GivenUp(after_s=30, groups=("anybody",)),)


@pytest.mark.parametrize(
    ("words", "groups"),
    [
        ("", ()),
        ("Taipei", ("Taipei",)),
        ("Taipei、Tainan and Taipei", ("Taipei", "Tainan")),
        ('"Sales, North"；客服一科', ("Sales, North", "客服一科")),
        ("「R and D」", ("R and D",)),
        ("Taipei, anybody", ()),
        ('"anybody"', ("anybody",)),
        ("“- 5”", ("- 5",)),
    ],
)
def test_who_may_serve(words: str, groups: tuple[str, ...]) -> None:
    assert groups_of(words) == groups
    assert groups_of(said_groups(groups)) == groups


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ('"Taipei', "queue.group_unreadable"),
        ("+Taipei", "queue.group_unreadable"),
        ("zh >= 3", "queue.group_unreadable"),
        ('""', "queue.group_unreadable"),
        (", ".join(f"g{number}" for number in range(41)), "queue.groups_too_many"),
    ],
)
def test_words_that_are_no_department(words: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        groups_of(words)
    assert (refused.value.code, refused.value.pointer) == (code, "/served_by")


@pytest.mark.parametrize(
    ("groups", "steps", "useless"),
    [
        ("Taipei", "30: +Tainan\n60: +anybody", ""),
        ("", "30: +Tainan", "Tainan"),
        ("", "30: +anybody", "anybody"),
        ("Taipei", "30: +Taipei", "Taipei"),
        ("Taipei", "30: +Tainan\n60: +Tainan", "Tainan"),
        ("Taipei", "30: +anybody\n60: +Tainan", "Tainan"),
        ("Taipei", "30: +anybody\n60: +所有人", "anybody"),
    ],
)
def test_steps_that_let_nobody_in(groups: str, steps: str, useless: str) -> None:
    assert widens_nothing(groups_of(groups), steps_of(steps)) == useless


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ("Taipei, Tainan", "Sales, Tainan"),
        ('"taipei"', "Sales"),
        ("Taipei Night", "Taipei Night"),
        ("30: zh>=2\n60: -billing，+Taipei\n90: +anybody", "30: zh>=2\n60: -billing, +Sales\n90: +anybody"),
        ("30: -Taipei", "30: -Taipei"),
    ],
)
def test_a_department_has_another_name(words: str, after: str) -> None:
    assert renamed(words, "Taipei", "Sales") == after
    assert groups_of(renamed("A, Taipei", "Taipei", "Sales, North")) == ("A", "Sales, North")


@given(st.text(max_size=60))
def test_anything_typed_is_read_or_refused(words: str) -> None:
    for read in (needs_of, steps_of, groups_of):
        with suppress(Refused):
            read(words)
