"""What codes and references may hold: the words of code lists, rows of other entities, users."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from crm_core.access.model import Action
from crm_core.access.reader import Reader
from crm_core.access.scopes import readable, within_reach
from crm_core.records import known
from crm_core.records.declared import Field, FieldKind
from crm_core.records.tables import table_of
from crm_core.tables import user_account
from crm_core.tables.base import metadata


def offered(conn: Connection, list_name: str, code: str) -> bool:
    """Whether a code list offers this word for new rows. A retired one stays valid where it is."""
    row = metadata.tables["code_value"].c
    query = select(row.id).where(
        row.list == list_name, row.code == code, row.retired_at.is_(None), row.deleted_at.is_(None)
    )
    return conn.execute(query).first() is not None


def refers(conn: Connection, reader: Reader, entity_name: str, row_id: str) -> bool:
    """Whether there is such a row, among those that they may read."""
    entity = known.entity(entity_name)
    row = table_of(entity).c
    return conn.execute(select(row.id).where(row.id == row_id, readable(entity, reader))).first() is not None


def is_user(conn: Connection, user_id: str) -> bool:
    row = user_account.c
    return conn.execute(select(row.id).where(row.id == user_id)).first() is not None


def names(
    conn: Connection, reader: Reader, fields: Iterable[Field], records: Iterable[Mapping[str, Any]]
) -> dict[str, dict[str, str]]:
    """What the rows refer to, by entity and id: how a list shows a reference. Rows that they may not read have no name."""
    rows = list(records)
    wanted: dict[str, set[str]] = {}
    for field in fields:
        if field.kind in (FieldKind.REFERENCE, FieldKind.USER):
            of = "user" if field.kind is FieldKind.USER else field.refers
            wanted.setdefault(of, set()).update(row[field.name] for row in rows if row.get(field.name))
    return {of: _names(conn, reader, of, ids) for of, ids in wanted.items() if ids}


def _names(conn: Connection, reader: Reader, of: str, ids: set[str]) -> dict[str, str]:
    if of == "user":
        row = user_account.c
        found = conn.execute(select(row.id, row.name).where(row.id.in_(ids)))
    else:
        entity = known.entity(of)
        if entity.title in reader.hidden(of):
            return {}
        of_entity = table_of(entity).c
        title = of_entity[entity.title].label("name")
        # deleted rows keep their name where they are referred to
        found = conn.execute(
            select(of_entity.id, title).where(
                of_entity.id.in_(ids), within_reach(entity, reader, Action.READ)
            )
        )
    return {each.id: str(each.name) for each in found}
