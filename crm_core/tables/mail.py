"""Letters as they came and went, their attachments, and the outbox of what is still to be sent."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from crm_core.tables.base import Json, TextList, Words, index_where, metadata, moment, one_of

letter = Table(
    "letter",
    metadata,
    Column("id", Text, primary_key=True),
    Column("direction", Text, nullable=False),
    # what makes a second storing of the same spool file harmless
    Column("spool_id", Text, unique=True),
    Column("interaction_id", Text, ForeignKey("interaction.id"), index=True),
    Column("case_id", Text, ForeignKey("support_case.id"), index=True),
    Column("party_id", Text, ForeignKey("party.id"), index=True),
    Column("author_id", Text, ForeignKey("user_account.id")),
    Column("sha256", Text, nullable=False),
    Column("envelope_from", Words, nullable=False),
    Column("envelope_to", TextList, nullable=False),
    moment("received_at", index=True),
    Column("message_id", Words, nullable=False, index=True),
    Column("in_reply_to", Words, nullable=False),
    Column("reference_ids", TextList, nullable=False),
    Column("from_address", Words, nullable=False),
    Column("from_name", Words, nullable=False),
    Column("to", TextList, nullable=False),
    Column("cc", TextList, nullable=False),
    Column("subject", Words, nullable=False),
    moment("date", nullable=True),
    Column("text", Words, nullable=False),
    Column("html", Words, nullable=False),
    Column("marks", TextList, nullable=False),
    # what was understood of it: "" and NULL for what was stored before that was
    Column("reply", Words, nullable=False, server_default=""),
    Column("signature", Words, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default=""),
    Column("automatic_rule", Text, nullable=False, server_default=""),
    Column("bounce", Json),
    Column("invite", Json),
    Column("authentication", Json),
    one_of("direction", "in", "out"),
    # what makes a second press of "send" harmless
    index_where("uq_letter_message_id_out", "message_id", where="direction = 'out'", unique=True),
    # what no person wrote: few of a day, which are counted before another one is
    index_where("ix_letter_automatic", "received_at", where="direction = 'out' AND author_id IS NULL"),
)

# bytes stand apart from what lists read, so that a list never touches them
letter_raw = Table(
    "letter_raw",
    metadata,
    Column("letter_id", Text, ForeignKey("letter.id", ondelete="CASCADE"), primary_key=True),
    Column("raw", LargeBinary, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Text, primary_key=True),
    Column("letter_id", Text, ForeignKey("letter.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("name", Words, nullable=False),
    Column("content_type", Words, nullable=False),
    Column("size", Integer, nullable=False),
    Column("inline", Boolean, nullable=False),
    Column("content_id", Words, nullable=False),
    Column("content", LargeBinary, nullable=False),
    # what a virus scanner called it; such a file is given to nobody
    Column("danger", Words, nullable=False, server_default=""),
    Index(None, "letter_id", "position"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Text, primary_key=True),
    Column("letter_id", Text, ForeignKey("letter.id"), nullable=False, unique=True),
    Column("envelope_from", Words, nullable=False),
    Column("to", TextList, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    moment("due_at"),
    moment("tried_at", nullable=True),
    Column("error", Words, nullable=False),
    # by address, what the relay answered
    Column("refused", Json),
    one_of("state", "queued", "sent", "failed", "bounced"),
    Index(None, "state", "due_at"),
)
