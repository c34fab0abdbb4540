"""Letters are understood: what was written anew, the language, bounces, invitations, checks of the origin, and files that are dangerous."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_WORDS = ("reply", "signature", "language", "automatic_rule")
_FOUND = ("bounce", "invite", "authentication")


def upgrade() -> None:
    # not by batch: see 0022
    for name in _WORDS:
        op.add_column("letter", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in _FOUND:
        op.add_column(
            "letter", sa.Column(name, sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True)
        )
    op.add_column("support_case", sa.Column("language", sa.Text(), nullable=True))
    op.add_column("attachment", sa.Column("danger", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("attachment", "danger")
    op.drop_column("support_case", "language")
    for name in (*_FOUND, *_WORDS):
        op.drop_column("letter", name)
