"""Many rows into a table: compiled once, one statement for all where the driver would else make a round trip for each.

SQLite's executemany costs nothing beside the rows themselves; PostgreSQL's drivers send a statement a row, so there the rows are joined.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect, Table, bindparam, insert

from crm_core import direct
from crm_core.prepared import Processor, processor_of
from crm_core.tables.base import Words, storable_words

_MOST_PARAMETERS = 30_000
"""The protocol counts them in 16 bits, some drivers with a sign."""


class ManyRows:
    """An INSERT of these columns, or of all. Values go through their columns' types, as SQLAlchemy's own would."""

    def __init__(self, table: Table, *names: str) -> None:
        self._table = table
        self._names = names or tuple(table.c.keys())
        self._compiled: dict[str, _Compiled] = {}

    def run(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert them; `KeyError` when one lacks a column."""
        if not rows:
            return
        known = self._compiled.get(conn.dialect.name)
        if known is None:
            known = self._compiled[conn.dialect.name] = _compile(self._table, self._names, conn.dialect)
        values = [known.values(row) for row in rows]
        if conn.dialect.name == "sqlite":
            direct.run_each(conn, known.head + known.group, values)
            return
        most = max(1, _MOST_PARAMETERS // len(known.columns))
        for begin in range(0, len(values), most):
            part = values[begin : begin + most]
            sql = known.head + ", ".join([known.group] * len(part))
            conn.exec_driver_sql(sql, tuple(chain.from_iterable(part)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    """SQL up to VALUES, one group of parameters; how a row's values are taken out in order, and which of them are converted."""

    head: str
    group: str
    columns: tuple[str, ...]
    taken: Callable[[Mapping[str, Any]], tuple[Any, ...]]
    words: tuple[int, ...]
    converted: tuple[tuple[int, Processor], ...]

    def values(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        values = list(self.taken(row))
        for place in self.words:  # most columns are words: without the layers of a TypeDecorator
            if (value := values[place]) is not None:
                values[place] = storable_words(value)
        for place, to in self.converted:
            values[place] = to(values[place])
        return tuple(values)


def _compile(table: Table, names: Sequence[str], dialect: Dialect) -> _Compiled:
    statement = insert(table).values({name: bindparam(name) for name in names})
    compiled: Any = statement.compile(dialect=dialect)
    head, values, group = str(compiled).partition(" VALUES ")
    order = tuple(compiled.positiontup)
    kinds = [(place, table.c[name].type) for place, name in enumerate(order)]
    found = [(place, processor_of(kind, dialect)) for place, kind in kinds if not isinstance(kind, Words)]
    return _Compiled(
        head=head + values,
        group=group,
        columns=order,
        taken=itemgetter(*order),
        words=tuple(place for place, kind in kinds if isinstance(kind, Words)),
        converted=tuple((place, to) for place, to in found if to is not None),
    )
