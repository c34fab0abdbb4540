#!/usr/bin/env python3
"""Find or fetch an Asterisk that Trunkline can start, and write how in .trunkline/asterisk/launch.json.

The system's Asterisk is taken when it is new enough and complete. Otherwise Asterisk 22 is fetched from the machine's
own archives or from Debian unstable, unpacked into a cache that all clones of this user share, and started once to see
that it runs. Standard library only.
"""

import argparse
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from apt_tree import (
    MIRROR_VARIABLE,
    AptTree,
    Missing,
    Source,
    candidate_version,
    debian,
    run,
    sentence,
)
from cache import cache_folder, intact, locked, place

LAUNCH_FILE = Path(".trunkline/asterisk/launch.json")
PACKAGES = ("asterisk", "asterisk-core-sounds-en-gsm", "asterisk-moh-opsound-gsm")
# Before these an AMI user who may originate could rewrite the configuration (CVE-2024-42365).
FIRST_SAFE = {18: (18, 24, 2), 20: (20, 9, 2), 21: (21, 4, 2)}
FIRST_SAFE_BRANCH = 22
NEEDED_MODULES = ("chan_pjsip.so", "res_pjsip.so", "res_pjsip_transport_websocket.so", "res_http_websocket.so",
    "res_rtp_asterisk.so", "res_srtp.so", "codec_opus*.so", "res_agi.so", "res_ari*.so", "res_musiconhold.so",
    "app_queue.so", "app_dial.so", "app_mixmonitor.so", "app_confbridge.so")  # fmt: skip
UNUSED = ("etc", "var", "usr/bin", "usr/libexec", "usr/share/man", "usr/share/locale", "usr/share/perl*",
    "usr/lib/*/perl*", "usr/share/zoneinfo", "usr/share/i18n")  # fmt: skip
BOOT_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """How to start Asterisk: argv (add `-C <own>/asterisk.conf -f`) and where its parts are."""

    argv: list[str]
    root: str
    version: str
    modules_dir: str
    data_dir: str
    sounds_dir: str
    moh_dir: str
    source: str  # "system" or "bundle"


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"trunkline setup: Asterisk: {text}", flush=True)


def new_enough(version: str) -> bool:
    """Tell whether a version such as 22.10.1+dfsg is one that we may run.

    >>> [new_enough(v) for v in ("20.6.0~dfsg", "20.9.2", "22.1.0", "16.28.0~dfsg", "certified/20.7-cert5")]
    [False, True, True, False, False]
    """
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", version)
    if not found:
        return False
    numbers = tuple(int(part or 0) for part in found.groups())
    return numbers[0] >= FIRST_SAFE_BRANCH or numbers >= FIRST_SAFE.get(numbers[0], (FIRST_SAFE_BRANCH,))


def version_of(argv: list[str]) -> str:
    """Return the version that `asterisk -V` prints, without the name; empty when it does not run."""
    try:
        return run(*argv, "-V").removeprefix("Asterisk ").strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def missing_modules(modules_dir: Path) -> list[str]:
    """Return the patterns of NEEDED_MODULES that nothing in the folder matches."""
    names = [path.name for path in modules_dir.iterdir()] if modules_dir.is_dir() else []
    return [pattern for pattern in NEEDED_MODULES if not fnmatch.filter(names, pattern)]


def _first(root: Path, *patterns: str, holding: str) -> Path | None:
    """Return the first folder under `root` that matches a pattern and holds a file of that pattern."""
    for pattern in patterns:
        for folder in sorted(root.glob(pattern)):
            if next(folder.glob(holding), None):
                return folder
    return None


def describe(argv: list[str], root: Path, source: str) -> Launch:
    """Return how to start the Asterisk under `root`; raise Missing when a part of it is not there."""
    version = version_of(argv)
    modules = _first(root, "usr/lib/*/asterisk/modules", "usr/lib*/asterisk/modules", "usr/local/lib/asterisk/modules",
        holding="res_*.so")  # fmt: skip
    places = ("usr/share/asterisk", "var/lib/asterisk", "usr/local/share/asterisk")
    sounds = _first(root, *(f"{place}/sounds" for place in places), holding="en/vm-goodbye.*")
    music = _first(root, *(f"{place}/moh" for place in places), holding="*.*")
    lacking = missing_modules(modules) if modules else ["modules"]
    lacking += [] if sounds else ["English sounds"]
    lacking += [] if music else ["music on hold"]
    if not new_enough(version):
        raise Missing(f"its version is {version or 'unknown'}")
    if lacking or not (modules and sounds and music):
        raise Missing(f"it lacks {', '.join(lacking)}")
    return Launch(argv=argv, root=str(root), version=version, modules_dir=str(modules), data_dir=str(sounds.parent),
        sounds_dir=str(sounds), moh_dir=str(music), source=source)  # fmt: skip


