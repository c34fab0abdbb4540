"""The numbers that customers dial and the addresses that they write to are records."""

import time

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from config.ids import new_id

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_KEPT = ("medium", "address", "queue_id", "identify")
_OLD = sa.table("queue_entry", *(sa.column(name) for name in _KEPT))
_NEW = sa.table(
    "entry",
    *(sa.column(name) for name in ("id", *_KEPT, "created_at", "updated_at", "deleted_at")),
)


def upgrade() -> None:
    op.create_table(
        "entry",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("identify", sa.Text(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    op.create_index(op.f("ix_entry_queue_id"), "entry", ["queue_id"])
    op.create_index(op.f("ix_entry_updated_at"), "entry", ["updated_at"])
    op.create_index(
        "uq_entry_address",
        "entry",
        ["address"],
        unique=True,
        sqlite_where=sa.text("deleted_at IS NULL"),
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    conn, now = op.get_bind(), time.time()
    before = conn.execute(sa.select(_OLD).order_by(_OLD.c.medium, _OLD.c.address)).all()
    both = {each.address for each in before if each.medium == "voice"} & {
        each.address for each in before if each.medium == "email"
    }
    for row in before:
        voice = row.medium == "voice"
        # of one text for both media the one that can be dialled or written to counts, and the other is kept as removed
        astray = row.address in both and voice == ("@" in row.address)
        conn.execute(
            sa.insert(_NEW).values(
                id=new_id(),
                medium=row.medium,
                address=row.address,
                queue_id=row.queue_id,
                identify=row.identify if voice else None,
                created_at=now,
                updated_at=now,
                deleted_at=now if astray else None,
            )
        )
    op.drop_table("queue_entry")


def downgrade() -> None:
    op.create_table(
        "queue_entry",
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("identify", sa.Text(), server_default="never", nullable=False),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queue.id"], name=op.f("fk_queue_entry_queue_id_queue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("medium", "address", name=op.f("pk_queue_entry")),
    )
    op.create_index(op.f("ix_queue_entry_queue_id"), "queue_entry", ["queue_id"])
    conn = op.get_bind()
    for row in conn.execute(sa.select(_NEW).where(_NEW.c.deleted_at.is_(None))).all():
        conn.execute(
            sa.insert(_OLD).values(
                medium=row.medium,
                address=row.address,
                queue_id=row.queue_id,
                identify=row.identify or "never",
            )
        )
    op.drop_table("entry")
