"""Pages in their place: sealed with the recordings' key, durable before a row tells of them."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from channels.fax import worker
from crm_core.faxes import kept
from crm_core.faxes.filing import Pages
from crm_core.faxes.kept import KINDS, PDF, PICTURES, TIFF, Fax
from crm_core.recordings.chest import Chest

_PIECE = 65_536


@dataclass(frozen=True, slots=True)
class Place:
    """A folder and the key to it."""

    folder: Path
    chest: Chest

    async def keep(self, name: str, at: float, tiff: Path, expected: int) -> Pages:
        """Keep a TIFF as it is, and what can be made of it. Whatever cannot be read of it is said by the mark."""
        with tempfile.TemporaryDirectory(prefix="trunkline-fax-") as beside:
            pdf, pictures = Path(beside) / "pdf", Path(beside) / "pictures"
            seen = await worker.read(tiff, pdf, pictures, expected)
            made = {TIFF: tiff} if seen is None else {TIFF: tiff, PDF: pdf, PICTURES: pictures}
            files = await asyncio.to_thread(self.lay_down, name, at, made)
        if seen is None:
            return Pages(mark=kept.UNREADABLE, files=files, sealed=self.chest.seals)
        files[PICTURES]["pages"] = [list(each) for each in seen["pictures"]]
        return Pages(count=seen["pages"], mark=seen["mark"], files=files, sealed=self.chest.seals)

    def lay_down(self, name: str, at: float, made: Mapping[str, Path]) -> dict[str, Any]:
        """In a thread: files by their kind into their place, durable; what a row tells of them."""
        files: dict[str, Any] = {}
        for kind, source in made.items():
            target = kept.place(self.folder, name, at, kind)
            size, digest = self.chest.write(target, f"{name}.{kind}", _pieces(source))
            files[kind] = {"bytes": size, "sha256": digest}
        return files

    def read(self, fax: Fax, kind: str, *, first: int = 0, length: int | None = None) -> Iterator[bytes]:
        """In a thread. `Damaged` when it is not as it was written."""
        size = int((fax.files or {})[kind]["bytes"])
        last = size - 1 if length is None else first + length - 1
        source = fax.place(self.folder, kind)
        return self.chest.read(source, f"{fax.id}.{kind}", sealed=fax.sealed, first=first, last=last)

    def unpack(self, fax: Fax, target: Path) -> None:
        """In a thread: the TIFF where Asterisk finds it, whole or not at all."""
        beside = target.with_name(f"{target.name}.part")
        beside.touch(mode=0o600)
        with beside.open("wb") as file:
            for piece in self.read(fax, TIFF):
                file.write(piece)
        beside.replace(target)

    def remove(self, fax: Fax) -> None:
        """In a thread: all that there is of it."""
        for kind in KINDS:
            fax.place(self.folder, kind).unlink(missing_ok=True)


def _pieces(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
