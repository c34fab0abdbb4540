"""The rows of recorded talks: what is kept of which talk, and until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, delete, func, insert, select, update

from crm_core import interactions
from crm_core.interactions import Segment
from crm_core.paging import columns
from crm_core.tables import interaction, queue, recording, segment

KEPT, TRUNCATED, UNREADABLE, MISSING, ERASED = "kept", "truncated", "unreadable", "missing", "erased"
DAY_S = 86_400.0
_R, _S = recording.c, segment.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One. `state`: kept, or what is wrong with it: truncated (shorter than the talk), unreadable (not both sides are there), missing (no sound at
    all). `bytes` and `sha256` of the audio as it is played. `peaks`: how loud each side is over time, 0 to 100. `pauses`: from when to when, in
    seconds of the audio, recording was paused."""

    id: str
    interaction_id: str
    queue_id: str | None
    agent_id: str | None
    started_at: float
    seconds: float
    bytes: int
    sha256: str
    state: str
    sealed: bool
    peaks: dict[str, list[int]] | None
    keep_until: float | None
    pauses: list[list[float]] | None = None

    @property
    def audible(self) -> bool:
        """Whether there is anything to be heard."""
        return self.bytes > 0

    def place(self, folder: Path) -> Path:
        """Where its audio lies."""
        return place(folder, self.id, self.started_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """What the ledger says of a call: its stays, and whether it is over."""

    queue_id: str | None
    segments: tuple[Segment, ...]
    over: bool


def place(folder: Path, name: str, started_at: float) -> Path:
    """By the day (UTC) on which the talk began."""
    return folder / datetime.fromtimestamp(started_at, UTC).strftime("%Y/%m/%d") / name


def add(conn: Connection, made: Recording) -> None:
    """Keep it; once, however often it is told. What was missed before is found with it."""
    conn.execute(
        delete(recording).where(
            _R.interaction_id == made.interaction_id,
            _R.agent_id == made.agent_id,
            _R.state == MISSING,
            _R.started_at.between(made.started_at - 1, made.started_at + made.seconds + 600),
        )
    )
    if one(conn, made.id) is None:
        conn.execute(
            insert(recording).values(**{name: getattr(made, name) for name in Recording.__dataclass_fields__})
        )


def one(conn: Connection, name: str) -> Recording | None:
    """Also one that is to be removed."""
    row = conn.execute(select(recording).where(_R.id == name)).one_or_none()
    return None if row is None else Recording(**columns(row))


def of_interaction(conn: Connection, name: str) -> list[Recording]:
    """In the order of the talks."""
    return [each for each in ever_of(conn, name) if each.state != ERASED]


def ever_of(conn: Connection, name: str) -> list[Recording]:
    """With those that were erased."""
    query = select(recording).where(_R.interaction_id == name).order_by(_R.started_at, _R.id)
    return [Recording(**columns(row)) for row in conn.execute(query)]


def forget(conn: Connection, interaction_ids: Iterable[str]) -> int:
    """Nobody hears what was said in these calls any more; the keeper removes the files, and then the rows."""
    done = 0
    for name in interaction_ids:
        gone = update(recording).where(_R.interaction_id == name, _R.state != ERASED)
        done += conn.execute(gone.values(state=ERASED, peaks=None)).rowcount
    return done


def forget_these(conn: Connection, names: Iterable[str]) -> None:
    """The same of single recordings."""
    conn.execute(update(recording).where(_R.id.in_(list(names))).values(state=ERASED, peaks=None))


def erased(conn: Connection) -> list[Recording]:
    """Those whose files are to be removed."""
    return [
        Recording(**columns(row))
        for row in conn.execute(select(recording).where(_R.state == ERASED, _R.bytes > 0).limit(100))
    ]


def removed(conn: Connection, name: str) -> None:
    """Its file is gone. The row stays, so that nobody misses the recording."""
    gone = update(recording).where(_R.id == name, _R.state == ERASED)
    conn.execute(gone.values(bytes=0, sha256=""))


def flagged(conn: Connection, since: float) -> int:
    """Of how many talks since then the recording is not whole, or not there."""
    query = select(func.count()).where(_R.state.in_((TRUNCATED, UNREADABLE, MISSING)), _R.started_at >= since)
    return conn.execute(query).scalar_one()


def talk_of(conn: Connection, name: str) -> Talk | None:
    """The call of that name; None: nobody knows it (yet)."""
    row = interactions.interaction(conn, name)
    if row is None:
        return None
    over = row.ended_at is not None or row.closed_at is not None
    return Talk(queue_id=row.queue_id, segments=tuple(interactions.segments(conn, name)), over=over)


def keep_until(conn: Connection, queue_id: str | None, started_at: float, usual_days: int) -> float:
    """By the queue's days, or the usual ones."""
    days = conn.execute(select(queue.c.record_days).where(queue.c.id == queue_id)).scalar_one_or_none()
    return started_at + (days or usual_days) * DAY_S


def ended_lately(conn: Connection, since: float, until: float) -> list[tuple[str, Segment]]:
    """Recorded talks that ended then, of the last few hundred."""
    query = (
        select(_S.interaction_id, *(_S[name] for name in Segment.__dataclass_fields__))
        .join(interaction, interaction.c.id == _S.interaction_id)
        .where(_S.kind == "agent", _S.recorded, interaction.c.medium == "voice")
        .order_by(_S.id.desc())
        .limit(500)
    )
    found = [columns(row) for row in conn.execute(query)]
    return [
        (row.pop("interaction_id"), Segment(**row))
        for row in found
        if row["ended_at"] is not None and row["answered_at"] is not None and since < row["ended_at"] <= until
    ]
