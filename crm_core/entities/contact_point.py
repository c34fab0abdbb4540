"""How a customer is reached: numbers and addresses with the time for which they hold."""

from sqlalchemy import Connection

from crm_core.access.model import Action, allowed
from crm_core.customers import contact_points, upkeep
from crm_core.entities import party_words as words
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, label
from crm_core.tables import contact_point

_KEPT = allowed(read="all", create="all", update="all", delete="all", export="all", **{"import": "all"})


def _prepare(conn: Connection, change: Change) -> None:
    after = change.after
    if change.action is Action.DELETE and after.get("deleted_at") is not None:
        return
    if change.before is not None and change.changed("party_id"):
        raise change.refuse("party_id", "contact_point.kept")
    fault = contact_points.wrong(after["kind"], after["raw"])
    if fault is not None:
        raise change.refuse("raw", fault)
    if after.get("valid_from") and after.get("valid_until") and after["valid_until"] < after["valid_from"]:
        raise change.refuse("valid_until", "field.ends_before")
    after["label"] = after.get("label") or ""
    after |= contact_points.normalised(after["kind"], after["raw"])
    _make_room(conn, change)
    if change.before is None:
        after["position"] = contact_points.next_position(conn, after["party_id"])


def _make_room(conn: Connection, change: Change) -> None:
    twin = contact_points.twin(conn, change.after["party_id"], change.after["kind"], change.after["normal"])
    if twin is None or twin.id == change.id:
        return
    if twin.deleted_at is None:
        raise change.refuse("raw", "field.taken")
    contact_points.forget_deleted(conn, twin.id)


def _written(conn: Connection, change: Change) -> None:
    after = change.after
    if after.get("is_primary"):
        contact_points.let_one_be_primary(conn, after["party_id"], after["kind"], change.id)
    upkeep.of_party(conn, after["party_id"], change.acting.now)


CONTACT_POINT = Entity(
    name="contact_point",
    collection="contact-points",
    label=label("Contact point", "聯絡方式", "联系方式"),
    plural=label("Contact points", "聯絡方式", "联系方式"),
    module="customers",
    icon="phone",
    title="raw",
    sort="normal",
    rights={
        "agent": allowed(read="all", create="all", update="all", delete="all"),
        "supervisor": _KEPT,
        "admin": _KEPT,
    },
    scoped=False,
    personal=True,
    searched=False,
    table=contact_point,
    follows=("party", "party_id"),
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
            name="kind",
            kind=FieldKind.CHOICE,
            choices=words.CONTACT_KINDS,
            label=label("Kind", "類別", "类别"),
            required=True,
            listed=True,
        ),
        Field(
            name="raw",
            kind=FieldKind.TEXT,
            label=label("Number or address", "號碼或地址", "号码或地址"),
            required=True,
            listed=True,
            most=500,
        ),
        Field(
            name="normal",
            kind=FieldKind.TEXT,
            label=label("As compared", "比對格式", "比对格式"),
            read_only=True,
        ),
        Field(name="label", kind=FieldKind.TEXT, label=label("Label", "標籤", "标签"), listed=True, most=60),
        Field(
            name="is_primary", kind=FieldKind.BOOLEAN, label=label("Preferred", "首選", "首选"), listed=True
        ),
        Field(name="valid_from", kind=FieldKind.DATE, label=label("Valid from", "生效日", "生效日")),
        Field(
            name="valid_until",
            kind=FieldKind.DATE,
            label=label("Valid until", "失效日", "失效日"),
            listed=True,
        ),
        Field(name="verified_at", kind=FieldKind.MOMENT, label=label("Verified", "驗證時間", "验证时间")),
        Field(
            name="invalid_since",
            kind=FieldKind.MOMENT,
            label=label("Wrong since", "失效時間", "失效时间"),
            listed=True,
        ),
        Field(
            name="invalid_reason",
            kind=FieldKind.TEXT,
            label=label("Why it is wrong", "失效原因", "失效原因"),
            most=200,
        ),
        Field(
            name="opted_out_at",
            kind=FieldKind.MOMENT,
            label=label("Not to be used since", "拒收時間", "拒收时间"),
        ),
    ),
)
