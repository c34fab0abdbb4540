"""Cases as records: what is listed, filtered, exported. How a case lives is `crm_core.cases`."""

from sqlalchemy import ColumnElement, Connection

from crm_core import rights
from crm_core.access.model import Action, allowed
from crm_core.access.reader import Reader
from crm_core.records.change import Change
from crm_core.records.declared import Entity, Field, FieldKind, label
from crm_core.records.shape import choice
from crm_core.tables import support_case

_MANY = allowed(read="all", create="all", update="all", delete="all", export="all", **{"import": "all"})


def _also(reader: Reader, action: str) -> ColumnElement[bool] | None:
    """Whoever works on a case, or on its customer's call, reads and changes it."""
    return rights.readable_case(reader) if action in (Action.READ, Action.UPDATE) else None


def _prepare(_: Connection, change: Change) -> None:
    change.after["status"] = change.after.get("status") or "open"
    if change.before is not None and (change.changed("asset_id") or change.changed("service_contract_id")):
        # another piece or contract: what is promised may be another thing
        change.after["sla_look_at"] = change.acting.now


CASE = Entity(
    name="case",
    collection="cases",
    label=label("Case", "案件", "工单"),
    plural=label("Cases", "案件", "工单"),
    title="number",
    module="service",
    icon="case",
    personal=True,
    table=support_case,
    rights={
        "agent": allowed(read="own", create="all", update="own"),
        "supervisor": _MANY,
        "admin": _MANY,
    },
    also=_also,
    prepare=_prepare,
    fields=(
        Field(
            name="number",
            kind=FieldKind.TEXT,
            label=label("Number", "案號", "工单号"),
            number="C-{year}-{n:06d}",
            read_only=True,
            searched=True,
            listed=True,
        ),
        Field(
            name="subject",
            kind=FieldKind.TEXT,
            label=label("Subject", "主旨", "主题"),
            required=True,
            searched=True,
            listed=True,
            most=200,
        ),
        Field(
            name="status",
            kind=FieldKind.CHOICE,
            label=label("Status", "狀態", "状态"),
            read_only=True,
            listed=True,
            choices=(
                choice("open", "Open", "處理中", "处理中"),
                choice("pending", "Pending", "等候中", "等待中"),
                choice("solved", "Solved", "已解決", "已解决"),
            ),
        ),
        Field(
            name="party_id",
            kind=FieldKind.REFERENCE,
            refers="party",
            label=label("Customer", "客戶", "客户"),
            listed=True,
        ),
        Field(
            name="asset_id",
            kind=FieldKind.REFERENCE,
            refers="asset",
            label=label("Asset", "設備", "设备"),
        ),
        Field(
            name="service_contract_id",
            kind=FieldKind.REFERENCE,
            refers="service_contract",
            label=label("Service contract", "服務合約", "服务合同"),
        ),
        Field(name="queue_id", kind=FieldKind.TEXT, label=label("Queue", "佇列", "队列"), read_only=True),
    ),
)
