"""What a service contract covers: products and single assets. A contract without lines covers everything its customer has."""

from sqlalchemy import Connection, select

from crm_core.contracts.affected import look_at_cases
from crm_core.entities.asset import ASSET
from crm_core.entities.service_contract import SERVICE_CONTRACT
from crm_core.records.change import Change
from crm_core.records.declared import RIGHTS_KEPT, Entity, Field, FieldKind, label
from crm_core.records.tables import table_of


def _prepare(conn: Connection, change: Change) -> None:
    """A line names an asset or a product; the asset tells its product and how long it is under warranty."""
    after = change.after
    asset = table_of(ASSET).c
    found = conn.execute(
        select(asset.product_id, asset.warranty_until).where(asset.id == after.get("asset_id"))
    ).one_or_none()
    if found is None and after.get("product_id") is None:
        raise change.refuse("product_id", "contract.line_empty")
    if found is not None:
        if after.get("product_id") not in (None, found.product_id):
            raise change.refuse("product_id", "contract.line_product")
        after["product_id"] = found.product_id
        after["warranty_until"] = after.get("warranty_until") or found.warranty_until


def _written(conn: Connection, change: Change) -> None:
    contract = table_of(SERVICE_CONTRACT).c
    owner = conn.execute(
        select(contract.party_id).where(contract.id == change.after["service_contract_id"])
    ).scalar_one_or_none()
    if owner is not None:
        look_at_cases(conn, owner, change.acting.now)


CONTRACT_LINE = Entity(
    name="contract_line",
    collection="contract-lines",
    label=label("Covered item", "合約項目", "合同项目"),
    plural=label("Covered items", "合約項目", "合同项目"),
    title="id",
    module="service",
    icon="box",
    rights=RIGHTS_KEPT,
    scoped=False,
    personal=True,
    searched=False,
    follows=("service_contract", "service_contract_id"),
    prepare=_prepare,
    written=_written,
    fields=(
        Field(
            name="service_contract_id",
            kind=FieldKind.REFERENCE,
            refers="service_contract",
            label=label("Service contract", "服務合約", "服务合同"),
            required=True,
            listed=True,
        ),
        Field(
            name="product_id",
            kind=FieldKind.REFERENCE,
            refers="product",
            label=label("Product", "產品", "产品"),
            listed=True,
        ),
        Field(
            name="asset_id",
            kind=FieldKind.REFERENCE,
            refers="asset",
            label=label("Asset", "設備", "设备"),
            listed=True,
        ),
        Field(
            name="warranty_until",
            kind=FieldKind.DATE,
            label=label("Warranty until", "保固到期日", "保修截止日期"),
            listed=True,
        ),
        Field(name="note", kind=FieldKind.TEXT, label=label("Note", "備註", "备注"), listed=True),
    ),
)
