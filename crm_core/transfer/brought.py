"""What a row brings along in a file beside its own fields, kept in tables of its own: a party's numbers and addresses."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from crm_core.records.declared import Field

Values = Mapping[str, Any]
"""By column: what `read` made of the cells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """Named by an entity's declaration (`brings`), so that import and export need not know what it is.

    `owned`: the tables and their columns that name the record; their rows go when an import that made the record is undone. `columns` are offered beside the entity's fields. `read` makes a value of a cell, without a database; it raises `Wrong`. `key` is
    what two cells share that name the same; `find` gives the ids of the rows that have a key, for the columns in `matching`. `add` writes what many rows bring,
    all in few statements and stamped with the moment it is given, and returns for each row what was added (JSON), by which `take_back` removes it again. `cells` is
    for exports: the texts of many rows by column.
    """

    owned: tuple[tuple[str, str], ...]
    columns: tuple[Field, ...]
    matching: tuple[str, ...]
    read: Callable[[str, str], Any]
    key: Callable[[str, Any], str]
    find: Callable[[Connection, str, Sequence[str]], Mapping[str, Sequence[str]]]
    add: Callable[[Connection, Sequence[tuple[str, Values, bool]], float], Mapping[str, Any]]
    take_back: Callable[[Connection, Mapping[str, Any]], None]
    cells: Callable[[Connection, Sequence[str]], Mapping[str, Mapping[str, str]]]
