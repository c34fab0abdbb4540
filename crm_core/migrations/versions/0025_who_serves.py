"""Skills may end; queues may be served by departments, prefer agents who know the customer, and put customers forward by their level."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # not by batch: see 0022
    for column in (
        sa.Column("served_by", sa.Text(), server_default="", nullable=False),
        sa.Column("preferred", sa.Text(), server_default="nobody", nullable=False),
        sa.Column("preferred_second", sa.Text(), server_default="nobody", nullable=False),
        sa.Column("preferred_third", sa.Text(), server_default="nobody", nullable=False),
        sa.Column("preferred_wait_s", sa.Double(), server_default="20", nullable=False),
        sa.Column("preferred_days", sa.BigInteger(), server_default="30", nullable=False),
        sa.Column("tiers", sa.Text(), server_default="", nullable=False),
    ):
        op.add_column("queue", column)
    op.add_column("agent_skill", sa.Column("valid_until", sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column("agent_skill", "valid_until")
    for name in (
        "tiers",
        "preferred_days",
        "preferred_wait_s",
        "preferred_third",
        "preferred_second",
        "preferred",
        "served_by",
    ):
        op.drop_column("queue", name)
