"""What is remembered of numbers and addresses, and how customers identify themselves."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text, false

from crm_core.tables.base import Words, index_where, metadata, moment

# what an agent said of a number: it is this customer's (confirmed), or it is not (denied)
remembered_number = Table(
    "remembered_number",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    # as in contact_point: E.164 or bare digits, an e-mail address in lower case
    Column("normal", Words, nullable=False),
    Column("party_id", Text, ForeignKey("party.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("verdict", Text, nullable=False),
    # whoever calls from it need not identify themselves
    Column("trusted", Boolean, nullable=False, server_default=false()),
    Column("user_id", Text),
    Column("user_name", Words, nullable=False, server_default=""),
    Column("interaction_id", Text),
    moment("at"),
    moment("undone_at", nullable=True),
    Column("undone_by", Words),
    index_where("ix_remembered_number_live", "normal", "kind", where="undone_at IS NULL"),
    index_where("uq_remembered_number", "normal", "kind", "party_id", where="undone_at IS NULL", unique=True),
)

# the customer number and PIN that somebody may key on the telephone
party_pin = Table(
    "party_pin",
    metadata,
    Column("party_id", Text, ForeignKey("party.id", ondelete="CASCADE"), primary_key=True),
    Column("customer_number", Text, nullable=False, unique=True),
    Column("pin_hash", Text, nullable=False),
    Column("set_by", Text),
    moment("set_at"),
)

identification_try = Table(
    "identification_try",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party_id", Text, ForeignKey("party.id", ondelete="CASCADE"), nullable=False),
    moment("at"),
    Index(None, "party_id", "at"),
)

# numbers that were keyed from a telephone within the last hour, whosever they are
keyed_try = Table(
    "keyed_try",
    metadata,
    Column("id", Text, primary_key=True),
    Column("caller_sha256", Text, nullable=False, index=True),
    moment("at", index=True),
)
