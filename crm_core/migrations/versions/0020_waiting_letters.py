"""Letters that wait for their customer's hours."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_letter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("template_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["support_case.id"],
            name=op.f("fk_waiting_letter_case_id_support_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_letter")),
        sa.UniqueConstraint("key", name=op.f("uq_waiting_letter_key")),
    )
    op.create_index(op.f("ix_waiting_letter_case_id"), "waiting_letter", ["case_id"])
    op.create_index(op.f("ix_waiting_letter_due_at"), "waiting_letter", ["due_at"])


def downgrade() -> None:
    op.drop_table("waiting_letter")
