"""Reports that a letter of ours was read (RFC 8098). Pure: what a letter says, not whether it is believed."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

_MOST_BYTES = 200_000
_KIND = "message/disposition-notification"
_ID = re.compile(r"<[^<>\s]{1,250}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`message_id`: of the letter; `read`: it was shown to somebody, as opposed to thrown away unread."""

    message_id: str
    read: bool


def receipt_in(raw: bytes) -> Receipt | None:
    """What this letter reports of another one; None for what is no such report. Large letters are none, and are not looked through."""
    if len(raw) > _MOST_BYTES or _KIND.encode() not in raw.lower():
        return None
    message = message_from_bytes(raw)
    if message.get_content_type() != "multipart/report":
        return None
    for part in message.walk():
        if part.get_content_type() == _KIND:
            return _read(_fields(part))
    return None


def _fields(part: "Message[str, str]") -> "Message[str, str]":
    """The parser makes a message of the part's own fields, or leaves them as text."""
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return payload[0]
    decoded = part.get_payload(decode=True)
    return message_from_bytes(decoded if isinstance(decoded, bytes) else b"")


def _read(fields: "Message[str, str]") -> Receipt | None:
    found = _ID.search(str(fields.get("original-message-id", "")))
    said = str(fields.get("disposition", "")).rpartition(";")[2].partition("/")[0].strip().lower()
    return Receipt(message_id=found[0], read=said == "displayed") if found and said else None
