"""The address behind *unsubscribe*: whose letters, of which purpose, signed so that nobody ends somebody else's. Pure."""

import base64
import binascii
import hashlib
import hmac
import uuid
from dataclasses import dataclass

PATH = "/unsubscribe"
_SIGNATURE_BYTES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`letter`: the first half of its Message-ID, by which the evidence names it."""

    party_id: str
    purpose: str
    letter: str


def token(secret: str, asked: Asked) -> str:
    """Short enough for a line, and of letters that no mail program breaks."""
    party = uuid.UUID(asked.party_id).bytes
    payload = _encoded(party + f"{asked.purpose}\0{asked.letter}".encode())
    return f"{payload}.{_signature(secret, payload)}"


def asked_by(secret: str, text: str) -> Asked | None:
    """None for one that we did not sign."""
    payload, _, signature = text.partition(".")
    expected = _signature(secret, payload)
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
        return None
    try:
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        purpose, _, letter = raw[16:].decode().partition("\0")
        return Asked(party_id=str(uuid.UUID(bytes=raw[:16])), purpose=purpose, letter=letter)
    except (binascii.Error, ValueError):
        return None


def _signature(secret: str, payload: str) -> str:
    digest = hmac.digest(
        secret.encode(), f"unsubscribe\0{payload}".encode("utf-8", "replace"), hashlib.sha256
    )
    return _encoded(digest[:_SIGNATURE_BYTES])


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
