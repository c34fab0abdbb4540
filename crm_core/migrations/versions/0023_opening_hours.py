"""Queues have opening hours, can be closed for an emergency, and say who takes over whom they do not serve."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # not by batch: see 0022
    op.add_column("queue", sa.Column("calendar_id", sa.Text(), nullable=True))
    op.add_column("queue", sa.Column("closed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("queue", sa.Column("overflow", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    for name in ("overflow", "closed", "calendar_id"):
        op.drop_column("queue", name)
