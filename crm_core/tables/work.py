"""Work: cases, the ledger of facts, and the rows folded from it in the same transaction.

Queue and agent ids in here are plain text without foreign keys: history outlives configuration.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    false,
    text,
)

from crm_core.tables.base import Json, Words, index_where, metadata, moment, one_of, standard_columns

Sequence = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts by itself on SQLite

_UNDONE = "status IN ('open', 'pending')"
CASE_IS_OPEN = text(f"support_case.{_UNDONE}")
"""Of cases: neither solved nor closed, as merged ones are. Spelt as the index of open cases is, or it would not be used."""

support_case = Table(
    "support_case",
    metadata,
    Column("id", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("subject", Words, nullable=False),
    Column("status", Text, nullable=False),
    Column("party_id", Text, ForeignKey("party.id")),
    Column("queue_id", Text),
    # of its type's life cycle; `status` is the state's class, which clocks and lists know
    Column("type_id", Text, index=True),
    Column("state", Text),
    Column("form", Json, nullable=False, server_default=text("'{}'")),
    Column("category", Text, index=True),
    Column("severity", Text),
    Column("priority", Text),
    Column("product_id", Text, index=True),
    Column("product_version", Text),
    Column("parent_id", Text, index=True),
    Column("channel", Text),
    # guessed from the first letter ("zh-TW", "ja"), for rules and templates
    Column("language", Text),
    moment("due_at", nullable=True, index=True),
    moment("follow_up_at", nullable=True, index=True),
    # the follow-up time of which its owner was told
    moment("follow_up_told", nullable=True),
    Column("resolution", Words),
    Column("resolution_code", Text),
    Column("article_id", Text),
    Column("reopened_count", Integer, nullable=False, server_default="0"),
    Column("is_complaint", Boolean, nullable=False, server_default=false()),
    Column("escalation_level", Integer, nullable=False, server_default="0"),
    # since when the customer has been without an answer; nothing: it is not our turn
    moment("waiting_since", nullable=True, index=True),
    moment("solved_at", nullable=True),
    Column("merged_into_id", Text, index=True),
    # the piece it is about, and the contract under which it is served: see crm_core.contracts.coverage
    Column("asset_id", Text, index=True),
    Column("service_contract_id", Text, index=True),
    *standard_columns(scoped=True),
    # when its clocks are to be looked at next; nothing: no milestone comes by the passing of time
    moment("sla_look_at", nullable=True),
    Index(None, "party_id", "updated_at"),
    # how many a customer has open is asked at every call, however many they had
    index_where("ix_support_case_open_of_party", "party_id", "deleted_at", where=_UNDONE),
    index_where("ix_support_case_sla_look_at", "sla_look_at", where="sla_look_at IS NOT NULL"),
)

_OPEN = "state <> 'closed'"
STILL_OPEN = text(f"interaction.{_OPEN}")
"""Of interactions, likewise."""

ledger_snapshot = Table(
    "ledger_snapshot",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seq", Sequence, nullable=False),
    Column("version", Text, nullable=False),
    Column("data", Text, nullable=False),
)
"""What the facts up to a number fold to, so that a start need not read the whole day's: see routing.snapshots. It can be thrown away at any time."""

fact = Table(
    "fact",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    moment("at"),
    Column("interaction_id", Text),
    Column("queue_id", Text),
    Column("agent_id", Text),
    Column("offer_id", Text),
    Column("data", Text, nullable=False),
    Index(None, "interaction_id"),
    # facts of agents alone are sought by time, all others by interaction
    index_where("ix_fact_at_of_agents", "at", where="interaction_id IS NULL"),
    sqlite_autoincrement=True,
)

