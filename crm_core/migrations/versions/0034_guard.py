"""Dial plans and whose they are, the calls that went out and what was conspicuous about them, the block list; of calls what the network says of the
caller's number, and the block that was applied."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "blocked_caller",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("until", sa.Double(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("interaction_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocked_caller")),
    )
    op.create_index(op.f("ix_blocked_caller_key"), "blocked_caller", ["key"])
    op.create_index(op.f("ix_blocked_caller_queue_id"), "blocked_caller", ["queue_id"])
    op.create_index(op.f("ix_blocked_caller_updated_at"), "blocked_caller", ["updated_at"])

    op.create_table(
        "dial_plan",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Text(), nullable=True),
        sa.Column("denied", sa.Text(), nullable=True),
        sa.Column("emergency", sa.Text(), nullable=True),
        sa.Column("rates", sa.Text(), nullable=True),
        sa.Column("night", sa.Text(), nullable=True),
        sa.Column("calendar_id", sa.Text(), nullable=True),
        sa.Column("at_once", sa.BigInteger(), nullable=True),
        sa.Column("calls_hour", sa.BigInteger(), nullable=True),
        sa.Column("calls_day", sa.BigInteger(), nullable=True),
        sa.Column("minutes_hour", sa.BigInteger(), nullable=True),
        sa.Column("minutes_day", sa.BigInteger(), nullable=True),
        sa.Column("cost_hour", sa.BigInteger(), nullable=True),
        sa.Column("cost_day", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dial_plan")),
    )
    op.create_index(op.f("ix_dial_plan_updated_at"), "dial_plan", ["updated_at"])
    op.create_index(
        "uq_dial_plan_name",
        "dial_plan",
        ["name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )

    op.create_table(
        "dial_plan_use",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("whose", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dial_plan_use")),
    )
    op.create_index(op.f("ix_dial_plan_use_plan_id"), "dial_plan_use", ["plan_id"])
    op.create_index(op.f("ix_dial_plan_use_queue_id"), "dial_plan_use", ["queue_id"])
    op.create_index(op.f("ix_dial_plan_use_title"), "dial_plan_use", ["title"])
    op.create_index(op.f("ix_dial_plan_use_updated_at"), "dial_plan_use", ["updated_at"])

    op.create_table(
        "outside_alarm",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("locks", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("lifted_at", sa.Double(), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('calls', 'cost', 'country', 'by_hand')", name=op.f("ck_outside_alarm_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_alarm")),
    )
    op.create_index(op.f("ix_outside_alarm_at"), "outside_alarm", ["at"])
    op.create_index(
        "ix_outside_alarm_locks",
        "outside_alarm",
        ["at"],
        sqlite_where=sa.text("locks AND lifted_at IS NULL"),
        postgresql_where=sa.text("locks AND lifted_at IS NULL"),
    )

    op.create_table(
        "outside_call",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("interaction_id", sa.Text(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.CheckConstraint(
            "why IN ('consult', 'callback', 'flow', 'manual')", name=op.f("ck_outside_call_why")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_call")),
    )
    op.create_index(op.f("ix_outside_call_at"), "outside_call", ["at"])
    op.create_index(op.f("ix_outside_call_interaction_id"), "outside_call", ["interaction_id"])
    op.create_index(
        "ix_outside_call_live",
        "outside_call",
        ["plan_id"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(op.f("ix_outside_call_plan_id_at"), "outside_call", ["plan_id", "at"])

    op.add_column("interaction", sa.Column("attestation", sa.Text(), nullable=True))
    op.add_column("interaction", sa.Column("blocked_by", sa.Text(), nullable=True))
    op.create_index(
        "ix_interaction_blocked_by",
        "interaction",
        ["blocked_by"],
        sqlite_where=sa.text("blocked_by IS NOT NULL"),
        postgresql_where=sa.text("blocked_by IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_interaction_blocked_by", "interaction")
    op.drop_column("interaction", "blocked_by")
    op.drop_column("interaction", "attestation")

    op.drop_table("outside_call")

    op.drop_table("outside_alarm")

    op.drop_table("dial_plan_use")

    op.drop_table("dial_plan")

    op.drop_table("blocked_caller")
