"""Every entity, one short file each. To add one: see docs/entities.md."""

from crm_core.entities import (
    case,
    code_value,
    consent,
    contact_point,
    custom_field,
    customer_rules,
    erasure,
    feedback,
    legal_hold,
    org_unit,
    party,
    party_identifier,
    product,
    relationship,
    retention_rule,
    role,
    saved_view,
)
from crm_core.records import known

ALL = (
    party.PARTY,
    contact_point.CONTACT_POINT,
    relationship.RELATIONSHIP,
    party_identifier.PARTY_IDENTIFIER,
    consent.CONSENT,
    customer_rules.SEGMENT,
    customer_rules.CALL_SCRIPT,
    customer_rules.DUPLICATE_RULE,
    customer_rules.REPAIR_RULE,
    customer_rules.GRADING_RULE,
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
