"""How to start the Asterisk that set-up found or fetched: `launch.json`, written by deploy/asterisk.py."""

import json
from dataclasses import dataclass
from pathlib import Path

from config.errors import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """The program with its first arguments, and where its parts are."""

    argv: tuple[str, ...]
    version: str
    modules_dir: Path
    data_dir: Path
    sounds_dir: Path
    moh_dir: Path

    @classmethod
    def read(cls, path: Path) -> "Launch":
        """Read `launch.json`; `Unavailable` says how to make one."""
        try:
            given = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise Unavailable(
                "asterisk",
                f"{path} cannot be read ({problem}); run `python3 deploy/asterisk.py` to get Asterisk",
            ) from problem
        folders = {name: Path(given[name]) for name in ("modules_dir", "data_dir", "sounds_dir", "moh_dir")}
        return cls(argv=tuple(given["argv"]), version=given["version"], **folders)
