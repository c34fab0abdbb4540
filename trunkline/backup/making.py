"""`trunkline backup`: everything into one archive, beside a server that goes on."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from config.errors import Unavailable
from config.settings import Settings
from crm_core import revisions
from crm_core.backup import postgres_dump, sqlite_copy
from crm_core.backup.holdings import held
from crm_core.engines import sqlite_file
from trunkline import __version__
from trunkline.backup import contents
from trunkline.backup.archive import ArchiveWriter, Told
from trunkline.backup.manifest import Manifest


def make(settings: Settings, config_file: Path, target: Path, *, secrets: bool, told: Told) -> Manifest:
    """Write the archive; it appears under its name when it is complete and durable."""
    url, revision = settings.database_url(), revisions.current(settings.database_url())
    if revision is None:
        raise Unavailable("database", "there is none yet; make one with `trunkline db upgrade`")
    with (
        _new_file(target) as file,
        ArchiveWriter(file, told) as archive,
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".trunkline-backup-") as aside,
    ):
        _add_folders(archive, settings.centre.data_dir, contents.BEFORE)
        rows = _add_database(archive, url, Path(aside), told)
        _add_folders(archive, settings.centre.data_dir, contents.AFTER)
        if secrets:
            for piece in contents.settings_and_secrets(config_file):
                archive.add(piece.name, piece.path)
        manifest = Manifest(
            trunkline=__version__,
            made_at=datetime.now(UTC).isoformat(timespec="seconds"),
            database="sqlite" if sqlite_file(url) else "postgresql",
            schema=revision,
            rows=rows,
            folders=contents.FOLDERS,
            secrets=secrets,
            files=tuple(archive.members),
        )
        archive.finish(manifest)
    return manifest


def _add_folders(archive: ArchiveWriter, data_dir: Path, folders: tuple[str, ...]) -> None:
    for folder in folders:
        for piece in contents.files_below(data_dir, folder):
            try:
                archive.add(piece.name, piece.path)
            except FileNotFoundError:
                continue  # the server was done with it between our look and our reading


def _add_database(archive: ArchiveWriter, url: str, aside: Path, told: Told) -> dict[str, int]:
    file = sqlite_file(url)
    if file is None:
        dump = aside / "trunkline.dump"
        rows = postgres_dump.dump(url, dump)
        archive.add(contents.POSTGRESQL, dump)
        return rows
    copied = aside / "trunkline.db"
    sqlite_copy.copy(file, copied, lambda done, total: told("copying the database", done, total))
    rows = held(f"sqlite:///{copied}")
    sqlite_copy.prepare(copied)
    archive.add(contents.SQLITE, copied)
    return rows


@contextmanager
def _new_file(target: Path) -> Iterator[BinaryIO]:
    """A file for its owner alone that appears when all of it is on the disk; nothing is left of a failure."""
    if target.exists():
        raise Unavailable(str(target), "exists already; remove it or name another file")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
