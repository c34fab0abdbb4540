"""Inquiry forms with their versions, what visitors sent, and how much was caught on the way."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text

from crm_core.tables.base import Json, Words, index_where, metadata, moment, one_of

inquiry_form = Table(
    "inquiry_form",
    metadata,
    Column("id", Text, primary_key=True),
    # what stands in the address
    Column("key", Text, nullable=False),
    Column("name", Words, nullable=False),
    # what is being written, and the number of the version that visitors see (none: they see nothing)
    Column("draft", Json, nullable=False),
    Column("published", Integer),
    moment("created_at"),
    moment("updated_at"),
    Column("row_version", Integer, nullable=False, server_default="1"),
    moment("deleted_at", nullable=True),
    index_where("uq_inquiry_form_key", "key", where="deleted_at IS NULL", unique=True),
)

inquiry_form_version = Table(
    "inquiry_form_version",
    metadata,
    Column("form_id", Text, ForeignKey("inquiry_form.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("document", Json, nullable=False),
    Column("note", Words, nullable=False, server_default=""),
    moment("published_at"),
    # without a foreign key: history outlives people
    Column("published_by", Text),
)

# the letter beside it has the same in words, and the files
submission = Table(
    "submission",
    metadata,
    Column("id", Text, primary_key=True),
    Column("letter_id", Text, ForeignKey("letter.id", ondelete="CASCADE"), nullable=False, index=True),
    # without a foreign key: forms are never taken out of their table
    Column("form_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    # of whatever names this sending: of the page's token, or of the program and its key; `digest`: of what was sent under it
    Column("key_sha256", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False),
    moment("at"),
    Column("language", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("answers", Json, nullable=False),
    Column("address", Words, nullable=False, index=True),
    # the page that it was sent from, and the place
    Column("page", Words, nullable=False),
    Column("peer", Words, nullable=False),
    # what its choices ask of the router
    Column("points", Integer, nullable=False),
    Column("needs", Json, nullable=False),
    # why it looks like a program's; how many of its answers their fields would not take
    Column("suspected", Text),
    Column("unmapped", Json, nullable=False),
    Column("receipted", Boolean, nullable=False),
    one_of("via", "page", "frame", "api"),
    Index(None, "form_id", "at"),
)

submission_caught = Table(
    "submission_caught",
    metadata,
    Column("form_id", Text, ForeignKey("inquiry_form.id"), primary_key=True),
    # the day (UTC), counted from 1970-01-01
    Column("day", Integer, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)
