"""What a password must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import Refused
from crm_core import password_policy


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("eleven char", "user.password_short"),
        ("密碼密碼密碼密碼密碼密", "user.password_short"),
        ("x" * 11 + "y" * 300, "user.password_long"),
        ("password1234", "user.password_common"),
        ("P@ssw0rd2026!", "user.password_common"),
        ("PasswordPassword", "user.password_common"),
        ("adminpassword1", "user.password_common"),
        ("123456789012", "user.password_common"),
        ("qwertyuiop12", "user.password_common"),
        ("qwertyuiopas", "user.password_common"),
        ("abcabcabcabcabc", "user.password_common"),
        ("aaaaaaaaaaaaaaa", "user.password_common"),
        ("yating.lin2026", "user.password_login"),
        ("Yating.Lin!!", "user.password_login"),
        ("林雅婷林雅婷林雅婷1234", "user.password_login"),
    ],
)
def test_bad_passwords_are_refused_with_a_reason(password: str, code: str) -> None:
    """Too short, too long, one of the worst, or the login or name itself."""
    with pytest.raises(Refused) as refusal:
        password_policy.check(password, login="yating.lin", name="林雅婷")
    assert refusal.value.code == code
    assert refusal.value.pointer == "/password"


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "tr0ub4dor and 3 more",
        "我家門前有小河後面有山坡",
        "zq8-JmmW-x21k",
        "yating.lin has a green boat",
    ],
)
def test_long_ones_are_good_without_rules(password: str) -> None:
    """No rule of digits or marks: length is what counts, in any script."""
    password_policy.check(password, login="yating.lin", name="林雅婷")


@given(text=st.text(max_size=300))
def test_every_text_gets_an_answer(text: str) -> None:
    """Whatever is typed is taken or refused, and what is taken is long enough."""
    code = _verdict(text)
    assert code.startswith("user.password_") if code else len(text) >= password_policy.AT_LEAST


def _verdict(text: str) -> str:
    try:
        password_policy.check(text, login="ann", name="Ann")
    except Refused as refusal:
        return refusal.code
    return ""
