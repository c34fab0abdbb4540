"""The frame of every benchmark: rounds side by side, ratios with min, median and max, and the machine's state.

Two shared cores give no absolute figures worth keeping; a ratio of two things measured alternately in the same call
is. Each benchmark prints a table in Markdown and ends with one line `name: key=value ...` for machines.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measured thing over all rounds; `unit` is shown, `digits` are its decimals."""

    name: str
    values: Sequence[float]
    unit: str = ""
    digits: int = 0

    @property
    def median(self) -> float:
        return statistics.median(self.values)


def ratios(name: str, ours: Sequence[float], theirs: Sequence[float]) -> Row:
    """Ours by theirs, round by round: both saw the same neighbours."""
    return Row(name=name, values=[mine / other for mine, other in zip(ours, theirs, strict=True)], digits=2)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of all lie, without interpolation."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def fdatasync_rate(folder: Path | None = None, seconds: float = 0.5) -> float:
    """How many 4 KiB appends with fdatasync a second this disk takes from one writer."""
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        descriptor, count, began = file.fileno(), 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            os.write(descriptor, bytes(4096))
            os.fdatasync(descriptor)
            count += 1
        return count / (time.perf_counter() - began)


def cpu_seconds(pid: int) -> float:
    """User and system time a process and its threads have used."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_mb(pid: int) -> float:
    """Megabytes of memory a process has in use; 0 when it has gone."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def machine(folder: Path | None = None) -> str:
    """One line about where this was measured."""
    load = " ".join(f"{value:.2f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, load average {load}, fdatasync of 4 KiB {fdatasync_rate(folder):.0f}/s"


def table(rows: Sequence[Row]) -> str:
    """The rows as Markdown."""
    lines = ["| | min | median | max | |", "|---|---:|---:|---:|---|"]
    for row in rows:
        shown = (f"{value:.{row.digits}f}" for value in (min(row.values), row.median, max(row.values)))
        lines.append(f"| {row.name} | {' | '.join(shown)} | {row.unit} |")
    return "\n".join(lines)


def report(name: str, rows: Sequence[Row], figures: Mapping[str, float], folder: Path | None = None) -> None:
    """Print everything; the last line is for machines."""
    print(f"\n{table(rows)}\n\n{machine(folder)}\n", flush=True)
    print(f"{name}: " + " ".join(f"{key}={_short(value)}" for key, value in figures.items()), flush=True)


def _short(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
