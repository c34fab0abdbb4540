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
from crm_core.tables.identity import (
    api_token,
    pending_sign_in,
    recovery_code,
    totp_role,
    user_identity,
    user_totp,
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
    "api_token",
    "attachment",
    "audit_detail",
    "audit_event",
    "audit_head",
    "case_event",
    "contact_point",
    "counter",
    "disposition",
    "fact",
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
    "pending_sign_in",
    "queue",
    "queue_entry",
    "queue_need",
    "recovery_code",
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
    "totp_role",
    "user_account",
    "user_identity",
    "user_role",
    "user_totp",
]
