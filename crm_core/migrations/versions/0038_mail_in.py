"""Letters come in: Message-IDs that lead to a case, what was written by itself to whom, letters that came back, large ones in pieces, mailboxes that are read by IMAP, and
receipts of queues."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "automatic_letter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_automatic_letter")),
    )
    op.create_index(op.f("ix_automatic_letter_at"), "automatic_letter", ["at"])
    op.create_index(op.f("ix_automatic_letter_digest_at"), "automatic_letter", ["digest", "at"])

    op.create_table(
        "mailbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("port", sa.BigInteger(), nullable=False),
        sa.Column("tls", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("sign_in", sa.Text(), nullable=False),
        sa.Column("token_url", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Text(), nullable=True),
        sa.Column("scope", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("begin_with", sa.Text(), nullable=False),
        sa.Column("afterwards", sa.Text(), nullable=False),
        sa.Column("move_to", sa.Text(), nullable=True),
        sa.Column("look_every_s", sa.BigInteger(), nullable=False),
        sa.Column("silent_after_h", sa.BigInteger(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox")),
    )
    op.create_index(op.f("ix_mailbox_queue_id"), "mailbox", ["queue_id"])
    op.create_index(op.f("ix_mailbox_updated_at"), "mailbox", ["updated_at"])
    op.create_index(
        "uq_mailbox_name",
        "mailbox",
        ["name"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )

    op.create_table(
        "mailbox_condition",
        sa.Column("mailbox_id", sa.Text(), nullable=False),
        sa.Column("read_at", sa.Double(), nullable=True),
        sa.Column("letter_at", sa.Double(), nullable=True),
        sa.Column("failing_since", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("told_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("mailbox_id", name=op.f("pk_mailbox_condition")),
    )
    op.create_table(
        "mailbox_cursor",
        sa.Column("mailbox_id", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("rescan_until", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox_id", name=op.f("pk_mailbox_cursor")),
    )
    op.create_table(
        "mailbox_letter",
        sa.Column("mailbox_id", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox_id", "fingerprint", name=op.f("pk_mailbox_letter")),
    )
    op.create_table(
        "mailbox_secret",
        sa.Column("mailbox_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox_id", "name", name=op.f("pk_mailbox_secret")),
    )
    op.create_table(
        "letter_alias",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["support_case.id"],
            name=op.f("fk_letter_alias_case_id_support_case"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", "case_id", name=op.f("pk_letter_alias")),
    )
    op.create_index(op.f("ix_letter_alias_case_id"), "letter_alias", ["case_id"])

    op.create_table(
        "letter_part",
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("letter_id", "of", "position", name=op.f("pk_letter_part")),
    )
    op.create_table(
        "letter_bounce",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reply_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_letter_bounce_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_bounce")),
    )
    op.create_index(op.f("ix_letter_bounce_letter_id"), "letter_bounce", ["letter_id"])
    op.create_index(op.f("ix_letter_bounce_recipient"), "letter_bounce", ["recipient"])

    # not by batch: see 0022
    op.add_column("queue", sa.Column("receipt_template_id", sa.Text(), nullable=True))
    op.add_column("queue", sa.Column("receipt_every_h", sa.Integer(), server_default="24", nullable=False))


def downgrade() -> None:
    # not by batch: see 0022
    op.drop_column("queue", "receipt_every_h")
    op.drop_column("queue", "receipt_template_id")

    op.drop_index(op.f("ix_letter_bounce_recipient"), "letter_bounce")
    op.drop_index(op.f("ix_letter_bounce_letter_id"), "letter_bounce")

    op.drop_table("letter_bounce")
    op.drop_table("letter_part")
    op.drop_index(op.f("ix_letter_alias_case_id"), "letter_alias")

    op.drop_table("letter_alias")
    op.drop_table("mailbox_secret")
    op.drop_table("mailbox_letter")
    op.drop_table("mailbox_cursor")
    op.drop_table("mailbox_condition")
    op.drop_index(
        "uq_mailbox_name",
        "mailbox",
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.drop_index(op.f("ix_mailbox_updated_at"), "mailbox")
    op.drop_index(op.f("ix_mailbox_queue_id"), "mailbox")

    op.drop_table("mailbox")
    op.drop_index(op.f("ix_automatic_letter_digest_at"), "automatic_letter")
    op.drop_index(op.f("ix_automatic_letter_at"), "automatic_letter")

    op.drop_table("automatic_letter")
