"""Products and services: what customers have, ask about and complain of."""

from crm_core.records.declared import RIGHTS_KEPT, Entity, Field, FieldKind, label
from crm_core.records.shape import choice

PRODUCT = Entity(
    name="product",
    collection="products",
    label=label("Product", "產品", "产品"),
    plural=label("Products", "產品", "产品"),
    module="service",
    icon="box",
    rights=RIGHTS_KEPT,
    scoped=False,
    fields=(
        Field(
            name="code",
            kind=FieldKind.TEXT,
            label=label("Code", "代碼", "代码"),
            required=True,
            unique=True,
            searched=True,
            listed=True,
            most=60,
        ),
        Field(
            name="name",
            kind=FieldKind.TEXT,
            label=label("Name", "名稱", "名称"),
            required=True,
            searched=True,
            listed=True,
            indexed=True,
        ),
        Field(
            name="kind",
            kind=FieldKind.CHOICE,
            label=label("Kind", "類別", "类别"),
            required=True,
            default="goods",
            listed=True,
            choices=(choice("goods", "Goods", "商品", "商品"), choice("service", "Service", "服務", "服务")),
        ),
        Field(
            name="family",
            kind=FieldKind.CODE,
            codes="product_family",
            label=label("Family", "產品線", "产品线"),
            listed=True,
        ),
        Field(name="version", kind=FieldKind.TEXT, label=label("Version", "版本", "版本"), most=60),
        Field(
            name="price",
            kind=FieldKind.AMOUNT,
            label=label("List price", "定價", "定价"),
            least=0,
            listed=True,
        ),
        Field(
            name="currency", kind=FieldKind.CODE, codes="currency", label=label("Currency", "幣別", "币种")
        ),
        Field(
            name="warranty_months",
            kind=FieldKind.INTEGER,
            label=label("Warranty (months)", "保固（月）", "保修（月）"),
            least=0,
            most=600,
        ),
        Field(name="sold_until", kind=FieldKind.DATE, label=label("Sold until", "停售日", "停售日期")),
        Field(
            name="description",
            kind=FieldKind.LONG_TEXT,
            label=label("Description", "說明", "说明"),
            searched=True,
        ),
    ),
)
