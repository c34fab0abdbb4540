"""Which addresses are ours, and the signed reply address that leads an answer back to its case.

`service+c-<case>-<signature>@desk.example` is unguessable and carries the case's id, so threading needs neither the
subject nor a relay that keeps our Message-ID.
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_SIGNATURE_BYTES = 10
_LOCAL_PART_LIMIT = 64  # RFC 5321, 4.5.3.1.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """`local+tag@domain`, lower case; local parts are compared without case, as every large mail host does."""

    local: str
    tag: str
    domain: str

    @property
    def base(self) -> str:
        """The address without its tag."""
        return f"{self.local}@{self.domain}"


def split(address: str) -> Split:
    """Take an address apart; one without @ has an empty domain."""
    local, at, domain = address.strip().lower().rpartition("@")
    if not at:
        local, domain = domain, ""
    name, _, tag = local.partition("+")
    return Split(local=name, tag=tag, domain=domain.rstrip("."))


_MACHINES = frozenset(
    {
        "mailer-daemon",
        "postmaster",
        "noreply",
        "no-reply",
        "no.reply",
        "no_reply",
        "donotreply",
        "do-not-reply",
        "do_not_reply",
        "autoreply",
        "bounce",
        "bounces",
        "nobody",
        "listserv",
        "majordomo",
    }
)


def is_machines(address: str) -> bool:
    """Whether nobody reads what is sent there, as its name says (RFC 3834, 2)."""
    parts = split(address)
    words = parts.local.replace("_", "-")
    return (
        not parts.domain
        or parts.local in _MACHINES
        or words.startswith(("owner-", "bounce-", "bounces-", "noreply-", "no-reply-"))
        or words.endswith(("-request", "-owner", "-noreply", "-no-reply", "-bounces"))
    )


def reply_address(secret: str, queue_address: str, case_id: str) -> str:
    """Where answers about this case go; the queue's plain address when the signed one would be too long."""
    parts = split(queue_address)
    case = _base32(uuid.UUID(case_id).bytes)
    local = f"{parts.local}+c-{case}-{_signature(secret, parts.base, case)}"
    return f"{local}@{parts.domain}" if len(local) <= _LOCAL_PART_LIMIT else parts.base


def return_address(secret: str, queue_address: str, letter_id: str) -> str:
    """The envelope's sender of one letter of ours: where a report that it did not arrive comes back to, and says so of which letter. The
    queue's plain address when the signed one would be too long."""
    parts = split(queue_address)
    letter = _base32(uuid.UUID(letter_id).bytes)
    local = f"{parts.local}+l-{letter}-{_signature(secret, parts.base, f'letter {letter}')}"
    return f"{local}@{parts.domain}" if len(local) <= _LOCAL_PART_LIMIT else parts.base


def letter_of(secret: str, address: str) -> str | None:
    """The letter of ours that a signed return address names; None when there is no signature or it is not ours."""
    parts = split(address)
    mark, _, rest = parts.tag.partition("-")
    letter, _, signature = rest.partition("-")
    expected = _signature(secret, parts.base, f"letter {letter}")
    return (
        _uuid(letter) if mark == "l" and hmac.compare_digest(signature.encode(), expected.encode()) else None
    )


def case_of(secret: str, address: str) -> str | None:
    """The case a signed reply address names; None when there is no signature or it is not ours."""
    parts = split(address)
    mark, _, rest = parts.tag.partition("-")
    case, _, signature = rest.partition("-")
    if mark != "c" or not hmac.compare_digest(
        signature.encode(), _signature(secret, parts.base, case).encode()
    ):
        return None
    return _uuid(case)


def _uuid(text: str) -> str | None:
    try:
        return str(uuid.UUID(bytes=base64.b32decode(text.upper() + "=" * (-len(text) % 8))))
    except (binascii.Error, ValueError):
        return None


def _signature(secret: str, base: str, case: str) -> str:
    digest = hmac.digest(secret.encode(), f"reply\0{base}\0{case}".encode("utf-8", "replace"), hashlib.sha256)
    return _base32(digest[:_SIGNATURE_BYTES])


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


class KnownRecipients:
    """The drop's list of queue addresses, a file that the server writes; without one every address is accepted."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = -1
        self._known: frozenset[str] = frozenset()

    def accept(self, address: str) -> bool:
        """Whether a letter to this address is ours; a tag behind + does not matter, postmaster is (RFC 5321, 4.5.1)."""
        try:
            stamp = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return True
        if stamp != self._stamp:
            self._known = frozenset(self._path.read_text(encoding="utf-8").split("\n"))
            self._stamp = stamp
        parts = split(address)
        return parts.base in self._known or (
            parts.local == "postmaster" and f"@{parts.domain}" in self._known
        )


def write_recipients(path: Path, addresses: Iterable[str]) -> None:
    """Tell the drop which addresses exist; each line is an address or, with @ in front, a domain of ours."""
    known = [split(address) for address in addresses]
    lines = {parts.base for parts in known} | {f"@{parts.domain}" for parts in known}
    text = "\n".join(sorted(lines))
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
