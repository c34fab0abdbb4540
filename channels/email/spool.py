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

import asyncio
import fcntl
import hashlib
import json
import os
import queue
import re
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from config.ids import new_id
from config.logs import Transcript

log = Transcript("spool")

_HEADER = struct.Struct(">8sIII")  # magic, length of the envelope, length of the letter, CRC-32 of both
_MAGIC = b"\x89TLspl1\n"
_SEGMENT_BYTES = 16 * 1024 * 1024
_BATCH_LETTERS = 256
_BATCH_BYTES = 64 * 1024 * 1024
_RETRY_S = 1.0
_MESSAGE_ID = re.compile(rb"^message-id:[ \t\r\n]*<[^<>\r\n]+>", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What SMTP said about a letter; `sender` is empty for the null sender, `received_at` in seconds since 1970."""

    sender: str
    recipients: tuple[str, ...]
    received_at: float
    peer: str
    helo: str


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
    """The same for the same bytes to the same recipients, where the sender numbered its letters (RFC 5322, 3.6.4)."""
    head = raw[: max(raw.find(b"\r\n\r\n"), 0)]
    if not _MESSAGE_ID.search(head):
        return new_id()
    known = json.dumps((envelope.sender, sorted(envelope.recipients))).encode()
    return hashlib.sha256(known + b"\0" + raw).hexdigest()


def encode(spool_id: str, envelope: Envelope, raw: bytes) -> tuple[bytes, bytes]:
    """A record in two parts, so that a large letter is not copied."""
    # Not dataclasses.asdict: its deep copies cost 30 µs a letter.
    fields = {name: getattr(envelope, name) for name in Envelope.__slots__}
    described = json.dumps({"id": spool_id, **fields}).encode()
    checksum = zlib.crc32(raw, zlib.crc32(described))
    return _HEADER.pack(_MAGIC, len(described), len(raw), checksum) + described, raw


@dataclass(slots=True)
class _Waiting:
    parts: tuple[bytes, bytes]
    loop: asyncio.AbstractEventLoop
    stored: "asyncio.Future[None]"


class SpoolWriter:
    """Appends letters; each `append` returns when its batch is on the disk.

    `stored` is called on the loop after each batch, to wake the importer.
    """

    def __init__(self, folder: Path, stored: Callable[[], None], segment_bytes: int = _SEGMENT_BYTES) -> None:
        self._folder = folder
        self._stored = stored
        self._segment_bytes = segment_bytes
        self._segment = -1
        self._written = 0
        self._not_before = 0.0
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._lock = _lock(folder)
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)
        self._thread.start()

    async def append(self, envelope: Envelope, raw: bytes) -> str:
        """Store a letter; return its id when it is durable. Raises OSError when it is not."""
        spool_id = letter_id(envelope, raw)
        loop = asyncio.get_running_loop()
        waiting = _Waiting(encode(spool_id, envelope, raw), loop, loop.create_future())
        self._queue.put(waiting)
        await waiting.stored
        return spool_id

    def close(self) -> None:
        """Store what is waiting and let another writer in."""
        self._queue.put(None)
        self._thread.join()
        if self._segment >= 0:
            os.close(self._segment)
        os.close(self._lock)

    def _run(self) -> None:
        while (first := self._queue.get()) is not None:
            batch, ended = self._take(first)
            try:
                self._write([part for waiting in batch for part in waiting.parts])
                problem = None
            except OSError as error:
                problem = error
            batch[0].loop.call_soon_threadsafe(self._settle, batch, problem)
            if ended:
                return

    def _take(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        batch, size = [first], len(first.parts[1])
        while len(batch) < _BATCH_LETTERS and size < _BATCH_BYTES:
            try:
                further = self._queue.get_nowait()
            except queue.Empty:
                break
            if further is None:
                return batch, True
            batch.append(further)
            size += len(further.parts[1])
        return batch, False

    def _settle(self, batch: Sequence[_Waiting], problem: OSError | None) -> None:
        for waiting in batch:
            if waiting.stored.done():  # the sender went away meanwhile
                continue
            if problem:
                waiting.stored.set_exception(problem)
            else:
                waiting.stored.set_result(None)
        if not problem:
            self._stored()

    def _write(self, parts: list[bytes]) -> None:
        """O_DSYNC makes each write durable by itself: one system call, and one wait for the interpreter, a batch."""
        if self._segment < 0 or self._written >= self._segment_bytes:
            self._open_segment()
        data = memoryview(b"".join(parts))
        try:
            while data:
                count = os.write(self._segment, data)
                self._written += count
                data = data[count:]
        except OSError:
            # What was half written stays as a torn tail; cutting it off could pull it away under the reader.
            self._leave_segment()
            raise

    def _open_segment(self) -> None:
        if time.monotonic() < self._not_before:
            message = "the spool could not be written a moment ago"
            raise OSError(message)
        self._not_before = time.monotonic() + _RETRY_S
        if self._segment >= 0:
            os.close(self._segment)
            self._segment = -1
        numbers = [int(name.split("-")[0]) for name in _segments(self._folder)]
        # The random part keeps a reader's remembered place from meaning a later file of the same number.
        name = f"{max(numbers, default=0) + 1:010d}-{os.urandom(4).hex()}.seg"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_DSYNC
        self._segment = os.open(self._folder / name, flags, 0o600)
        self._written = 0
        _sync_folder(self._folder)
        self._not_before = 0.0

    def _leave_segment(self) -> None:
        self._not_before = time.monotonic() + _RETRY_S
        os.close(self._segment)
        self._segment = -1


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
        names = _segments(self._folder)
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


def _segments(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.seg"))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock(folder: Path, patience_s: float = 5.0) -> int:
    """Hold the writer's lock; a predecessor that is just ending gets `patience_s`. Raises OSError (EWOULDBLOCK)."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                os.close(descriptor)
                raise
            time.sleep(0.05)
        else:
            return descriptor