def system_asterisk() -> Launch | None:
    """Return the system's Asterisk when it can be used."""
    path = shutil.which("asterisk", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if path is None:
        return None
    try:
        return describe([path], Path("/"), "system")
    except Missing as reason:
        say(f"{path} is not used: {reason}")
        return None


def bundled(root: Path) -> Launch:
    """Return the Asterisk unpacked under `root`, started by the loader and C library that came with it."""
    loader = next(root.glob("usr/lib/*/ld-linux-*.so.*"))
    argv = [str(loader), "--library-path", str(loader.parent), str(root / "usr/sbin/asterisk")]
    return describe(argv, root, "bundle")


def prepare(root: Path) -> None:
    """Do what the packages' scripts would do, and drop what Asterisk does not use (100 MB)."""
    for pattern in UNUSED:
        for path in root.glob(pattern):
            shutil.rmtree(path)
    for path in (root / "usr/sbin").iterdir():
        if not path.name.startswith("ast"):
            path.unlink()
    sounds = root / "usr/share/asterisk/sounds"
    for link in list(sounds.iterdir()):
        if link.is_symlink() and not link.exists():
            link.unlink()
    if not (sounds / "en").exists():
        (sounds / "en").symlink_to(next(sounds.glob("en_US*")).name)


def fetch(scratch: Path, mirror: str) -> Path:
    """Download, unpack and try Asterisk in a scratch folder; return its tree."""
    if not mirror and new_enough(candidate_version("asterisk")):
        source = Source(lines=None, shown="the machine's own archives")
    else:
        source = debian("unstable", mirror, scratch)
    tree, root = AptTree(scratch / "apt", source), scratch / "root"
    tree.update()
    debs = tree.download(PACKAGES, say)
    say(f"unpacking {len(debs)} packages")
    tree.unpack(debs, root)
    prepare(root)
    try_start(bundled(root))
    return root


# -- one start, to see that it runs ---------------------------------------------------------------------------------


def _trial_configuration(launch: Launch, own: Path) -> Path:
    """Write a configuration that binds no port: all of its folders are in `own`."""
    places = {"astetcdir": own, "astmoddir": launch.modules_dir, "astdatadir": launch.data_dir}
    kinds = ("varlib", "db", "key", "agi", "spool", "run", "log", "cache")
    places |= {f"ast{kind}dir": own for kind in kinds}
    conf = own / "asterisk.conf"
    conf.write_text("[directories]\n" + "".join(f"{key} => {value}\n" for key, value in places.items()))
    (own / "modules.conf").write_text("[modules]\nautoload = yes\n")
    (own / "logger.conf").write_text("[general]\n[logfiles]\n")
    for name in ("pjsip.conf", "queues.conf", "ari.conf", "confbridge.conf"):
        (own / name).write_text("")
    return conf


def try_start(launch: Launch) -> None:
    """Start Asterisk once, see that the modules run, and stop it; raise Missing when it does not come up."""
    say(f"{launch.version}: trying to start it")
    # Not under the project: the path of a Unix socket may have 108 bytes at most.
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="trunkline-") as name:
        own = Path(name)
        conf = str(_trial_configuration(launch, own))
        with (own / "output").open("w") as output:
            process = subprocess.Popen([*launch.argv, "-C", conf, "-f"], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT)  # fmt: skip
        try:
            _await_modules([*launch.argv, "-C", conf, "-rx"], process, own / "output")
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
            process.wait()


def _not_running(module_show: str) -> list[str]:
    running = [line.split()[0] for line in module_show.splitlines() if " Running " in line]
    return [pattern for pattern in NEEDED_MODULES if not fnmatch.filter(running, pattern)]


def _await_modules(remote: list[str], process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + BOOT_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(subprocess.CalledProcessError):
            run(*remote, "core waitfullybooted")
            if lacking := _not_running(run(*remote, "module show")):
                raise Missing(f"Asterisk starts here but {', '.join(lacking)} would not load.")
            return
        time.sleep(0.3)
    last = (output.read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
    raise Missing(f"Asterisk was fetched but does not start here ({last}).")


# -- the command ------------------------------------------------------------------------------------------------------


def launchable(project: Path) -> bool:
    """Tell whether launch.json is there and what it names still exists (the quick path of each later start)."""
    try:
        known = json.loads((project / LAUNCH_FILE).read_text())
        return all(Path(known[key]).exists() for key in ("modules_dir", "sounds_dir", "moh_dir")) and all(
            Path(part).exists() for part in known["argv"] if part.startswith("/")
        )
    except (OSError, ValueError, KeyError):
        return False


def write(launch: Launch, project: Path) -> None:
    """Write launch.json in one step, so that nobody reads half of it."""
    path = project / LAUNCH_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}")
    new.write_text(json.dumps(asdict(launch), indent=2) + "\n")
    new.replace(path)


def provide(project: Path, *, refresh: bool, mirror: str) -> None:
    """Make launch.json tell of an Asterisk that was seen to start."""
    if not refresh and launchable(project):
        return
    launch = None if refresh else system_asterisk()
    if launch:
        try_start(launch)
    else:
        folder = cache_folder(project, "asterisk")
        with locked(folder, say):
            known = None if refresh else intact(folder, say)
            launch = bundled(known or place(folder, lambda scratch: fetch(scratch, mirror)))
    write(launch, project)
    say(f"{launch.version} is ready ({launch.source}, {launch.root})")


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Provide the Asterisk that Trunkline starts.")
    parser.add_argument("--print", action="store_true", help="show launch.json when it is ready")
    parser.add_argument("--refresh", action="store_true", help="fetch a new copy even if one is there")
    mirror = os.environ.get(MIRROR_VARIABLE, "")
    parser.add_argument("--mirror", default=mirror, help="address of a Debian mirror")
    arguments = parser.parse_args()
    project = Path(__file__).resolve().parent.parent
    try:
        provide(project, refresh=arguments.refresh, mirror=arguments.mirror)
    except (Missing, OSError, subprocess.CalledProcessError) as error:
        say(f"failed: {sentence(error)}")
        return 1
    if arguments.print:
        sys.stdout.write((project / LAUNCH_FILE).read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
