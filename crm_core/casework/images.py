"""Rows as they were and as they were left: what a regrouping moves is written down here, and put back from here."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from crm_core.records.shape import named_columns
from crm_core.tables import case_link, support_case

Image = dict[str, Any]
"""`rows`: changed ones, before and after; `made`: added ones, by what names them."""
_COLUMN_OF = {"letter": "case_id", "interaction": "case_id", "task": "about_id"}
_MARKS = ("updated_at", "row_version", "sla_look_at")
"""Columns that every change touches: put back only when nothing else happened since."""


def empty() -> Image:
    return {"rows": [], "made": []}


def carry(conn: Connection, image: Image, start: str, end: str, chosen: Sequence[tuple[Table, Any]]) -> None:
    """Point these rows to the other case; a link that would lead to itself, or is there already, goes."""
    for table, condition in chosen:
        for row in conn.execute(select(table).where(condition)).all():
            before = dict(named_columns(row))
            name = _COLUMN_OF.get(table.name) or ("case_id" if row.case_id == start else "other_id")
            after = before | {name: end}
            if table is case_link and _is_idle(conn, after):
                conn.execute(delete(table).where(table.c.id == row.id))
                image["rows"].append({"table": table.name, "id": row.id, "gone": before})
                continue
            conn.execute(update(table).where(table.c.id == row.id).values({name: end}))
            keep(image, table, row.id, before, after)


def keep(
    image: Image, table: Table, row_id: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Write down what was changed in a row; nothing when nothing was."""
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        image["rows"].append(
            {
                "table": table.name,
                "id": row_id,
                "before": {name: before[name] for name in changed},
                "after": {name: after[name] for name in changed},
            }
        )


def moved(image: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The rows that went from one case to another, by table and id."""
    return {
        (each["table"], each["id"])
        for each in image.get("rows", ())
        if each["table"] != support_case.name or "parent_id" in each.get("before", ())
    }


def restore(conn: Connection, kept: Mapping[str, Any]) -> bool:
    """Put one row back as it was, unless somebody has changed it since; whether it was put back."""
    table = _table(kept["table"])
    if "gone" in kept:
        conn.execute(insert(table).values(**kept["gone"]))
        return True
    row = conn.execute(select(table).where(table.c.id == kept["id"])).one_or_none()
    if row is None:
        return False
    now = named_columns(row)
    own = [name for name in kept["before"] if name not in _MARKS]
    # a row that went on to somewhere else meanwhile stays there
    if any(now[name] != kept["after"][name] for name in own):
        return False
    untouched = all(now[name] == kept["after"][name] for name in kept["after"])
    names = kept["before"] if untouched else own
    if names:
        values = {name: kept["before"][name] for name in names}
        conn.execute(update(table).where(table.c.id == kept["id"]).values(values))
    return True


def unmake(conn: Connection, made: Mapping[str, Any]) -> None:
    """Take out a row that was added."""
    table = _table(made["table"])
    same = [table.c[name] == value for name, value in made.items() if name != "table"]
    conn.execute(delete(table).where(*same))


def _is_idle(conn: Connection, link: Mapping[str, Any]) -> bool:
    if link["case_id"] == link["other_id"]:
        return True
    row = case_link.c
    same = select(row.id).where(
        row.case_id == link["case_id"], row.other_id == link["other_id"], row.kind == link["kind"]
    )
    return conn.execute(same).first() is not None


def _table(name: str) -> Table:
    return support_case.metadata.tables[name]
