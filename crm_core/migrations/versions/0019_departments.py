"""Queues belong to departments."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("queue", sa.Column("team_id", sa.Text(), nullable=True))


def downgrade() -> None:
    # not by batch: SQLite would make the table anew, and numbers that lead to its queues would go with the old one
    op.drop_column("queue", "team_id")
