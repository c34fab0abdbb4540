"""Rules look at moments page by page, and remember what procedures made; indexes for automatic letters and for figures of a period."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_made",
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("entity", "record_id", name=op.f("pk_rule_made")),
    )
    with op.batch_alter_table("rule_watch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_id", sa.Text(), nullable=True))
    with op.batch_alter_table("case_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_event_at"), ["at"], unique=False)
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(
            "ix_letter_automatic",
            ["received_at"],
            unique=False,
            sqlite_where=sa.text("direction = 'out' AND author_id IS NULL"),
            postgresql_where=sa.text("direction = 'out' AND author_id IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index("ix_letter_automatic")
    with op.batch_alter_table("case_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_event_at"))
    with op.batch_alter_table("rule_watch", schema=None) as batch_op:
        batch_op.drop_column("seen_id")
    op.drop_table("rule_made")
