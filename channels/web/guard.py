"""What keeps programs out of forms without asking anybody else and without a picture to read (pure).

Each page carries a token that we signed, and is good once. A small script in it finds a number whose hash with the token begins with so many zeros, which costs a
browser a tenth of a second and a sender of thousands a processor. Without a script people are let in all the same, only not as fast and not as many.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

BITS = 14
LONGEST_S = 12 * 3600.0
"""A page may lie open that long."""
WITHOUT_PROOF_S = 8.0
_TOKEN = re.compile(r"([0-9a-f-]{36})\.([0-9]{10,11})\.([A-Za-z0-9_-]{16})\.([0-9a-f]{40})")
_NONCE = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """How something came: `age_s` since the page was made (None: the token is not ours, or over); `proof`: right, wrong or none; `trapped`: a field was
    filled in that people do not see."""

    age_s: float | None
    proof: str
    trapped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`caught`: why it looks like a program's; `again`: the code that tells a person why to press the button once more. Neither: it is taken."""

    caught: str = ""
    again: str = ""


def token(secret: str, form_id: str, now: float) -> str:
    """For one page."""
    head = f"{form_id}.{int(now)}.{secrets.token_urlsafe(12)}"
    return f"{head}.{_signed(secret, head)}"


def came(secret: str, form_id: str, given: str, nonce: str, *, trap: str, now: float) -> Came:
    """Look at what the page sent."""
    found = _TOKEN.fullmatch(given)
    age = None
    if (
        found is not None
        and found[1] == form_id
        and hmac.compare_digest(found[4], _signed(secret, given[: found.start(4) - 1]))
    ):
        since = now - float(found[2])
        age = since if -60 <= since <= LONGEST_S else None
    proof = "none" if not nonce else "right" if proved(given, nonce) else "wrong"
    return Came(age_s=age, proof=proof, trapped=bool(trap))


def proved(given: str, nonce: str) -> bool:
    """Whether the work was done."""
    if _NONCE.fullmatch(nonce) is None:
        return False
    digest = hashlib.sha256(f"{given}:{nonce}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - BITS) == 0


def judge(what: Came, least_s: float) -> Verdict:
    """What becomes of it."""
    if what.trapped:
        return Verdict(caught="trap")
    if what.age_s is None:
        return Verdict(again="form.old")
    if what.proof == "wrong":
        return Verdict(caught="proof")
    if what.age_s < (least_s if what.proof == "right" else max(least_s, WITHOUT_PROOF_S)):
        return Verdict(again="form.quick")
    return Verdict()


def most_hourly(what: Came, place_hourly: int) -> int:
    """From one place: a third without proof."""
    return place_hourly if what.proof == "right" else max(1, place_hourly // 3)


def _signed(secret: str, head: str) -> str:
    return hmac.new(secret.encode(), f"inquiry\0{head}".encode(), hashlib.sha256).hexdigest()[:40]
