"""Calls that went out to numbers outside, what was conspicuous about them, and callers who are not taken."""

from sqlalchemy import Boolean, Column, Index, Table, Text, false

from crm_core.tables.base import Amount, Json, Words, index_where, metadata, moment, one_of, standard_columns

outside_call = Table(
    "outside_call",
    metadata,
    Column("id", Text, primary_key=True),
    moment("at"),
    # as numbers are compared, with its country
    Column("number", Text, nullable=False),
    Column("why", Text, nullable=False),
    # without foreign keys: history outlives configuration; the plan is empty where the settings decided
    Column("plan_id", Text, nullable=False),
    Column("user_id", Text),
    Column("queue_id", Text),
    Column("interaction_id", Text, index=True),
    # of a minute, by the rate that held then
    Column("price", Amount),
    moment("answered_at", nullable=True),
    moment("ended_at", nullable=True),
    one_of("why", "consult", "callback", "flow", "manual"),
    Index(None, "plan_id", "at"),
    Index(None, "at"),
    index_where("ix_outside_call_live", "plan_id", where="ended_at IS NULL"),
)

outside_alarm = Table(
    "outside_alarm",
    metadata,
    Column("id", Text, primary_key=True),
    moment("at", index=True),
    # calls or cost beyond what is usual, many to a new country at night, or locked by hand
    Column("kind", Text, nullable=False),
    Column("detail", Json, nullable=False),
    # calls out are locked from then on, until somebody lifts it
    Column("locks", Boolean, nullable=False, server_default=false()),
    moment("lifted_at", nullable=True),
    Column("lifted_by", Words),
    one_of("kind", "calls", "cost", "country", "by_hand"),
    index_where("ix_outside_alarm_locks", "at", where="locks AND lifted_at IS NULL"),
)

blocked_caller = Table(
    "blocked_caller",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Words),
    Column("action", Text, nullable=False),
    Column("queue_id", Text, index=True),
    moment("until", nullable=True),
    Column("state", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("asked_by", Text),
    Column("interaction_id", Words),
    Column("title", Words),
    # by which a caller is found: see crm_core.guard.blocks
    Column("key", Text, index=True),
    *standard_columns(scoped=False),
)
