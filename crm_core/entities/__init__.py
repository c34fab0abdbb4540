"""Every entity, one short file each. To add one: see docs/entities.md."""

from crm_core.entities import (
    case,
    code_value,
    custom_field,
    erasure,
    feedback,
    legal_hold,
    org_unit,
    party,
    product,
    retention_rule,
    role,
    saved_view,
)
from crm_core.records import known

ALL = (
    party.PARTY,
    case.CASE,
    product.PRODUCT,
    org_unit.ORG_UNIT,
    role.ROLE,
    code_value.CODE_VALUE,
    custom_field.CUSTOM_FIELD,
    saved_view.SAVED_VIEW,
    legal_hold.LEGAL_HOLD,
    retention_rule.RETENTION_RULE,
    erasure.ERASURE,
    feedback.FEEDBACK,
)
known.add(*ALL)
