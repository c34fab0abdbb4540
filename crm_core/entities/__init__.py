"""Every entity, one short file each. To add one: see docs/entities.md."""

from crm_core.entities import (
    asset,
    case,
    code_value,
    contract_line,
    custom_field,
    erasure,
    legal_hold,
    org_unit,
    party,
    product,
    purchase,
    retention_rule,
    role,
    saved_view,
    service_contract,
)
from crm_core.records import known

ALL = (
    party.PARTY,
    case.CASE,
    product.PRODUCT,
    asset.ASSET,
    service_contract.SERVICE_CONTRACT,
    contract_line.CONTRACT_LINE,
    purchase.PURCHASE,
    org_unit.ORG_UNIT,
    role.ROLE,
    code_value.CODE_VALUE,
    custom_field.CUSTOM_FIELD,
    saved_view.SAVED_VIEW,
    legal_hold.LEGAL_HOLD,
    retention_rule.RETENTION_RULE,
    erasure.ERASURE,
)
known.add(*ALL)
