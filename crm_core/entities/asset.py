"""Assets: the pieces that a customer has, with serial number and warranty."""

import re
from datetime import date

from sqlalchemy import Connection, select

from crm_core.contracts.dates import warranty_until
from crm_core.entities.product import PRODUCT
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_SHARED, Entity, Field, FieldKind, label
from crm_core.records.shape import choice
from crm_core.records.tables import table_of

_SOURCES = ("product_id", "bought_on", "installed_on")


def keyed(text: str | None) -> str | None:
    """What somebody can key on a telephone of a serial number; nothing when it is too little to mean anything."""
    digits = re.sub(r"[^0-9]", "", text or "")
    return digits if len(digits) >= 6 else None


def _prepare(conn: Connection, change: Change) -> None:
    """The warranty runs from the purchase, else from the installation; a date that was written by hand stands."""
    after = change.after
    after["serial_digits"] = keyed(after.get("serial_number"))
    sources_changed = any(change.changed(name) for name in _SOURCES)
    if after.get("warranty_until") and (not sources_changed or "warranty_until" in change.given):
        return
    first = after.get("bought_on") or after.get("installed_on")
    months = _months(conn, after.get("product_id"))
    after["warranty_until"] = (
        warranty_until(date.fromisoformat(first), months).isoformat() if first and months else None
    )


def _months(conn: Connection, product_id: str | None) -> int | None:
    row = table_of(PRODUCT).c
    months: int | None = conn.execute(
        select(row.warranty_months).where(row.id == product_id)
    ).scalar_one_or_none()
    return months


ASSET = Entity(
    name="asset",
    collection="assets",
    label=label("Asset", "設備", "设备"),
    plural=label("Assets", "設備", "设备"),
    title="serial_number",
    module="service",
    icon="box",
    rights=RIGHTS_SHARED,
    personal=True,
    prepare=_prepare,
    fields=(
        Field(
            name="serial_number",
            kind=FieldKind.TEXT,
            label=label("Serial number", "序號", "序列号"),
            required=True,
            unique=True,
            searched=True,
            listed=True,
            most=100,
        ),
        Field(
            name="product_id",
            kind=FieldKind.REFERENCE,
            refers="product",
            label=label("Product", "產品", "产品"),
            required=True,
            listed=True,
        ),
        Field(
            name="party_id",
            kind=FieldKind.REFERENCE,
            refers="party",
            label=label("Customer", "客戶", "客户"),
            listed=True,
        ),
        Field(name="bought_on", kind=FieldKind.DATE, label=label("Bought on", "購買日", "购买日期")),
        Field(name="installed_on", kind=FieldKind.DATE, label=label("Installed on", "安裝日", "安装日期")),
        Field(
            name="warranty_until",
            kind=FieldKind.DATE,
            label=label("Warranty until", "保固到期日", "保修截止日期"),
            listed=True,
            indexed=True,
            hint=label(
                "Left empty, it follows from the product's months",
                "留空時依產品的保固月數計算",
                "留空时按产品的保修月数计算",
            ),
        ),
        Field(
            name="status",
            kind=FieldKind.CHOICE,
            label=label("Status", "狀態", "状态"),
            required=True,
            default="in_use",
            listed=True,
            choices=(
                choice("in_stock", "In stock", "庫存", "库存"),
                choice("in_use", "In use", "使用中", "使用中"),
                choice("in_repair", "In repair", "維修中", "维修中"),
                choice("returned", "Returned", "已退回", "已退回"),
                choice("retired", "Retired", "已停用", "已停用"),
            ),
        ),
        Field(
            name="place",
            kind=FieldKind.TEXT,
            label=label("Place", "放置地點", "存放地点"),
            searched=True,
            most=200,
        ),
        Field(name="note", kind=FieldKind.LONG_TEXT, label=label("Note", "備註", "备注"), searched=True),
        Field(
            name="serial_digits",
            kind=FieldKind.TEXT,
            label=label("Digits of the serial number", "序號中的數字", "序列号中的数字"),
            read_only=True,
            indexed=True,
        ),
    ),
)
