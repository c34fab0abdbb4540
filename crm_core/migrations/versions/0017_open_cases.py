"""Open cases by customer: they are counted at every call, and looked at whenever a contract changes."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0014"
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


def downgrade() -> None:
    op.drop_index("ix_support_case_open_of_party", table_name="support_case")
