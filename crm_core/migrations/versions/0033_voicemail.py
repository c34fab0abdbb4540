"""Messages that callers leave: what became of each, queues that offer it, and entry flows that end so."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

_OUTCOME = "ck_flow_visit_outcome"


def upgrade() -> None:
    op.create_table(
        "voicemail",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=True),
        sa.Column("left_at", sa.Double(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("sound_s", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["interaction.id"], name=op.f("fk_voicemail_call_id_interaction")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name=op.f("fk_voicemail_interaction_id_interaction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voicemail")),
        sa.UniqueConstraint("interaction_id", name=op.f("uq_voicemail_interaction_id")),
    )
    op.create_index(op.f("ix_voicemail_call_id"), "voicemail", ["call_id"])
    # not by batch: see 0022
    for column in (
        sa.Column("voicemail_offered", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("voicemail_most_s", sa.Integer(), server_default="180", nullable=False),
        sa.Column("voicemail_silence_s", sa.Integer(), server_default="10", nullable=False),
    ):
        op.add_column("queue", column)
    _allow("outcome IN ('queue', 'callback', 'voicemail', 'transfer', 'hangup', 'left', 'failed')")


def downgrade() -> None:
    op.execute(sa.text("UPDATE flow_visit SET outcome = 'hangup' WHERE outcome = 'voicemail'"))
    _allow("outcome IN ('queue', 'callback', 'transfer', 'hangup', 'left', 'failed')")
    for name in ("voicemail_silence_s", "voicemail_most_s", "voicemail_offered"):
        op.drop_column("queue", name)
    op.drop_table("voicemail")


def _allow(rule: str) -> None:
    with op.batch_alter_table("flow_visit") as table:
        table.drop_constraint(op.f(_OUTCOME), type_="check")
    with op.batch_alter_table("flow_visit") as table:
        table.create_check_constraint(op.f(_OUTCOME), rule)
