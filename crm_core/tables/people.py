"""Customers: people and organisations, and the numbers and addresses by which they are recognised."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, literal_column

from crm_core.tables.base import Words, index_where, metadata, one_of, standard_columns

_NOT_WHOLE = "substr(normal, 1, 1) <> '+'"
NOT_WHOLE = literal_column(_NOT_WHOLE, Boolean)
"""Of contact points: no number for the whole world. Spelt as the index of fragments is, or it would not be used."""

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
    # numbers without an area or a country are few: a caller whose number is whole can fit no others by its ending
    index_where(
        "ix_contact_point_fragment",
        "digits_reversed",
        where=f"digits_reversed IS NOT NULL AND {_NOT_WHOLE}",
    ),
)
