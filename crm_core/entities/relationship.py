"""How customers belong together: who works where, reports to whom, belongs to which group, from when until when."""

from sqlalchemy import Connection

from crm_core.access.model import Action, allowed
from crm_core.customers import relations, upkeep
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, label

_KEPT = allowed(read="all", create="all", update="all", delete="all", export="all", **{"import": "all"})


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    if change.action is Action.DELETE and after.get("deleted_at") is not None:
        return
    if after["from_id"] == after["to_id"]:
        raise change.refuse("to_id", "relationship.self")
    if after.get("valid_from") and after.get("valid_until") and after["valid_until"] < after["valid_from"]:
        raise change.refuse("valid_until", "field.ends_before")
    fault = relations.unfit(conn, after)
    if fault is not None:
        raise change.refuse("type", fault)
    if relations.would_circle(conn, after, change.id):
        raise change.refuse("to_id", "relationship.circle")


def _written(conn: Connection, change: Change) -> None:
    after = change.after
    if after["type"] == relations.EMPLOYEE_OF:
        if after.get("is_primary") and after.get("deleted_at") is None:
            relations.let_one_be_primary(conn, after["from_id"], change.id)
        relations.keep_employer(conn, after["from_id"], change.acting.now)
    for party_id in (after["from_id"], after["to_id"]):
        upkeep.of_party(conn, party_id, change.acting.now)


RELATIONSHIP = Entity(
    name="relationship",
    collection="relationships",
    label=label("Relation", "關係", "关系"),
    plural=label("Relations", "關係", "关系"),
    module="customers",
    icon="link",
    title="type",
    rights={
        "agent": allowed(read="all", create="all", update="all", delete="all"),
        "supervisor": _KEPT,
        "admin": _KEPT,
    },
    scoped=False,
    personal=True,
    searched=False,
    follows=("party", "from_id"),
    prepare=_prepare,
    written=_written,
    fields=(
        Field(
            name="from_id",
            kind=FieldKind.REFERENCE,
            refers="party",
            label=label("Customer", "客戶", "客户"),
            required=True,
            listed=True,
        ),
        Field(
            name="type",
            kind=FieldKind.CHOICE,
            choices=relations.TYPES,
            label=label("Relation", "關係", "关系"),
            required=True,
            listed=True,
        ),
        Field(
            name="to_id",
            kind=FieldKind.REFERENCE,
            refers="party",
            label=label("With", "對象", "对象"),
            required=True,
            listed=True,
        ),
        Field(name="role", kind=FieldKind.TEXT, label=label("Role", "角色", "角色"), listed=True, most=100),
        Field(name="department", kind=FieldKind.TEXT, label=label("Department", "部門", "部门"), most=200),
        Field(name="is_primary", kind=FieldKind.BOOLEAN, label=label("Primary", "主要", "主要")),
        Field(name="valid_from", kind=FieldKind.DATE, label=label("From", "起始日", "起始日"), listed=True),
        Field(name="valid_until", kind=FieldKind.DATE, label=label("Until", "結束日", "结束日"), listed=True),
        Field(name="note", kind=FieldKind.TEXT, label=label("Note", "備註", "备注"), most=500),
    ),
)
