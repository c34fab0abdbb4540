"""What a party brings along: numbers and addresses, and the ids that other systems know it by, as columns of a file."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, select

from config.ids import new_id
from crm_core.customers import identifiers
from crm_core.customers.contact_points import normalised
from crm_core.many import ManyRows
from crm_core.records.declared import Field, FieldKind, label
from crm_core.records.values import Wrong, stored
from crm_core.tables import contact_point
from crm_core.tables.base import metadata
from crm_core.transfer.brought import Brought, Values

_P = contact_point.c
_POINT = ManyRows(
    contact_point,
    *("id", "party_id", "position", "kind", "raw", "normal", "national", "digits_reversed", "label"),
    *("created_at", "updated_at"),
)
_IDENTIFIER = ("id", "party_id", "scheme", "value", "normal", "created_at", "updated_at")


def _field(name: str, kind: FieldKind, en: str, zh_tw: str, zh_cn: str) -> Field:
    return Field(name=name, kind=kind, label=label(en, zh_tw, zh_cn))


POINTS = (
    _field("phone", FieldKind.PHONE, "Phone", "電話", "电话"),
    _field("phone_2", FieldKind.PHONE, "Phone 2", "電話 2", "电话 2"),
    _field("phone_3", FieldKind.PHONE, "Phone 3", "電話 3", "电话 3"),
    _field("fax", FieldKind.PHONE, "Fax", "傳真", "传真"),
    _field("email", FieldKind.EMAIL, "E-mail", "電子郵件", "电子邮件"),
    _field("email_2", FieldKind.EMAIL, "E-mail 2", "電子郵件 2", "电子邮件 2"),
    _field("postal", FieldKind.TEXT, "Postal address", "郵寄地址", "邮寄地址"),
)
SCHEMES = {
    "erp_id": "erp",
    "web_shop_id": "web_shop",
    "pos_id": "pos",
    "legacy_id": "legacy",
}
"""By column the system whose id it holds; ids of others come by an import of identifiers."""
IDENTIFIERS = (
    _field("erp_id", FieldKind.TEXT, "ERP number", "ERP 編號", "ERP 编号"),
    _field("web_shop_id", FieldKind.TEXT, "Web shop number", "網路商店編號", "网店编号"),
    _field("pos_id", FieldKind.TEXT, "Till number", "門市系統編號", "门店系统编号"),
    _field("legacy_id", FieldKind.TEXT, "Number in the former system", "舊系統編號", "旧系统编号"),
)
_BY_NAME = {field.name: field for field in (*POINTS, *IDENTIFIERS)}


def _kind(column: str) -> str:
    return column.partition("_")[0]


def _read(column: str, cell: str) -> dict[str, Any] | None:
    given = stored(_BY_NAME[column], cell)
    if given is None:
        return None
    if column in SCHEMES:
        return {"scheme": SCHEMES[column], "value": given, "normal": identifiers.normal(given)}
    kind = _kind(column)
    point = {"kind": kind, "raw": given, **normalised(kind, given)}
    if not point["normal"]:
        raise Wrong("field.phone")
    return point


def _key(_: str, brought: Mapping[str, Any]) -> str:
    return str(brought["normal"])


def _find(conn: Connection, column: str, keys: Sequence[str]) -> dict[str, list[str]]:
    if column in SCHEMES:
        row = metadata.tables["party_identifier"].c
        query = select(row.normal, row.party_id).where(
            row.scheme == SCHEMES[column], row.normal.in_(keys), row.deleted_at.is_(None)
        )
    else:
        query = select(_P.normal, _P.party_id).where(
            _P.kind == _kind(column), _P.normal.in_(keys), _P.deleted_at.is_(None)
        )
    found: dict[str, list[str]] = {}
    for each in conn.execute(query):
        found.setdefault(each.normal, []).append(each.party_id)
    return found


def _add(
    conn: Connection, rows: Sequence[tuple[str, Values, bool]], now: float
) -> dict[str, dict[str, list[str]]]:
    """What a party has already stays as it is; nothing is taken away because a file does not name it."""
    known = _known(conn, [party_id for party_id, _, is_new in rows if not is_new])
    added: dict[str, dict[str, list[str]]] = {}
    points: list[dict[str, Any]] = []
    ids: list[dict[str, Any]] = []
    for party_id, values, _ in rows:
        there = known.setdefault(party_id, set())
        for brought in filter(None, values.values()):
            into, of = (ids, "identifiers") if "scheme" in brought else (points, "points")
            same = (brought.get("kind") or f"id {brought['scheme']}", brought["normal"])
            if same in there:
                continue
            made = {"id": new_id(), "party_id": party_id, "created_at": now, "updated_at": now} | brought
            if of == "points":
                made |= {"position": len(there), "label": ""}
            there.add(same)
            into.append(made)
            added.setdefault(party_id, {}).setdefault(of, []).append(made["id"])
    _POINT.run(conn, points)
    if ids:
        ManyRows(metadata.tables["party_identifier"], *_IDENTIFIER).run(conn, ids)
    return added


def _known(conn: Connection, party_ids: Sequence[str]) -> dict[str, set[tuple[str, str]]]:
    """Deleted points too: no two of a party may be the same."""
    found: dict[str, set[tuple[str, str]]] = {}
    if not party_ids:
        return found
    for row in conn.execute(select(_P.party_id, _P.kind, _P.normal).where(_P.party_id.in_(party_ids))):
        found.setdefault(row.party_id, set()).add((row.kind, row.normal))
    of = metadata.tables["party_identifier"].c
    query = select(of.party_id, of.scheme, of.normal).where(
        of.party_id.in_(party_ids), of.deleted_at.is_(None)
    )
    for row in conn.execute(query):
        found.setdefault(row.party_id, set()).add((f"id {row.scheme}", row.normal))
    return found


def _take_back(conn: Connection, added: Mapping[str, Mapping[str, Sequence[str]]]) -> None:
    points = [each for of_party in added.values() for each in of_party.get("points", ())]
    ids = [each for of_party in added.values() for each in of_party.get("identifiers", ())]
    if points:
        conn.execute(delete(contact_point).where(_P.id.in_(points)))
    if ids:
        table = metadata.tables["party_identifier"]
        conn.execute(delete(table).where(table.c.id.in_(ids)))


def _cells(
    conn: Connection, party_ids: Sequence[str], reach: Mapping[str, ColumnElement[bool]]
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    counts: dict[tuple[str, str], int] = {}
    query = select(_P.party_id, _P.kind, _P.raw).where(
        _P.party_id.in_(party_ids), _P.deleted_at.is_(None), reach["contact_point"]
    )
    for row in conn.execute(query.order_by(_P.party_id, _P.position)):
        number = counts[row.party_id, row.kind] = counts.get((row.party_id, row.kind), 0) + 1
        column = row.kind if number == 1 else f"{row.kind}_{number}"
        if column in _BY_NAME:
            found.setdefault(row.party_id, {})[column] = row.raw
    names = {scheme: column for column, scheme in SCHEMES.items()}
    of = metadata.tables["party_identifier"].c
    ids = select(of.party_id, of.scheme, of.value).where(
        of.party_id.in_(party_ids), of.deleted_at.is_(None), reach["party_identifier"]
    )
    for row in conn.execute(ids.order_by(of.id)):
        if row.scheme in names:
            found.setdefault(row.party_id, {}).setdefault(names[row.scheme], row.value)
    return found


PARTY_POINTS = Brought(
    owned=(("contact_point", "party_id"), ("party_identifier", "party_id")),
    columns=(*POINTS, *IDENTIFIERS),
    held={each.name: ("contact_point", "raw") for each in POINTS}
    | {each.name: ("party_identifier", "value") for each in IDENTIFIERS},
    sole=tuple(SCHEMES),
    matching=("phone", "email", *SCHEMES),
    read=_read,
    key=_key,
    find=_find,
    add=_add,
    take_back=_take_back,
    cells=_cells,
)
