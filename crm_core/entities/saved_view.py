"""Lists worth keeping: a filter, an order and columns under a name; one's own, or shared, and run with each reader's own rights."""

from typing import Any

from sqlalchemy import ColumnElement, Connection

from crm_core.access.model import Action, Scope, allowed
from crm_core.access.reader import Reader
from crm_core.records import filters, known
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, label
from crm_core.records.shape import shape_of
from crm_core.records.tables import table_of


def _prepare(conn: Connection, change: Change) -> None:
    after, reader = change.after, change.acting.reader
    entity = known.named(after["entity"])
    if entity is None:
        raise change.refuse("entity", "field.choice")
    if after.get("shared") and reader.scope("saved_view", Action.UPDATE) is not Scope.ALL:
        raise change.refuse("shared", "saved_view.not_to_share")
    shape = shape_of(conn, entity)
    filters.condition(shape, reader, after.get("filter"))
    filters.orders(shape, reader, after.get("sort") or "")
    unknown = [name for name in after.get("columns") or () if shape.field(name) is None]
    if unknown:
        raise change.refuse("columns", "field.unknown", field=unknown[0])


def _also(_: Reader, action: str) -> ColumnElement[bool] | None:
    row: Any = table_of(SAVED_VIEW).c
    return row.shared.is_(True) if action == Action.READ else None


SAVED_VIEW = Entity(
    name="saved_view",
    collection="views",
    label=label("View", "檢視", "视图"),
    plural=label("Views", "檢視", "视图"),
    module="settings",
    icon="list",
    sort="entity,name",
    rights={
        "agent": allowed(read="own", create="all", update="own", delete="own"),
        "supervisor": allowed(read="all", create="all", update="all", delete="all"),
        "admin": allowed(read="all", create="all", update="all", delete="all"),
    },
    searched=False,
    prepare=_prepare,
    also=_also,
    fields=(
        Field(
            name="entity",
            kind=FieldKind.TEXT,
            label=label("Record", "記錄類型", "记录类型"),
            required=True,
            indexed=True,
            listed=True,
            most=60,
        ),
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            listed=True,
            most=100,
        ),
        Field(name="filter", kind=FieldKind.JSON, label=label("Filter", "篩選條件", "筛选条件")),
        Field(name="sort", kind=FieldKind.TEXT, label=label("Order", "排序", "排序"), most=200),
        Field(name="columns", kind=FieldKind.TAGS, label=label("Columns", "欄位", "列")),
        Field(
            name="shared",
            kind=FieldKind.BOOLEAN,
            label=label("Shared", "共用", "共享"),
            required=True,
            default=False,
            listed=True,
        ),
    ),
)
