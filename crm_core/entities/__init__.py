"""Every entity, one short file each. To add one: see docs/entities.md."""

from crm_core.entities import (
    case,
    case_type,
    code_value,
    custom_field,
    erasure,
    legal_hold,
    macro,
    org_unit,
    party,
    procedure,
    product,
    retention_rule,
    role,
    rule,
    saved_view,
    task,
    template,
)
from crm_core.records import known, listeners
from crm_core.rules import events

ALL = (
    party.PARTY,
    case.CASE,
    task.TASK,
    product.PRODUCT,
    template.TEMPLATE,
    macro.MACRO,
    case_type.CASE_TYPE,
    procedure.PROCEDURE,
    rule.RULE,
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
listeners.add(events.written)
