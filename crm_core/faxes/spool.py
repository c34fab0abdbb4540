"""What Asterisk writes of faxes into the spool: pages (TIFF) and, when a transmission is over, a report beside them.

A report is one line of our own dialplan, cut at `|`, with `end` at its end; every value of the other side has been filtered there.
"""

import re
from dataclasses import dataclass
from pathlib import Path

CAME, CAME_REPORT = "-fax.tif", "-fax.txt"
GOES, GOES_REPORT = "-out.tif", "-out.txt"
_NAME = re.compile(r"(?P<call>tl-[\w.-]{1,100})\.(?P<ms>[0-9]{12,14})", re.ASCII)
_MOST_BYTES = 4000
_FIELDS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How a transmission ended. `status` is FAXSTATUS (SUCCESS, FAILED; empty: it never began), `pages` what was confirmed, `error` and `words` the
    fax machine's own, `reason` Asterisk's for a call that was not answered. `queue` is where the way in led, `mode` how the pages
    passed (audio, T38)."""

    status: str = ""
    pages: int = 0
    error: str = ""
    words: str = ""
    resolution: str = ""
    station: str = ""
    caller: str = ""
    number: str = ""
    queue: str = ""
    reason: str = ""
    mode: str = ""

    @property
    def whole(self) -> bool:
        """Success is said of a transmission in which a page came over, and of nothing else."""
        return self.status == "SUCCESS" and self.pages > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One that came, or did not. `name`: the call's and when it began, in milliseconds; `report` None: it goes on, or Asterisk died in it."""

    name: str
    call_id: str
    began_at: float
    pages: Path
    report_place: Path
    report: Report | None
    touched_at: float


def read_report(path: Path) -> Report | None:
    """None: there is none, or it is not whole yet."""
    try:
        with path.open("rb") as file:
            parts = file.read(_MOST_BYTES).decode("utf-8", "replace").strip().split("|")
    except FileNotFoundError:
        return None
    if len(parts) != _FIELDS or parts[-1] != "end":
        return None
    return Report(
        status=parts[0],
        pages=_number(parts[1]),
        error=parts[2][:60],
        words=parts[3][:120],
        resolution=parts[4][:20],
        station=parts[5].strip()[:40],
        caller=parts[6][:40],
        number=parts[7][:40],
        queue=parts[8][:64],
        reason=parts[9][:10],
        mode=parts[10][:10],
    )


def found(spool: Path) -> list[Came]:
    """Those that came, the oldest first."""
    names = {
        path.name.removesuffix(CAME).removesuffix(CAME_REPORT)
        for path in spool.iterdir()
        if path.name.endswith((CAME, CAME_REPORT))
    }
    each = (_came(spool, name) for name in names)
    return sorted(filter(None, each), key=lambda came: came.began_at)


def _came(spool: Path, name: str) -> Came | None:
    parts = _NAME.fullmatch(name)
    pages, report = spool / f"{name}{CAME}", spool / f"{name}{CAME_REPORT}"
    times = [each.stat().st_mtime for each in (pages, report) if each.exists()]
    if parts is None or not times:
        return None
    return Came(
        name=name,
        call_id=parts["call"],
        began_at=int(parts["ms"]) / 1000,
        pages=pages,
        report_place=report,
        report=read_report(report),
        touched_at=max(times),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
