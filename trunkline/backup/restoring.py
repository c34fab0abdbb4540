"""`trunkline restore`: all of an archive is checked, then laid out beside what is there, then renamed into its place."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from config.errors import Unavailable
from config.settings import Settings
from crm_core import schema
from crm_core.backup import postgres_dump, sqlite_copy
from crm_core.backup.holdings import beyond_new, held
from crm_core.engines import sqlite_file
from trunkline.backup import archive, contents
from trunkline.backup.archive import Told
from trunkline.backup.manifest import Manifest

STAGING = ".restoring"
"""In the data folder: what is not yet in its place."""


def restore(path: Path, settings: Settings, *, replace: bool, told: Told) -> Manifest:
    """Put the archive's centre in the place of the settings' one. Until the last step, a rename, the old one is whole."""
    manifest = archive.read(path, told)
    url, data_dir = settings.database_url(), settings.centre.data_dir
    _refuse(manifest, path, url, replace=replace)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _staging(data_dir) as staging:
        if archive.read(path, told, lambda name: _place(staging, name)) != manifest:
            raise Unavailable(str(path), "was changed while it was read")
        told("checking the database", 0, 0)
        if (file := sqlite_file(url)) is None:
            _restore_postgresql(manifest, url, staging)
        else:
            _restore_sqlite(manifest, file, staging)
        for folder in manifest.folders:
            _swap(staging, data_dir, folder)
    return manifest


def take_settings(path: Path, config_file: Path, told: Told) -> bool:
    """Put back the settings file and its files of secrets, each only where there is none; whether the archive has them."""
    kept: dict[str, Path] = {}
    staging = config_file.with_name(f".{config_file.name}.restoring")

    def keep(name: str) -> BinaryIO | None:
        if not name.startswith("settings/"):
            return None
        staging.mkdir(mode=0o700, exist_ok=True)
        kept[name] = staging / str(len(kept))
        return kept[name].open("wb")

    try:
        archive.read(path, told, keep)
        if contents.SETTINGS not in kept:
            return False
        for key, place in contents.secret_files(kept[contents.SETTINGS].read_text(encoding="utf-8")):
            _put_where_none_is(kept.get(f"{contents.SECRETS}/{key}"), place)
        _put_where_none_is(kept[contents.SETTINGS], config_file)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return True


def _put_where_none_is(source: Path | None, place: Path) -> None:
    if source is None or place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.touch(mode=0o600)
    place.write_bytes(source.read_bytes())


def _refuse(manifest: Manifest, path: Path, url: str, *, replace: bool) -> None:
    kind = "sqlite" if sqlite_file(url) else "postgresql"
    if manifest.database != kind:
        raise Unavailable(
            str(path), f"holds a {manifest.database} database, [database] url names {kind}; they do not fit"
        )
    if not schema.knows(manifest.schema):
        raise Unavailable(
            str(path),
            f"was made by Trunkline {manifest.trunkline} with schema {manifest.schema},"
            f" newer than this version's {schema.head()}; install that version",
        )
    if not replace and (rows := beyond_new(held(url))):
        raise Unavailable("database", f"holds {rows:,} rows; say --replace if they may be lost")


@contextmanager
def _staging(data_dir: Path) -> Iterator[Path]:
    staging = data_dir / STAGING
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _place(staging: Path, name: str) -> BinaryIO | None:
    """Where a member is laid out; a name that leads out of the folder is damage, whoever made it."""
    if name.startswith("settings/"):
        return None
    place = staging / name
    if not place.resolve().is_relative_to(staging.resolve()):
        raise ValueError(f"{name} leads out of the folder")
    place.parent.mkdir(parents=True, exist_ok=True)
    return place.open("wb")


def _restore_sqlite(manifest: Manifest, file: Path, staging: Path) -> None:
    new = file.with_name(file.name + ".restoring")  # beside it, for only there is a rename one step
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        shutil.move(staging / contents.SQLITE, new)
        new.chmod(0o600)
        url = f"sqlite:///{new}"
        _compare_rows(manifest, held(url))
        schema.upgrade(url)
        sqlite_copy.prepare(new)
        sqlite_copy.put_in_place(new, file)
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            new.with_name(new.name + suffix).unlink(missing_ok=True)


def _restore_postgresql(manifest: Manifest, url: str, staging: Path) -> None:
    postgres_dump.refuse_company(url)
    postgres_dump.restore(url, staging / contents.POSTGRESQL)
    try:
        _compare_rows(manifest, held(url))
        schema.upgrade(url)
    except BaseException:
        postgres_dump.put_back(url)
        raise
    postgres_dump.settle(url)


def _compare_rows(manifest: Manifest, found: dict[str, int]) -> None:
    wrong = [name for name, count in manifest.rows.items() if found.get(name) != count]
    if wrong:
        raise Unavailable(
            "database", f"the restored tables lack rows: {', '.join(wrong)}; take another backup"
        )


def _swap(staging: Path, data_dir: Path, folder: str) -> None:
    """The archive's folder, or none where it had none, in the place of the old one."""
    old, new = data_dir / folder, staging / contents.DATA / folder
    if old.exists():
        gone = staging / "gone" / folder
        gone.parent.mkdir(exist_ok=True)
        old.rename(gone)
    if new.exists():
        new.rename(old)
