"""Why Asterisk says that a call ended; and what callers of a queue hear while they wait."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def _of_queues() -> list[sa.Column[object]]:
    return [
        sa.Column("hold_music", sa.Text(), server_default="", nullable=False),
        sa.Column("hold_prompt_id", sa.Text(), nullable=True),
        sa.Column("told_every_s", sa.Double(), server_default="0", nullable=False),
        sa.Column("told_position", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("told_wait", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("told_prompt_id", sa.Text(), nullable=True),
    ]


def upgrade() -> None:
    # not by batch: see 0022
    op.add_column("interaction", sa.Column("hangup_cause", sa.Integer(), nullable=True))
    for column in _of_queues():
        op.add_column("queue", column)


def downgrade() -> None:
    for column in reversed(_of_queues()):
        op.drop_column("queue", column.name)
    op.drop_column("interaction", "hangup_cause")
