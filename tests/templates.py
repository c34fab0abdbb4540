"""Databases with our tables and nothing in them, as copies of one that was migrated once: all migrations take half a second."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from crm_core import schema


def with_tables(file: Path) -> str:
    """Make this SQLite file and its folder; its address."""
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(sqlite_template(), file)
    return f"sqlite:///{file}"


@cache
def sqlite_template() -> Path:
    """The file that is copied, made once in each process and gone with it."""
    folder = Path(tempfile.mkdtemp(prefix="tl-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "trunkline.db"
    schema.upgrade(f"sqlite:///{path}")
    return path
