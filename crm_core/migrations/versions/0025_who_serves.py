"""Skills may end."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agent_skill", sa.Column("valid_until", sa.Double(), nullable=True))


def downgrade() -> None:
    op.drop_column("agent_skill", "valid_until")
