"""Debian packages unpacked into a folder of our own, by an ordinary user, with signatures verified.

apt resolves, downloads and verifies with directories of its own and an empty list of installed packages, so that
everything down to the C library comes along; nothing on the machine is changed and no root is needed.
Standard library only: this runs before anything is installed.
"""

import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MIRROR_VARIABLE = "TRUNKLINE_DEBIAN_MIRROR"
KEYRINGS = tuple(Path(f"/usr/share/keyrings/debian-archive-keyring.{end}") for end in ("gpg", "pgp"))
PROGRESS_INTERVAL_S = 2.0

Say = Callable[[str], None]


class Missing(Exception):
    """Set-up cannot go on; the text is the one sentence that says what is missing and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where packages come from: lines for sources.list, or None for the machine's own sources."""

    lines: str | None
    shown: str


def run(*argv: str, env: dict[str, str] | None = None, cwd: Path | None = None) -> str:
    """Return the standard output of a program; raise CalledProcessError when it fails."""
    done = subprocess.run(argv, env=env, cwd=cwd, check=True, text=True, capture_output=True)
    return done.stdout


def sentence(error: Exception) -> str:
    """Return what to tell the person at the terminal about an error that ends set-up."""
    if isinstance(error, subprocess.CalledProcessError):
        last = (str(error.stderr).strip().splitlines() or ["it said nothing"])[-1]
        return f"{error.cmd[0]} does not work here ({last})."
    return str(error)


def _aptless() -> Missing:
    return Missing(
        "This machine has no apt-get and no usable Asterisk, so please install Asterisk 22 in your system's way."
    )


