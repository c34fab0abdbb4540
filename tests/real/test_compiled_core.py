"""The router's core, compiled: it decides as the interpreted one does, and only the core of this code is ever used."""

import subprocess
import sys
from pathlib import Path

import pytest

import routing.compiled
from trunkline import checks

pytestmark = pytest.mark.real


def _days(way: str) -> list[str]:
    """What decided, how many turns there were, and their digest."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.routing.compiled_days", way],
        env={"PYTHONHASHSEED": "0"},  # sets are written in one order
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_both_decide_the_same_all_days_long() -> None:
    compiled, interpreted = _days("compiled"), _days("interpreted")
    assert compiled[0] == "compiled", "make test has compiled it"
    assert interpreted[0] == "interpreted"
    assert int(compiled[1]) > 1_000
    assert compiled[1:] == interpreted[1:]


def test_the_server_s_commands_run_the_compiled_one() -> None:
    program = "import trunkline.command as _; from routing import compiled; from routing.core import router as one; print(one.__file__, compiled.USED)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    file, used = done.stdout.split()
    assert used == "True"
    assert file.startswith(str(routing.compiled.folder()))


def test_what_was_compiled_of_other_code_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of its folder says what it was made of: the code, the interpreter, and which modules."""
    there = routing.compiled.folder()
    assert there.is_dir()
    monkeypatch.setattr(routing.compiled, "INTERPRETED", routing.compiled.INTERPRETED | {"judge"})
    assert routing.compiled.folder() != there


def test_the_doctor_says_which_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    said = []
    for used in (True, False):
        monkeypatch.setattr(routing.compiled, "USED", used)
        said.append(checks._router_finding())
    assert [one.good for one in said] == [True, True]
    assert said[0].words == "compiled"
    assert "make compile" in said[1].words


def test_the_api_is_described_as_without_it() -> None:
    """Compiled classes forget what is said of them."""
    program = "from routing import compiled; assert compiled.USED; import runpy; runpy.run_module('agent_console.openapi', run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == (Path(__file__).parents[2] / "docs/openapi.json").read_text(encoding="utf-8")
