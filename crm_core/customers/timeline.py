"""All that happened with a customer, in one order: calls, letters, cases, tasks, consents, relations, merges, changes. A query, no copies.

Each kind is a source that answers in falling time from a place on; the pages are merged from them. Another room's kind joins by `add`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_

from config.errors import Kind, Refused
from crm_core.access.reader import Reader
from crm_core.paging import Page, from_cursor, to_cursor
from crm_core.tables.base import by_code_point

LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Something that happened, or (`planned`) is to happen. `detail`: words and codes as its kind has them."""

    kind: str
    id: str
    at: float
    party_id: str
    title: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    planned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Whose, for whom, from which place on, and how many at most."""

    conn: Connection
    reader: Reader
    party_ids: Sequence[str]
    place: tuple[float, str, str] | None
    limit: int

    def after(self, kind: str, at: ColumnElement[Any], row_id: ColumnElement[Any]) -> ColumnElement[bool]:
        """Rows of this kind that come after the place: earlier, or of the same moment and further in the order."""
        if self.place is None:
            return at.is_not(None)
        moment, of_kind, last = self.place
        if kind != of_kind:
            return at <= moment if kind > of_kind else at < moment
        return or_(at < moment, (at == moment) & (by_code_point(row_id) > last))


Source = Callable[[Ask], Sequence[Entry]]
_SOURCES: dict[str, Source] = {}


def add(kind: str, source: Source) -> None:
    """Let a kind be part of every time line."""
    _SOURCES[kind] = source


def kinds() -> tuple[str, ...]:
    from crm_core.customers import timeline_sources  # noqa: PLC0415 - it adds its sources here

    timeline_sources.join()
    return tuple(_SOURCES)


def read(
    conn: Connection,
    reader: Reader,
    party_ids: Sequence[str],
    *,
    of: Sequence[str] = (),
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Entry]:
    """A page, the latest first; of these kinds only, where any are named. What somebody may not read is not in it."""
    there = kinds()
    unknown = set(of) - set(there)
    if unknown:
        raise Refused("timeline.kind_unknown", Kind.INVALID, pointer="/query/kinds", given=min(unknown)[:50])
    limit = max(1, min(limit, LARGEST_PAGE))
    place = None if cursor is None else _place(cursor)
    ask = Ask(conn=conn, reader=reader, party_ids=party_ids, place=place, limit=limit + 1)
    found = [_SOURCES[kind](ask) for kind in there if not of or kind in of]
    entries = list(islice(merge(*found, key=_order), limit + 1))
    last = entries[limit - 1] if len(entries) > limit else None
    return Page(
        items=tuple(entries[:limit]),
        next_cursor=to_cursor(repr(last.at), last.kind, last.id) if last else None,
    )


def _order(entry: Entry) -> tuple[float, str, str]:
    return -entry.at, entry.kind, entry.id


def _place(cursor: str) -> tuple[float, str, str]:
    at, kind, last = from_cursor(cursor, 3)
    try:
        return float(at), kind, last
    except ValueError as error:
        raise Refused("cursor.unknown", Kind.INVALID, pointer="/cursor") from error
