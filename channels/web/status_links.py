"""The link to the state of what was sent: signed, with an end, and kept nowhere. It shows a state and takes a word; whoever has it sees no more."""

import hashlib
import hmac
import re

_TOKEN = re.compile(r"([0-9a-f-]{36})\.([0-9]{10,11})\.([0-9a-f]{40})")


def made(secret: str, submission_id: str, until: float) -> str:
    """The token of a link that is good until then."""
    return f"{submission_id}.{int(until)}.{_signed(secret, submission_id, int(until))}"


def read(secret: str, token: str, now: float) -> str | None:
    """Whose it is; None for one that is not ours, or over."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    submission_id, until, signature = found[1], int(found[2]), found[3]
    if not hmac.compare_digest(signature, _signed(secret, submission_id, until)) or until < now:
        return None
    return submission_id


def _signed(secret: str, submission_id: str, until: int) -> str:
    text = f"form-status\0{submission_id}\0{until}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:40]
