"""Queues belong to departments; what an organisation says of itself: name, address, logo, colour."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("queue", sa.Column("team_id", sa.Text(), nullable=True))
    op.create_table(
        "branding",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("address", sa.Text(), server_default="", nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("accent", sa.Text(), nullable=True),
        sa.Column("accent_dark", sa.Text(), nullable=True),
        sa.Column("logo", sa.Text(), nullable=True),
        sa.Column("logo_type", sa.Text(), nullable=True),
        sa.Column("logo_bytes", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branding")),
    )


def downgrade() -> None:
    op.drop_table("branding")
    # not by batch: SQLite would make the table anew, and numbers that lead to its queues would go with the old one
    op.drop_column("queue", "team_id")
