"""Indexes for custom fields that are found by search: made when a field is marked so, dropped when the mark goes, by the program itself.

SQLite makes each in a unit of the writer's, some tenths of a second for a hundred thousand rows. PostgreSQL makes it beside all else, outside
of any transaction (CREATE INDEX CONCURRENTLY); one that was interrupted is invalid, counts for nothing and is made anew.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DataError, DBAPIError, InternalError, ProgrammingError

from crm_core.engines import as_unavailable
from crm_core.records import known
from crm_core.records.declared import Entity, Field, FieldKind
from crm_core.records.shape import custom_fields, shape_of
from crm_core.records.tables import table_of

_PREFIX = "cx_"
_WITHOUT = (FieldKind.LONG_TEXT,)
"""Kinds of which nothing is asked that an index could answer; their words are in the search."""
_MADE_SQLITE = text("SELECT name FROM sqlite_master WHERE type = 'index' AND substr(name, 1, 3) = 'cx_'")
_MADE_POSTGRESQL = text(
    "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " WHERE left(c.relname, 3) = 'cx_' AND pg_table_is_visible(c.oid) AND i.indisvalid = :valid"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done: statements in their order. `table` of a new index is looked over afterwards, so that the planner knows it."""

    statements: tuple[str, ...]
    tables: tuple[str, ...]


def plan(conn: Connection) -> Plan:
    """How what there is differs from what the fields ask for."""
    wanted, made, broken = _wanted(conn), _made(conn), _broken(conn)
    gone = sorted((made - set(wanted)) | broken)
    new = {name: each for name, each in wanted.items() if name not in made}
    beside = "CONCURRENTLY " if conn.dialect.name == "postgresql" else ""
    # names, tables and expressions are ours, and a field's name has letters and digits alone
    return Plan(
        statements=(
            *(f"DROP INDEX {beside}IF EXISTS {name}" for name in gone),
            *(f"CREATE INDEX {beside}{name} ON {table} ({part})" for name, (table, part) in new.items()),
        ),
        tables=tuple(sorted({table for table, _ in new.values()})),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tended:
    """`failed`, with why: tried again with the next look; a filter on the field works all the same, and slower."""

    done: tuple[str, ...]
    failed: tuple[tuple[str, str], ...] = ()


def step(conn: Connection) -> str | None:
    """The first of it in the caller's unit, for SQLite: others write between two; None when all is done."""
    todo = plan(conn).statements
    if not todo:
        return None
    conn.execute(text(todo[0]))
    return todo[0]


def apply_beside(url: str) -> Tended:
    """All of it beside what others do, for PostgreSQL; what fails, fails alone."""
    done: list[str] = []
    failed: list[tuple[str, str]] = []
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as conn:
            todo = plan(conn)
            for statement in (*todo.statements, *(f"ANALYZE {table}" for table in todo.tables)):
                try:
                    conn.execute(text(statement))
                    done.append(statement)
                except (DataError, ProgrammingError, InternalError) as error:
                    failed.append((statement, str(error.orig)))
    except DBAPIError as error:
        raise as_unavailable(error) or error from error
    finally:
        engine.dispose()
    return Tended(done=tuple(done), failed=tuple(failed))


def _wanted(conn: Connection) -> Mapping[str, tuple[str, str]]:
    """By name the table and the expression."""
    return {
        _name(entity, field): (table_of(entity).name, _expression(conn, entity, field))
        for entity in known.every()
        for field in custom_fields(conn, entity.name)
        if field.searched and field.kind not in _WITHOUT
    }


def _expression(conn: Connection, entity: Entity, field: Field) -> str:
    """The very expression that filters and orders ask by."""
    column = shape_of(conn, entity).column(field)
    return str(column.compile(dialect=conn.dialect, compile_kwargs={"include_table": False}))


def _name(entity: Entity, field: Field) -> str:
    """Within the 63 bytes of a name, and no other field's."""
    digest = hashlib.sha256(f"{entity.name}/{field.name}/{field.kind}".encode()).hexdigest()[:8]
    return f"{_PREFIX}{entity.name[:16]}_{field.name[:32]}_{digest}"


def _made(conn: Connection) -> set[str]:
    if conn.dialect.name == "sqlite":
        return set(conn.execute(_MADE_SQLITE).scalars())
    return set(conn.execute(_MADE_POSTGRESQL, {"valid": True}).scalars())


def _broken(conn: Connection) -> set[str]:
    if conn.dialect.name == "sqlite":
        return set()
    return set(conn.execute(_MADE_POSTGRESQL, {"valid": False}).scalars())
