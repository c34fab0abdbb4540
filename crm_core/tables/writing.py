"""Letters that are being written, with their files, and what is kept of a letter that went beside itself."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Text, false

from crm_core.tables.base import Json, TextList, Words, index_where, metadata, moment

# nothing here is a letter yet: until `send_at` it is taken back by clearing that
letter_draft = Table(
    "letter_draft",
    metadata,
    Column("id", Text, primary_key=True),
    Column("interaction_id", Text, ForeignKey("interaction.id"), index=True),
    Column("case_id", Text, ForeignKey("support_case.id"), index=True),
    Column("party_id", Text, ForeignKey("party.id"), index=True),
    Column("owner_id", Text, ForeignKey("user_account.id"), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    # how many letters there were when it was begun: more at the sending means that somebody wrote meanwhile
    Column("thread_size", Integer, nullable=False),
    Column("content", Json, nullable=False),
    moment("created_at"),
    moment("updated_at"),
    moment("send_at", nullable=True),
    # waits for the time that somebody chose, as opposed to the seconds in which it can be taken back
    Column("scheduled", Boolean, nullable=False, server_default=false()),
    # why it did not become a letter at its time: a code
    Column("problem", Text, nullable=False, server_default=""),
    index_where("ix_letter_draft_send_at", "send_at", where="send_at IS NOT NULL"),
)

# whose it is stands here as well, so that it is found and forgotten with the customer, also by itself
draft_file = Table(
    "draft_file",
    metadata,
    Column("id", Text, primary_key=True),
    Column("draft_id", Text, nullable=False, index=True),
    Column("interaction_id", Text),
    Column("case_id", Text),
    Column("party_id", Text),
    Column("name", Words, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("inline", Boolean, nullable=False),
    Column("content", LargeBinary, nullable=False),
    moment("at"),
)

# of a letter that went: who had it unseen, what it was written as (so that it can be sent again), whether it was read
letter_sending = Table(
    "letter_sending",
    metadata,
    Column("letter_id", Text, ForeignKey("letter.id", ondelete="CASCADE"), primary_key=True),
    Column("draft_id", Text, nullable=False, unique=True),
    Column("bcc", TextList, nullable=False),
    Column("receipt_wanted", Boolean, nullable=False),
    Column("content", Json, nullable=False),
    moment("read_at", nullable=True),
)
