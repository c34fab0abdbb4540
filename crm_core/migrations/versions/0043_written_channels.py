"""Written channels that are not mail: text messages, their gateways and numbers, their way out; and the words of attachments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_part",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("peer_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("filed_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_part")),
    )
    op.create_index(op.f("ix_message_part_account_id_key"), "message_part", ["account_id", "key"])
    op.create_index(
        op.f("ix_message_part_account_id_peer_id"), "message_part", ["account_id", "peer_id"], unique=True
    )
    op.create_index(op.f("ix_message_part_due_at"), "message_part", ["due_at"])

    op.create_table(
        "sms_gateway",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=True),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_gateway")),
    )
    op.create_index(op.f("ix_sms_gateway_updated_at"), "sms_gateway", ["updated_at"])
    op.create_index(
        "uq_sms_gateway_name",
        "sms_gateway",
        ["name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )

    op.create_table(
        "sms_number",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("gateway_id", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_number")),
    )
    op.create_index(op.f("ix_sms_number_gateway_id"), "sms_number", ["gateway_id"])
    op.create_index(op.f("ix_sms_number_queue_id"), "sms_number", ["queue_id"])
    op.create_index(op.f("ix_sms_number_updated_at"), "sms_number", ["updated_at"])
    op.create_index(
        "uq_sms_number_number",
        "sms_number",
        ["number"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )

    op.create_table(
        "sms_secret",
        sa.Column("gateway_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("set_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("gateway_id", name=op.f("pk_sms_secret")),
    )
    op.create_table(
        "stopped_number",
        sa.Column("number_sha256", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number_sha256", name=op.f("pk_stopped_number")),
    )
    op.create_table(
        "conversation",
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["support_case.id"],
            name=op.f("fk_conversation_case_id_support_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pair", name=op.f("pk_conversation")),
    )
    op.create_index(op.f("ix_conversation_case_id"), "conversation", ["case_id"])

    op.create_table(
        "message_media",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'fetched', 'failed')", name=op.f("ck_message_media_state")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_message_media_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_media")),
    )
    op.create_index(op.f("ix_message_media_letter_id"), "message_media", ["letter_id"])
    op.create_index(op.f("ix_message_media_state_due_at"), "message_media", ["state", "due_at"])

    op.create_table(
        "message_out",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("tried_at", sa.Double(), nullable=True),
        sa.Column("told_at", sa.Double(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("peer_id", sa.Text(), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'delivered', 'failed')", name=op.f("ck_message_out_state")
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_message_out_letter_id_letter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_out")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_message_out_letter_id")),
    )
    op.create_index(op.f("ix_message_out_made_at"), "message_out", ["made_at"])
    op.create_index(op.f("ix_message_out_medium_state_due_at"), "message_out", ["medium", "state", "due_at"])
    op.create_index(
        "uq_message_out_peer",
        "message_out",
        ["account_id", "peer_id"],
        unique=True,
        sqlite_where=sa.text("peer_id IS NOT NULL"),
        postgresql_where=sa.text("peer_id IS NOT NULL"),
    )

    op.create_table(
        "attachment_text",
        sa.Column("attachment_id", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("read_at", sa.Double(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('read', 'none', 'encrypted', 'too_large', 'broken', 'unknown_type')",
            name=op.f("ck_attachment_text_verdict"),
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_attachment_text_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_attachment_text")),
    )
    op.create_index(op.f("ix_attachment_text_letter_id"), "attachment_text", ["letter_id"])


def downgrade() -> None:
    op.drop_table("attachment_text")
    op.drop_table("message_out")
    op.drop_table("message_media")
    op.drop_table("conversation")
    op.drop_table("stopped_number")
    op.drop_table("sms_secret")
    op.drop_table("sms_number")
    op.drop_table("sms_gateway")
    op.drop_table("message_part")
