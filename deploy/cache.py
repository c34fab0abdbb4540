"""A cache of unpacked trees that all clones of a user share: locked, checked, replaced in one step."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from apt_tree import Say, files


def cache_folder(project: Path, name: str) -> Path:
    """Return the folder that clones share, or one of this clone when the home folder cannot be written."""
    shared = Path(os.environ.get("TRUNKLINE_CACHE") or Path.home() / ".cache" / "trunkline") / name
    try:
        shared.mkdir(parents=True, exist_ok=True)
    except OSError:
        own = project / ".trunkline" / "cache" / name
        own.mkdir(parents=True, exist_ok=True)
        return own
    return shared


def digest(root: Path) -> str:
    """Return one SHA-256 over the names and contents of all files under `root`."""
    total = hashlib.sha256()
    for path in sorted(files(root)):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        total.update(f"{path.relative_to(root)}\0{content}\n".encode())
    return total.hexdigest()


@contextmanager
def locked(folder: Path, say: Say) -> Iterator[None]:
    """Hold the folder's lock, so that two set-ups at once download once."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is fetching it, waiting")
            fcntl.flock(lock, fcntl.LOCK_EX)
        for left in folder.glob("new-*"):  # of a set-up that was killed: we hold the lock, so it is nobody's
            shutil.rmtree(left)
        yield


def intact(folder: Path, say: Say) -> Path | None:
    """Return the tree in the cache when each of its files is as it was written."""
    stamp, root = folder / "root.sha256", folder / "root"
    if not stamp.exists():
        return None
    if stamp.read_text().strip() != digest(root):
        say("the copy in the cache is damaged, fetching it again")
        return None
    return root


def place(folder: Path, fill: Callable[[Path], Path]) -> Path:
    """Let `fill` make a tree in a scratch folder, then put it into the cache; a break leaves no half of it."""
    scratch = folder / f"new-{os.getpid()}"
    scratch.mkdir()
    try:
        made = fill(scratch)
        (folder / "root.sha256").unlink(missing_ok=True)
        shutil.rmtree(folder / "root", ignore_errors=True)
        made.rename(folder / "root")
        (folder / "root.sha256").write_text(digest(folder / "root"))
    finally:
        shutil.rmtree(scratch)
    return folder / "root"
