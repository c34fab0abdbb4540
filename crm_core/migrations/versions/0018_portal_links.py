"""By which address somebody was signed in who asked for a link to a further one: it opens nothing once that address is no more theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("portal_link", sa.Column("asked_from", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("portal_link") as table:
        table.drop_column("asked_from")
