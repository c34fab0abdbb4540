"""What cells say of other records and of users, as ids: an id, or the name people know it by. A query a chunk and entity, none a row."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, or_, select

from crm_core.access.reader import Reader
from crm_core.access.scopes import readable
from crm_core.records import known
from crm_core.records.declared import Field, FieldKind
from crm_core.records.tables import table_of
from crm_core.records.values import Wrong
from crm_core.tables import user_account

Known = dict[tuple[str, str], str]
"""By entity and text: the id."""
MOST_KNOWN = 50_000
_AMBIGUOUS = ""


def resolved(
    conn: Connection,
    reader: Reader,
    fields: Iterable[Field],
    texts: Mapping[str, set[str]],
    remembered: Known,
) -> Known:
    """Ids for the texts of each field's column, as far as there are any; an empty id where a name is that of several."""
    found: Known = {}
    for field in fields:
        of = "user" if field.kind is FieldKind.USER else field.refers
        missing = {text for text in texts.get(field.name, ()) if text and (of, text) not in remembered}
        found |= {
            (of, text): remembered[of, text] for text in texts.get(field.name, ()) if (of, text) in remembered
        }
        if missing:
            found |= {(of, text): row_id for text, row_id in _looked_up(conn, reader, of, missing).items()}
    return found


def remember(remembered: Known, found: Known) -> None:
    """Keep what was found for the chunks to come; beyond a size, begin anew."""
    if len(remembered) > MOST_KNOWN:
        remembered.clear()
    remembered |= {key: row_id for key, row_id in found.items() if row_id != _AMBIGUOUS}


def chosen(field: Field, text: str, found: Known) -> str:
    """The id; `Wrong` when there is none, or more than one."""
    of = "user" if field.kind is FieldKind.USER else field.refers
    row_id = found.get((of, text))
    if row_id is None:
        raise Wrong("field.reference", entity=of)
    if row_id == _AMBIGUOUS:
        raise Wrong("import.reference_ambiguous", entity=of)
    return row_id


def _looked_up(conn: Connection, reader: Reader, of: str, texts: set[str]) -> dict[str, str]:
    if of == "user":
        row: Any = user_account.c
        query = select(row.id, row.login, row.name).where(
            or_(row.id.in_(texts), row.login.in_(texts), row.name.in_(texts))
        )
        names: tuple[str, ...] = ("id", "login", "name")
    else:
        entity = known.entity(of)
        row = table_of(entity).c
        keys = [field.name for field in entity.fields if field.unique]
        names = tuple(dict.fromkeys(("id", *keys, entity.title)))
        query = select(*(row[name] for name in names)).where(
            or_(*(row[name].in_(texts) for name in names)), readable(entity, reader)
        )
    return _by_name(conn.execute(query).all(), names, texts)


def _by_name(rows: Iterable[Any], names: tuple[str, ...], texts: set[str]) -> dict[str, str]:
    """The closest name counts: an id before a login or code before a title."""
    found: dict[str, str] = {}
    for_all = list(rows)
    for name in names:
        here: dict[str, str] = {}
        for row in for_all:
            text = getattr(row, name)
            if text in texts and text not in found:
                here[text] = row.id if here.get(text, row.id) == row.id else _AMBIGUOUS
        found |= here
    return found
