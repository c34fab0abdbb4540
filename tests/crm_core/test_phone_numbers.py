"""How numbers are read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.phone_numbers import read_number


@pytest.mark.parametrize(
    ("raw", "e164", "complete"),
    [
        ("+886912345678", "+886912345678", True),
        ("+886 912 345 678", "+886912345678", True),
        ("+886 (0)912-345-678", "+886912345678", True),
        ("0912-345-678", "+886912345678", True),
        ("０９１２３４５６７８", "+886912345678", True),
        ("00886912345678", "+886912345678", True),
        ("886912345678", "+886912345678", True),
        ("912345678", "+886912345678", False),
        ("(02) 2345-6789", "+886223456789", True),
        ("02-2345-6789 分機 123", "+886223456789", True),
        ("02-2345-6789#123", "+886223456789", True),
        ("13800138000", "+8613800138000", False),
        ("138 0013 8000", "+8613800138000", False),
        ("+86 138 0013 8000", "+8613800138000", True),
        ("8613800138000", "+8613800138000", False),
        ("tel:+44 20 7946 0018", "+442079460018", True),
        ("+1 206 555 0123", "+12065550123", True),
        ("+44 20 2345 6789", "+442023456789", True),
    ],
)
def test_a_number_is_understood(raw: str, e164: str, *, complete: bool) -> None:
    """Each way to write a number gives its E.164 form, and whether the text left the country open."""
    number = read_number(raw)
    assert (number.e164, number.complete, number.raw) == (e164, complete, raw)


@pytest.mark.parametrize(
    "raw", ["", "anonymous", "1001", "+", "+999", "0000000000", "分機", "'; DROP TABLE party; --"]
)
def test_what_is_no_number_stays_raw(raw: str) -> None:
    """What cannot be understood has no E.164 form, and its text is kept."""
    number = read_number(raw)
    assert (number.e164, number.raw, number.complete) == (None, raw, False)


@given(st.text(max_size=60))
def test_reading_never_fails(raw: str) -> None:
    """Whatever a trunk sends, reading it gives a number whose digits are digits."""
    number = read_number(raw)
    assert number.raw == raw
    assert all(letter in "0123456789" for letter in number.digits + number.national)
