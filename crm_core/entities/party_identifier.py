"""The ids that other systems know a customer by: one customer, any number of them, each findable."""

from sqlalchemy import Connection

from crm_core.access.model import Action, allowed
from crm_core.customers import identifiers, upkeep
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, label

_KEPT = allowed(read="all", create="all", update="all", delete="all", export="all", **{"import": "all"})


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    if change.action is Action.DELETE and after.get("deleted_at") is not None:
        return
    after["normal"] = identifiers.normal(after["value"])
    if not after["normal"]:
        raise change.refuse("value", "field.required")
    if identifiers.owner_of(conn, after["scheme"], after["value"], without=change.id) is not None:
        raise change.refuse("value", "field.taken")


def _written(conn: Connection, change: Change) -> None:
    upkeep.of_party(conn, change.after["party_id"], change.acting.now)


PARTY_IDENTIFIER = Entity(
    name="party_identifier",
    collection="party-identifiers",
    label=label("Identifier", "外部編號", "外部编号"),
    plural=label("Identifiers", "外部編號", "外部编号"),
    module="customers",
    icon="list",
    title="value",
    rights={
        "agent": allowed(read="all", create="all", update="all", delete="all"),
        "supervisor": _KEPT,
        "admin": _KEPT,
    },
    scoped=False,
    personal=True,
    searched=False,
    follows=("party", "party_id"),
    uniques=(("normal", "scheme"),),
    prepare=_prepare,
    written=_written,
    fields=(
        Field(
            name="party_id",
            kind=FieldKind.REFERENCE,
            refers="party",
            label=label("Customer", "客戶", "客户"),
            required=True,
            listed=True,
        ),
        Field(
            name="scheme",
            kind=FieldKind.CODE,
            codes="identifier_scheme",
            label=label("System", "系統", "系统"),
            required=True,
            listed=True,
        ),
        Field(
            name="value",
            kind=FieldKind.TEXT,
            label=label("Number", "編號", "编号"),
            required=True,
            listed=True,
            most=200,
        ),
        Field(
            name="normal",
            kind=FieldKind.TEXT,
            label=label("As compared", "比對格式", "比对格式"),
            read_only=True,
            most=200,
        ),
        Field(name="note", kind=FieldKind.TEXT, label=label("Note", "備註", "备注"), most=500),
    ),
)
