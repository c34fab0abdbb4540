"""Written channels that are not mail: what is still to be sent, who talks with whom about what, parts and pictures that are still to come, numbers
that want nothing more, gateways' secrets; and the words of attachments."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from crm_core.tables.base import Words, index_where, metadata, moment, one_of

# a message is a letter; this is its way out
message_out = Table(
    "message_out",
    metadata,
    Column("id", Text, primary_key=True),
    Column("letter_id", Text, ForeignKey("letter.id"), nullable=False, unique=True),
    Column("medium", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("sender", Words, nullable=False),
    Column("recipient", Words, nullable=False),
    # sending: handed to the peer, and no answer recorded yet
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    moment("made_at", index=True),
    moment("due_at"),
    moment("tried_at", nullable=True),
    # when the peer last said what became of it
    moment("told_at", nullable=True),
    Column("error", Words, nullable=False),
    # what the peer calls it
    Column("peer_id", Text),
    Column("parts", Integer, nullable=False),
    one_of("state", "queued", "sending", "sent", "delivered", "failed"),
    Index(None, "medium", "state", "due_at"),
    index_where("uq_message_out_peer", "account_id", "peer_id", where="peer_id IS NOT NULL", unique=True),
)

# by the hash of both addresses: it tells nothing of anybody when their words are gone
conversation = Table(
    "conversation",
    metadata,
    Column("pair", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("support_case.id", ondelete="CASCADE"), nullable=False, index=True),
    moment("at"),
)

# of a long message that has not come whole yet. Its words go as soon as it is filed; that it was there is kept for a while, since gateways repeat
message_part = Table(
    "message_part",
    metadata,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("peer_id", Text, nullable=False),
    Column("sender", Words, nullable=False),
    Column("recipient", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("raw", Words, nullable=False),
    moment("at"),
    moment("due_at", index=True),
    moment("filed_at", nullable=True),
    Index(None, "account_id", "peer_id", unique=True),
    Index(None, "account_id", "key"),
)

# pictures of a message, which lie at the peer until they are fetched
message_media = Table(
    "message_media",
    metadata,
    Column("id", Text, primary_key=True),
    Column("letter_id", Text, ForeignKey("letter.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("account_id", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("url", Words, nullable=False),
    Column("name", Words, nullable=False),
    Column("content_type", Words, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    moment("due_at"),
    Column("error", Words, nullable=False),
    one_of("state", "waiting", "fetched", "failed"),
    Index(None, "state", "due_at"),
)

# a hash too: it must outlive the erasure of whoever said it, and need not tell their number
stopped_number = Table(
    "stopped_number",
    metadata,
    Column("number_sha256", Text, primary_key=True),
    moment("at"),
    Column("word", Text, nullable=False),
)

sms_secret = Table(
    "sms_secret",
    metadata,
    Column("gateway_id", Text, primary_key=True),
    Column("sealed", Text, nullable=False),
    moment("set_at"),
)

# what an attachment says, once a worker has read it; none yet: it is still to be read. It goes with its letter's attachments
attachment_text = Table(
    "attachment_text",
    metadata,
    Column("attachment_id", Text, primary_key=True),
    Column("letter_id", Text, ForeignKey("letter.id", ondelete="CASCADE"), nullable=False, index=True),
    # read; none: there are no words in it; else why it could not be
    Column("verdict", Text, nullable=False),
    Column("text", Words, nullable=False),
    Column("pages", Integer),
    moment("read_at"),
    one_of("verdict", "read", "none", "encrypted", "too_large", "broken", "unknown_type"),
)