class AptTree:
    """apt with directories of its own under one folder."""

    def __init__(self, folder: Path, source: Source) -> None:
        if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
            raise _aptless()
        self.folder = folder
        self.source = source
        self.archives = folder / "cache" / "archives"
        for name in ("state/lists/partial", "cache/archives/partial"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        conf = folder / "apt.conf"
        conf.write_text(self._conf())
        self._env = {**os.environ, "APT_CONFIG": str(conf), "LC_ALL": "C.UTF-8"}

    def _conf(self) -> str:
        # The machine's Acquire section is kept (proxies, certificates); its other apt.conf files are not, because
        # hooks such as those of container images would run on the machine's own package cache.
        arch = run("dpkg", "--print-architecture").strip()
        own = {
            "Dir::State": self.folder / "state",
            "Dir::State::status": self.folder / "status",
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::parts": "/dev/null",
            "Dir::Etc::main": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "APT::Architecture": arch,
            "APT::Install-Recommends": "0",
            "APT::Sandbox::User": "",
            "Debug::NoLocking": "1",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        if self.source.lines is not None:
            sources = self.folder / "sources.list"
            sources.write_text(self.source.lines)
            own |= {"Dir::Etc::SourceList": sources, "Dir::Etc::SourceParts": "/dev/null"}
        lines = [f'{key} "{value}";' for key, value in own.items()]
        return (
            run("apt-config", "dump", "Acquire") + f'APT::Architectures {{ "{arch}"; }};\n' + "\n".join(lines)
        )

    def _apt(self, *argv: str) -> str:
        try:
            return run("apt-get", "-q", *argv, env=self._env, cwd=self.folder)
        except subprocess.CalledProcessError as error:
            raise Missing(_apt_reason(error.stderr, self.source.shown)) from error

    def update(self) -> None:
        """Fetch the package lists and verify their signatures."""
        self._apt("update", "--error-on=any")

    def fetch_alone(self, package: str) -> Path:
        """Download one package without what it depends on; return the folder it was unpacked into."""
        self._apt("download", package)
        (deb,) = self.folder.glob(f"{package}_*.deb")
        target = self.folder / package
        run("dpkg-deb", "-x", str(deb), str(target))
        return target

    def download(self, packages: Sequence[str], say: Say) -> list[Path]:
        """Download packages with all that they depend on; progress goes to `say`."""
        listed = self._apt("install", "-y", "--print-uris", *packages)
        total = sum(int(size) for size in re.findall(r"^'\S+' \S+ (\d+)", listed, re.MULTILINE))
        say(f"downloading {_mb(total)} from {self.source.shown}")
        argv = ("apt-get", "-q", "-y", "--download-only", "install", *packages)
        with tempfile.TemporaryFile("w+") as errors:
            process = subprocess.Popen(argv, env=self._env, stdout=subprocess.DEVNULL, stderr=errors)
            self._watch(process, total, say)
            if process.returncode:
                errors.seek(0)
                raise Missing(_apt_reason(errors.read(), self.source.shown))
        return sorted(self.archives.glob("*.deb"))

    def _watch(self, process: subprocess.Popen[bytes], total: int, say: Say) -> None:
        shown_percent = 0
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(PROGRESS_INTERVAL_S)
                return
            percent = 100 * _size(self.archives) // max(1, total)
            if percent >= shown_percent + 20:
                shown_percent = percent
                say(f"{percent} % of {_mb(total)}")

    @staticmethod
    def unpack(debs: Sequence[Path], root: Path) -> None:
        """Unpack packages into `root` and take the set-user-id bits away, which no one needs there."""
        root.mkdir(parents=True, exist_ok=True)
        for deb in debs:
            run("dpkg-deb", "-x", str(deb), str(root))
        for path in files(root):
            mode = path.stat().st_mode
            if mode & (stat.S_ISUID | stat.S_ISGID):
                path.chmod(mode & 0o777)


def files(root: Path) -> Iterator[Path]:
    """Yield the regular files under `root`, in no order; links are not followed."""
    for folder, _, names in os.walk(root):
        yield from (
            path for name in names if not (path := Path(folder, name)).is_symlink() and path.is_file()
        )


def _size(root: Path) -> int:
    total = 0
    for path in files(root):
        with suppress(FileNotFoundError):  # apt moves finished files while we look
            total += path.stat().st_size
    return total


def _mb(size_bytes: int) -> str:
    return f"{size_bytes / 1e6:.0f} MB"


def _apt_reason(stderr: str, shown: str) -> str:
    reasons = [line[2:].strip() for line in stderr.splitlines() if line.startswith("E:")]
    reason = reasons[0] if reasons else (stderr.strip().splitlines() or ["no reason given"])[-1]
    return f"apt could not get packages from {shown} ({reason}), so please check the network or set {MIRROR_VARIABLE}."


def candidate_version(package: str) -> str:
    """Return the version that the machine's own sources would install, or an empty string."""
    if not shutil.which("apt-cache"):
        return ""
    policy = run("apt-cache", "policy", package, env={**os.environ, "LC_ALL": "C"})
    found = re.search(r"Candidate: (?:\d+:)?(\S+)", policy)
    return found[1] if found and found[1] != "(none)" else ""


def debian(suite: str, explicit_mirror: str, scratch: Path) -> Source:
    """Return a suite of Debian on the mirror that was given, that apt uses here, or that Ubuntu's packages know."""
    mirror = explicit_mirror or _mirror_of_apt() or _mirror_of_ubuntu(scratch)
    if not mirror:
        raise Missing(
            "No Debian mirror is known on this machine, and none in its own packages, "
            f"so please set {MIRROR_VARIABLE} to the address of one that ends in /debian."
        )
    line = f"deb [signed-by={_keyring(scratch)}] {mirror.rstrip('/')} {suite} main\n"
    return Source(lines=line, shown=mirror)


def _mirror_of_apt() -> str:
    """Return the Debian archive of the machine's own sources; security and foreign archives do not count."""
    form = "$(REPO_URI) $(ORIGIN)"
    for line in run("apt-get", "indextargets", "--format", form, "Created-By: Packages").splitlines():
        uri, _, origin = line.partition(" ")
        # Before the first `apt-get update` the origin is not known: then the path alone must do.
        if uri.rstrip("/").endswith("/debian") and origin in {"Debian", "", "$(ORIGIN)"}:
            return uri
    return ""


def _mirror_of_ubuntu(scratch: Path) -> str:
    """Return the default mirror that debootstrap, a package of Ubuntu too, installs Debian from."""
    tree = AptTree(scratch / "own", Source(lines=None, shown="the machine's own archives"))
    tree.update()
    folder = tree.fetch_alone("debootstrap")
    for path in sorted(files(folder)):
        found = re.search(r"https?://[\w.-]+/debian(?=[\s\"'/;])", path.read_text(errors="replace"))
        if found and "/doc/" not in str(path):
            return found[0]
    return ""


def _keyring(scratch: Path) -> Path:
    for path in KEYRINGS:
        if path.exists():
            return path
    tree = AptTree(scratch / "own", Source(lines=None, shown="the machine's own archives"))
    tree.update()
    folder = tree.fetch_alone("debian-archive-keyring")
    for path in KEYRINGS:
        if (unpacked := folder / path.relative_to("/")).exists():
            return unpacked.resolve()
    raise Missing("Debian's keys are not here, so please install the package debian-archive-keyring.")
