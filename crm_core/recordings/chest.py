"""Files that nobody reads without the key: AES-256-GCM in chunks, so that a range is read without the rest.

A file is the mark, a salt, and the chunks, each followed by its tag. Each file has a key of its own (HKDF of the settings' key with the salt), so
the chunk's number is nonce enough (NIST SP 800-38D, 8.2.1). A chunk opens only at its place in its own recording.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

CHUNK = 65_536
_MARK = b"TLREC1\r\n"
_SALT_BYTES = 16
_TAG_BYTES = 16
_HEAD_BYTES = len(_MARK) + _SALT_BYTES
_CONTEXT = b"trunkline recordings v1\n"


class Damaged(Exception):
    """The file is not what was written under this key, or is not there as a whole."""


class Chest:
    """Writes and reads audio; without a key as it is."""

    def __init__(self, key: str = "") -> None:
        self._key = hashlib.sha256(_CONTEXT + key.encode()).digest() if key else b""

    @property
    def seals(self) -> bool:
        """Whether what is written is encrypted."""
        return bool(self._key)

    def write(self, target: Path, name: str, pieces: Iterable[bytes]) -> tuple[int, str]:
        """Write them all, durable before this returns, in the place of what was there; how many bytes they are, and their SHA-256."""
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = target.with_name(f"{target.name}.part")
        digest, size = hashlib.sha256(), 0
        salt = secrets.token_bytes(_SALT_BYTES)
        cipher = self._cipher(name, salt) if self.seals else None
        beside.touch(mode=0o600)
        with beside.open("wb") as file:
            if cipher is not None:
                file.write(_MARK + salt)
            for number, chunk in enumerate(_chunks(pieces)):
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk if cipher is None else cipher.encrypt(*_place(name, number, chunk)))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
        for folder in (target.parent, *list(target.parent.parents)[:3]):  # a new day's, month's, year's too
            _settle(folder)
        return size, digest.hexdigest()

    def read(self, source: Path, name: str, *, sealed: bool, first: int, last: int) -> Iterator[bytes]:
        """The bytes from `first` to `last`, both included. `Damaged` as soon as something is not as it was written."""
        if sealed and not self.seals:
            raise Damaged("encrypted, and the settings have no key")
        try:
            with source.open("rb") as file:
                salt = _salt(file.read(_HEAD_BYTES)) if sealed else b""
                cipher = self._cipher(name, salt) if sealed else None
                for number in range(first // CHUNK, last // CHUNK + 1):
                    head, extra = (_HEAD_BYTES, _TAG_BYTES) if sealed else (0, 0)
                    file.seek(head + number * (CHUNK + extra))
                    chunk = file.read(CHUNK + extra)
                    if cipher is not None:
                        chunk = cipher.decrypt(*_place(name, number, chunk))
                    begin = number * CHUNK
                    wanted = chunk[max(0, first - begin) : last - begin + 1]
                    if len(wanted) < min(last, begin + CHUNK - 1) - max(first, begin) + 1:
                        raise Damaged("shorter than it was written")
                    yield wanted
        except (OSError, InvalidTag, ValueError) as problem:
            raise Damaged(str(problem) or "not what was written under this key") from problem

    def _cipher(self, name: str, salt: bytes) -> AESGCM:
        return AESGCM(HKDF(SHA256(), 32, salt, name.encode()).derive(self._key))


def _place(name: str, number: int, data: bytes) -> tuple[bytes, bytes, bytes]:
    return number.to_bytes(12, "big"), data, f"{name}/{number}".encode()


def _salt(head: bytes) -> bytes:
    if len(head) < _HEAD_BYTES or not head.startswith(_MARK):
        raise Damaged("no recording of ours")
    return head[len(_MARK) :]


def _chunks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= CHUNK:
            yield bytes(waiting[:CHUNK])
            del waiting[:CHUNK]
    if waiting:
        yield bytes(waiting)


def _settle(folder: Path) -> None:
    """The new name is durable too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
