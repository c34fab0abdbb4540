"""What is promised to customers, and what happened in their cases.

Calendars and policies are never changed: a replacement is another row of the same `series`, and the old one is retired,
so that what was promised to a case at any time can be read again.
"""

from sqlalchemy import Column, Double, ForeignKey, Integer, Table, Text

from crm_core.tables.base import Words, index_where, metadata, moment, one_of
from crm_core.tables.work import Sequence

sla_calendar = Table(
    "sla_calendar",
    metadata,
    Column("id", Text, primary_key=True),
    Column("series", Text, nullable=False),
    Column("name", Words, nullable=False),
    Column("zone", Text, nullable=False),
    moment("created_at"),
    moment("retired_at", nullable=True),
    index_where("uq_sla_calendar_current", "series", where="retired_at IS NULL", unique=True),
)

# `day`: 1 (Monday) to 7, or a date (2026-02-14) among the special days
sla_calendar_hours = Table(
    "sla_calendar_hours",
    metadata,
    Column("calendar_id", Text, ForeignKey("sla_calendar.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("start_minute", Integer, primary_key=True),
    Column("end_minute", Integer, nullable=False),
)

sla_calendar_day = Table(
    "sla_calendar_day",
    metadata,
    Column("calendar_id", Text, ForeignKey("sla_calendar.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("name", Words, nullable=False),
)

sla_policy = Table(
    "sla_policy",
    metadata,
    Column("id", Text, primary_key=True),
    Column("series", Text, nullable=False),
    Column("name", Words, nullable=False),
    Column("calendar_id", Text, ForeignKey("sla_calendar.id"), nullable=False, index=True),
    Column("match_queue", Text),
    Column("match_tier", Text),
    Column("match_case_type", Text),
    Column("match_severity", Text),
    Column("match_contract", Text),
    moment("created_at"),
    moment("retired_at", nullable=True),
    index_where("uq_sla_policy_current", "series", where="retired_at IS NULL", unique=True),
)

sla_target = Table(
    "sla_target",
    metadata,
    Column("policy_id", Text, ForeignKey("sla_policy.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("within_s", Double, nullable=False),
    one_of("kind", "first_response", "next_response", "resolution"),
)

# append-only: a case's clocks are folded from it
case_event = Table(
    "case_event",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("case_id", Text, ForeignKey("support_case.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    moment("at", index=True),
    Column("interaction_id", Text),
    Column("agent_id", Text),
    Column("policy_id", Text, ForeignKey("sla_policy.id")),
    Column("milestone", Text),
    one_of(
        "kind",
        "opened",
        "customer_wrote",
        "agent_answered",
        "paused",
        "resumed",
        "solved",
        "reopened",
        "terms_changed",
        "warned",
        "breached",
    ),
    # whoever looks, and however often: each milestone is told once
    index_where(
        "uq_case_event_milestone", "case_id", "milestone", where="milestone IS NOT NULL", unique=True
    ),
)
