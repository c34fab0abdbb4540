"""What an archive says of itself: the last file in it, as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

NAME = "manifest.json"
FORMAT = 1
"""Of the archive; to be raised when an older program could not read it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in the archive."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """`schema` is the database's revision, `rows` those of each table, `folders` what of the data folder is in it;
    `files` are all files but this one."""

    trunkline: str
    made_at: str
    database: str
    schema: str
    rows: Mapping[str, int]
    folders: tuple[str, ...]
    secrets: bool
    files: tuple[Member, ...]
    format: int = FORMAT

    def encoded(self) -> bytes:
        return json.dumps(asdict(self), indent=1, ensure_ascii=False).encode()

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(member.bytes for member in self.files)


def decoded(data: bytes) -> Manifest:
    """The manifest again; ValueError, KeyError or TypeError for what is none."""
    given: dict[str, Any] = json.loads(data)
    if given["format"] > FORMAT:
        raise ValueError("it was made by a newer version of Trunkline")
    files = tuple(Member(**member) for member in given.pop("files"))
    return Manifest(**{**given, "folders": tuple(given["folders"]), "files": files})
