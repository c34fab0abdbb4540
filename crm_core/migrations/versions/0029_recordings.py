"""Talks are recorded: of which queue's calls how many, how long they are kept, and what is kept of each."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # not by batch: see 0022
    op.add_column("queue", sa.Column("record_share", sa.Integer(), server_default="0", nullable=False))
    op.add_column("queue", sa.Column("record_days", sa.Integer(), nullable=True))
    op.create_table(
        "recording",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("peaks", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("keep_until", sa.Double(), nullable=True),
        sa.CheckConstraint(
            "state IN ('kept', 'truncated', 'unreadable', 'missing', 'erased')",
            name=op.f("ck_recording_state"),
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name=op.f("fk_recording_interaction_id_interaction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording")),
    )
    op.create_index(op.f("ix_recording_interaction_id"), "recording", ["interaction_id"])
    op.create_index(op.f("ix_recording_keep_until"), "recording", ["keep_until"])
    for name, column, where in (
        ("ix_recording_erased", "id", "state = 'erased' AND bytes > 0"),
        ("ix_recording_flagged", "started_at", "state IN ('truncated', 'unreadable', 'missing')"),
    ):
        op.create_index(
            name, "recording", [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )


def downgrade() -> None:
    op.drop_table("recording")
    op.drop_column("queue", "record_days")
    op.drop_column("queue", "record_share")
