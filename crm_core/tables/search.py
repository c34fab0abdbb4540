"""What search knows of: a row for each document. Its words are in `search_words`, which each database spells in its own
way (an FTS5 table, a tsvector), so it is made by the migration and not in the metadata."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from crm_core.tables.base import Words, metadata, moment

WORDS_TABLE = "search_words"

search_document = Table(
    "search_document",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source_id", Text, nullable=False),
    Column("title", Words, nullable=False),
    # a document is as readable as its case or else its interaction; a party has neither and is everybody's
    Column("case_id", Text),
    Column("interaction_id", Text),
    moment("at"),
    Index(None, "kind", "source_id", unique=True),
    Index(None, "kind", "id"),
    sqlite_autoincrement=True,
)

# one row: by which version of `crm_core.search.words` the index was built; none before it was
search_version = Table(
    "search_version",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
)
