"""Holds: while one stands, nothing of a customer's data is erased or thrown away, whatever a rule or a request says."""

from sqlalchemy import Connection

from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_ADMIN, Entity, Field, FieldKind, label


def _prepare(_: Connection, change: Change) -> None:
    if change.before is not None and change.changed("party_id"):
        raise change.refuse("party_id", "legal_hold.kept")


LEGAL_HOLD = Entity(
    name="legal_hold",
    collection="legal-holds",
    label=label("Legal hold", "法律保全", "法律保全"),
    plural=label("Legal holds", "法律保全", "法律保全"),
    title="reason",
    module="settings",
    icon="shield",
    rights=RIGHTS_ADMIN,
    scoped=False,
    searched=False,
    prepare=_prepare,
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
            name="reason",
            kind=FieldKind.TEXT,
            label=label("Reason", "事由", "事由"),
            required=True,
            listed=True,
        ),
        Field(
            name="released_at",
            kind=FieldKind.MOMENT,
            label=label("Released", "解除時間", "解除时间"),
            listed=True,
        ),
    ),
)
