"""Every table of the truth, in one metadata. Times are seconds since 1970-01-01 UTC; ids are text."""

from crm_core.tables.base import Words, inserting, metadata, storable
from crm_core.tables.desk import (
    agent_skill,
    counter,
    disposition,
    lease,
    login_failure,
    queue,
    queue_entry,
    queue_need,
    session,
    user_account,
)
from crm_core.tables.mail import attachment, letter, letter_raw, outbox
from crm_core.tables.people import contact_point, party
from crm_core.tables.platform import (
    answered_request,
    audit_detail,
    audit_event,
    audit_head,
    user_role,
)
from crm_core.tables.recognition import identification_try, party_pin, remembered_number
from crm_core.tables.search import search_document, search_version
from crm_core.tables.service import (
    case_event,
    sla_calendar,
    sla_calendar_day,
    sla_calendar_hours,
    sla_policy,
    sla_target,
)
from crm_core.tables.transfer import import_batch, import_row
from crm_core.tables.work import (
    agent_state,
    fact,
    interaction,
    interaction_match,
    offer,
    segment,
    support_case,
)

__all__ = [
    "Words",
    "agent_skill",
    "agent_state",
    "answered_request",
    "attachment",
    "audit_detail",
    "audit_event",
    "audit_head",
    "case_event",
    "contact_point",
    "counter",
    "disposition",
    "fact",
    "identification_try",
    "import_batch",
    "import_row",
    "inserting",
    "interaction",
    "interaction_match",
    "lease",
    "letter",
    "letter_raw",
    "login_failure",
    "metadata",
    "offer",
    "outbox",
    "party",
    "party_pin",
    "queue",
    "queue_entry",
    "queue_need",
    "remembered_number",
    "search_document",
    "search_version",
    "segment",
    "session",
    "sla_calendar",
    "sla_calendar_day",
    "sla_calendar_hours",
    "sla_policy",
    "sla_target",
    "storable",
    "support_case",
    "user_account",
    "user_role",
]
