"""Durable accepts a second: the real drop beside aiosmtpd with a null handler, alternating in one call; and letters while things die.

    python -m bench.smtp [--rounds 5] [--letters 2000] [--kills 100] [--away 60] [--folder DIR]

Postfix's smtp-source sends letters of 4 KiB and of 200 KiB over 20 sessions, once with a connection for each letter and once with connections kept
open. Every accepted letter is looked up in the spool afterwards. Then the drop and the server are killed (SIGKILL) by turns, SQLite is locked and
PostgreSQL stopped for a while, and a 40 MB letter and one of 5,000 links are taken in while calls come.

`null_ratio` is the worst of the four medians; `lost` and `doubled` count over all of it and must be 0; `call_stall_ms` is by how much the slowest
offer of a call came later than the slowest of about as many without such letters, as the median of seven rounds.
"""

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import smtp_stall, smtp_trouble
from bench.frame import Row, cpu_seconds, ratios, report
from channels.email.receiving.spool import SpoolReader

SESSIONS = 20
STALLS = 7
"""Rounds; a shared disk makes the slowest offer of a single one what it likes."""
SIZES = {"4 KiB": 4096, "200 KiB": 200 * 1024}
_SHARE_OF_LARGE = 10
"""So many times fewer of the large ones."""
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


def rate(peer: Peer, letters: int, options: tuple[str, ...], size: int = SIZES["4 KiB"]) -> float:
    """Letters a second that smtp-source got accepted; it stops with an error at the first refusal."""
    program = shutil.which("smtp-source") or "/usr/sbin/smtp-source"
    began = time.perf_counter()
    subprocess.run(
        [program, *options, "-s", str(SESSIONS), "-m", str(letters), "-l", str(size),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What is measured, and where."""

    rounds: int
    letters: int
    kills: int
    away_s: float
    folder: Path


def measure(given: Given) -> None:
    rows, medians, lost, doubled = _rates(given)
    folder = given.folder
    killed = asyncio.run(smtp_trouble.killed(folder / "killed", given.kills))
    locked = asyncio.run(smtp_trouble.locked(folder / "locked", given.away_s))
    folder.chmod(0o755)  # PostgreSQL may run as another user
    stopped = asyncio.run(smtp_trouble.stopped(folder / "stopped", given.away_s))
    stalls = [asyncio.run(smtp_stall.stalls(folder / f"stall{number}")) for number in range(STALLS)]
    quiet, busy = ([value for one in stalls for value in one[side]] for side in (0, 1))
    delays = [smtp_stall.worst_over_usual(*one) for one in stalls]
    rows += [
        Row(name=f"accepted in {given.kills} rounds of kill -9", values=[killed.accepted], unit="letters"),
        *(
            Row(name=f"accepted with {what} for {given.away_s:g} s", values=[kept.accepted], unit="letters")
            for what, kept in (("SQLite locked", locked), ("PostgreSQL stopped", stopped))
        ),
        Row(name="a call's offer, no letters", values=quiet, unit="ms", digits=1),
        Row(name="a call's offer, 40 MB and 5,000 links", values=busy, unit="ms", digits=1),
        Row(name="by how much the slowest came later", values=delays, unit="ms", digits=1),
    ]
    figures = {
        "null_ratio": min(medians),
        "lost": lost + sum(one.lost for one in (killed, locked, stopped)),
        "doubled": doubled + sum(one.doubled for one in (killed, locked, stopped)),
        "call_stall_ms": statistics.median(delays),
    }
    report("smtp", rows, figures, folder)


def _rates(given: Given) -> tuple[list[Row], list[float], int, int]:
    """Beside the null handler: the rows, the medians of the ratios, and how many letters were lost or doubled."""
    arguments = {
        "host": "127.0.0.1", "port": 0, "hostname": "bench", "spool_dir": str(given.folder / "spool"),
        "max_message_bytes": 50_000_000, "log_level": "WARNING",
    }  # fmt: skip
    kinds = [(size, mode) for size in SIZES for mode in MODES]
    ours: dict[tuple[str, str], list[float]] = {kind: [] for kind in kinds}
    null: dict[tuple[str, str], list[float]] = {kind: [] for kind in kinds}
    sent = 200
    with (
        running("bench.null_drop") as theirs,
        running("channels.email.receiving.drop", json.dumps(arguments)) as drop,
    ):
        for peer in (theirs, drop):
            rate(peer, 200, ())
        cpu = cpu_seconds(drop.pid)
        for number in range(given.rounds):
            for size, mode in kinds:
                count = given.letters if size == "4 KiB" else given.letters // _SHARE_OF_LARGE
                null[size, mode].append(rate(theirs, count, MODES[mode], SIZES[size]))
                ours[size, mode].append(rate(drop, count, MODES[mode], SIZES[size]))
                sent += count
            print(f"round {number + 1} of {given.rounds}", file=sys.stderr, flush=True)
        cpu = (cpu_seconds(drop.pid) - cpu) / (sent - 200)
    found = spooled(given.folder / "spool")
    rows, medians = [], []
    for size, mode in kinds:
        ratio = ratios(f"ratio, {size}, {mode}", ours[size, mode], null[size, mode])
        medians.append(ratio.median)
        rows += [
            Row(name=f"null handler, {size}, {mode}", values=null[size, mode], unit="letters/s"),
            Row(name=f"drop, durable, {size}, {mode}", values=ours[size, mode], unit="letters/s"),
            ratio,
        ]
    rows.append(Row(name="CPU of the drop a letter", values=[cpu * 1000], unit="ms", digits=2))
    return rows, medians, sent - len(found), found.total() - len(found)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--letters", type=int, default=2000)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--away", type=float, default=60.0, help="seconds without the database")
    options.add_argument(
        "--folder", type=Path, default=None, help="where the spool lies; its disk is measured"
    )
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="trunkline-bench-", dir=given.folder) as folder:
        measure(
            Given(
                rounds=given.rounds,
                letters=given.letters,
                kills=given.kills,
                away_s=given.away,
                folder=Path(folder),
            )
        )


if __name__ == "__main__":
    main()
