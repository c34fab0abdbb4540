"""Passwords."""

from crm_core import passwords


async def test_a_password_fits_its_own_hash_alone() -> None:
    """A password verifies against its own hash and no other does; the hash names argon2id and its cost."""
    first, second = await passwords.hash_password("語音 queue"), await passwords.hash_password("語音 queue")
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify("語音 queue", first)
    assert not await passwords.verify("語音 Queue", first)
    assert not await passwords.verify("", first)


async def test_nobody_can_sign_in_as_nobody() -> None:
    """Without a user no password fits, not even the one whose hash stands in; nor does a broken hash."""
    assert not await passwords.verify("nobody has this password", None)
    assert not await passwords.verify("nobody has this password", "")
    assert not await passwords.verify("x", "not a hash")
