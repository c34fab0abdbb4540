"""Whoever starts with one module of the core (a worker process, a script) gets it: no module needs another one to be imported before."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EACH_FIRST = """
import os, sys
import alembic, argon2, cryptography, holidays, nh3, phonenumbers, pydantic, sqlalchemy
failed = []
for module in sys.argv[1:]:
    child = os.fork()
    if child == 0:
        try:
            __import__(module)
        except BaseException as error:
            print(module, repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        failed.append(module)
print(" ".join(failed))
"""


@pytest.mark.real
def test_each_module_can_be_imported_first() -> None:
    """Each in a process of its own that knows nothing else of ours."""
    files = [path.relative_to(ROOT) for path in (ROOT / "crm_core").rglob("*.py")]
    names = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in files]
    modules = sorted(name for name in names if ".migrations." not in name)
    assert len(modules) > 200
    at_once = os.cpu_count() or 1

    def each_first(part: list[str]) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-c", EACH_FIRST, *part]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    with ThreadPoolExecutor(at_once) as threads:
        for done in threads.map(each_first, [modules[begin::at_once] for begin in range(at_once)]):
            assert done.stdout.split() == [], done.stderr
