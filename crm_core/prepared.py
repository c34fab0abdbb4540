"""Core statements compiled once, for what every call runs; they go to the database as text (`crm_core.direct`).

Values go through their columns' types as SQLAlchemy's own would; what is read does not, so a prepared SELECT may not ask for columns of type `Json`,
`TextList` or `Amount`, and gets SQLite's 0 and 1 for no and yes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.sql.selectable import CompoundSelect
from sqlalchemy.types import TypeEngine

from crm_core import direct
from crm_core.direct import Found
from crm_core.tables.base import Words, storable_words

Statement = Insert | Update | Delete | Select[Any] | CompoundSelect[Any]
Processor = Callable[[Any], Any]


class Prepared:
    """One statement; its named parameters are given to `run`."""

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def run(self, conn: Connection, values: Mapping[str, Any]) -> Found:
        """Execute with these values; `KeyError` when one that the statement names is missing."""
        compiled = self._for(conn.dialect)
        return direct.run(conn, compiled.sql, compiled.in_order(values))

    def run_each(self, conn: Connection, values: Sequence[Mapping[str, Any]]) -> None:
        """Execute once for each."""
        compiled = self._for(conn.dialect)
        direct.run_each(conn, compiled.sql, [compiled.in_order(row) for row in values])

    def _for(self, dialect: Dialect) -> "_Compiled":
        known = self._compiled.get(dialect.name)
        if known is None:
            known = self._compiled[dialect.name] = _compile(self._statement, dialect)
        return known


def processor_of(kind: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    """What makes a value of this type one for the driver; None: nothing need be done."""
    if isinstance(kind, Words):  # most are words: without the layers of a TypeDecorator
        return _words
    processor: Processor | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return processor


def _words(value: str | None) -> str | None:
    return value if value is None else storable_words(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Compiled:
    """SQL with counted parameters: their names in order with what converts each, and the values of those that the statement itself gives."""

    sql: str
    binds: tuple[tuple[str, Processor | None], ...]
    constants: Mapping[str, Any]

    def in_order(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        constants = self.constants
        return tuple(
            constants[name] if name in constants else (to(values[name]) if to else values[name])
            for name, to in self.binds
        )


def _compile(statement: Statement, dialect: Dialect) -> _Compiled:
    compiled: Any = statement.compile(dialect=dialect)
    kinds = {name: processor_of(bind.type, dialect) for name, bind in compiled.binds.items()}
    constants = {
        name: to(bind.value) if (to := kinds[name]) else bind.value
        for name, bind in compiled.binds.items()
        if not bind.required
    }
    return _Compiled(
        sql=str(compiled),
        binds=tuple((name, kinds[name]) for name in compiled.positiontup),
        constants=constants,
    )
