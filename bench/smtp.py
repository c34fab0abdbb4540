"""Durable accepts a second: the real drop beside aiosmtpd with a null handler, alternating in one call.

    python -m bench.smtp [--rounds 5] [--letters 3000] [--folder DIR]

Postfix's smtp-source sends 4 KiB letters over 20 sessions, once with a connection for each letter and once with
connections kept open. Every accepted letter is looked up in the spool afterwards: lost and doubled must be 0.
`null_ratio` is the worse of the two medians.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.frame import Row, cpu_seconds, ratios, report
from channels.email.receiving.spool import SpoolReader

SESSIONS = 20
LETTER_BYTES = 4096
MODES = {"a connection a letter": (), "connections kept": ("-d",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A running server."""

    port: int
    pid: int


@contextmanager
def running(*argv: str) -> Iterator[Peer]:
    """Start a server that says `listening PORT` and ends with its standard input."""
    with subprocess.Popen(
        [sys.executable, "-m", *argv], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdin
        word, _, port = process.stdout.readline().partition(" ")
        if word != "listening":
            raise SystemExit(f"{argv[0]} did not start")
        yield Peer(port=int(port), pid=process.pid)
        process.stdin.close()
        process.wait(timeout=10)


def rate(peer: Peer, letters: int, options: tuple[str, ...]) -> float:
    """Letters a second that smtp-source got accepted; it stops with an error at the first refusal."""
    program = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
    began = time.perf_counter()
    subprocess.run(
        [program, *options, "-s", str(SESSIONS), "-m", str(letters), "-l", str(LETTER_BYTES),
         "-f", "customer@example.org", "-t", "service@example.com", f"127.0.0.1:{peer.port}"],
        check=True,
    )  # fmt: skip
    return letters / (time.perf_counter() - began)


def spooled(folder: Path) -> Counter[str]:
    """How often each letter stands in the spool."""
    reader, found = SpoolReader(folder), Counter[str]()
    while letters := reader.read():
        found.update(letter.spool_id for letter in letters)
        reader.forget(letters[-1].place)
    return found


def measure(rounds: int, letters: int, folder: Path) -> None:
    arguments = {
        "host": "127.0.0.1", "port": 0, "hostname": "bench", "spool_dir": str(folder / "spool"),
        "max_message_bytes": 50_000_000, "log_level": "WARNING",
    }  # fmt: skip
    ours: dict[str, list[float]] = {mode: [] for mode in MODES}
    null: dict[str, list[float]] = {mode: [] for mode in MODES}
    with (
        running("bench.null_drop") as theirs,
        running("channels.email.receiving.drop", json.dumps(arguments)) as drop,
    ):
        for peer in (theirs, drop):
            rate(peer, 200, ())
        cpu = cpu_seconds(drop.pid)
        for number in range(rounds):
            for mode, options in MODES.items():
                null[mode].append(rate(theirs, letters, options))
                ours[mode].append(rate(drop, letters, options))
            print(f"round {number + 1} of {rounds}", file=sys.stderr, flush=True)
        cpu = (cpu_seconds(drop.pid) - cpu) / (rounds * letters * len(MODES))
    found = spooled(folder / "spool")
    expected = rounds * letters * len(MODES) + 200
    rows, medians = [], []
    for mode in MODES:
        ratio = ratios(f"ratio, {mode}", ours[mode], null[mode])
        medians.append(ratio.median)
        rows += [
            Row(name=f"null handler, {mode}", values=null[mode], unit="letters/s"),
            Row(name=f"drop, durable, {mode}", values=ours[mode], unit="letters/s"),
            ratio,
        ]
    rows.append(Row(name="CPU of the drop a letter", values=[cpu * 1000], unit="ms", digits=2))
    figures = {
        "null_ratio": min(medians),
        "lost": expected - len(found),
        "doubled": found.total() - len(found),
    }
    report("smtp", rows, figures, folder)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--letters", type=int, default=2000)
    options.add_argument(
        "--folder", type=Path, default=None, help="where the spool lies; its disk is measured"
    )
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-", dir=given.folder) as folder:
        measure(given.rounds, given.letters, Path(folder))


if __name__ == "__main__":
    main()
