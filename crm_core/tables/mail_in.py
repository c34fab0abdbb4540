"""The way in: Message-IDs that lead to a case, what was written by itself to whom, letters that came back, and mailboxes that are read."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from crm_core.tables.base import Words, metadata, moment

letter_alias = Table(
    "letter_alias",
    metadata,
    # of a Message-ID that we never saw: its SHA-256, so that nobody's words stand here
    Column("digest", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("support_case.id", ondelete="CASCADE"), primary_key=True, index=True),
    moment("at"),
)

automatic_letter = Table(
    "automatic_letter",
    metadata,
    Column("id", Text, primary_key=True),
    # SHA-256 of the address in lower case
    Column("digest", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    # without a foreign key: history outlives configuration
    Column("queue_id", Text),
    moment("at", index=True),
    Index(None, "digest", "at"),
)

letter_part = Table(
    "letter_part",
    metadata,
    # written before the letter is, piece by piece: so without a foreign key
    Column("letter_id", Text, primary_key=True),
    # -1: of the raw letter; else of the attachment at that position
    Column("of", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

letter_bounce = Table(
    "letter_bounce",
    metadata,
    Column("id", Text, primary_key=True),
    Column("letter_id", Text, ForeignKey("letter.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("recipient", Words, nullable=False, index=True),
    # enhanced (RFC 3463) and of the SMTP reply, as far as the report has them
    Column("status", Text, nullable=False),
    Column("reply_code", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("hard", Boolean, nullable=False),
    moment("at"),
)

mailbox_secret = Table(
    "mailbox_secret",
    metadata,
    Column("mailbox_id", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sealed", Text, nullable=False),
)

mailbox_cursor = Table(
    "mailbox_cursor",
    metadata,
    Column("mailbox_id", Text, primary_key=True),
    # of which folder of which account it is: another one is begun anew
    Column("place", Text, nullable=False),
    Column("uid_validity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    # up to here letters may be known ones under new numbers: each is looked at before it is taken
    Column("rescan_until", BigInteger, nullable=False),
    # letters from before are none of ours, unless all were wanted
    moment("began_at"),
)

mailbox_condition = Table(
    "mailbox_condition",
    metadata,
    Column("mailbox_id", Text, primary_key=True),
    moment("read_at", nullable=True),
    moment("letter_at", nullable=True),
    # since when it cannot be read, and why; or since when it is silent
    moment("failing_since", nullable=True),
    Column("reason", Text, nullable=False),
    moment("told_at", nullable=True),
)

mailbox_letter = Table(
    "mailbox_letter",
    metadata,
    Column("mailbox_id", Text, primary_key=True),
    # SHA-256 of Message-ID and size, by which a letter is known again when its number has changed; that of all its bytes where it has no Message-ID
    Column("fingerprint", Text, primary_key=True),
)