interaction = Table(
    "interaction",
    metadata,
    Column("id", Text, primary_key=True),
    Column("medium", Text, nullable=False),
    # unknown (NULL) while only the ledger has spoken of it: see crm_core.interactions.ensure
    Column("direction", Text),
    Column("state", Text, nullable=False),
    Column("outcome", Text),
    Column("queue_id", Text),
    Column("agent_id", Text),
    Column("priority_points", Integer, nullable=False, server_default="0"),
    Column("customer_address", Words, nullable=False, server_default=""),
    Column("customer_name", Words, nullable=False, server_default=""),
    Column("entry_address", Words, nullable=False, server_default=""),
    Column("subject", Words, nullable=False, server_default=""),
    moment("enqueued_at"),
    moment("answered_at", nullable=True),
    moment("ended_at", nullable=True),
    Column("ended_by", Text),
    # of a call: why the line that ended first did, as a Q.850 number
    Column("hangup_cause", Integer),
    moment("wrap_up_until", nullable=True),
    moment("closed_at", nullable=True, index=True),
    Column("disposition", Text),
    Column("note", Words, nullable=False, server_default=""),
    Column("match", Text, nullable=False, server_default="pending"),
    # the customer is called back instead of waiting on the line, and has not been reached yet
    Column("callback", Boolean, nullable=False, server_default=false()),
    # why the customer whom an agent called was not reached (busy, no_answer, refused ...); not_called: the agent's own phone was not answered
    Column("unreached", Text),
    Column("party_id", Text, ForeignKey("party.id")),
    Column("case_id", Text, ForeignKey("support_case.id"), index=True),
    # the contract that it counts for; which limit it went over (calls, minutes); what the caller was told of it
    Column("service_contract_id", Text),
    Column("over_limit", Text),
    Column("told", Text),
    # what the telephone network says of the caller's number, and the block that was applied to the call
    Column("attestation", Text),
    Column("blocked_by", Text),
    one_of("direction", "in", "out"),
    one_of("state", "new", "waiting", "offered", "connected", "wrap_up", "closed"),
    one_of("outcome", "handled", "abandoned"),
    one_of("match", "pending", "none", "one", "many"),
    Index(None, "party_id", "enqueued_at"),
    index_where(
        "ix_interaction_of_contract",
        "service_contract_id",
        "enqueued_at",
        where="service_contract_id IS NOT NULL",
    ),
    index_where("ix_interaction_open", "medium", where=_OPEN),
    index_where("ix_interaction_blocked_by", "blocked_by", where="blocked_by IS NOT NULL"),
    Index(None, "agent_id"),
)

interaction_match = Table(
    "interaction_match",
    metadata,
    Column("interaction_id", Text, ForeignKey("interaction.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("party_id", Text, ForeignKey("party.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("strength", Text, nullable=False),
)

segment = Table(
    "segment",
    metadata,
    Column("id", Sequence, primary_key=True),
    Column("interaction_id", Text, ForeignKey("interaction.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("queue_id", Text),
    Column("agent_id", Text),
    moment("started_at"),
    moment("rang_at", nullable=True),
    moment("answered_at", nullable=True),
    moment("ended_at", nullable=True),
    Column("outcome", Text),
    # of one with an agent: the talk is, but for its stays of the kind recording_pause
    Column("recorded", Boolean, nullable=False, server_default=false()),
    one_of("kind", "queue", "agent", "hold", "consult", "conference", "recording_pause"),
    Index(None, "interaction_id", "kind"),
    Index(None, "agent_id"),
    # one stay in a queue, one with an agent and one on hold at most are open at a time
    index_where("uq_segment_open", "interaction_id", "kind", where="ended_at IS NULL", unique=True),
)

offer = Table(
    "offer",
    metadata,
    Column("id", Text, primary_key=True),
    Column("interaction_id", Text, ForeignKey("interaction.id"), nullable=False, index=True),
    Column("queue_id", Text, nullable=False),
    Column("agent_id", Text, nullable=False),
    moment("offered_at"),
    moment("deadline"),
    moment("rang_at", nullable=True),
    moment("ended_at", nullable=True),
    Column("outcome", Text),
    Column("passed_over", Text, nullable=False),
    # steps of relaxation that had been taken; whether it went to whom it had waited for
    Column("steps", Integer, nullable=False, server_default="0"),
    Column("preferred", Boolean, nullable=False, server_default=false()),
    # nobody is reserved twice, nothing is promised twice, whoever decides
    index_where("uq_offer_live_interaction", "interaction_id", where="ended_at IS NULL", unique=True),
    index_where("uq_offer_live_agent", "agent_id", where="ended_at IS NULL", unique=True),
)

agent_state = Table(
    "agent_state",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("status", Text),
    Column("reason", Text),
    moment("status_since", nullable=True),
    Column("status_seq", Sequence),
    Column("console", Boolean),
    Column("console_seq", Sequence),
    Column("device", Text),
    Column("device_seq", Sequence),
)
