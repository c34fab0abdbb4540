"""The index of search, empty: `crm_core.schema.upgrade` fills it from the rows there are."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("interaction_id", sa.Text(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.CheckConstraint("kind IN ('party', 'case', 'letter', 'note')", name="ck_search_document_kind"),
        sa.PrimaryKeyConstraint("id", name="pk_search_document"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_search_document_kind_source_id", "search_document", ["kind", "source_id"], unique=True
    )
    op.create_index("ix_search_document_kind_id", "search_document", ["kind", "id"])
    op.create_index("ix_interaction_agent_id", "interaction", ["agent_id"])
    op.create_index("ix_segment_agent_id", "segment", ["agent_id"])
    op.create_table(
        "search_version",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_search_version"),
    )
    if op.get_bind().dialect.name == "postgresql":
        _tsvector()
    else:
        _fts5()


def downgrade() -> None:
    op.execute("DROP TABLE search_words")
    op.drop_index("ix_segment_agent_id", "segment")
    op.drop_index("ix_interaction_agent_id", "interaction")
    op.drop_table("search_document")
    op.drop_table("search_version")


def _fts5() -> None:
    # `ascii` takes what we cut as it is: all above ASCII belongs to words. Beginnings of three and four letters have their own index
    op.execute(
        "CREATE VIRTUAL TABLE search_words USING fts5(title, body, keys, tokenize = 'ascii', prefix = '3 4')"
    )


def _tsvector() -> None:
    op.execute(
        "CREATE TABLE search_words (id bigint PRIMARY KEY REFERENCES search_document ON DELETE CASCADE, words tsvector NOT NULL)"
    )
    # uncompressed: ranking and phrases read it from there, and that is faster than unpacking
    op.execute("ALTER TABLE search_words ALTER words SET STORAGE EXTERNAL, ALTER words SET STATISTICS 500")
    # without the list of pending entries: a search must not pay for what was written before it
    op.execute("CREATE INDEX ix_search_words_words ON search_words USING gin (words) WITH (fastupdate = off)")
