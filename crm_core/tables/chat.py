"""Chats: one conversation each, its lines in the order in which they were kept, and the files that were sent in it."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from crm_core.tables.base import Json, Words, index_where, metadata, moment, one_of

chat = Table(
    "chat",
    metadata,
    Column("interaction_id", Text, ForeignKey("interaction.id"), primary_key=True),
    Column("door", Text, nullable=False),
    # of the visitor's own key, which never leaves their browser but to us, only the hash is kept
    Column("token_sha256", Text, nullable=False, unique=True),
    Column("language", Text, nullable=False),
    Column("name", Words, nullable=False),
    # as the visitor gave it: nobody has shown that it is theirs
    Column("address", Words, nullable=False),
    Column("origin", Words, nullable=False),
    moment("consented_at", nullable=True),
    # the number of the last line
    Column("seq", Integer, nullable=False),
    moment("started_at"),
    moment("ended_at", nullable=True),
    Column("ended_by", Text),
    one_of("ended_by", "visitor", "agent", "left", "idle", "turned_away"),
    index_where("ix_chat_open", "started_at", where="ended_at IS NULL"),
)

chat_file = Table(
    "chat_file",
    metadata,
    Column("id", Text, primary_key=True),
    Column("interaction_id", Text, ForeignKey("interaction.id"), nullable=False, index=True),
    Column("name", Words, nullable=False),
    Column("content_type", Words, nullable=False),
    Column("size", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

chat_line = Table(
    "chat_line",
    metadata,
    Column("interaction_id", Text, ForeignKey("interaction.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("author", Text, nullable=False),
    Column("author_id", Text, ForeignKey("user_account.id")),
    # the author's own name for this line: the same one again is the same line
    Column("key", Text, nullable=False),
    moment("at"),
    Column("text", Words, nullable=False),
    # of a line of the system: what happened
    Column("code", Text, nullable=False),
    Column("params", Json),
    Column("file_id", Text, ForeignKey("chat_file.id")),
    one_of("author", "visitor", "agent", "system"),
    index_where("uq_chat_line_key", "interaction_id", "author", "key", where="key <> ''", unique=True),
)
