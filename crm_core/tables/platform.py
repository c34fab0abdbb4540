"""What records and rights are kept in: units, roles, the audit chain, custom fields' values and requests that were answered."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from crm_core.tables.base import Json, Words, metadata, moment
from crm_core.tables.work import Sequence

user_role = Table(
    "user_role",
    metadata,
    Column("user_id", Text, ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", Text, primary_key=True),
)

# append-only: `hash` covers the row and the hash before it; `digest` is that of the detail, which alone may be erased
audit_event = Table(
    "audit_event",
    metadata,
    Column("seq", Sequence, primary_key=True),
    moment("at", index=True),
    Column("actor_id", Text, index=True),
    Column("actor", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("entity", Text, nullable=False),
    Column("object_id", Text),
    Column("digest", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index(None, "entity", "object_id"),
    sqlite_autoincrement=True,
)

audit_detail = Table(
    "audit_detail",
    metadata,
    Column("seq", Sequence, ForeignKey("audit_event.seq"), primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
    Column("body", Words, nullable=False),
)

# one row: the end of the chain. Whoever appends holds it until the end of the transaction, so the chain never forks
audit_head = Table(
    "audit_head",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
)

# what was answered to a request that names itself (Idempotency-Key), so that a repetition does nothing again
answered_request = Table(
    "answered_request",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Json, nullable=False),
    moment("at", index=True),
)

# who was erased, until nothing names them any more where nothing leads to them: their words, for some seconds
forgetting = Table(
    "forgetting",
    metadata,
    Column("id", Text, primary_key=True),
    Column("about", Json, nullable=False),
)
