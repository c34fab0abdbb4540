"""Who works here and how work is shared out: users, their sessions and skills, queues, dispositions; lease, counters."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    false,
)

from crm_core.tables.base import TextList, Words, index_where, metadata, moment, one_of, standard_columns

user_account = Table(
    "user_account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("role", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("theme", Text, nullable=False, server_default="system"),
    Column("density", Text, nullable=False, server_default="comfortable"),
    Column("extension", Text, unique=True),
    # what an agent may be at work on beside a call, and how much load all together
    Column("letters_at_once", Integer, nullable=False, server_default="1"),
    Column("chats_at_once", Integer, nullable=False, server_default="3"),
    Column("load_at_most", Integer, nullable=False, server_default="100"),
    # of a hundred calls of theirs so many are recorded; null: as the queue says
    Column("record_share", Integer),
    Column("active", Boolean, nullable=False),
    # the department whose rows are one's team's, and the territories that are one's own
    Column("team_id", Text, index=True),
    Column("territories", TextList, nullable=False, server_default="[]"),
    # in lower case; what an identity provider may know the user by
    Column("email", Text),
    # a program's account: it has tokens and no password, and is offered nothing
    Column("service", Boolean, nullable=False, server_default=false()),
    Column("must_change_password", Boolean, nullable=False, server_default=false()),
    moment("password_changed_at", nullable=True),
    # for the last time
    moment("signed_in_at", nullable=True),
    # the row stays for history's sake
    moment("removed_at", nullable=True),
    Index(None, "email", unique=True),
    one_of("role", "agent", "supervisor", "admin"),
    one_of("language", "en", "zh-TW", "zh-CN"),
    one_of("theme", "system", "light", "dark"),
    one_of("density", "comfortable", "compact"),
)

session = Table(
    "session",
    metadata,
    Column("token_sha256", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("user_account.id", ondelete="CASCADE"), nullable=False, index=True),
    moment("started_at"),
    moment("expires_at", index=True),
    Column("address", Words, nullable=False),
    Column("agent", Words, nullable=False),
    moment("seen_at", nullable=True),
    # password, oidc
    Column("way", Text, nullable=False, server_default="password"),
    # a second factor was shown, here or to the identity provider that is trusted with it
    Column("strong", Boolean, nullable=False, server_default=false()),
)

login_failure = Table(
    "login_failure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("login", Words, nullable=False),
    Column("address", Words, nullable=False),
    moment("at", index=True),
    Index(None, "login", "at"),
    Index(None, "address", "at"),
)

agent_skill = Table(
    "agent_skill",
    metadata,
    Column("user_id", Text, ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True),
    Column("skill", Text, primary_key=True),
    Column("level", Integer, nullable=False),
    # the first moment at which a certificate does not count any more
    moment("valid_until", nullable=True),
)

queue = Table(
    "queue",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Words, nullable=False, unique=True),
    Column("language", Text, nullable=False),
    Column("ring_s", Double, nullable=False),
    Column("wrap_up_s", Double, nullable=False),
    Column("mail_while_talking", Boolean, nullable=False),
    Column("answer_within_s", Double, nullable=False),
    Column("mail_address", Text),
    # a department; without a foreign key, as all that belong to one: the table is made from its declaration
    Column("team_id", Text),
    # what is asked of agents, and what of it is given up in time, as people type it (`crm_core.queue_words`)
    Column("requires", Words, nullable=False, server_default=""),
    Column("relaxation", Words, nullable=False, server_default=""),
    Column("choice", Text, nullable=False, server_default="longest_idle"),
    Column("priority_points", BigInteger, nullable=False, server_default="0"),
    Column("missed_at_most", BigInteger, nullable=False, server_default="1"),
    # the series of a calendar (none: always open), closed for an emergency, and who takes over (`crm_core.overflow_words`)
    Column("calendar_id", Text),
    Column("closed", Boolean, nullable=False, server_default=false()),
    Column("overflow", Words, nullable=False, server_default=""),
    # what may be offered to who is at work on something (never, pauses, beside), and the load of an item
    Column("call_with_letters", Text, nullable=False, server_default="pauses"),
    Column("call_with_chats", Text, nullable=False, server_default="never"),
    Column("letter_with_chats", Text, nullable=False, server_default="never"),
    Column("chat_with_calls", Text, nullable=False, server_default="never"),
    Column("chat_with_letters", Text, nullable=False, server_default="pauses"),
    Column("call_load", BigInteger, nullable=False, server_default="100"),
    Column("letter_load", BigInteger, nullable=False, server_default="0"),
    Column("chat_load", BigInteger, nullable=False, server_default="0"),
    # the departments whose agents may serve it, as people type them; nothing: everybody's
    Column("served_by", Words, nullable=False, server_default=""),
    # whom it would rather have, in this order, and what a customer's level is worth (`crm_core.preferring`)
    Column("preferred", Text, nullable=False, server_default="nobody"),
    Column("preferred_second", Text, nullable=False, server_default="nobody"),
    Column("preferred_third", Text, nullable=False, server_default="nobody"),
    Column("preferred_wait_s", Double, nullable=False, server_default="20"),
    # so long a customer of a territory is for its people alone
    Column("territory_wait_s", Double, nullable=False, server_default="0"),
    Column("preferred_days", BigInteger, nullable=False, server_default="30"),
    Column("tiers", Words, nullable=False, server_default=""),
    # whether its callers may ask to be called back, and how often and how far apart who does not answer then is tried
    # who waits may leave a message instead, so long, and ended by so much silence
    Column("voicemail_offered", Boolean, nullable=False, server_default=false()),
    Column("voicemail_most_s", Integer, nullable=False, server_default="180"),
    Column("voicemail_silence_s", Integer, nullable=False, server_default="10"),
    Column("callback_offered", Boolean, nullable=False, server_default=false()),
    Column("callback_tries", Integer, nullable=False, server_default="3"),
    Column("callback_retry_s", Double, nullable=False, server_default="900"),
    # of a hundred calls so many are recorded, and kept for so many days (NULL: as the settings say)
    Column("record_share", Integer, nullable=False, server_default="0"),
    Column("record_out_share", Integer),
    Column("record_days", Integer),
    # what its callers hear: a class of Asterisk's music, or an uploaded prompt; and what they are told, so often (0: nothing)
    Column("hold_music", Text, nullable=False, server_default=""),
    Column("hold_prompt_id", Text),
    Column("told_every_s", Double, nullable=False, server_default="0"),
    Column("told_position", Boolean, nullable=False, server_default=false()),
    Column("told_wait", Boolean, nullable=False, server_default=false()),
    Column("told_prompt_id", Text),
    # the number that calls made on its behalf show (NULL: the number that its callers dial), and whether agents' phones answer its calls by themselves
    Column("caller_id", Text),
    Column("auto_answer", Boolean, nullable=False, server_default=false()),
    # the text that whoever opens a case by letter is sent at once (NULL: none), at most once in so many hours
    Column("receipt_template_id", Text),
    Column("receipt_every_h", Integer, nullable=False, server_default="24"),
    *standard_columns(scoped=False),
    one_of("language", "en", "zh-TW", "zh-CN"),
)

entry = Table(
    "entry",
    metadata,
    Column("id", Text, primary_key=True),
    # voice or fax with a number, email with an address in lower case
    Column("medium", Text, nullable=False),
    Column("address", Words, nullable=False),
    Column("queue_id", Text, nullable=False, index=True),
    # when callers are asked who they are: never, or when the number does not tell; nothing for addresses
    Column("identify", Text),
    # the entry flow that callers of a number go through first (none: straight to the queue)
    Column("flow_id", Text),
    # whether who calls a number is listened to for a fax machine first
    Column("fax_detect", Boolean),
    Column("note", Words),
    *standard_columns(scoped=False),
    index_where("uq_entry_address", "address", where="deleted_at IS NULL", unique=True),
)

disposition = Table(
    "disposition",
    metadata,
    Column("code", Text, primary_key=True),
    Column("queue_id", Text, ForeignKey("queue.id", ondelete="CASCADE"), index=True),
    Column("label_en", Words, nullable=False),
    Column("label_zh_tw", Words, nullable=False),
    Column("label_zh_cn", Words, nullable=False),
    Column("position", Integer, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    moment("expires_at"),
)

counter = Table(
    "counter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
