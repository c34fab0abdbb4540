#!/usr/bin/env python3
"""Provide the Chromium that the tests drive: the system's, or Debian's unpacked in the cache.

Ubuntu's own package only installs a snap, which neither a container nor Playwright can start. Debian 12's Chromium is
built for a C library older than that of each system we support, so it runs there beside its own libraries, on the
system's C library. Writes .trunkline/browser/chromium where there is no /usr/bin/chromium. Standard library only.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from apt_tree import MIRROR_VARIABLE, AptTree, Missing, debian, run, sentence
from cache import cache_folder, intact, locked, place

SUITE = "bookworm"
SYSTEM = Path("/usr/bin/chromium")
WRAPPER = Path(".trunkline/browser/chromium")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "about:blank")


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"trunkline setup: Chromium: {text}", flush=True)


def _fetch(scratch: Path) -> Path:
    source = debian(SUITE, os.environ.get(MIRROR_VARIABLE, ""), scratch)
    tree, root = AptTree(scratch / "apt", source), scratch / "root"
    tree.update()
    debs = tree.download(("chromium",), say)
    say(f"unpacking {len(debs)} packages")
    # Not the C library: the kernel starts Chromium with the system's loader, which needs the system's C library.
    tree.unpack([deb for deb in debs if not deb.name.startswith("libc6_")], root)
    for name in ("usr/share/doc", "usr/share/icons", "usr/share/man", "usr/share/locale"):
        shutil.rmtree(root / name, ignore_errors=True)
    return root


def _wrapper(root: Path) -> str:
    folders = [
        *root.glob("usr/lib/*-linux-gnu"),
        *root.glob("lib/*-linux-gnu"),
        *root.glob("usr/lib/*/pulseaudio"),
    ]
    libraries = ":".join(map(str, folders))
    return f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}" exec "{root}/usr/lib/chromium/chromium" "$@"\n'


def provide(project: Path) -> None:
    """Write the wrapper, once a Chromium is there and was seen to start."""
    wrapper = project / WRAPPER
    if SYSTEM.exists() or wrapper.exists():
        return
    folder = cache_folder(project, "chromium")
    with locked(folder, say):
        root = intact(folder, say) or place(folder, _fetch)
    wrapper.parent.mkdir(parents=True, exist_ok=True)
    new = wrapper.with_name(f"chromium.{os.getpid()}")
    new.write_text(_wrapper(root))
    new.chmod(0o755)
    try:
        run(str(new), *FLAGS)
        new.replace(wrapper)
    finally:
        new.unlink(missing_ok=True)
    say(f"{run(str(wrapper), '--version').strip()} is ready ({root})")


def main() -> int:
    """Run the command line."""
    try:
        provide(Path(__file__).resolve().parent.parent)
    except (Missing, OSError, subprocess.CalledProcessError) as error:
        say(f"failed: {sentence(error)}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
