"""Calendars, policies, and the events from which a case's clocks are folded.

Cases from before have no events and therefore no clocks: what nobody promised is not missed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CURRENT = sa.text("retired_at IS NULL")
MILESTONE = sa.text("milestone IS NOT NULL")
LOOK_AT = sa.text("sla_look_at IS NOT NULL")
TABLES = (
    "sla_calendar",
    "sla_calendar_hours",
    "sla_calendar_day",
    "sla_policy",
    "sla_target",
    "case_event",
)


def upgrade() -> None:
    _calendars()
    _policies()
    _events()
    op.add_column("support_case", sa.Column("sla_look_at", sa.Double(), nullable=True))
    op.create_index(
        "ix_support_case_sla_look_at",
        "support_case",
        ["sla_look_at"],
        sqlite_where=LOOK_AT,
        postgresql_where=LOOK_AT,
    )


def downgrade() -> None:
    op.drop_index("ix_support_case_sla_look_at", "support_case")
    op.drop_column("support_case", "sla_look_at")
    for table in reversed(TABLES):
        op.drop_table(table)


def _calendars() -> None:
    op.create_table(
        "sla_calendar",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("retired_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sla_calendar"),
    )
    _one_current("sla_calendar")
    op.create_table(
        "sla_calendar_hours",
        sa.Column("calendar_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("start_minute", sa.Integer(), nullable=False),
        sa.Column("end_minute", sa.Integer(), nullable=False),
        _of_calendar("sla_calendar_hours"),
        sa.PrimaryKeyConstraint("calendar_id", "day", "start_minute", name="pk_sla_calendar_hours"),
    )
    op.create_table(
        "sla_calendar_day",
        sa.Column("calendar_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        _of_calendar("sla_calendar_day"),
        sa.PrimaryKeyConstraint("calendar_id", "day", name="pk_sla_calendar_day"),
    )


def _policies() -> None:
    op.create_table(
        "sla_policy",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("calendar_id", sa.Text(), nullable=False),
        sa.Column("match_queue", sa.Text(), nullable=True),
        sa.Column("match_tier", sa.Text(), nullable=True),
        sa.Column("match_case_type", sa.Text(), nullable=True),
        sa.Column("match_severity", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("retired_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar_id"], ["sla_calendar.id"], name="fk_sla_policy_calendar_id_sla_calendar"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sla_policy"),
    )
    op.create_index("ix_sla_policy_calendar_id", "sla_policy", ["calendar_id"])
    _one_current("sla_policy")
    op.create_table(
        "sla_target",
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("within_s", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('first_response', 'next_response', 'resolution')", name="ck_sla_target_kind"
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["sla_policy.id"], name="fk_sla_target_policy_id_sla_policy", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("policy_id", "kind", name="pk_sla_target"),
    )


def _events() -> None:
    op.create_table(
        "case_event",
        sa.Column("seq", SEQUENCE, nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("policy_id", sa.Text(), nullable=True),
        sa.Column("milestone", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('opened', 'customer_wrote', 'agent_answered', 'paused', 'resumed', 'solved', 'reopened',"
            " 'terms_changed', 'warned', 'breached')",
            name="ck_case_event_kind",
        ),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name="fk_case_event_case_id_support_case"),
        sa.ForeignKeyConstraint(["policy_id"], ["sla_policy.id"], name="fk_case_event_policy_id_sla_policy"),
        sa.PrimaryKeyConstraint("seq", name="pk_case_event"),
    )
    op.create_index("ix_case_event_case_id", "case_event", ["case_id"])
    op.create_index(
        "uq_case_event_milestone",
        "case_event",
        ["case_id", "milestone"],
        unique=True,
        sqlite_where=MILESTONE,
        postgresql_where=MILESTONE,
    )


def _of_calendar(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["calendar_id"], ["sla_calendar.id"], name=f"fk_{table}_calendar_id_sla_calendar", ondelete="CASCADE"
    )


def _one_current(table: str) -> None:
    op.create_index(
        f"uq_{table}_current",
        table,
        ["series"],
        unique=True,
        sqlite_where=CURRENT,
        postgresql_where=CURRENT,
    )
