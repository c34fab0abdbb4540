"""What a party brings along: numbers and addresses as columns of a file."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select

from config.ids import new_id
from crm_core.parties import normalised
from crm_core.prepared import Prepared, inserting_all
from crm_core.records.declared import Field, FieldKind, label
from crm_core.records.values import Wrong, stored
from crm_core.tables import contact_point
from crm_core.tables.base import storable
from crm_core.transfer.brought import Brought, Values

_P = contact_point.c
_ADD = Prepared(
    inserting_all(
        contact_point,
        *("id", "party_id", "position", "kind", "raw", "normal", "national", "digits_reversed", "label"),
    )
)


def _field(name: str, kind: FieldKind, en: str, zh_tw: str, zh_cn: str) -> Field:
    return Field(name=name, kind=kind, label=label(en, zh_tw, zh_cn))


COLUMNS = (
    _field("phone", FieldKind.PHONE, "Phone", "電話", "电话"),
    _field("phone_2", FieldKind.PHONE, "Phone 2", "電話 2", "电话 2"),
    _field("phone_3", FieldKind.PHONE, "Phone 3", "電話 3", "电话 3"),
    _field("email", FieldKind.EMAIL, "E-mail", "電子郵件", "电子邮件"),
    _field("email_2", FieldKind.EMAIL, "E-mail 2", "電子郵件 2", "电子邮件 2"),
)
_BY_NAME = {field.name: field for field in COLUMNS}


def _kind(column: str) -> str:
    return column.partition("_")[0]


def _read(column: str, cell: str) -> dict[str, Any] | None:
    raw = stored(_BY_NAME[column], cell)
    if raw is None:
        return None
    raw = storable(raw)
    point: dict[str, Any] = {"kind": _kind(column), "raw": raw, "national": None, "digits_reversed": None}
    point |= normalised(point["kind"], raw)
    if not point["normal"]:
        raise Wrong("field.phone")
    return point


def _key(_: str, point: Mapping[str, Any]) -> str:
    return str(point["normal"])


def _find(conn: Connection, column: str, keys: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    query = select(_P.normal, _P.party_id).where(
        _P.kind == _kind(column), _P.normal.in_(keys), _P.deleted_at.is_(None)
    )
    for row in conn.execute(query):
        found.setdefault(row.normal, []).append(row.party_id)
    return found


def _add(conn: Connection, rows: Sequence[tuple[str, Values, bool]]) -> dict[str, list[str]]:
    """Points that a party has already stay as they are; nothing is taken away because a file does not name it."""
    known = _known(conn, [party_id for party_id, _, is_new in rows if not is_new])
    added: dict[str, list[str]] = {}
    points: list[dict[str, Any]] = []
    for party_id, values, _ in rows:
        there = known.setdefault(party_id, set())
        position = len(there)
        for point in filter(None, values.values()):
            same = (point["kind"], point["normal"])
            if same not in there:
                there.add(same)
                made = {"id": new_id(), "party_id": party_id, "position": position, "label": ""} | point
                points.append(made)
                added.setdefault(party_id, []).append(made["id"])
                position += 1
    if points:
        _ADD.run_each(conn, points)
    return added


def _known(conn: Connection, party_ids: Sequence[str]) -> dict[str, set[tuple[str, str]]]:
    found: dict[str, set[tuple[str, str]]] = {}
    if party_ids:
        for row in conn.execute(select(_P.party_id, _P.kind, _P.normal).where(_P.party_id.in_(party_ids))):
            found.setdefault(row.party_id, set()).add((row.kind, row.normal))
    return found


def _take_back(conn: Connection, added: Mapping[str, Sequence[str]]) -> None:
    ids = [each for of_party in added.values() for each in of_party]
    if ids:
        conn.execute(delete(contact_point).where(_P.id.in_(ids)))


def _cells(conn: Connection, party_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    counts: dict[tuple[str, str], int] = {}
    query = select(_P.party_id, _P.kind, _P.raw).where(_P.party_id.in_(party_ids), _P.deleted_at.is_(None))
    for row in conn.execute(query.order_by(_P.party_id, _P.position)):
        number = counts[row.party_id, row.kind] = counts.get((row.party_id, row.kind), 0) + 1
        column = row.kind if number == 1 else f"{row.kind}_{number}"
        if column in _BY_NAME:
            found.setdefault(row.party_id, {})[column] = row.raw
    return found


PARTY_POINTS = Brought(
    columns=COLUMNS,
    matching=("phone", "email"),
    read=_read,
    key=_key,
    find=_find,
    add=_add,
    take_back=_take_back,
    cells=_cells,
)
