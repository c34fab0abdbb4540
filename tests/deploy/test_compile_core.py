"""What compiling the router's core asks of a machine, and what it leaves."""

import shutil
import sysconfig
from pathlib import Path

import pytest

import compile_core


def test_without_a_compiler_it_says_which_packages_are_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(compile_core, "folder", lambda: tmp_path / "core-new")
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert compile_core.main() == 1
    assert "please install gcc and libc6-dev" in capsys.readouterr().out


def test_without_the_headers_of_python_it_names_their_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(compile_core, "folder", lambda: tmp_path / "core-new")
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    assert compile_core.main() == 1
    assert "please install python3-dev" in capsys.readouterr().out


def test_what_is_there_is_not_made_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(compile_core, "folder", lambda: tmp_path)
    assert compile_core.main() == 0
    assert capsys.readouterr().out == ""


def test_what_cannot_be_compiled_is_said_and_leaves_what_was_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A module with a wrong type: mypyc's own words, and nothing half made."""
    sources, kept = tmp_path / "sources", tmp_path / "kept"
    sources.mkdir()
    (sources / "__init__.py").touch()
    (sources / "wrong.py").write_text('number: int = "one"\n')
    (kept / "core-old").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(compile_core, "SOURCES", sources)
    monkeypatch.setattr(compile_core, "folder", lambda: kept / "core-new")
    monkeypatch.setattr(compile_core, "_tools", lambda: "cc")
    assert compile_core.main() == 1
    assert "Incompatible types in assignment" in capsys.readouterr().out
    assert [one.name for one in kept.iterdir()] == ["core-old"]


def test_what_was_made_of_older_code_goes(tmp_path: Path) -> None:
    made, kept = tmp_path / "made", tmp_path / "kept/core-new"
    (made / "routing/core").mkdir(parents=True)
    (made / "shared.so").write_text("a")
    (made / "routing/core/judge.so").write_text("b")
    (kept.parent / "core-old").mkdir(parents=True)
    compile_core._keep(made, kept)
    assert [one.name for one in kept.parent.iterdir()] == ["core-new"]
    assert (kept / "shared.so").read_text() == "a"
    assert (kept / "routing/core/judge.so").read_text() == "b"
