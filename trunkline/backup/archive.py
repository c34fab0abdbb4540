"""The file itself: a tar in gzip, each member hashed while it is written and while it is read.

All that is read is covered: the members by the manifest, the rest by gzip's own checksum, gzip's header by being constant.
"""

import gzip
import hashlib
import io
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, Self

from config.errors import Unavailable
from trunkline.backup.manifest import NAME, Manifest, Member, decoded

LEVEL = 4
"""Of gzip: beyond this it takes twice the time for a few per cent."""
CHUNK = 1024 * 1024
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
Told = Callable[[str, int, int], None]
"""Hears what is worked on, how much of it is done, and how much there is."""
Keep = Callable[[str], BinaryIO | None]
"""Where a member goes; None: it is only read."""


class ArchiveWriter:
    """Adds files one after the other; `finish` with what the manifest says beside the files."""

    def __init__(self, file: BinaryIO, told: Told) -> None:
        self._zipped = gzip.GzipFile(filename="", mode="wb", fileobj=file, compresslevel=LEVEL, mtime=0)
        self._tar = tarfile.open(fileobj=self._zipped, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._told = told
        self.members: list[Member] = []

    def add(self, name: str, path: Path) -> None:
        """Add a file as long as it is now: a journal may grow meanwhile."""
        with path.open("rb") as file:
            size = path.stat().st_size
            reader = _Hashed(file, lambda done: self._told(name, done, size))
            self._tar.addfile(_described(name, size), reader)
        self.members.append(Member(name=name, bytes=size, sha256=reader.hexdigest()))

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest."""
        data = manifest.encoded()
        self._tar.addfile(_described(NAME, len(data)), io.BytesIO(data))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._tar.close()
        finally:
            self._zipped.close()


def read(path: Path, told: Told, keep: Keep = lambda _: None) -> Manifest:
    """Read all of it, handing members to where `keep` says; `Unavailable` unless each byte is as it was written."""
    manifest: Manifest | None = None
    found: list[Member] = []
    with _taken_as_damage(path), path.open("rb") as file:
        size = path.stat().st_size
        for member, content in _members(file):
            if member.name == NAME:
                manifest = decoded(content.read())
                continue
            found.append(_pass_on(member, content, keep(member.name)))
            told(path.name, file.tell(), size)
        if manifest is None:
            raise ValueError("its end is missing")
        _compare(manifest, found)
    return manifest


def _members(file: BinaryIO) -> Iterator[tuple[tarfile.TarInfo, "_Readable"]]:
    if file.read(len(_HEADER)) != _HEADER:
        raise ValueError("it is not a backup of Trunkline")
    file.seek(0)
    with gzip.GzipFile(fileobj=file, mode="rb") as zipped:
        with tarfile.open(fileobj=zipped, mode="r|") as tar:
            for member in tar:
                content = tar.extractfile(member)
                if not member.isreg() or content is None:
                    raise ValueError(f"{member.name} is not a file")
                yield member, content
        while zipped.read(CHUNK):  # to the end, where the checksum is
            pass


def _pass_on(member: tarfile.TarInfo, content: "_Readable", target: BinaryIO | None) -> Member:
    reader = _Hashed(content, lambda _: None)
    while chunk := reader.read(CHUNK):
        if target is not None:
            target.write(chunk)
    if target is not None:
        target.close()
    return Member(name=member.name, bytes=reader.done, sha256=reader.hexdigest())


def _compare(manifest: Manifest, found: list[Member]) -> None:
    wanted = {member.name: member for member in manifest.files}
    for member in found:
        if wanted.pop(member.name, None) != member:
            raise ValueError(f"{member.name} is not as it was written")
    if wanted:
        raise ValueError(f"{min(wanted)} is missing")


@contextmanager
def _taken_as_damage(path: Path) -> Iterator[None]:
    try:
        yield
    except (
        ValueError,
        KeyError,
        TypeError,
        EOFError,
        tarfile.TarError,
        zlib.error,
        gzip.BadGzipFile,
    ) as error:
        reason = str(error) or type(error).__name__
        raise Unavailable(str(path), f"cannot be used: {reason}; take another backup") from error


def _described(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Hashed:
    """A reader that hashes what passes."""

    def __init__(self, file: _Readable, told: Callable[[int], None]) -> None:
        self._file, self._told = file, told
        self._hash = hashlib.sha256()
        self.done = 0

    def read(self, size: int = -1, /) -> bytes:
        chunk = self._file.read(size)
        self._hash.update(chunk)
        self.done += len(chunk)
        self._told(self.done)
        return chunk

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
