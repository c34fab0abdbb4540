"""What lies in a folder of scans: which letters are whole, what is in them, what their slips say. Reads, and moves what is done with."""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from crm_core.letter_types import NewAttachment

DONE, FAILED = "done", "failed"
MOST_BYTES = 50_000_000
MOST_FILES = 200
_SLIP = ".json"
_TYPES = (
    (b"%PDF-", "application/pdf"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


class NotALetter(Exception):
    """Nobody can read this: it is set aside, with the reason beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What whoever scanned it wrote beside it (`letter.pdf.json`). `readable` is False for one that says nothing to us."""

    sender: str = ""
    email: str = ""
    phone: str = ""
    reference: str = ""
    subject: str = ""
    note: str = ""
    date: float | None = None
    raw: bytes = b""
    readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A letter: its pages as files, and its slip. `key` is the same until it is moved or changed."""

    path: Path
    key: str
    name: str
    changed_at: float
    pages: tuple[NewAttachment, ...]
    slip: Slip


def waiting(folder: Path, settled_before: float) -> list[Path]:
    """Files and folders that are letters, the oldest first, of which nothing was changed lately. Links and what begins with a dot are none."""
    found = []
    for entry in os.scandir(folder):
        if entry.name.startswith((".", "~")) or entry.name in {DONE, FAILED} or entry.is_symlink():
            continue
        if entry.name.endswith(_SLIP) and Path(entry.path.removesuffix(_SLIP)).exists():
            continue
        path = Path(entry.path)
        changed = max((each.stat().st_mtime for each in _files(path)), default=entry.stat().st_mtime)
        if changed <= settled_before:
            found.append((changed, path))
    return [path for _, path in sorted(found)]


def read(path: Path) -> Scan:
    """The letter. `NotALetter` for what is too large, too much, or no scan."""
    files = [each for each in _files(path) if each != _slip_of(path)]
    if not files or len(files) > MOST_FILES or sum(each.stat().st_size for each in files) > MOST_BYTES:
        raise NotALetter("it is empty, or larger than a letter can be")
    pages = tuple(_page(each) for each in files)
    digest = hashlib.sha256()
    for each, page in zip(files, pages, strict=True):
        # another letter of the same name and content was scanned at another moment
        digest.update(f"{each.name}\n{each.stat().st_mtime_ns}\n".encode())
        digest.update(page.content)
    return Scan(
        path=path,
        key=digest.hexdigest(),
        name=path.stem,
        changed_at=max(each.stat().st_mtime for each in files),
        pages=pages,
        slip=slip(_slip_of(path)),
    )


def slip(path: Path) -> Slip:
    """The slip beside a letter, or in its folder; an empty one where there is none."""
    if not path.is_file() or path.is_symlink() or path.stat().st_size > 100_000:
        return Slip()
    raw = path.read_bytes()
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        return Slip(raw=raw, readable=False)
    if not isinstance(said, dict):
        return Slip(raw=raw, readable=False)
    return Slip(
        sender=_text(said, "from"),
        email=_text(said, "email").lower(),
        phone=_text(said, "phone"),
        reference=_text(said, "reference"),
        subject=_text(said, "subject"),
        note=_text(said, "note", 20_000),
        date=_moment(said.get("date")),
        raw=raw,
    )


def move(path: Path, to: str, now: float, why: str = "") -> None:
    """Out of the way, with its slip: `done` or `failed`, by day. Over another file system and beside one of the same name too."""
    folder = path.parent / to / datetime.fromtimestamp(now, UTC).date().isoformat()
    folder.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + _SLIP)
    target = _free(folder / path.name)
    shutil.move(path, target)
    if beside.is_file():
        shutil.move(beside, target.with_name(target.name + _SLIP))
    if why:
        target.with_name(target.name + ".txt").write_text(why + "\n", encoding="utf-8")


def type_of(content: bytes) -> str | None:
    """By how it begins: names lie."""
    return next((kind for start, kind in _TYPES if content.startswith(start)), None)


def _files(path: Path) -> Sequence[Path]:
    if path.is_file():
        beside = path.with_name(path.name + _SLIP)
        return [path, beside] if beside.is_file() and not beside.is_symlink() else [path]
    inside = sorted(each for each in path.iterdir() if not each.name.startswith("."))
    return [each for each in inside if stat.S_ISREG(each.lstat().st_mode)]


def _slip_of(path: Path) -> Path:
    return path / "letter.json" if path.is_dir() else path.with_name(path.name + _SLIP)


def _page(path: Path) -> NewAttachment:
    content = path.read_bytes()
    kind = type_of(content)
    if kind is None:
        raise NotALetter(f"{path.name} is no PDF, TIFF, JPEG or PNG")
    return NewAttachment(name=path.name, content_type=kind, content=content)


def _free(target: Path) -> Path:
    number, found = 1, target
    while found.exists():
        number += 1
        found = target.with_name(f"{target.stem}-{number}{target.suffix}")
    return found


def _text(said: Mapping[str, Any], name: str, most: int = 200) -> str:
    value = said.get(name)
    return " ".join(value.split())[:most] if isinstance(value, str) else ""


def _moment(value: Any) -> float | None:
    try:
        day = date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp()
