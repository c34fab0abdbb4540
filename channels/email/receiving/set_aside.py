"""Letters that could not be filed: kept as files, so that they are there while the database is not, and shown to those who keep watch."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from channels.email.receiving.spool import Envelope, Place, Spooled
from config.errors import Kind, Refused

_ID = re.compile(r"[0-9a-zA-Z-]{1,64}", re.ASCII)
_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """One of them; `reason` is what went wrong, in the program's words."""

    id: str
    at: float
    received_at: float
    sender: str
    recipients: tuple[str, ...]
    size: int
    reason: str


class SetAside:
    """The folder. Blocking: call it in a thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, letter: Spooled, reason: str, now: float) -> str:
        """Durable when this returns: the spool forgets the letter then. Its id."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = re.sub(r"[^0-9a-zA-Z-]", "-", letter.spool_id)[:64]
        envelope = {field: getattr(letter.envelope, field) for field in Envelope.__slots__}
        told = {"id": letter.spool_id, "at": now, "reason": reason[:_LONGEST_REASON], "envelope": envelope}
        _write(self._folder / f"{name}.eml", letter.raw)
        _write(self._folder / f"{name}.json", json.dumps(told).encode())
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return name

    def count(self) -> int:
        return sum(1 for _ in self._folder.glob("*.json"))

    def listed(self) -> list[Aside]:
        """The latest first."""
        found = [each for path in self._folder.glob("*.json") if (each := self._described(path))]
        return sorted(found, key=lambda each: (-each.at, each.id))

    def read(self, name: str) -> Spooled:
        """One of them as it was accepted. `Refused` (MISSING) when there is none."""
        path = self._path(name)
        told = json.loads(path.with_suffix(".json").read_bytes())
        envelope = told["envelope"]
        return Spooled(
            spool_id=told["id"],
            envelope=Envelope(**{**envelope, "recipients": tuple(envelope["recipients"])}),
            raw=path.read_bytes(),
            place=Place(segment="", offset=0),
        )

    def remove(self, name: str) -> None:
        """It is filed now."""
        path = self._path(name)
        path.with_suffix(".json").unlink(missing_ok=True)
        path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        path = self._folder / f"{name}.eml"
        if not _ID.fullmatch(name) or not path.with_suffix(".json").exists() or not path.exists():
            raise Refused("set_aside.unknown", Kind.MISSING, id=name[:100])
        return path

    def _described(self, path: Path) -> Aside | None:
        try:
            told = json.loads(path.read_bytes())
            size = path.with_suffix(".eml").stat().st_size
        except (FileNotFoundError, ValueError):
            return None  # filed in this moment, or not ours
        envelope = told["envelope"]
        return Aside(
            id=path.stem,
            at=told["at"],
            received_at=envelope["received_at"],
            sender=envelope["sender"],
            recipients=tuple(envelope["recipients"]),
            size=size,
            reason=told["reason"],
        )


def _write(path: Path, content: bytes) -> None:
    new = path.with_suffix(".new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
