"""An index of the numbers that are not whole: what a whole number can fit by its ending alone."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FRAGMENT = sa.text("digits_reversed IS NOT NULL AND substr(normal, 1, 1) <> '+'")


def upgrade() -> None:
    op.create_index(
        "ix_contact_point_fragment",
        "contact_point",
        ["digits_reversed"],
        sqlite_where=FRAGMENT,
        postgresql_where=FRAGMENT,
    )


def downgrade() -> None:
    op.drop_index("ix_contact_point_fragment", "contact_point")
