"""Compile the router's core with mypyc and the C compiler: about half the time for a decision.

What was compiled stands in the environment under a key of the code and the interpreter (`routing/compiled.py`), so with nothing new this takes
a moment. Half a minute to a minute otherwise.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from routing.compiled import INTERPRETED, SOURCES, folder

LOG = Path(".trunkline/compile.log")


class CompileFailed(Exception):
    """The core could not be compiled; the text says what to do."""


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"trunkline setup: Router: {text}", flush=True)


def _tools() -> str:
    """The C compiler. With it the interpreter's headers are needed, which Debian has in a package of their own."""
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    found = shutil.which(compiler) or shutil.which("cc") or shutil.which("gcc")
    if found is None:
        raise CompileFailed("there is no C compiler, so please install gcc and libc6-dev.")
    if not Path(sysconfig.get_path("include"), "Python.h").is_file():
        raise CompileFailed(
            f"Python's headers are missing ({sysconfig.get_path('include')}/Python.h), so please install python3-dev."
        )
    return found


def _modules() -> list[str]:
    return sorted(one.stem for one in SOURCES.glob("*.py") if one.stem not in INTERPRETED)


def _compile(place: Path, compiler: str) -> None:
    shutil.copytree(SOURCES, place / "routing/core", ignore=shutil.ignore_patterns("__pycache__", "*.so"))
    (place / "routing/__init__.py").write_text("", encoding="utf-8")
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("w", encoding="utf-8") as log:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "mypyc", *(f"routing/core/{name}.py" for name in _modules())],
            cwd=place,
            env={**os.environ, "CC": compiler, "MYPYC_DEBUG_LEVEL": "0"},
            stdout=log,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        last = "\n".join(LOG.read_text(encoding="utf-8").splitlines()[-5:])
        raise CompileFailed(f"mypyc did not compile it, see {LOG}; its last lines:\n{last}")


def _gather(place: Path, new: Path) -> None:
    """What was made, written to the disk and tried: whoever starts with half of it would not start."""
    (new / "routing/core").mkdir(parents=True)
    for made in (*place.glob("*.so"), *place.glob("routing/core/*.so")):
        kept = new / made.relative_to(place)
        shutil.copy2(made, kept)
        with kept.open("rb") as file:
            os.fsync(file.fileno())
    names = (f"routing.core.{name}" for name in _modules())
    done = subprocess.run(
        [sys.executable, "-c", _TRY, str(new), *names], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CompileFailed(f"what was compiled cannot be loaded: {done.stderr.strip()[-500:]}")


_TRY = """
import importlib, pathlib, sys
sys.modules["routing.core.none"] = None  # so that none that is there already is used
from routing import compiled
compiled.use(pathlib.Path(sys.argv[1]))
for name in sys.argv[2:]:
    assert importlib.import_module(name).__file__.startswith(sys.argv[1]), f"{name} was not compiled"
"""


def _keep(place: Path, kept: Path) -> None:
    """All at once, so that nobody finds a part of it; what was made of older code goes."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="making-", dir=kept.parent) as folder_of_it:
        new = Path(folder_of_it, "core")
        _gather(place, new)
        if folder() != kept:
            raise CompileFailed("its code was changed meanwhile, so please run this again.")
        for old in kept.parent.glob("core-*"):
            shutil.rmtree(old)
        new.rename(kept)


def main() -> int:
    kept = folder()
    if kept.is_dir():
        return 0
    started = time.monotonic()
    try:
        compiler = _tools()
        say(f"compiling it with {Path(compiler).name}")
        with tempfile.TemporaryDirectory() as place:
            _compile(Path(place), compiler)
            _keep(Path(place), kept)
    except CompileFailed as error:
        say(f"failed: {error}")
        return 1
    say(f"compiled in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
