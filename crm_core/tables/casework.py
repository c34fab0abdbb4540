"""How cases are worked: links, watchers, what happened in them, regroupings, approvals; rules' events and runs; notices; texts used."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, Table, Text

from crm_core.tables.base import Json, Words, metadata, moment
from crm_core.tables.work import Sequence

case_link = Table(
    "case_link",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", Text, ForeignKey("support_case.id"), nullable=False),
    Column("other_id", Text, ForeignKey("support_case.id"), nullable=False, index=True),
    # related, duplicate_of, caused_by, split_from: read from `case_id` to `other_id`
    Column("kind", Text, nullable=False),
    moment("at"),
    Column("by_id", Text),
    Index(None, "case_id", "other_id", "kind", unique=True),
)

case_watcher = Table(
    "case_watcher",
    metadata,
    Column("case_id", Text, ForeignKey("support_case.id"), primary_key=True),
    Column("user_id", Text, ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True),
    Column("email", Text),
    moment("since"),
    Index(None, "user_id"),
)

# append-only: what people read of a case's way, while `case_event` is what its clocks are folded from
case_activity = Table(
    "case_activity",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("case_id", Text, ForeignKey("support_case.id"), nullable=False),
    moment("at"),
    Column("kind", Text, nullable=False),
    Column("actor_id", Text),
    Column("data", Json, nullable=False),
    Index(None, "case_id", "seq"),
)

# `image`: the rows as they were and as they were left, so that an undo restores just them
case_regrouping = Table(
    "case_regrouping",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("case_id", Text, ForeignKey("support_case.id"), nullable=False, index=True),
    Column("other_id", Text, ForeignKey("support_case.id"), nullable=False, index=True),
    moment("at"),
    Column("by_id", Text),
    Column("image", Json, nullable=False),
    moment("undone_at", nullable=True),
    Column("undone_by", Text),
)

approval = Table(
    "approval",
    metadata,
    Column("id", Text, primary_key=True),
    Column("request_id", Text, nullable=False),
    Column("case_id", Text, ForeignKey("support_case.id"), nullable=False, index=True),
    Column("state_from", Text, nullable=False),
    Column("state_to", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("who", Text, nullable=False),
    moment("asked_at"),
    Column("asked_by", Text),
    Column("changes", Json, nullable=False),
    # whose turn it is: only then may it be decided
    Column("turn", Boolean, nullable=False),
    Column("decision", Text),
    moment("decided_at", nullable=True),
    Column("decided_by", Text),
    Column("note", Words, nullable=False, server_default=""),
    Index(None, "request_id", "position", unique=True),
    Index(None, "kind", "who"),
)

# what rules are to look at: written in the unit of the thing itself, taken out in the unit that ran them
rule_event = Table(
    "rule_event",
    metadata,
    Column("seq", Sequence, primary_key=True),
    Column("entity", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    moment("at"),
    # how many runs led to it: what procedures do may start others, but not for ever
    Column("depth", Integer, nullable=False),
    Column("data", Json, nullable=False),
    sqlite_autoincrement=True,
)

# until when the passing of time was looked at, for each rule that waits for it
rule_watch = Table(
    "rule_watch",
    metadata,
    Column("rule_id", Text, primary_key=True),
    Column("seen_until", Double, nullable=False),
    # at that very moment only as far as this record: a page of many alike ended there
    Column("seen_id", Text),
)

# records that procedures made, and how many runs led to them: what follows from them by time does not go on for ever
rule_made = Table(
    "rule_made",
    metadata,
    Column("entity", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("depth", Integer, nullable=False),
)

procedure_run = Table(
    "procedure_run",
    metadata,
    Column("id", Text, primary_key=True),
    # whoever looks, and however often: each trigger starts it once
    Column("key", Text, nullable=False, unique=True),
    Column("procedure_id", Text, nullable=False, index=True),
    Column("rule_id", Text, index=True),
    Column("entity", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("depth", Integer, nullable=False),
    moment("started_at", index=True),
    Column("by_id", Text),
    Column("outcome", Text, nullable=False),
    Column("steps", Json, nullable=False),
    Index(None, "entity", "record_id"),
)

# letters that wait for their customer's hours: what is to be written, not its words, which are filled in and decided on when it goes
waiting_letter = Table(
    "waiting_letter",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("case_id", Text, ForeignKey("support_case.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("template_id", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    moment("since"),
    moment("due_at", index=True),
)

notification = Table(
    "notification",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False),
    moment("at"),
    Column("code", Text, nullable=False),
    Column("params", Json, nullable=False),
    Column("entity", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    # whose words it may hold
    Column("case_id", Text),
    Column("party_id", Text),
    moment("seen_at", nullable=True),
    Index(None, "user_id", "at"),
)

template_use = Table(
    "template_use",
    metadata,
    Column("letter_id", Text, primary_key=True),
    Column("template_id", Text, primary_key=True),
    Column("user_id", Text),
    moment("at", index=True),
)
