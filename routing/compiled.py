"""The router's core compiled, where it was: `deploy/compile_core.py` makes it, importing this has it found.

What is compiled is the same code (mypyc makes C of it by its types) and decides the same; a decision takes about half the time. Without it,
or after a change of the code it was made of, the interpreter runs the core: nothing depends on it. Whoever has imported anything of the core
before, as tests do that change it, goes on with what they have.
"""

import hashlib
import sys
import sysconfig
from pathlib import Path

import routing.core

SOURCES = Path(routing.core.__file__ or "").parent
PINS = SOURCES.parents[1] / "requirements"
INTERPRETED = frozenset(
    ("__init__", "coverage", "figures", "forecast", "presence", "record", "snapshot", "words")
)
"""What stays as it is: what decides nothing, what makes classes, and what snapshots are read into by the types of its fields, which compiled
classes forget."""


def folder() -> Path:
    """Where the core of this code is for this interpreter: in its environment, named after both and after what compiles it."""
    key = hashlib.sha256(repr((sysconfig.get_config_var("EXT_SUFFIX"), sorted(INTERPRETED))).encode())
    for path in (*sorted(SOURCES.glob("*.py")), *PINS.glob("compile.txt")):
        key.update(f"{path.name}\0".encode() + path.read_bytes())
    return Path(sys.prefix, "share/trunkline", f"core-{key.hexdigest()[:16]}")


def use(here: Path) -> None:
    """Have whatever of the core is imported from now on found there."""
    sys.path.append(str(here))  # what all of its modules share stands beside them
    routing.core.__path__.insert(0, str(here / "routing/core"))


def _use() -> bool:
    if any(name.startswith("routing.core.") for name in sys.modules):
        return False
    here = folder()
    if not here.is_dir():
        return False
    use(here)
    return True


USED = _use()
"""Whether the core that this process runs is compiled."""
