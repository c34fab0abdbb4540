"""Queues may offer to call back who waits, and say how often and how far apart a customer who does not answer is tried; interactions may wait
for it. Queues may keep the customers of a territory for its people."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # not by batch: see 0022
    for column in (
        sa.Column("callback_offered", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("callback_tries", sa.Integer(), server_default="3", nullable=False),
        sa.Column("callback_retry_s", sa.Double(), server_default="900", nullable=False),
        sa.Column("territory_wait_s", sa.Double(), server_default="0", nullable=False),
    ):
        op.add_column("queue", column)
    op.add_column(
        "interaction", sa.Column("callback", sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column("interaction", "callback")
    for name in ("territory_wait_s", "callback_retry_s", "callback_tries", "callback_offered"):
        op.drop_column("queue", name)
