"""Inquiry forms as data: drafts and versions, what visitors sent, what was caught."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "inquiry_form",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("draft", _JSON, nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inquiry_form")),
    )
    op.create_index(
        "uq_inquiry_form_key",
        "inquiry_form",
        ["key"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_table(
        "inquiry_form_version",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", _JSON, nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("published_at", sa.Double(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["form_id"], ["inquiry_form.id"], name=op.f("fk_inquiry_form_version_form_id_inquiry_form")
        ),
        sa.PrimaryKeyConstraint("form_id", "number", name=op.f("pk_inquiry_form_version")),
    )
    op.create_table(
        "submission",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("key_sha256", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("answers", _JSON, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("page", sa.Text(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("needs", _JSON, nullable=False),
        sa.Column("suspected", sa.Text(), nullable=True),
        sa.Column("unmapped", _JSON, nullable=False),
        sa.Column("receipted", sa.Boolean(), nullable=False),
        sa.CheckConstraint("via IN ('page', 'frame', 'api')", name=op.f("ck_submission_via")),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name=op.f("fk_submission_letter_id_letter"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_submission_key_sha256")),
    )
    op.create_index(op.f("ix_submission_letter_id"), "submission", ["letter_id"])
    op.create_index(op.f("ix_submission_address"), "submission", ["address"])
    op.create_index(op.f("ix_submission_form_id_at"), "submission", ["form_id", "at"])
    op.create_table(
        "submission_caught",
        sa.Column("form_id", sa.Text(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["inquiry_form.id"], name=op.f("fk_submission_caught_form_id_inquiry_form")
        ),
        sa.PrimaryKeyConstraint("form_id", "day", "reason", name=op.f("pk_submission_caught")),
    )


def downgrade() -> None:
    for table in ("submission_caught", "submission", "inquiry_form_version", "inquiry_form"):
        op.drop_table(table)
