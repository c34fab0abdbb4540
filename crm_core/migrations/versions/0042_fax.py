"""Faxes that came and faxes that go; numbers that are listened to for a fax machine; entry flows that end in a fax."""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

_OUTCOME = "ck_flow_visit_outcome"
_STATES = "'received', 'failed', 'waiting', 'sending', 'sent', 'unknown', 'cancelled'"


def upgrade() -> None:
    op.create_table(
        "fax",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=True),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("number", "our_number", "station", "subject", "words")
        ),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("confirmed", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("resolution", "code", "mark")),
        sa.Column("files", sa.Text(), nullable=True),
        sa.Column("sealed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("erased", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("tried_at", sa.Double(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=True),
        sa.CheckConstraint("direction IN ('in', 'out')", name=op.f("ck_fax_direction")),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_fax_state")),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name=op.f("fk_fax_interaction_id_interaction")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name=op.f("fk_fax_case_id_support_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fax")),
        sa.UniqueConstraint("key", name=op.f("uq_fax_key")),
    )
    for columns in (("interaction_id",), ("case_id",), ("at",), ("state", "due_at")):
        op.create_index(op.f(f"ix_fax_{'_'.join(columns)}"), "fax", list(columns))
    there = sa.text("erased AND files IS NOT NULL")
    op.create_index("ix_fax_erased", "fax", ["id"], sqlite_where=there, postgresql_where=there)
    # not by batch: see 0022
    op.add_column("entry", sa.Column("fax_detect", sa.Boolean(), nullable=True))
    _allow("outcome IN ('queue', 'callback', 'voicemail', 'fax', 'transfer', 'hangup', 'left', 'failed')")


def downgrade() -> None:
    op.execute(sa.text("UPDATE flow_visit SET outcome = 'hangup' WHERE outcome = 'fax'"))
    _allow("outcome IN ('queue', 'callback', 'voicemail', 'transfer', 'hangup', 'left', 'failed')")
    op.drop_column("entry", "fax_detect")
    op.execute(sa.text("DELETE FROM entry WHERE medium = 'fax'"))
    op.drop_table("fax")


def _allow(rule: str) -> None:
    with op.batch_alter_table("flow_visit") as table:
        table.drop_constraint(op.f(_OUTCOME), type_="check")
    with op.batch_alter_table("flow_visit") as table:
        table.create_check_constraint(op.f(_OUTCOME), rule)
