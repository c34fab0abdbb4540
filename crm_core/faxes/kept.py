"""The rows of faxes, and where their pages lie."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from crm_core.paging import columns
from crm_core.tables import fax

TIFF, PDF, PICTURES = "tiff", "pdf", "pictures"
KINDS = (TIFF, PDF, PICTURES)
RECEIVED, FAILED, WAITING, SENDING = "received", "failed", "waiting", "sending"
SENT, UNKNOWN, CANCELLED = "sent", "unknown", "cancelled"
TRUNCATED, UNREADABLE, LONG = "truncated", "unreadable", "long"
MOST_LISTED = 200
_F = fax.c
Files = Mapping[str, Any]
"""By kind: `bytes` and `sha256`; of the pictures also `pages`, the first byte and the length of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fax:
    """One transmission; see the table. `at`: when it began to come, or was written."""

    id: str
    direction: str
    state: str
    interaction_id: str | None
    case_id: str | None
    queue_id: str | None
    author_id: str | None
    number: str
    our_number: str
    station: str
    subject: str
    words: str
    pages: int
    confirmed: int
    resolution: str
    code: str
    mark: str
    files: Files | None
    sealed: bool
    erased: bool
    at: float
    due_at: float | None
    tried_at: float | None
    attempts: int
    attempt: str | None
    key: str | None

    def has(self, kind: str) -> bool:
        """Whether this kind of file is there to be read."""
        return not self.erased and self.files is not None and kind in self.files

    @property
    def pictures(self) -> list[tuple[int, int]]:
        """Where each page's picture is within its file: the first byte and the length."""
        files = self.files
        if files is None or not self.has(PICTURES):
            return []
        return [(int(first), int(length)) for first, length in files[PICTURES]["pages"]]

    def place(self, folder: Path, kind: str) -> Path:
        """Where such a file of it lies."""
        return place(folder, self.id, self.at, kind)


def read_fax(row: Any) -> Fax:
    """A row with all columns of the table."""
    values = columns(row)
    files = values.pop("files")
    return Fax(**values, files=None if files is None else json.loads(files))


def place(folder: Path, name: str, at: float, kind: str) -> Path:
    """By the day (UTC)."""
    return folder / datetime.fromtimestamp(at, UTC).strftime("%Y/%m/%d") / f"{name}.{kind}"


def add(conn: Connection, made: Fax) -> None:
    """Keep a new one."""
    values = {name: getattr(made, name) for name in Fax.__dataclass_fields__}
    values["files"] = None if made.files is None else json.dumps(made.files)
    conn.execute(insert(fax).values(**values))


def one(conn: Connection, name: str) -> Fax | None:
    return next(iter(_of(conn, _F.id == name)), None)


def by_key(conn: Connection, key: str) -> Fax | None:
    """The one that was written with this press of "send"."""
    return next(iter(_of(conn, _F.key == key)), None)


def of_case(conn: Connection, case_id: str) -> list[Fax]:
    """In the order in which they came and were written."""
    return _of(conn, _F.case_id == case_id)


def of_interaction(conn: Connection, interaction_id: str) -> list[Fax]:
    """The same of one contact."""
    return _of(conn, _F.interaction_id == interaction_id)


def latest(
    conn: Connection, *, states: Iterable[str] = (), direction: str = "", before: float | None = None
) -> list[Fax]:
    """All of the house, the latest first."""
    query = select(fax)
    if wanted := list(states):
        query = query.where(_F.state.in_(wanted))
    if direction:
        query = query.where(_F.direction == direction)
    if before is not None:
        query = query.where(_F.at < before)
    rows = conn.execute(query.order_by(_F.at.desc(), _F.id.desc()).limit(MOST_LISTED))
    return [read_fax(row) for row in rows]


def counted(conn: Connection, since: float) -> dict[str, int]:
    """How many there were since then, by direction and state (`in_received`, `out_failed`)."""
    query = select(_F.direction, _F.state, func.count()).where(_F.at >= since)
    rows = conn.execute(query.group_by(_F.direction, _F.state)).all()
    return {f"{direction}_{state}": count for direction, state, count in rows}


def forget(
    conn: Connection,
    *,
    interaction_ids: Iterable[str] = (),
    case_ids: Iterable[str] = (),
    names: Iterable[str] = (),
) -> None:
    """Nobody sees these pages any more; whoever keeps the files removes them. What waits to be sent is not."""
    about = or_(
        _F.interaction_id.in_(list(interaction_ids)),
        _F.case_id.in_(list(case_ids)),
        _F.id.in_(list(names)),
    )
    conn.execute(update(fax).where(about, _F.state == WAITING).values(state=CANCELLED, due_at=None))
    blank = {"number": "", "station": "", "subject": "", "words": ""}
    conn.execute(update(fax).where(about, ~_F.erased).values(erased=True, **blank))


def erased(conn: Connection) -> list[Fax]:
    """Those whose files are to be removed."""
    query = select(fax).where(_F.erased, _F.files.is_not(None), _F.state != SENDING).limit(100)
    return [read_fax(row) for row in conn.execute(query)]


def removed(conn: Connection, name: str) -> None:
    """Its files are gone; that there was one stays."""
    conn.execute(update(fax).where(_F.id == name, _F.erased).values(files=None))


def _of(conn: Connection, condition: ColumnElement[bool]) -> list[Fax]:
    return [read_fax(row) for row in conn.execute(select(fax).where(condition).order_by(_F.at, _F.id))]
