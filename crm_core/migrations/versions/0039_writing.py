"""Letters are drafts before they are letters: shared, held, scheduled. The outbox knows who was refused and why, and what came back."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_OUTBOX = sa.table("outbox", sa.column("state"))


def upgrade() -> None:
    op.create_table(
        "letter_draft",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("party_id", sa.Text(), nullable=True),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("thread_size", sa.Integer(), nullable=False),
        sa.Column("content", _JSON, nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("send_at", sa.Double(), nullable=True),
        sa.Column("scheduled", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["support_case.id"], name=op.f("fk_letter_draft_case_id_support_case")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name=op.f("fk_letter_draft_interaction_id_interaction")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_letter_draft_owner_id_user_account")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_letter_draft_party_id_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_draft")),
    )
    for column in ("case_id", "interaction_id", "owner_id", "party_id"):
        op.create_index(op.f(f"ix_letter_draft_{column}"), "letter_draft", [column])
    op.create_index(
        "ix_letter_draft_send_at",
        "letter_draft",
        ["send_at"],
        sqlite_where=sa.text("send_at IS NOT NULL"),
        postgresql_where=sa.text("send_at IS NOT NULL"),
    )
    op.create_table(
        "draft_file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("party_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_file")),
    )
    op.create_index(op.f("ix_draft_file_draft_id"), "draft_file", ["draft_id"])
    op.create_table(
        "letter_sending",
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("draft_id", sa.Text(), nullable=False),
        sa.Column("bcc", sa.Text(), nullable=False),
        sa.Column("receipt_wanted", sa.Boolean(), nullable=False),
        sa.Column("content", _JSON, nullable=False),
        sa.Column("read_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_sending_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("letter_id", name=op.f("pk_letter_sending")),
        sa.UniqueConstraint("draft_id", name=op.f("uq_letter_sending_draft_id")),
    )
    op.add_column("outbox", sa.Column("refused", _JSON, nullable=True))
    _states("ck_outbox_ck_outbox_state", "ck_outbox_state", "queued", "sent", "failed", "bounced")


def downgrade() -> None:
    op.execute(sa.update(_OUTBOX).where(_OUTBOX.c.state == "bounced").values(state="failed"))
    _states("ck_outbox_state", "ck_outbox_ck_outbox_state", "queued", "sent", "failed")
    op.drop_column("outbox", "refused")
    op.drop_table("letter_sending")
    op.drop_table("draft_file")
    op.drop_table("letter_draft")


def _states(old: str, name: str, *words: str) -> None:
    """By batch, since SQLite changes no constraint; nothing refers to the outbox, so nothing goes with the old table. 0001 named its
    constraint twice over."""
    listed = ", ".join(f"'{word}'" for word in words)
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f(old), type_="check")
    with op.batch_alter_table("outbox") as batch:
        batch.create_check_constraint(op.f(name), f"state IN ({listed})")
