"""Takes: what Asterisk has written into the spool, and how it fits the talk that the ledger tells of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crm_core.interactions import Segment
from crm_core.recordings.audio import RATE, Sides
from crm_core.recordings.kept import KEPT, MISSING, TRUNCATED, UNREADABLE, Talk

CUSTOMER, AGENT = "-customer.ulaw", "-agent.ulaw"
_NAME = re.compile(r"(?P<call>tl-[\w.-]{1,100})\.(?P<ms>[0-9]{12,14})", re.ASCII)
SETTLED_S = 3.0
"""A file that nobody has written to for so long is finished, once its talk is."""
APART_S = 1.0
NEXT_WITHIN_S = 2.0
"""A take that begins so near the end of a pause began because of it."""
SEEN_S = 0.5
"""What is shorter is not worth a mark in the player: clocks differ by as much."""
SHORT_BY_S, SHORT_BY_SHARE = 3.0, 0.1
"""A take may be shorter than its talk by so much: the first words of either side open it, and clocks differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Both files of one talk. `name`: the call's and when it began, in milliseconds; `touched_at`: when something was written last."""

    name: str
    interaction_id: str
    started_at: float
    sides: Sides
    touched_at: float


def takes(spool: Path) -> list[Take]:
    """What lies in the spool, the oldest first. Other files are not ours to judge."""
    names = {
        path.name.removesuffix(CUSTOMER).removesuffix(AGENT)
        for path in spool.iterdir()
        if path.name.endswith((CUSTOMER, AGENT))
    }
    found = [take for name in names if (take := _take(spool, name)) is not None]
    return sorted(found, key=lambda each: each.started_at)


def _take(spool: Path, name: str) -> Take | None:
    parts = _NAME.fullmatch(name)
    if parts is None:
        return None
    sides = Sides(customer=spool / f"{name}{CUSTOMER}", agent=spool / f"{name}{AGENT}")
    times = [each.stat().st_mtime for each in (sides.customer, sides.agent) if each.exists()]
    if not times:  # somebody else was quicker
        return None
    return Take(
        name=name,
        interaction_id=parts["call"],
        started_at=int(parts["ms"]) / 1000,
        sides=sides,
        touched_at=max(times),
    )


def with_agent(talk: Talk, started_at: float, until: float) -> Segment | None:
    """The stay with an agent with which these times have most in common."""

    def common(stay: Segment) -> float:
        return min(until, stay.ended_at or until) - max(started_at, stay.answered_at or until)

    stays = [each for each in talk.segments if each.kind == "agent" and each.answered_at is not None]
    best = max(stays, key=common, default=None)
    return best if best is not None and common(best) > -1.0 else None


def is_over(talk: Talk, stay: Segment | None) -> bool:
    """Whether nothing more is recorded of it."""
    return talk.over or (stay is not None and stay.ended_at is not None)


def expected_s(talk: Talk, stay: Segment, take: Take, others: Sequence[Take]) -> float:
    """For how long agent and customer talked while this was recorded: without holds, and until the next take begins. A pause is silence in the audio;
    but when the next take began as it ended, or none did because recording was stopped, nobody knows how much of it is."""
    begin = max(take.started_at, stay.answered_at or take.started_at)
    later = [each.started_at for each in others if each.started_at > take.started_at]
    next_at = min(later, default=None)
    end = min([stay.ended_at or begin, *later])
    for each in _within(talk, "recording_pause", begin, end + NEXT_WITHIN_S):
        goes_on_in_next = next_at is not None and abs((each.ended_at or end) - next_at) < NEXT_WITHIN_S
        if each.outcome == "stopped" or goes_on_in_next:
            end = min(end, max(begin, each.started_at))
    return _talked(talk, begin, end)


def pauses_in(talk: Talk, take: Take, started_at: float) -> list[list[float]]:
    """From when to when, in seconds of the audio, recording was paused."""
    length = take.sides.samples / RATE
    found = []
    for each in _within(talk, "recording_pause", started_at, take.touched_at):
        begin, end = (
            min(length, _talked(talk, started_at, moment))
            for moment in (each.started_at, each.ended_at or take.touched_at)
        )
        if end - begin > SEEN_S:
            found.append([round(begin, 2), round(end, 2)])
    return found


def unpaused_s(talk: Talk, stay: Segment) -> float:
    """For how long a talk was to be recorded."""
    begin, end = stay.answered_at or stay.started_at, stay.ended_at or stay.started_at
    paused = sum(
        _talked(talk, max(begin, each.started_at), min(end, each.ended_at or end))
        for each in _within(talk, "recording_pause", begin, end)
    )
    return _talked(talk, begin, end) - paused


def _talked(talk: Talk, begin: float, end: float) -> float:
    """Of that time, without holds."""
    held = sum(
        max(0.0, min(end, each.ended_at or end) - max(begin, each.started_at))
        for each in talk.segments
        if each.kind == "hold"
    )
    return max(0.0, end - begin - held)


def _within(talk: Talk, kind: str, begin: float, end: float) -> list[Segment]:
    return [
        each
        for each in talk.segments
        if each.kind == kind and each.started_at < end and (each.ended_at is None or each.ended_at > begin)
    ]


def judged(sides: Sides, expected: float) -> str:
    """What is wrong with the files, if anything."""
    if not (sides.customer.exists() and sides.agent.exists()):
        return UNREADABLE
    if sides.samples == 0:
        return MISSING
    short = expected - sides.samples / RATE
    if sides.apart_s > APART_S or short > SHORT_BY_S + SHORT_BY_SHARE * expected:
        return TRUNCATED
    return KEPT
