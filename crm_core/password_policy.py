"""What a password must be (NIST SP 800-63B, 5.1.1.2): long, and not among the first that are guessed. No rules of
composition and no expiry: both make passwords worse."""

import re
import unicodedata

from config.errors import Kind, Refused

AT_LEAST = 12
AT_MOST = 256
_WORST = frozenset(
    {
        "password", "passw0rd", "pass", "passwort", "mima", "admin", "administrator", "root", "qwerty", "qwertyuiop",
        "asdfghjkl", "zxcvbnm", "qazwsx", "qazwsxedc", "iloveyou", "welcome", "letmein", "changeme", "secret", "login",
        "monkey", "dragon", "sunshine", "princess", "football", "baseball", "superman", "batman", "master", "trustno",
        "woaini", "aini", "abc", "abcdefghijkl", "test", "testing", "guest", "user", "default", "trunkline", "callcenter",
        "callcentre", "contactcenter", "contactcentre", "summer", "winter", "spring", "autumn",
    }
)  # fmt: skip
"""Words that make a bad password whatever digits and marks stand round them."""
_LEET = str.maketrans("0134@$", "oieaas")
_ROWS = (
    "01234567890123456789",
    "98765432109876543210",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
)


def check(password: str, *, login: str, name: str = "") -> None:
    """`Refused` with what is wrong with it."""
    text = unicodedata.normalize("NFKC", password)
    if len(password) < AT_LEAST:
        raise Refused("user.password_short", Kind.INVALID, pointer="/password", at_least=AT_LEAST)
    if len(password) > AT_MOST:
        raise Refused("user.password_long", Kind.INVALID, pointer="/password", at_most=AT_MOST)
    folded = text.casefold()
    if any(_is_about(folded, own) for own in (login, name)):
        raise Refused("user.password_login", Kind.INVALID, pointer="/password")
    if is_common(folded):
        raise Refused("user.password_common", Kind.INVALID, pointer="/password")


def is_common(folded: str) -> bool:
    """A word of the list with digits round it, one or two signs or a short piece again and again, or a keyboard's row."""
    if len(set(folded)) <= 2 or re.fullmatch(r"(.{1,5}?)\1+.{0,4}", folded):
        return True
    if any(folded in row + row for row in _ROWS):
        return True
    bare = re.sub(r"^[^a-z]+|[^a-z]+$", "", folded)
    core = re.sub(r"[^a-z]+", "", bare.translate(_LEET))
    return core in _WORST or re.sub(r"[^a-z]+", "", bare) in _WORST or _made_of_worst(core, folded)


def _made_of_worst(core: str, folded: str) -> bool:
    """Two of the listed words side by side and nothing else, or no letters at all in a run that anybody types."""
    halves = any(core[:at] in _WORST and core[at:] in _WORST for at in range(1, len(core)))
    digits = re.sub(r"\D+", "", folded)
    return halves or (not core and len(digits) == len(folded) and any(digits[:6] in row for row in _ROWS))


def _is_about(folded: str, own: str) -> bool:
    """The login or the name with little else: five more signs do not make it a secret."""
    bare = own.casefold().replace(" ", "")
    return len(bare) >= 3 and bare in folded and len(folded) - len(bare) * folded.count(bare) < 6
