"""What belongs to a centre beside its database, and in which order it is copied."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SPOOL = "spool"
BEFORE = (SPOOL,)
"""Copied before the database: a letter leaves the spool after it is in the database, so no letter is in neither."""
AFTER = ("recordings", "faxes", "imports", "keys")
"""Copied after it: the database never names a file that the backup lacks."""
FOLDERS = (*BEFORE, *AFTER)
DATA = "data"
SETTINGS = "settings/trunkline.toml"
SECRETS = "settings/secrets"
SQLITE, POSTGRESQL = "database/trunkline.db", "database/trunkline.dump"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A file and its name in the archive."""

    name: str
    path: Path


def files_below(data_dir: Path, folder: str) -> Iterator[Piece]:
    """All files of one of the data folder's folders."""
    root = data_dir / folder
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield Piece(name=f"{DATA}/{folder}/{path.relative_to(root).as_posix()}", path=path)


def settings_and_secrets(config_file: Path) -> Iterator[Piece]:
    """The settings file and the files of secrets that it names."""
    text = config_file.read_text(encoding="utf-8")
    yield Piece(name=SETTINGS, path=config_file)
    for key, path in secret_files(text):
        yield Piece(name=f"{SECRETS}/{key}", path=path)


def secret_files(settings: str) -> Iterator[tuple[str, Path]]:
    """`section.key` and place of each `KEY_file` of a settings file."""
    for section, table in tomllib.loads(settings).items():
        for key, value in table.items() if isinstance(table, dict) else ():
            if key.endswith("_file"):
                yield f"{section}.{key}", Path(str(value)).expanduser()
