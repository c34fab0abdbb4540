"""The same question about several rows in one statement: a part for each, joined by UNION ALL.

Each part keeps its own order and bound, so that each is one walk down an index; asking one after the other would cost a round
trip for each.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import BindParameter, Connection, CursorResult, Select, bindparam, select, union_all
from sqlalchemy.sql.selectable import CompoundSelect

Part = Callable[[BindParameter[str]], Select[Any]]


class Several:
    """`part` makes the question about one row from its id."""

    def __init__(self, part: Part) -> None:
        self._part = part
        self._made: dict[int, CompoundSelect[Any]] = {}

    def run(self, conn: Connection, ids: Sequence[str], **values: Any) -> CursorResult[Any]:
        """All parts' rows; at least one id is asked for. `values` are for parameters that the parts share."""
        return conn.execute(
            self._for(len(ids)), {_name(place): each for place, each in enumerate(ids)} | values
        )

    def _for(self, count: int) -> CompoundSelect[Any]:
        known = self._made.get(count)
        if known is None:
            parts = (self._part(bindparam(_name(place))) for place in range(count))
            known = self._made[count] = union_all(*(select(part.subquery()) for part in parts))
        return known


def _name(place: int) -> str:
    return f"of_{place}"
