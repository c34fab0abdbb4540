"""Customers: people and organisations, and the numbers and addresses by which they are recognised."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from crm_core.tables.base import Words, metadata, one_of, standard_columns

party = Table(
    "party",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Words, nullable=False),
    # what search compares: the name in NFKC, case folded
    Column("sought", Words, nullable=False),
    Column("organisation_id", Text, ForeignKey("party.id"), index=True),
    Column("title", Words),
    Column("department", Words),
    Column("tier", Text),
    Column("language", Text),
    Column("note", Words, nullable=False, server_default=""),
    *standard_columns(scoped=True),
    one_of("kind", "person", "organisation"),
    Index(None, "sought", "id"),
)

contact_point = Table(
    "contact_point",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party_id", Text, ForeignKey("party.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("raw", Words, nullable=False),
    # a phone's E.164 or its bare digits, an e-mail address in lower case
    Column("normal", Words, nullable=False, index=True),
    # phones only: the national number without trunk prefix; all digits backwards, so that a tail is a prefix
    Column("national", Text, index=True),
    Column("digits_reversed", Text, index=True),
    Column("label", Words, nullable=False, server_default=""),
    Index(None, "party_id", "kind", "normal", unique=True),
)
