"""The customers' own door: links that were mailed, sessions, and what customers corrected about themselves."""

from sqlalchemy import Column, ForeignKey, Table, Text

from crm_core.tables.base import Json, Words, metadata, moment

# of a token only its hash is kept; `purpose`: sign_in, or add_address (which then is theirs)
portal_link = Table(
    "portal_link",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("party_id", Text, ForeignKey("party.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("address", Words, nullable=False, index=True),
    Column("purpose", Text, nullable=False),
    # of a link to a further address: the one by which whoever asked was signed in
    Column("asked_from", Words),
    # the letter that carries the token: its bytes are emptied when the link is over
    Column("letter_id", Text),
    moment("made_at"),
    moment("expires_at", index=True),
    moment("used_at", nullable=True),
)

portal_session = Table(
    "portal_session",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("party_id", Text, ForeignKey("party.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("address", Words, nullable=False),
    moment("started_at"),
    moment("seen_at"),
    moment("expires_at", index=True),
    Column("peer", Words, nullable=False),
    Column("agent", Words, nullable=False),
)

# what a customer changed, for whoever looks after them; `changes` is {field: [before, after]}
portal_correction = Table(
    "portal_correction",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party_id", Text, ForeignKey("party.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("owner_id", Text, index=True),
    Column("changes", Json, nullable=False),
    moment("at", index=True),
    moment("seen_at", nullable=True),
    Column("seen_by", Text),
)
