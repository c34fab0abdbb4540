"""Agents call customers by themselves: the number that a queue's calls show, why somebody was not reached, and phones that answer by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # not by batch: see 0022
    op.add_column("queue", sa.Column("caller_id", sa.Text(), nullable=True))
    op.add_column("queue", sa.Column("auto_answer", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("interaction", sa.Column("unreached", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("interaction", "unreached")
    op.drop_column("queue", "auto_answer")
    op.drop_column("queue", "caller_id")
