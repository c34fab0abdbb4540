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


def made(place: Path, *modules: str) -> Path:
    """As the compiler leaves it; what is in the files is no program."""
    (place / "routing/core").mkdir(parents=True)
    for name in modules:
        (place / f"routing/core/{name}.so").write_text("no program")
    return place


def test_what_cannot_be_loaded_is_not_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was there before stays."""
    kept = tmp_path / "kept/core-new"
    monkeypatch.setattr(compile_core, "folder", lambda: kept)
    (kept.parent / "core-old").mkdir(parents=True)
    for place in (made(tmp_path / "broken", "judge"), made(tmp_path / "empty")):
        with pytest.raises(compile_core.CompileFailed, match="cannot be loaded"):
            compile_core._keep(place, kept)
    assert [one.name for one in kept.parent.iterdir()] == ["core-old"]


def test_what_was_made_of_older_code_goes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept = tmp_path / "kept/core-new"
    (kept.parent / "core-old").mkdir(parents=True)
    monkeypatch.setattr(compile_core, "_gather", lambda place, new: new.mkdir())
    monkeypatch.setattr(compile_core, "folder", lambda: kept)
    compile_core._keep(tmp_path, kept)
    assert [one.name for one in kept.parent.iterdir()] == ["core-new"]


def test_code_that_is_changed_meanwhile_is_not_kept_as_what_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(compile_core, "_gather", lambda place, new: new.mkdir())
    monkeypatch.setattr(compile_core, "folder", lambda: tmp_path / "core-other")
    with pytest.raises(compile_core.CompileFailed, match="changed meanwhile"):
        compile_core._keep(tmp_path, tmp_path / "core-new")
    assert list(tmp_path.iterdir()) == []
