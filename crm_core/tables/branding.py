"""How the organisation shows itself: one row at most."""

from sqlalchemy import Column, LargeBinary, Table, Text

from crm_core.tables.base import Words, metadata

branding = Table(
    "branding",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Words, nullable=False, server_default=""),
    Column("address", Words, nullable=False, server_default=""),
    Column("phone", Words, nullable=False, server_default=""),
    # #rrggbb; the second is for dark grounds
    Column("accent", Text),
    Column("accent_dark", Text),
    # the SHA-256 of its bytes, by which pages ask for it
    Column("logo", Text),
    Column("logo_type", Text),
    Column("logo_bytes", LargeBinary),
)
