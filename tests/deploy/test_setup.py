"""What set-up decides before it downloads, and what it keeps."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import asterisk
import cache
from apt_tree import Missing

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("version", "usable"),
    [
        ("16.28.0~dfsg-0+deb11u4", False),
        ("18.24.1", False),
        ("18.24.2", True),
        ("20.6.0~dfsg+~cs6.13", False),
        ("20.9.2", True),
        ("21.4.1", False),
        ("21.4.2", True),
        ("22.0.0", True),
        ("23.1.0", True),
        ("certified/20.7-cert5", False),
        ("GIT-master-1234", False),
        ("", False),
    ],
)
def test_only_asterisk_without_the_known_hole_is_used(version: str, usable: bool) -> None:
    """A release of a branch before its fix of CVE-2024-42365 is refused, and so is one whose number says nothing."""
    assert asterisk.new_enough(version) is usable


def test_an_incomplete_asterisk_is_refused_by_name_of_what_lacks(tmp_path: Path) -> None:
    """The reason names each module and sound that is not there."""
    program = tmp_path / "asterisk"
    program.write_text("#!/bin/sh\necho Asterisk 22.1.0\n")
    program.chmod(0o755)
    modules = tmp_path / "usr/lib/asterisk/modules"
    modules.mkdir(parents=True)
    for name in ("res_pjsip.so", "chan_pjsip.so"):
        (modules / name).touch()
    with pytest.raises(Missing, match=r"res_http_websocket\.so.*music on hold"):
        asterisk.describe([str(program)], tmp_path, "system")


def fill(content: str) -> Callable[[Path], Path]:
    """Return a function that makes a tree with one file in a scratch folder."""

    def make(scratch: Path) -> Path:
        (scratch / "tree").mkdir()
        (scratch / "tree/file").write_text(content)
        return scratch / "tree"

    return make


def test_the_cache_gives_back_only_what_was_put_in(tmp_path: Path) -> None:
    """A tree comes back as long as no byte of it changed, and not after."""
    told: list[str] = []
    root = cache.place(tmp_path, fill("as it was"))
    assert cache.intact(tmp_path, told.append) == root
    (root / "file").write_text("as it wa5")
    assert cache.intact(tmp_path, told.append) is None
    assert len(told) == 1


def test_a_failed_download_leaves_the_cache_as_it_was(tmp_path: Path) -> None:
    """When the new tree cannot be made, the old one stays and no scratch folder is left."""
    root = cache.place(tmp_path, fill("old"))

    def fail(scratch: Path) -> Path:
        fill("half")(scratch)
        raise Missing("no network")

    with pytest.raises(Missing):
        cache.place(tmp_path, fail)
    assert (root / "file").read_text() == "old"
    assert cache.intact(tmp_path, print) == root
    assert not list(tmp_path.glob("new-*"))


def test_set_up_refuses_a_word_it_does_not_know() -> None:
    """A mistyped level is one sentence and an exit code, and nothing is done."""
    done = subprocess.run([ROOT / "deploy/setup.sh", "tset"], check=False, text=True, capture_output=True)
    assert done.returncode == 1
    assert (
        done.stderr
        == "trunkline setup: failed: deploy/setup.sh knows run, test, check and compile, not tset.\n"
    )
