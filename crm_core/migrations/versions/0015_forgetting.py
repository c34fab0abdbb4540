"""Whom the audit trail and imports have still to forget; letters by their age; structures that are not there are NULL, not JSON's null."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_STRUCTURES = (
    ("party", "contact_times"),
    ("party_merge_image", "before"),
    ("macro", "changes"),
    ("macro", "tasks"),
    ("case_type", "form"),
    ("case_type", "lifecycle"),
    ("rule", "detail"),
    ("rule", "condition"),
    ("rule", "count"),
    ("role", "scopes"),
    ("role", "fields"),
    ("saved_view", "filter"),
)


def upgrade() -> None:
    op.create_table(
        "forgetting",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("about", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgetting")),
    )
    op.create_index(op.f("ix_letter_received_at"), "letter", ["received_at"], unique=False)
    for table, column in _STRUCTURES:
        op.execute(f'UPDATE "{table}" SET "{column}" = NULL WHERE CAST("{column}" AS TEXT) = \'null\'')  # noqa: S608 - names of ours


def downgrade() -> None:
    op.drop_index(op.f("ix_letter_received_at"), table_name="letter")
    op.drop_table("forgetting")
