"""Imports: a batch for each file, a row for each of its rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "import_batch",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("layout", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("plan", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("rows_total", sa.BigInteger(), nullable=True),
        sa.Column("rows_done", sa.BigInteger(), nullable=False),
        sa.Column("indexed_row", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("unchanged", sa.BigInteger(), nullable=False),
        sa.Column("skipped", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("taken_back", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("origin", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=True),
        sa.Column("finished_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("id", name=op.f("uq_import_batch_id")),
        sqlite_autoincrement=True,
    )
    at_work = sa.text("state IN ('queued', 'running', 'undoing')")
    op.create_index(
        "ix_import_batch_at_work", "import_batch", ["state"], sqlite_where=at_work, postgresql_where=at_work
    )
    op.create_index("ix_import_batch_created_at", "import_batch", ["created_at"])
    op.create_index("ix_import_batch_user_id", "import_batch", ["user_id"])
    op.create_table(
        "import_row",
        sa.Column("batch", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("row", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("params", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("given", sa.Text(), nullable=True),
        sa.Column("undo", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["batch"], ["import_batch.seq"], name=op.f("fk_import_row_batch_import_batch"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch", "row", name=op.f("pk_import_row")),
        sqlite_with_rowid=False,
    )
    told = sa.text("outcome <> 'created'")
    op.create_index(
        "ix_import_row_told",
        "import_row",
        ["batch", "outcome", "row"],
        sqlite_where=told,
        postgresql_where=told,
    )
    kept = sa.text("undo IN ('changed_since', 'in_use')")
    op.create_index(
        "ix_import_row_undo", "import_row", ["batch", "undo", "row"], sqlite_where=kept, postgresql_where=kept
    )


def downgrade() -> None:
    op.drop_table("import_row")
    op.drop_table("import_batch")
