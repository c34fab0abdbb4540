"""Who takes over, as people type it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import Refused
from crm_core.overflow_words import (
    CLOSED,
    EXPECTED,
    LENGTH,
    MOST_NUMBER,
    NOBODY,
    WAITED,
    Led,
    circle,
    renamed,
    rules_of,
    said,
)


def test_every_kind_of_rule() -> None:
    assert rules_of(
        """
        closed: Night team
        nobody: message
        nobody: Voicemail
        120: Second level
        more than 20: message
        expected 600 s : 續約專員

        letters 14400：Back office
        """
    ) == (
        Led(why=CLOSED, queue="Night team"),
        Led(why=NOBODY),
        Led(why=NOBODY, voicemail=True),
        Led(why=WAITED, limit=120, queue="Second level"),
        Led(why=LENGTH, limit=20),
        Led(why=EXPECTED, limit=600, queue="續約專員"),
        Led(why=WAITED, limit=14_400, queue="Back office", letters=True),
    )


def test_a_name_may_have_a_colon() -> None:
    assert rules_of("closed: VIP: gold") == (Led(why=CLOSED, queue="VIP: gold"),)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("sometimes: Night team", "queue.overflow_unknown"),
        ("closed", "queue.overflow_unknown"),
        ("closed:", "queue.overflow_unknown"),
        ("-5: Night team", "queue.overflow_unknown"),
        ("0: Night team", "queue.overflow_limit"),
        (f"{MOST_NUMBER + 1}: Night team", "queue.overflow_limit"),
        ("letters closed: message", "queue.overflow_letters"),
        ("nobody: message\n" * 21, "queue.overflow_many"),
    ],
)
def test_what_says_nothing_is_refused(words: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        rules_of(words)
    assert (refused.value.code, refused.value.pointer) == (code, "/overflow")


rules = st.builds(
    Led,
    why=st.sampled_from([WAITED, LENGTH, EXPECTED]),
    limit=st.integers(1, MOST_NUMBER),
    queue=st.sampled_from(["Night team", "二線", "A: b"]),
    letters=st.booleans(),
) | st.builds(Led, why=st.sampled_from([CLOSED, NOBODY]), queue=st.none() | st.just("x"))


@given(st.lists(rules, max_size=20))
def test_what_is_read_is_written_the_same(some: list[Led]) -> None:
    assert rules_of(said(some)) == tuple(some)


def test_names_follow() -> None:
    assert renamed("closed: Night\n60: Nightly", "Night", "Owls") == "closed: Owls\n60: Nightly"


@pytest.mark.parametrize(
    ("leads", "found"),
    [
        ({"a": "closed: b", "b": "60: c", "c": ""}, ()),
        ({"a": "closed: b", "b": "60: a"}, ("a", "b", "a")),
        ({"a": "closed: a"}, ("a", "a")),
        ({"a": "closed: b\n60: c", "b": "nobody: d", "c": "nobody: d", "d": "expected 9: e", "e": ""}, ()),
        ({"a": "closed: b", "b": "closed: c", "c": "closed: b"}, ("b", "c", "b")),
        ({"a": "closed: gone"}, ()),
    ],
)
def test_circles(leads: dict[str, str], found: tuple[str, ...]) -> None:
    assert circle({name: rules_of(words) for name, words in leads.items()}) == found
