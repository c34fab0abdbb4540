"""What knowledge is kept in beside its entities: texts with all their versions, files, votes, uses; who has read which memo.

No table here refers to the entities' own tables by a foreign key: those are made from declarations, later than these.
"""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, Table, Text

from crm_core.tables.base import Words, metadata, moment

# one language of an article; `version` is the newest, `published` the one that others read (nothing: none)
article_text = Table(
    "article_text",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("state", Text, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("published", Integer),
    moment("published_at", nullable=True),
    Column("submitted_by", Text),
    moment("changed_at"),
)

# append-only: what was written stays as it was
article_version = Table(
    "article_version",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("title", Words, nullable=False),
    Column("summary", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("note", Words, nullable=False),
    Column("author_id", Text),
    moment("at"),
)

article_file = Table(
    "article_file",
    metadata,
    Column("id", Text, primary_key=True),
    Column("article_id", Text, nullable=False, index=True),
    Column("name", Words, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    moment("at"),
)

# one for each voter, who may change their mind; counts are folded from here
article_vote = Table(
    "article_vote",
    metadata,
    Column("article_id", Text, primary_key=True),
    Column("voter", Text, primary_key=True),
    Column("helpful", Boolean, nullable=False),
    Column("language", Text, nullable=False),
    moment("at"),
)

# where an article helped, or where it came from: kept on the case, counted for the article
article_use = Table(
    "article_use",
    metadata,
    Column("id", Text, primary_key=True),
    Column("article_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("case_id", Text, index=True),
    Column("interaction_id", Text, index=True),
    Column("user_id", Text),
    moment("at"),
    Index(None, "article_id", "kind"),
)

memo_read = Table(
    "memo_read",
    metadata,
    Column("memo_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    moment("at"),
)
