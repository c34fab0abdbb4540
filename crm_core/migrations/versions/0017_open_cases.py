"""Open cases by customer: they are counted at every call, and looked at whenever a contract changes. How often numbers were keyed from a
telephone."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_OPEN = "status IN ('open', 'pending')"


def upgrade() -> None:
    op.create_index(
        "ix_support_case_open_of_party",
        "support_case",
        ["party_id", "deleted_at"],
        unique=False,
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
    op.create_table(
        "keyed_try",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("caller_sha256", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_keyed_try")),
    )
    op.create_index(op.f("ix_keyed_try_caller_sha256"), "keyed_try", ["caller_sha256"], unique=False)
    op.create_index(op.f("ix_keyed_try_at"), "keyed_try", ["at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_support_case_open_of_party", table_name="support_case")
    op.drop_table("keyed_try")
