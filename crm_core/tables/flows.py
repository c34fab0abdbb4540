"""Entry flows with their versions, the prompts that they say, and who came through them."""

from sqlalchemy import Column, Double, ForeignKey, Index, Integer, LargeBinary, Table, Text

from crm_core.tables.base import Json, Words, index_where, metadata, moment, one_of

flow = Table(
    "flow",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Words, nullable=False),
    # what is being written, and the number of the version that callers go through (none: not published)
    Column("draft", Json, nullable=False),
    Column("published", Integer),
    moment("created_at"),
    moment("updated_at"),
    Column("row_version", Integer, nullable=False, server_default="1"),
    moment("deleted_at", nullable=True),
    index_where("uq_flow_name", "name", where="deleted_at IS NULL", unique=True),
)

flow_version = Table(
    "flow_version",
    metadata,
    Column("flow_id", Text, ForeignKey("flow.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("document", Json, nullable=False),
    Column("note", Words, nullable=False, server_default=""),
    moment("published_at"),
    # without a foreign key: history outlives people
    Column("published_by", Text),
)

prompt = Table(
    "prompt",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Words, nullable=False),
    # what is said, for whoever reads and for whoever records it anew
    Column("text", Words, nullable=False, server_default=""),
    moment("created_at"),
    moment("updated_at"),
    Column("row_version", Integer, nullable=False, server_default="1"),
    moment("deleted_at", nullable=True),
    index_where("uq_prompt_name", "name", where="deleted_at IS NULL", unique=True),
)

prompt_sound = Table(
    "prompt_sound",
    metadata,
    Column("prompt_id", Text, ForeignKey("prompt.id"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("seconds", Double, nullable=False),
    # of the sound as Asterisk plays it: u-law, 8,000 samples a second
    Column("sha256", Text, nullable=False),
    Column("sound", LargeBinary, nullable=False),
    moment("uploaded_at"),
    one_of("language", "en", "zh-TW", "zh-CN"),
)

flow_visit = Table(
    "flow_visit",
    metadata,
    # a call that never came to a queue is written down later than its visit, or not at all
    Column("interaction_id", Text, primary_key=True),
    Column("flow_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    moment("started_at"),
    moment("ended_at", nullable=True),
    Column("language", Text, nullable=False),
    # the step at which they were last, and how it ended
    Column("step", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    # the steps by comma, by which figures are counted, also when what was keyed has been forgotten
    Column("steps", Text, nullable=False, server_default=""),
    # [{step, kind, at, keys, outcome}], secrets masked; what was collected by name, without secrets
    Column("path", Json),
    Column("collected", Json),
    one_of("outcome", "queue", "callback", "voicemail", "fax", "transfer", "hangup", "left", "failed"),
    Index(None, "flow_id", "started_at"),
)
