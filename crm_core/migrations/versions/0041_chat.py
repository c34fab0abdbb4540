"""Chats on a site: conversations, their lines and files, and where they begin."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_door",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("ask_name", sa.Text(), nullable=False),
        sa.Column("ask_email", sa.Text(), nullable=False),
        sa.Column("files", sa.Boolean(), nullable=False),
        sa.Column("greeting_en", sa.Text(), nullable=True),
        sa.Column("greeting_zh_tw", sa.Text(), nullable=True),
        sa.Column("greeting_zh_cn", sa.Text(), nullable=True),
        sa.Column("consent_en", sa.Text(), nullable=True),
        sa.Column("consent_zh_tw", sa.Text(), nullable=True),
        sa.Column("consent_zh_cn", sa.Text(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_door")),
    )
    op.create_index(op.f("ix_chat_door_queue_id"), "chat_door", ["queue_id"], unique=False)
    op.create_index(op.f("ix_chat_door_updated_at"), "chat_door", ["updated_at"], unique=False)
    op.create_index(
        "uq_chat_door_key",
        "chat_door",
        ["key"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )

    op.create_table(
        "chat",
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("consented_at", sa.Double(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "ended_by IN ('visitor', 'agent', 'left', 'idle', 'turned_away')", name=op.f("ck_chat_ended_by")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name=op.f("fk_chat_interaction_id_interaction")
        ),
        sa.PrimaryKeyConstraint("interaction_id", name=op.f("pk_chat")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_chat_token_sha256")),
    )
    op.create_index(
        "ix_chat_open",
        "chat",
        ["started_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )

    op.create_table(
        "chat_file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name=op.f("fk_chat_file_interaction_id_interaction")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_file")),
    )
    op.create_index(op.f("ix_chat_file_interaction_id"), "chat_file", ["interaction_id"], unique=False)

    op.create_table(
        "chat_line",
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("file_id", sa.Text(), nullable=True),
        sa.CheckConstraint("author IN ('visitor', 'agent', 'system')", name=op.f("ck_chat_line_author")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_chat_line_author_id_user_account")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["chat_file.id"], name=op.f("fk_chat_line_file_id_chat_file")),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name=op.f("fk_chat_line_interaction_id_interaction")
        ),
        sa.PrimaryKeyConstraint("interaction_id", "seq", name=op.f("pk_chat_line")),
    )
    op.create_index(
        "uq_chat_line_key",
        "chat_line",
        ["interaction_id", "author", "key"],
        unique=True,
        sqlite_where=sa.text("key <> ''"),
        postgresql_where=sa.text("key <> ''"),
    )


def downgrade() -> None:
    for table in ("chat_line", "chat_file", "chat", "chat_door"):
        op.drop_table(table)
