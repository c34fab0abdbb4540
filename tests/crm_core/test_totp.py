"""One-time passwords, by the RFC's own numbers."""

import base64
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_vectors_of_the_rfc(at: int, code: str) -> None:
    """RFC 6238, appendix B (SHA-1), the last six of its eight digits."""
    assert totp.code_at(SECRET, totp.step_at(at)) == code


def test_the_vectors_of_hotp() -> None:
    """RFC 4226, appendix D."""
    codes = [
        "755224",
        "287082",
        "359152",
        "969429",
        "338314",
        "254676",
        "287922",
        "162583",
        "399871",
        "520489",
    ]
    assert [totp.code_at(SECRET, step) for step in range(10)] == codes


@given(now=st.floats(min_value=1e9, max_value=4e9), off=st.integers(min_value=-3, max_value=3))
def test_a_clock_may_be_one_step_off(now: float, off: int) -> None:
    """The code of this step and of its neighbours counts, once; those further away do not."""
    here = totp.step_at(now)
    code = totp.code_at(SECRET, here + off)
    same = [step for step in range(here - 1, here + 2) if totp.code_at(SECRET, step) == code]
    found = totp.matching_step(SECRET, code, now, after=0)
    assert found == (same[0] if same else None)
    if abs(off) <= 1:
        assert found is not None
        assert totp.matching_step(SECRET, code, now, after=here + 1) is None


def test_secrets_are_long_and_never_the_same() -> None:
    """160 bits each (RFC 4226, 4)."""
    made = {totp.new_secret() for _ in range(50)}
    assert len(made) == 50
    assert {len(base64.b32decode(secret)) for secret in made} == {20}


def test_what_the_qr_code_says() -> None:
    """The address names centre and login, also those in Chinese and with a colon, and the secret."""
    parts = urlsplit(totp.address(SECRET, centre="客服: 一", login="林 a"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/客服: 一:林 a"
    assert parts.path.count(":") == 1
    query = parse_qs(parts.query)
    assert query == {
        "secret": [SECRET],
        "issuer": ["客服: 一"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }
