"""Departments as a tree: whom rows belong to, and how far `team` reaches."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, select, update

from crm_core import departments
from crm_core.queue_checks import rewrite
from crm_core.queue_words import renamed
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_SETTINGS, Entity, Field, FieldKind, label
from crm_core.records.tables import table_of
from crm_core.tables import queue
from crm_core.tables.base import by_code_point

DEEPEST = 20


def _prepare(conn: Connection, change: Change) -> None:
    """A unit's `path` names those above it and itself (`/a/b/`), so that all below are one range of an index."""
    above = "/"
    parent = change.after.get("parent_id")
    if parent is not None:
        unit: Any = table_of(ORG_UNIT).c
        above = conn.execute(select(unit.path).where(unit.id == parent)).scalar_one()
    path = f"{above}{change.id}/"
    if f"/{change.id}/" in above:
        raise change.refuse("parent_id", "org_unit.cycle")
    if path.count("/") > DEEPEST + 1:
        raise change.refuse("parent_id", "org_unit.too_deep", most=DEEPEST)
    change.after["path"] = path


def _written(conn: Connection, change: Change) -> None:
    """Whoever moves takes all below along; where queues are served by it under its name, the new one is written."""
    for name in ("name", "code"):
        if change.before is not None and change.before.get(name) and change.changed(name):
            _rename_in_queues(
                conn, change, change.before[name], change.after.get(name) or change.after["name"]
            )
    before = (change.before or {}).get("path")
    after = change.after["path"]
    if before is None or before == after:
        return
    table = table_of(ORG_UNIT)
    unit: Any = table.c
    moved = update(table).where(below(unit.path, before), unit.id != change.id)
    conn.execute(moved.values(path=after + func.substr(unit.path, len(before) + 1)))


def _rename_in_queues(conn: Connection, change: Change, before: str, after: str) -> None:
    row = queue.c
    if departments.tree(conn).called(before):
        return  # others are still called so
    for each in conn.execute(select(row.id, row.served_by, row.relaxation)).all():
        words = {name: getattr(each, name) for name in ("served_by", "relaxation")}
        told = {name: (text, renamed(text, before, after)) for name, text in words.items()}
        rewrite(conn, change.acting, each.id, told)


def below(column: Any, path: str) -> ColumnElement[bool]:
    """The unit with this path and all under it."""
    place = by_code_point(column)
    return and_(place >= path, place < path + "~")


ORG_UNIT = Entity(
    name="org_unit",
    collection="org-units",
    label=label("Department", "部門", "部门"),
    plural=label("Departments", "部門", "部门"),
    module="settings",
    icon="building",
    sort="path",
    rights=RIGHTS_SETTINGS,
    scoped=False,
    prepare=_prepare,
    written=_written,
    fields=(
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            searched=True,
            listed=True,
            most=200,
        ),
        Field(
            name="code",
            kind=FieldKind.TEXT,
            label=label("Code", "代碼", "代码"),
            unique=True,
            searched=True,
            listed=True,
            most=60,
        ),
        Field(
            name="parent_id",
            kind=FieldKind.REFERENCE,
            refers="org_unit",
            label=label("Belongs to", "上級部門", "上级部门"),
            listed=True,
        ),
        Field(name="head_id", kind=FieldKind.USER, label=label("Head", "主管", "主管"), listed=True),
        Field(
            name="path",
            kind=FieldKind.TEXT,
            label=label("Path", "路徑", "路径"),
            read_only=True,
            indexed=True,
            most=2000,
        ),
    ),
)
