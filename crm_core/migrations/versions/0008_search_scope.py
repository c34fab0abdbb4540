"""On PostgreSQL, what rights ask of a document beside its words, too."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

SCOPE = ("kind", "source_id", "case_id", "interaction_id")


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        _copy_scope()


def _copy_scope() -> None:
    # into a new table whose index is made at the end: an UPDATE would file every word of every document once more
    names, types = ", ".join(SCOPE), ", ".join(f"{name} text" for name in SCOPE)
    op.execute("ALTER TABLE search_words RENAME TO search_words_before")
    op.execute(f"CREATE TABLE search_words (id bigint NOT NULL, words tsvector NOT NULL, {types})")
    op.execute("ALTER TABLE search_words ALTER words SET STORAGE EXTERNAL, ALTER words SET STATISTICS 500")
    op.execute(
        f"INSERT INTO search_words (id, words, {names}) SELECT id, words, {names}"  # noqa: S608 - names of ours
        " FROM search_words_before JOIN search_document USING (id) ORDER BY id"
    )
    op.execute("DROP TABLE search_words_before")
    op.execute(
        "ALTER TABLE search_words ADD PRIMARY KEY (id),"
        " ADD FOREIGN KEY (id) REFERENCES search_document ON DELETE CASCADE"
    )
    op.execute("CREATE INDEX ix_search_words_words ON search_words USING gin (words) WITH (fastupdate = off)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE search_words " + ", ".join(f"DROP COLUMN {name}" for name in SCOPE))
