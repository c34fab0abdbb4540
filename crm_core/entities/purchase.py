"""Purchases: what a customer bought, where and when. Shops and the ERP tell them; agents see them before the answer."""

from sqlalchemy import Connection, Index

from crm_core.entities.asset import keyed
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_KEPT, Entity, Field, FieldKind, label
from crm_core.records.tables import table_of


def _prepare(_: Connection, change: Change) -> None:
    change.after["number_digits"] = keyed(change.after.get("number"))


PURCHASE = Entity(
    name="purchase",
    collection="purchases",
    label=label("Purchase", "消費紀錄", "消费记录"),
    plural=label("Purchases", "消費紀錄", "消费记录"),
    title="number",
    module="customers",
    icon="list",
    sort="-bought_at",
    rights=RIGHTS_KEPT,
    personal=True,
    prepare=_prepare,
    fields=(
        Field(
            name="number",
            kind=FieldKind.TEXT,
            label=label("Order number", "訂單編號", "订单编号"),
            searched=True,
            listed=True,
            indexed=True,
            most=60,
        ),
        Field(
            name="party_id",
            kind=FieldKind.REFERENCE,
            refers="party",
            label=label("Customer", "客戶", "客户"),
            required=True,
            listed=True,
        ),
        Field(
            name="department",
            kind=FieldKind.TEXT,
            label=label("Department or shop", "部門或門市", "部门或门店"),
            searched=True,
            listed=True,
            most=100,
        ),
        Field(
            name="product_id",
            kind=FieldKind.REFERENCE,
            refers="product",
            label=label("Product", "產品", "产品"),
            listed=True,
        ),
        Field(
            name="item",
            kind=FieldKind.TEXT,
            label=label("What", "品項", "品项"),
            searched=True,
            listed=True,
            most=200,
            hint=label("Where it is no product of the list", "不在產品清單時填寫", "不在产品列表时填写"),
        ),
        Field(
            name="quantity",
            kind=FieldKind.NUMBER,
            label=label("Quantity", "數量", "数量"),
            default=1.0,
            least=0,
            listed=True,
        ),
        Field(name="amount", kind=FieldKind.AMOUNT, label=label("Amount", "金額", "金额"), listed=True),
        Field(
            name="currency", kind=FieldKind.CODE, codes="currency", label=label("Currency", "幣別", "币种")
        ),
        Field(
            name="bought_at",
            kind=FieldKind.MOMENT,
            label=label("Bought", "消費時間", "消费时间"),
            required=True,
            listed=True,
            indexed=True,
        ),
        Field(
            name="number_digits",
            kind=FieldKind.TEXT,
            label=label("Digits of the number", "編號中的數字", "编号中的数字"),
            read_only=True,
            indexed=True,
        ),
    ),
)
# the latest of a customer are read before every answer
_ROW = table_of(PURCHASE).c
Index(None, _ROW.party_id, _ROW.bought_at)
