"""`trunkline restore`: all of an archive is checked, then laid out beside what is there, then renamed into its place: the folders, which can be
renamed back, and last the database."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from config.errors import Unavailable
from config.settings import Settings
from crm_core import schema
from crm_core.backup import postgres_dump, sqlite_copy
from crm_core.backup.holdings import beyond_new, held
from crm_core.engines import sqlite_file
from trunkline.backup import archive, contents, folders
from trunkline.backup.archive import Told
from trunkline.backup.manifest import Manifest


def restore(path: Path, settings: Settings, *, replace: bool, told: Told) -> Manifest:
    """Put the archive's centre in the place of the settings' one, or leave that as it is: also when it is killed, by the next one."""
    manifest = archive.read(path, told)
    url, data_dir = settings.database_url(), settings.centre.data_dir
    _refuse_misfit(manifest, path, url)
    _recover(url, data_dir)
    _refuse_loss(manifest, settings, replace=replace)
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with folders.staging(data_dir) as staging:
        if archive.read(path, told, lambda name: _place(staging, name)) != manifest:
            raise Unavailable(str(path), "was changed while it was read")
        told("checking the database", 0, 0)
        restored = _restored_postgresql if sqlite_file(url) is None else _restored_sqlite
        with restored(manifest, url, staging) as put_in_place, folders.swapped(data_dir, manifest.folders):
            put_in_place()
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


def _recover(url: str, data_dir: Path) -> None:
    """What a restore that was killed in its last steps left half done is undone, or is seen to be done."""
    file = sqlite_file(url)
    if file is None:
        interrupted = postgres_dump.is_aside(url)
        if interrupted:
            postgres_dump.refuse_company(url)
        folders.recover(data_dir, lambda: not interrupted)
        postgres_dump.put_back(url)
    else:
        new = _beside(file)
        folders.recover(data_dir, lambda: not new.exists())
        _clear(new)


def _refuse_misfit(manifest: Manifest, path: Path, url: str) -> None:
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


def _refuse_loss(manifest: Manifest, settings: Settings, *, replace: bool) -> None:
    if not replace and (rows := beyond_new(held(settings.database_url()))):
        raise Unavailable("database", f"holds {rows:,} rows; say --replace if they may be lost")
    data_dir = settings.centre.data_dir
    if not replace and (files := folders.files_in(data_dir, manifest.folders)):
        # a letter that was accepted is in the spool alone until it is in the database
        raise Unavailable(
            str(data_dir),
            f"holds {files:,} files (letters, recordings, keys); say --replace if they may be lost",
        )


def _place(staging: Path, name: str) -> BinaryIO | None:
    """Where a member is laid out; a name that leads out of the folder is damage, whoever made it."""
    if name.startswith("settings/"):
        return None
    place = staging / name
    if not place.resolve().is_relative_to(staging.resolve()):
        raise ValueError(f"{name} leads out of the folder")
    place.parent.mkdir(parents=True, exist_ok=True)
    return place.open("wb")


@contextmanager
def _restored_sqlite(manifest: Manifest, url: str, staging: Path) -> Iterator[Callable[[], None]]:
    """The database beside its place, and what puts it there."""
    file = Path(str(sqlite_file(url)))
    new = _beside(file)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        shutil.move(staging / contents.SQLITE, new)
        new.chmod(0o600)
        aside = f"sqlite:///{new}"
        _compare_rows(manifest, held(aside))
        schema.upgrade(aside)
        sqlite_copy.prepare(new)
        yield lambda: sqlite_copy.put_in_place(new, file)
    finally:
        _clear(new)


def _beside(file: Path) -> Path:
    """In the same folder, for only there is a rename one step."""
    return file.with_name(file.name + ".restoring")


def _clear(new: Path) -> None:
    """With what belongs to it: a journal that stays behind would be played into the next one."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        new.with_name(new.name + suffix).unlink(missing_ok=True)


@contextmanager
def _restored_postgresql(manifest: Manifest, url: str, staging: Path) -> Iterator[Callable[[], None]]:
    """The restored tables with the old ones aside, and what lets those go."""
    postgres_dump.refuse_company(url)
    postgres_dump.restore(url, staging / contents.POSTGRESQL)
    try:
        _compare_rows(manifest, held(url))
        schema.upgrade(url)
        yield lambda: postgres_dump.settle(url)
    except BaseException:
        postgres_dump.put_back(url)
        raise


def _compare_rows(manifest: Manifest, found: dict[str, int]) -> None:
    wrong = [name for name, count in manifest.rows.items() if found.get(name) != count]
    if wrong:
        raise Unavailable(
            "database", f"the restored tables lack rows: {', '.join(wrong)}; take another backup"
        )
