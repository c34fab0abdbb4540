"""Customers: people and organisations, and the numbers and addresses by which they are recognised.

Ten million rows and more: an index that few queries need would cost each of them, so what few rows have is indexed where it is filled.
"""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, Table, Text, text

from crm_core.tables.base import (
    Amount,
    Json,
    TextList,
    Words,
    index_where,
    metadata,
    moment,
    one_of,
    standard_columns,
)

_NOT_WHOLE = "substr(normal, 1, 1) <> '+'"
NOT_WHOLE = text(_NOT_WHOLE)
"""Of contact points: no number for the whole world. Spelt as the index of fragments is, or it would not be used."""

party = Table(
    "party",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Words, nullable=False),
    # by what names are ordered and told to be the same: see crm_core.names
    Column("sought", Words, nullable=False),
    Column("organisation_id", Text, ForeignKey("party.id"), index=True),
    Column("title", Words),
    Column("department", Words),
    Column("tier", Text),
    Column("language", Text),
    Column("note", Words, nullable=False, server_default=""),
    Column("family_name", Words),
    Column("given_name", Words),
    Column("name_order", Text),
    Column("phonetic_name", Words),
    Column("legal_name", Words),
    Column("birth_date", Text),
    Column("gender", Text),
    Column("industry", Text),
    Column("size", Text),
    Column("registration_number", Words),
    Column("website", Words),
    Column("yearly_revenue", Amount),
    Column("lifecycle", Text),
    moment("first_contact_at", nullable=True),
    Column("first_contact_channel", Text),
    Column("membership_number", Words),
    Column("membership_tier", Text),
    Column("membership_until", Text),
    Column("traits", TextList),
    Column("preferred_channel", Text),
    Column("contact_times", Json),
    Column("time_zone", Text),
    Column("do_not_contact", Boolean),
    *standard_columns(scoped=True),
    one_of("kind", "person", "organisation"),
    Index(None, "sought", "id"),
    index_where(
        "ix_party_registration_number", "registration_number", where="registration_number IS NOT NULL"
    ),
    index_where("ix_party_membership_number", "membership_number", where="membership_number IS NOT NULL"),
)

contact_point = Table(
    "contact_point",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party_id", Text, ForeignKey("party.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("raw", Words, nullable=False),
    # a number's E.164 or its bare digits, an e-mail address in lower case, an address in one line
    Column("normal", Words, nullable=False, index=True),
    # numbers only: the national number without trunk prefix; all digits backwards, so that a tail is a prefix
    Column("national", Text, index=True),
    Column("digits_reversed", Text, index=True),
    Column("label", Words, nullable=False, server_default=""),
    Column("is_primary", Boolean),
    Column("valid_from", Text),
    Column("valid_until", Text),
    moment("verified_at", nullable=True),
    moment("invalid_since", nullable=True),
    Column("invalid_reason", Words),
    moment("opted_out_at", nullable=True),
    # what every record has, without an index on its age: nobody lists millions of numbers by the time of their change
    Column("created_at", Double, nullable=False, server_default="0"),
    Column("updated_at", Double, nullable=False, server_default="0"),
    Column("row_version", Integer, nullable=False, server_default="1"),
    moment("deleted_at", nullable=True),
    Column("custom", Json, nullable=False, server_default=text("'{}'")),
    Index(None, "party_id", "kind", "normal", unique=True),
    # numbers without an area or a country are few: a caller whose number is whole can fit no others by its ending
    index_where(
        "ix_contact_point_fragment",
        "digits_reversed",
        where=f"digits_reversed IS NOT NULL AND {_NOT_WHOLE}",
    ),
)

# where two were made one: the id that is gone, and the one that stayed
party_redirect = Table(
    "party_redirect",
    metadata,
    Column("from_id", Text, primary_key=True),
    Column("to_id", Text, ForeignKey("party.id"), nullable=False, index=True),
    moment("at"),
)

# what was made one, and how every row looked that was changed for it
party_merge = Table(
    "party_merge",
    metadata,
    Column("id", Text, primary_key=True),
    Column("survivor_id", Text, nullable=False, index=True),
    Column("merged_id", Text, nullable=False, index=True),
    Column("survivor_name", Words, nullable=False),
    Column("merged_name", Words, nullable=False),
    moment("at", index=True),
    Column("by_id", Text),
    Column("by_name", Words, nullable=False),
    moment("undone_at", nullable=True),
    Column("undone_by", Words),
)

party_merge_image = Table(
    "party_merge_image",
    metadata,
    Column("merge_id", Text, ForeignKey("party_merge.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("table_name", Text, nullable=False),
    # the row's key as it is after the merge; nothing before: the row was made by it
    Column("key", Json, nullable=False),
    Column("before", Json),
    Column("after", Json, nullable=False),
)

duplicate_candidate = Table(
    "duplicate_candidate",
    metadata,
    Column("id", Text, primary_key=True),
    Column("party_a", Text, nullable=False),
    Column("party_b", Text, nullable=False, index=True),
    Column("score", Integer, nullable=False),
    Column("reasons", Json, nullable=False),
    Column("state", Text, nullable=False),
    moment("found_at"),
    moment("decided_at", nullable=True),
    Column("decided_by", Text),
    Index(None, "party_a", "party_b", unique=True),
    Index(None, "state", "score", "id"),
)

# customers whose record lacks something: a short list that is kept by every change, so that nobody looks through all
repair_item = Table(
    "repair_item",
    metadata,
    Column("party_id", Text, ForeignKey("party.id", ondelete="CASCADE"), primary_key=True),
    Column("lacking", TextList, nullable=False),
    moment("since", index=True),
)

segment_member = Table(
    "segment_member",
    metadata,
    Column("segment_id", Text, primary_key=True),
    Column("generation", Integer, primary_key=True, autoincrement=False),
    Column("party_id", Text, ForeignKey("party.id", ondelete="CASCADE"), primary_key=True),
    Index(None, "party_id"),
)

# long work over many rows, done in steps between which everything else goes on; a restart goes on from `place`
background_job = Table(
    "background_job",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked", Json, nullable=False),
    Column("place", Json, nullable=False),
    Column("result", Json, nullable=False),
    Column("done", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    Column("by_id", Text),
    Column("by_name", Words, nullable=False),
    moment("created_at"),
    moment("started_at", nullable=True),
    moment("ended_at", nullable=True),
    Column("error", Words, nullable=False, server_default=""),
    Index(None, "kind", "created_at"),
    Index(None, "state", "created_at"),
)
