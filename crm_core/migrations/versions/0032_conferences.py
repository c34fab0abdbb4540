"""A stay in which customer, agent and whom the agent had called talk, all three."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_KIND = "ck_segment_ck_segment_kind"
"""As the first migration named it."""


def upgrade() -> None:
    _allow("kind IN ('queue', 'agent', 'hold', 'consult', 'conference', 'recording_pause')")


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM segment WHERE kind = 'conference'"))
    _allow("kind IN ('queue', 'agent', 'hold', 'consult', 'recording_pause')")


def _allow(rule: str) -> None:
    with op.batch_alter_table("segment") as table:
        table.drop_constraint(op.f(_KIND), type_="check")
    with op.batch_alter_table("segment") as table:
        table.create_check_constraint(op.f(_KIND), rule)
