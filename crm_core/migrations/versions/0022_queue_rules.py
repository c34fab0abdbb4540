"""Queues are records: what they ask as people type it, what is given up in time, who comes first, how many misses are overlooked.
Offers know what had been given up for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_QUEUE = sa.table("queue", sa.column("id"), sa.column("requires"))
_NEED = sa.table("queue_need", sa.column("queue_id"), sa.column("skill"), sa.column("level"))


def upgrade() -> None:
    # not by batch: SQLite would make the table anew, and numbers that lead to its queues would go with the old one
    for column in (
        sa.Column("requires", sa.Text(), server_default="", nullable=False),
        sa.Column("relaxation", sa.Text(), server_default="", nullable=False),
        sa.Column("choice", sa.Text(), server_default="longest_idle", nullable=False),
        sa.Column("priority_points", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("missed_at_most", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("created_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("updated_at", sa.Double(), server_default="0", nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    ):
        op.add_column("queue", column)
    op.add_column("offer", sa.Column("steps", sa.Integer(), server_default="0", nullable=False))
    op.add_column("offer", sa.Column("preferred", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(op.f("ix_queue_updated_at"), "queue", ["updated_at"])
    conn = op.get_bind()
    asked: dict[str, list[str]] = {}
    for row in conn.execute(sa.select(_NEED).order_by(_NEED.c.queue_id, _NEED.c.skill)).all():
        asked.setdefault(row.queue_id, []).append(
            row.skill if row.level == 1 else f"{row.skill} >= {row.level}"
        )
    for queue_id, words in asked.items():
        conn.execute(sa.update(_QUEUE).where(_QUEUE.c.id == queue_id).values(requires=", ".join(words)))
    op.drop_table("queue_need")


def downgrade() -> None:
    op.create_table(
        "queue_need",
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queue.id"], name=op.f("fk_queue_need_queue_id_queue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("queue_id", "skill", name=op.f("pk_queue_need")),
    )
    conn = op.get_bind()
    for row in conn.execute(sa.select(_QUEUE)).all():
        for word in filter(None, row.requires.split(", ")):
            skill, _, level = word.partition(" >= ")
            conn.execute(sa.insert(_NEED).values(queue_id=row.id, skill=skill, level=int(level or 1)))
    op.drop_column("offer", "preferred")
    op.drop_column("offer", "steps")
    op.drop_index(op.f("ix_queue_updated_at"), table_name="queue")
    for name in (
        "custom",
        "deleted_at",
        "row_version",
        "updated_at",
        "created_at",
        "missed_at_most",
        "priority_points",
        "choice",
        "relaxation",
        "requires",
    ):
        op.drop_column("queue", name)
