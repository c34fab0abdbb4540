"""What is folded from facts, kept from time to time, so that a start reads that and the facts since then and not the whole day's.

A snapshot is text of lines, each a part: its name and JSON (of long ones, some of it). It is made beside the loop, a line at a time. Nothing rests on it: one that is
missing, or of another version of the router, costs the start what it would cost without any.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol, get_origin, get_type_hints

from pydantic import ConfigDict, TypeAdapter

from config.errors import Unavailable
from config.logs import Transcript
from routing import core
from routing.core.snapshot import Snapshot

EVERY_FACTS = 10_000
"""So many are folded in a quarter of a second at a start."""
_USUALLY = 200
"""So many agents or interactions in a line: less than a millisecond, in which nothing else runs."""
_A_LINE = {"waits": 1}
"""Of these fewer: each is a thousand already (`figures.WAITS_TOGETHER`)."""
_AS_IT_IS = ConfigDict(ser_json_inf_nan="constants")  # who has not worked has the logarithm of nothing

_log = Transcript("floor")


class Keeper(Protocol):
    """Where snapshots are kept."""

    async def keep(self, snapshot: Snapshot, seq: int) -> None:
        """Durable: the fold of all facts up to this number. `Unavailable`: not now."""
        ...


class Snapshots:
    """Has one kept whenever so many facts have come, one at a time."""

    def __init__(self, keeper: Keeper, every: int) -> None:
        self._keeper, self._every = keeper, every
        self._since = 0
        self._wanted: tuple[Snapshot, int] | None = None
        self._wakes = asyncio.Event()

    def came(self, facts: int) -> bool:
        """So many more are in the ledger; whether it is time."""
        self._since += facts
        return self._since >= self._every

    def put(self, snapshot: Snapshot, seq: int) -> None:
        """Have it kept."""
        self._since, self._wanted = 0, (snapshot, seq)
        self._wakes.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._wakes.wait()
            self._wakes.clear()
            if self._wanted is None:
                continue
            (snapshot, seq), self._wanted = self._wanted, None
            try:
                await self._keeper.keep(snapshot, seq)
            # a ValueError: what cannot be written as text, which is in the facts all the same
            except (Unavailable, ValueError) as problem:
                _log.note("!", "", f"no snapshot is kept now: {problem}")


@cache
def version() -> str:
    """Of the router: whatever is changed in it may fold the same facts to something else."""
    files = sorted(Path(str(core.__file__)).parent.glob("*.py"))
    return hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()


def written(snapshot: Snapshot) -> str:
    """As text."""
    return "\n".join(_lines(snapshot))


def read(text: str) -> Snapshot:
    """Raises ValueError for what is none."""
    found: dict[str, list[str]] = {}
    for line in text.split("\n"):
        name, _, data = line.partition(" ")
        found.setdefault(name, []).append(data)
    try:
        return Snapshot(*(kind(**_values(part, kind, found)) for part, kind in _parts()))
    except KeyError as missing:
        message = f"a snapshot without {missing}"
        raise ValueError(message) from missing


def _parts() -> Iterator[tuple[str, Any]]:
    yield from get_type_hints(Snapshot).items()


def _lines(snapshot: Snapshot) -> Iterator[str]:
    for part, kind in _parts():
        for field, hint in get_type_hints(kind).items():
            value = getattr(getattr(snapshot, part), field)
            for some in _pieces(value, _A_LINE.get(field, _USUALLY)) if _is_long(hint) else (value,):
                # ASCII, so that what the database could not hold stands escaped (RFC 8259, 7)
                yield f"{part}.{field} {json.dumps(_adapter(hint).dump_python(some, mode='json'))}"


def _pieces(value: Sequence[Any], together: int) -> Iterator[tuple[Any, ...]]:
    for start in range(0, max(1, len(value)), together):
        yield tuple(value[start : start + together])


def _values(part: str, kind: Any, found: dict[str, list[str]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field, hint in get_type_hints(kind).items():
        pieces = [_adapter(hint).validate_python(json.loads(data)) for data in found[f"{part}.{field}"]]
        values[field] = tuple(one for piece in pieces for one in piece) if _is_long(hint) else pieces[0]
    return values


def _is_long(hint: Any) -> bool:
    return get_origin(hint) is tuple


@cache
def _adapter(hint: Any) -> TypeAdapter[Any]:
    return TypeAdapter(hint, config=_AS_IT_IS)
