"""Headers of letters that we write (RFC 5322), by our own hand.

The standard library's EmailMessage decodes an encoded word in what it is given, so a customer's subject could bring
line breaks into our header; and it encodes Message-IDs that are longer than a line, as Outlook's are, so that the
customer's mail program finds no thread. Here text is text, and an id is never touched.
"""

import re
from collections.abc import Iterable
from email.header import Header

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_PLAIN = re.compile(r"[ -~]{0,120}")
_ADDRESS = re.compile(r"[^\s<>()\[\]:;,\\\"@\x00-\x20\x7f]{1,64}@[^\s<>()\[\]:;,\\\"@\x00-\x20\x7f]{1,255}")
_ID = re.compile(r"<[!-;=?-~]{1,250}>")


def is_address(address: str) -> bool:
    """Whether one can write to it: one @, and nothing that would end the address or begin another."""
    return _ADDRESS.fullmatch(address) is not None and _CONTROL.search(address) is None


def text(words: str) -> str:
    """An unstructured field's value: as it is where that is safe, else as encoded words (RFC 2047)."""
    shown = _CONTROL.sub(" ", words).strip()
    return shown if _safe(shown) else Header(shown, "utf-8", maxlinelen=72).encode(linesep="\r\n")


def mailbox(name: str, address: str) -> str:
    """A shown name with its address, which `is_address` has passed."""
    shown = _CONTROL.sub(" ", name).strip()
    if not shown:
        return address
    if _safe(shown):
        escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{address}>'
    return f"{text(shown)}\r\n <{address}>"


def mailboxes(people: Iterable[tuple[str, str]]) -> str:
    """Addresses with their names, a line each."""
    return ",\r\n ".join(mailbox(name, address) for address, name in people)


def on_one_line(words: str) -> str:
    """Without what would end a field or pretend to be another."""
    return _CONTROL.sub(" ", words).strip()


def ids(message_ids: Iterable[str]) -> str:
    """Message-IDs, a line each; what is none (bytes outside ASCII) is left out."""
    return "\r\n ".join(one for one in message_ids if _ID.fullmatch(one))


def header(fields: Iterable[tuple[str, str]]) -> bytes:
    """The fields that have a value, as they stand in the letter; UTF-8 only where an address has it (RFC 6532)."""
    return "".join(f"{name}: {value}\r\n" for name, value in fields if value).encode()


def _safe(shown: str) -> bool:
    return _PLAIN.fullmatch(shown) is not None and "=?" not in shown
