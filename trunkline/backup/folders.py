"""The data folder's folders: whether they hold anything, and the archive's put in their place so that it can be undone."""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import Unavailable
from trunkline.backup import contents

STAGING = ".restoring"
"""In the data folder: what is not yet in its place, and what was there before."""
_GONE, _SETTLED, _DONE, _DATABASE = "gone", "settled", "done", "database_follows"
_OLD, _NONE = ".old", ".none"


def files_in(data_dir: Path, folders: Iterable[str]) -> int:
    """How many files they hold: letters that were accepted and are not yet in the database, recordings, keys."""
    return sum(1 for folder in folders for _ in contents.files_below(data_dir, folder))


@contextmanager
def staging(data_dir: Path) -> Iterator[Path]:
    """A new folder beside what it will replace; nothing of it is left, unless old folders that could not be put back are in it."""
    place = data_dir / STAGING
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    try:
        yield place
    finally:
        if not (place / _GONE).exists():
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def swapped(data_dir: Path, folders: Iterable[str]) -> Iterator[None]:
    """The archive's folders, or none where it had none, in the place of the old ones; those again when what follows, the
    database's last step, fails."""
    place = data_dir / STAGING
    follows = place / _DATABASE
    try:
        for folder in (_GONE, _DONE):
            (place / folder).mkdir()
        for folder in folders:
            _swap(data_dir, folder)
        follows.touch()
        yield
    except BaseException:
        follows.unlink(missing_ok=True)
        _put_back(data_dir)
        raise
    _settle(data_dir)


def recover(data_dir: Path, database_followed: Callable[[], bool]) -> None:
    """After a restore that was killed: the old folders again, unless the new database is there already."""
    place = data_dir / STAGING
    if (place / _GONE).exists():
        if (place / _DATABASE).exists() and database_followed():
            _settle(data_dir)
        else:
            _put_back(data_dir)
    shutil.rmtree(place, ignore_errors=True)


def _swap(data_dir: Path, folder: str) -> None:
    place, here = data_dir / STAGING, data_dir / folder
    new = place / contents.DATA / folder
    try:
        # noted before it is done: killed at any moment, we know whose it is that stands here
        (place / _DONE / f"{folder}{_OLD if here.exists() else _NONE}").touch()
        if here.exists():
            here.rename(place / _GONE / folder)
        if new.exists():
            new.rename(here)
    except OSError as error:  # a folder that is a file system of its own cannot be renamed
        raise Unavailable(str(here), f"cannot be put aside: {error.strerror}") from error


def _put_back(data_dir: Path) -> None:
    place = data_dir / STAGING
    for note in sorted((place / _DONE).glob("*")):
        here, old = data_dir / note.stem, place / _GONE / note.stem
        if old.exists() or note.suffix == _NONE:
            shutil.rmtree(here, ignore_errors=True)  # the archive's
        if old.exists():
            old.rename(here)
        note.unlink()
    shutil.rmtree(place / _GONE, ignore_errors=True)


def _settle(data_dir: Path) -> None:
    """The old folders go: by one rename, so that nobody puts back a half of them."""
    place = data_dir / STAGING
    (place / _GONE).rename(place / _SETTLED)
