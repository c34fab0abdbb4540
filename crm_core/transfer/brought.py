"""What a row brings along in a file beside its own fields, kept in tables of its own: a party's numbers and addresses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection

from crm_core.access.model import Action, FieldRight, Scope
from crm_core.access.reader import Reader
from crm_core.records.declared import Field

Values = Mapping[str, Any]
"""By column: what `read` made of the cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Named by an entity's declaration (`brings`), so that import and export need not know what it is.

    `held`: by column the entity and its field that hold it, whose rights count for it; `sole`: the columns whose key no two records share.

    `owned`: the tables and their columns that name the record; their rows go when an import that made the record is undone. `columns` are offered beside the entity's fields. `read` makes a value of a cell, without a database; it raises `Wrong`. `key` is
    what two cells share that name the same; `find` gives the ids of the rows that have a key, for the columns in `matching`. `add` writes what many rows bring,
    all in few statements and stamped with the moment it is given, and returns for each row what was added (JSON), by which `take_back` removes it again. `cells` is
    for exports: the texts of many rows by column, within the reach that is given for each entity that holds some.
    """

    owned: tuple[tuple[str, str], ...]
    columns: tuple[Field, ...]
    held: Mapping[str, tuple[str, str]]
    sole: tuple[str, ...]
    matching: tuple[str, ...]
    read: Callable[[str, str], Any]
    key: Callable[[str, Any], str]
    find: Callable[[Connection, str, Sequence[str]], Mapping[str, Sequence[str]]]
    add: Callable[[Connection, Sequence[tuple[str, Values, bool]], float], Mapping[str, Any]]
    take_back: Callable[[Connection, Mapping[str, Any]], None]
    cells: Callable[
        [Connection, Sequence[str], Mapping[str, ColumnElement[bool]]], Mapping[str, Mapping[str, str]]
    ]

    def right(self, reader: Reader, entity: str, column: str, *actions: Action) -> FieldRight:
        """What a reader may do with a column: what they may with the entity that lists it, and with the one that holds it, if they may act on
        that one's rows at all."""
        of, field = self.held[column]
        if any(reader.scope(of, action) is Scope.NONE for action in actions):
            return FieldRight.HIDDEN
        return min(reader.right(entity, column), reader.right(of, field))
