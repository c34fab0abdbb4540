"""Talks are known to be recorded, and to be paused meanwhile; agents and calls out have shares of their own; a field pauses the recording."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_KIND = "ck_segment_ck_segment_kind"
"""As the first migration named it."""


def upgrade() -> None:
    # not by batch: see 0022
    op.add_column("segment", sa.Column("recorded", sa.Boolean(), server_default=sa.false(), nullable=False))
    _allow("kind IN ('queue', 'agent', 'hold', 'consult', 'recording_pause')")
    op.add_column(
        "recording",
        sa.Column("pauses", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
    )
    op.add_column("queue", sa.Column("record_out_share", sa.Integer(), nullable=True))
    op.add_column("user_account", sa.Column("record_share", sa.Integer(), nullable=True))
    op.add_column(
        "custom_field",
        sa.Column("pauses_recording", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("custom_field", "pauses_recording")
    op.drop_column("user_account", "record_share")
    op.drop_column("queue", "record_out_share")
    op.drop_column("recording", "pauses")
    op.execute(sa.text("DELETE FROM segment WHERE kind = 'recording_pause'"))
    _allow("kind IN ('queue', 'agent', 'hold', 'consult')")
    op.drop_column("segment", "recorded")


def _allow(rule: str) -> None:
    with op.batch_alter_table("segment") as table:
        table.drop_constraint(op.f(_KIND), type_="check")
    with op.batch_alter_table("segment") as table:
        table.create_check_constraint(op.f(_KIND), rule)
