"""The metadata, the column types that both databases share, and the two things that they spell differently."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Dialect,
    Double,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
storable_words: Callable[[str], str] = partial(_UNSTORABLE.sub, "\N{REPLACEMENT CHARACTER}")
"""Text without what PostgreSQL refuses (NUL, lone surrogates)."""


class Words(TypeDecorator[str]):
    """Text that a customer wrote: NUL (refused by PostgreSQL) and lone surrogates become U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value if value is None else storable_words(value)


class TextList(TypeDecorator[tuple[str, ...]]):
    """A short list of texts that is only ever read whole, as a JSON array."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        # JSON escapes what the databases could not hold (RFC 8259, 7)
        return json.dumps(value or ())

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        return tuple(json.loads(value)) if value else ()


class Json(TypeDecorator[Any]):
    """A structure that is read whole, or asked for a part of: `jsonb` on PostgreSQL, text on SQLite. None is no structure: NULL."""

    impl = sa.JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = postgresql.JSONB if dialect.name == "postgresql" else sa.JSON
        return dialect.type_descriptor(kind(none_as_null=True))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return storable(value)


class Amount(TypeDecorator[Decimal]):
    """Money, exact to a ten-thousandth: whole ten-thousandths, since SQLite has no decimals."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value.scaleb(4).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-4)


def storable(value: Any) -> Any:
    """A JSON value without what PostgreSQL refuses in one (NUL, lone surrogates)."""
    if isinstance(value, str):
        return storable_words(value)
    if isinstance(value, Mapping):
        return {storable(name): storable(each) for name, each in value.items()}
    return [storable(each) for each in value] if isinstance(value, list | tuple) else value


class database_now(FunctionElement[float]):  # noqa: N801 - a function of SQL
    """The database's own clock, seconds since 1970-01-01 UTC; the one clock that all nodes share."""

    type = Double()
    inherit_cache = True


@compiles(database_now, "sqlite")
def _sqlite_now(element: Any, compiler: Any, **_: Any) -> str:
    # unixepoch('subsec') needs SQLite 3.42; Debian 12 has 3.40
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(database_now, "postgresql")
def _postgresql_now(element: Any, compiler: Any, **_: Any) -> str:
    # not now(): that is when the transaction began
    return "(extract(epoch FROM clock_timestamp())::double precision)"


class custom_text(FunctionElement[str]):  # noqa: N801 - a function of SQL
    """A custom field's value: (the row's `custom`, the field's name as a literal). The name is written out and not bound, since an index on
    an expression counts for that very expression alone."""

    type = Text()
    inherit_cache = True


class custom_number(FunctionElement[float]):  # noqa: N801 - a function of SQL
    """The same of a number."""

    type = Double()
    inherit_cache = True


class custom_flag(FunctionElement[bool]):  # noqa: N801 - a function of SQL
    """The same of yes or no."""

    type = Boolean()
    inherit_cache = True


@compiles(custom_text, "sqlite")
def _sqlite_custom(element: Any, compiler: Any, **more: Any) -> str:
    column, name = element.clauses
    return f"json_extract({compiler.process(column, **more)}, '$.{name.name}')"


@compiles(custom_number, "sqlite")
def _sqlite_number(element: Any, compiler: Any, **more: Any) -> str:
    return _sqlite_only(element, compiler, "'integer', 'real'", **more)


@compiles(custom_flag, "sqlite")
def _sqlite_flag(element: Any, compiler: Any, **more: Any) -> str:
    return _sqlite_only(element, compiler, "'true', 'false'", **more)


def _sqlite_only(element: Any, compiler: Any, kinds: str, **more: Any) -> str:
    column, name = element.clauses
    kind = f"json_type({compiler.process(column, **more)}, '$.{name.name}')"
    return f"(CASE WHEN {kind} IN ({kinds}) THEN {_sqlite_custom(element, compiler, **more)} END)"


def _postgresql_custom(element: Any, compiler: Any, **more: Any) -> str:
    column, name = element.clauses
    return f"({compiler.process(column, **more)} ->> '{name.name}')"


compiles(custom_text, "postgresql")(_postgresql_custom)


@compiles(custom_number, "postgresql")
def _postgresql_number(element: Any, compiler: Any, **more: Any) -> str:
    return _postgresql_only(element, compiler, "number", "double precision", **more)


@compiles(custom_flag, "postgresql")
def _postgresql_flag(element: Any, compiler: Any, **more: Any) -> str:
    return _postgresql_only(element, compiler, "boolean", "boolean", **more)


def _postgresql_only(element: Any, compiler: Any, kind: str, cast: str, **more: Any) -> str:
    """What a field of another kind, which had this name before, left in old rows is nothing: as a cast it would be an error."""
    column, name = element.clauses
    place = compiler.process(column, **more)
    return (
        f"(CASE WHEN jsonb_typeof({place} -> '{name.name}') = '{kind}'"
        f" THEN ({place} ->> '{name.name}')::{cast} END)"
    )


class by_code_point(FunctionElement[str]):  # noqa: N801 - a function of SQL
    """A text that is compared by its code points, whatever the database's locale."""

    type = Text()
    inherit_cache = True


@compiles(by_code_point, "sqlite")
def _sqlite_order(element: Any, compiler: Any, **more: Any) -> str:
    return f"{compiler.process(element.clauses, **more)} COLLATE BINARY"


@compiles(by_code_point, "postgresql")
def _postgresql_order(element: Any, compiler: Any, **more: Any) -> str:
    return f'({compiler.process(element.clauses, **more)}) COLLATE "C"'


def inserting(conn: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that offers `on_conflict_do_nothing`, in the spelling of this connection's database."""
    return inserting_in(conn.dialect.name, table)


def inserting_in(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The same for statements that are made once for each database."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def moment(name: str, *, nullable: bool = False, index: bool = False) -> Column[float]:
    return Column(name, Double, nullable=nullable, index=index)


def standard_columns(*, scoped: bool) -> Iterator[Column[Any]]:
    """What every record has; tables that are spelt out by hand take it as well."""
    yield moment("created_at")
    yield moment("updated_at", index=True)
    yield Column("row_version", Integer, nullable=False, server_default="1")
    yield Column("deleted_at", Double)
    yield Column("custom", Json, nullable=False, server_default=text("'{}'"))
    if scoped:
        yield Column("owner_id", Text, index=True)
        yield Column("team_id", Text, index=True)
        yield Column("territory", Text, index=True)


def one_of(column: str, *words: str) -> CheckConstraint:
    """The column holds one of these words (or nothing)."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def index_where(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """A partial index: only rows for which `where` holds are in it, and only they are unique."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)
