"""Faxes that came and faxes that go: what is known of each transmission. The pages lie in files, sealed as recordings are: see crm_core.faxes."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, false

from crm_core.tables.base import Words, index_where, metadata, moment, one_of

fax = Table(
    "fax",
    metadata,
    # of one that came: the name of its file, by which it is kept once; of one that goes: ours
    Column("id", Text, primary_key=True),
    Column("direction", Text, nullable=False),
    Column("state", Text, nullable=False),
    # the work that it became, or was written in; nothing: it had no page, or was written in its case
    Column("interaction_id", Text, ForeignKey("interaction.id"), index=True),
    Column("case_id", Text, ForeignKey("support_case.id"), index=True),
    # without foreign keys: history outlives configuration
    Column("queue_id", Text),
    Column("author_id", Text),
    # theirs, as the network says or as it is dialled; ours; and what their machine calls itself
    Column("number", Words, nullable=False),
    Column("our_number", Words, nullable=False),
    Column("station", Words, nullable=False),
    Column("subject", Words, nullable=False),
    Column("words", Words, nullable=False),
    # how many there are, and how many the other side has confirmed
    Column("pages", Integer, nullable=False),
    Column("confirmed", Integer, nullable=False),
    Column("resolution", Text, nullable=False),
    # why it failed, or waits
    Column("code", Text, nullable=False),
    # what is wrong with the pages: truncated, unreadable, long
    Column("mark", Text, nullable=False),
    # by kind (tiff, pdf, pictures): bytes, checksum, and where each picture is; as JSON, which is nobody's words: an erasure needs it to remove them
    Column("files", Text),
    Column("sealed", Boolean, nullable=False, server_default=false()),
    # nobody may see the pages any more; the files are still to be removed as long as there are some
    Column("erased", Boolean, nullable=False, server_default=false()),
    moment("at", index=True),
    moment("due_at", nullable=True),
    moment("tried_at", nullable=True),
    Column("attempts", Integer, nullable=False),
    # the name of the transmission that is under way: what Asterisk writes of it is found by it
    Column("attempt", Text),
    # what makes a second press of "send" harmless
    Column("key", Text, unique=True),
    one_of("direction", "in", "out"),
    one_of("state", "received", "failed", "waiting", "sending", "sent", "unknown", "cancelled"),
    Index(None, "state", "due_at"),
    index_where("ix_fax_erased", "id", where="erased AND files IS NOT NULL"),
)
