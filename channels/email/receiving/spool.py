"""Letters that are accepted and not yet in the database: durable before `250`, forgotten after the import.

Form: a journal of segments, not a file per letter. A Maildir needs one fdatasync and one directory sync a letter; the
journal needs one synchronous write for all letters that wait at that moment (group commit), so a disk with slow
flushes costs latency and not rate. Each record carries lengths and a checksum.

* One writer at a time (a lock), always in a segment of its own: a torn record can only stand at the end of what a dead
  writer left, and such a record was never answered with 250.
* A segment is closed when a newer one exists; then it is deleted once its records are imported.
* A record's id is made of its content where it has a Message-ID, so that a sender's retry of the same letter (the
  connection broke before our 250 reached it, RFC 1047) is the same letter again; the database keeps the id unique.
"""

import hashlib
import json
import os
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from config.ids import new_id
from config.logs import Transcript

log = Transcript("spool")

_HEADER = struct.Struct(">8sIII")  # magic, length of the envelope, length of the letter, CRC-32 of both
_MAGIC = b"\x89TLspl1\n"
_MESSAGE_ID = re.compile(rb"^message-id:[ \t\r\n]*<[^<>\r\n]+>", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What SMTP said about a letter; `sender` is empty for the null sender, `received_at` in seconds since 1970. `queue_id`: whose letters lie
    where this one was fetched, whatever it says of its recipients; "" when it was delivered to them."""

    sender: str
    recipients: tuple[str, ...]
    received_at: float
    peer: str
    helo: str
    queue_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The end of a record: a segment's name and the offset behind the record."""

    segment: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spooled:
    """A letter as it was accepted."""

    spool_id: str
    envelope: Envelope
    raw: bytes
    place: Place


def letter_id(envelope: Envelope, raw: bytes) -> str:
    """The same for the same bytes to the same recipients, where the sender numbered its letters (RFC 5322, 3.6.4). What is fetched is the same
    letter however often it is fetched."""
    head = raw[: max(raw.find(b"\r\n\r\n"), 0)]
    if not envelope.queue_id and not _MESSAGE_ID.search(head):
        return new_id()
    known: list[object] = [envelope.sender, sorted(envelope.recipients)]
    if envelope.queue_id:
        known.append(envelope.queue_id)
    return hashlib.sha256(json.dumps(known).encode() + b"\0" + raw).hexdigest()


def encode(spool_id: str, envelope: Envelope, raw: bytes) -> tuple[bytes, bytes]:
    """A record in two parts, so that a large letter is not copied."""
    # Not dataclasses.asdict: its deep copies cost 30 µs a letter.
    fields = {name: getattr(envelope, name) for name in Envelope.__slots__}
    described = json.dumps({"id": spool_id, **fields}).encode()
    checksum = zlib.crc32(raw, zlib.crc32(described))
    return _HEADER.pack(_MAGIC, len(described), len(raw), checksum) + described, raw


class SpoolReader:
    """The importer's side: reads records in order, forgets what is in the database. Blocking: call it in a thread."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._cursor = folder / "imported"
        self._done = self._remembered()

    def read(self, most: int = 64, most_bytes: int = 16 * 1024 * 1024) -> list[Spooled]:
        """The oldest letters that are not forgotten; at least one if there is any, in the order of acceptance."""
        found: list[Spooled] = []
        size = 0
        for letter in self._unread():
            found.append(letter)
            size += len(letter.raw)
            if len(found) >= most or size >= most_bytes:
                break
        return found

    def forget(self, place: Place) -> None:
        """All letters up to and with this one are in the database; asked again they need not come."""
        self._done = place
        text = f"{place.segment} {place.offset}"
        new = self._cursor.with_suffix(".new")
        new.write_text(text, encoding="ascii")
        new.replace(self._cursor)  # lost in a power cut: letters come again, and the database knows their ids

    def _remembered(self) -> Place:
        try:
            segment, offset = self._cursor.read_text(encoding="ascii").split()
            return Place(segment=segment, offset=int(offset))
        except (FileNotFoundError, ValueError):
            return Place(segment="", offset=0)

    def _unread(self) -> Iterator[Spooled]:
        names = segments(self._folder)
        for name in names:
            known = self._done.segment == name
            if not known and self._done.segment in names and name < self._done.segment:
                (self._folder / name).unlink(missing_ok=True)
                continue
            start = self._done.offset if known else 0
            closed = name != names[-1]
            end = start
            for letter in _records(self._folder / name, start, closed=closed):
                end = letter.place.offset
                yield letter
            if closed and end == start:
                self._discard(name, end)

    def _discard(self, name: str, end: int) -> None:
        """A closed segment without further letters; what lies behind the last is a torn tail."""
        path = self._folder / name
        rest = path.stat().st_size - end
        if rest:
            log.note("=", name, f"dropped a torn tail of {rest} bytes that was never acknowledged")
        path.unlink(missing_ok=True)


def _records(path: Path, offset: int, *, closed: bool) -> Iterator[Spooled]:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        while offset < size:
            letter = _record(file, path.name, offset, size)
            if letter is None:
                # In an open segment it may be half written at this moment; in a closed one look behind the damage.
                following = _next_magic(file, offset + 1) if closed else None
                if following is None:
                    return
                log.note("!", path.name, f"bytes {offset} to {following} are damaged and skipped")
                offset = following
                continue
            offset = letter.place.offset
            yield letter


def _record(file: BinaryIO, name: str, offset: int, size: int) -> Spooled | None:
    file.seek(offset)
    head = file.read(_HEADER.size)
    if len(head) < _HEADER.size:
        return None
    magic, described_length, raw_length, checksum = _HEADER.unpack(head)
    end = offset + _HEADER.size + described_length + raw_length
    if magic != _MAGIC or end > size:
        return None
    described, raw = file.read(described_length), file.read(raw_length)
    if zlib.crc32(raw, zlib.crc32(described)) != checksum:
        return None
    fields = json.loads(described)
    spool_id = str(fields.pop("id"))
    envelope = Envelope(**{**fields, "recipients": tuple(fields["recipients"])})
    return Spooled(spool_id=spool_id, envelope=envelope, raw=raw, place=Place(segment=name, offset=end))


def _next_magic(file: BinaryIO, offset: int) -> int | None:
    file.seek(offset)
    found = file.read().find(_MAGIC)
    return None if found < 0 else offset + found


def segments(folder: Path) -> list[str]:
    """The names of the journal's files, oldest first."""
    return sorted(path.name for path in folder.glob("*.seg"))
