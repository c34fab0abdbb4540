"""Messages as Asterisk writes them into the spool (u-law, 8,000 samples a second), and how much of one is more than silence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from crm_core.recordings import audio
from crm_core.recordings.audio import RATE

ENDING = "-message.ulaw"
_NAME = re.compile(r"(?P<call>tl-[\w.-]{1,100})\.(?P<ms>[0-9]{12,14})", re.ASCII)
_FRAME = RATE // 50
QUIET = 3
"""What is no louder is silence, of 100: the noise of a line without anybody on it is 1, somebody who speaks softly 5 to 10."""
LEAST_SOUND_S = 2.0
"""Who is heard for less has left no message."""
_BREATH = 25
"""Of frames: half a second."""
_PIECE = 32_768


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One file. `name`: the call's and when it began, in milliseconds; `touched_at`: when something was written last."""

    name: str
    call_id: str
    left_at: float
    path: Path
    touched_at: float

    @property
    def seconds(self) -> float:
        return self.path.stat().st_size / RATE


def found(spool: Path) -> list[Left]:
    """What lies in the spool, the oldest first."""
    each = (_left(path) for path in spool.iterdir() if path.name.endswith(ENDING))
    return sorted(filter(None, each), key=lambda left: left.left_at)


def _left(path: Path) -> Left | None:
    name = path.name.removesuffix(ENDING)
    parts = _NAME.fullmatch(name)
    if parts is None:
        return None
    return Left(
        name=name,
        call_id=parts["call"],
        left_at=int(parts["ms"]) / 1000,
        path=path,
        touched_at=path.stat().st_mtime,
    )


def sound_s(path: Path) -> float:
    """For how long somebody is heard, with the breaths between their words."""
    with path.open("rb") as file:
        frames = iter(lambda: file.read(_FRAME), b"")
        loud = [place for place, frame in enumerate(frames) if audio.loudest(frame) > QUIET]
    breaths = (after - before for before, after in pairwise(loud))
    return sum(apart if apart <= _BREATH else 1 for apart in (1, *breaths) if loud) * _FRAME / RATE


def peaks(path: Path) -> dict[str, list[int]]:
    """How loud it is over its time, as of a talk's customer; there is nobody on the other side."""
    step = max(1, -(-path.stat().st_size // audio.PEAKS))
    with path.open("rb") as file:
        return {
            "customer": [audio.loudest(block) for block in iter(lambda: file.read(step), b"")],
            "agent": [],
        }


def wav(path: Path) -> Iterator[bytes]:
    """The whole WAV file, in pieces: one side."""
    yield audio.header(path.stat().st_size, sides=1)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            yield piece
