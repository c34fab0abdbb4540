"""Words are kept with their kind's mark before them, so beginnings of three and four letters are now one sign longer.

PostgreSQL's table stays; on both databases `crm_core.schema.upgrade` fills the index anew.
"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _anew("4 5")


def downgrade() -> None:
    _anew("3 4")


def _anew(beginnings: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_words")
        op.execute(
            "CREATE VIRTUAL TABLE search_words"
            f" USING fts5(title, body, keys, tokenize = 'ascii', prefix = '{beginnings}')"
        )
    else:
        op.execute("TRUNCATE search_words")
    op.execute("DELETE FROM search_version")
