"""Entry flows as data, with versions, uploaded prompts, and who came through them; a number may lead through one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "flow",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("draft", _JSON, nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow")),
    )
    op.create_table(
        "flow_version",
        sa.Column("flow_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", _JSON, nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("published_at", sa.Double(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["flow_id"], ["flow.id"], name=op.f("fk_flow_version_flow_id_flow")),
        sa.PrimaryKeyConstraint("flow_id", "number", name=op.f("pk_flow_version")),
    )
    op.create_table(
        "prompt",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt")),
    )
    for table in ("flow", "prompt"):
        op.create_index(
            f"uq_{table}_name",
            table,
            ["name"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
    op.create_table(
        "prompt_sound",
        sa.Column("prompt_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("sound", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_at", sa.Double(), nullable=False),
        sa.CheckConstraint("language IN ('en', 'zh-TW', 'zh-CN')", name=op.f("ck_prompt_sound_language")),
        sa.ForeignKeyConstraint(["prompt_id"], ["prompt.id"], name=op.f("fk_prompt_sound_prompt_id_prompt")),
        sa.PrimaryKeyConstraint("prompt_id", "language", name=op.f("pk_prompt_sound")),
    )
    op.create_table(
        "flow_visit",
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("flow_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("steps", sa.Text(), server_default="", nullable=False),
        sa.Column("path", _JSON, nullable=True),
        sa.Column("collected", _JSON, nullable=True),
        sa.CheckConstraint(
            "outcome IN ('queue', 'callback', 'transfer', 'hangup', 'left', 'failed')",
            name=op.f("ck_flow_visit_outcome"),
        ),
        sa.PrimaryKeyConstraint("interaction_id", name=op.f("pk_flow_visit")),
    )
    op.create_index(op.f("ix_flow_visit_flow_id_started_at"), "flow_visit", ["flow_id", "started_at"])
    # not by batch: see 0022
    op.add_column("entry", sa.Column("flow_id", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("entry", "flow_id")
    for table in ("flow_visit", "prompt_sound", "prompt", "flow_version", "flow"):
        op.drop_table(table)
