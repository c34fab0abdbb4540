"""What is kept of recorded talks, and of messages that callers left; the audio lies in files: see crm_core.recordings."""

from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Table, Text

from crm_core.tables.base import Json, index_where, metadata, moment, one_of

recording = Table(
    "recording",
    metadata,
    Column("id", Text, primary_key=True),
    Column("interaction_id", Text, ForeignKey("interaction.id"), nullable=False, index=True),
    Column("queue_id", Text),
    Column("agent_id", Text),
    moment("started_at"),
    Column("seconds", Double, nullable=False),
    # of the audio as it is played, before it is encrypted
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    # erased: the file is still to be removed as long as there are bytes
    Column("state", Text, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("peaks", Json),
    # from when to when, in seconds of the audio, nothing is in it because recording was paused
    Column("pauses", Json),
    moment("keep_until", nullable=True, index=True),
    one_of("state", "kept", "truncated", "unreadable", "missing", "erased"),
    index_where("ix_recording_erased", "id", where="state = 'erased' AND bytes > 0"),
    index_where(
        "ix_recording_flagged", "started_at", where="state IN ('truncated', 'unreadable', 'missing')"
    ),
)

voicemail = Table(
    "voicemail",
    metadata,
    # the name of its file, which its recording has as well
    Column("id", Text, primary_key=True),
    Column("call_id", Text, ForeignKey("interaction.id"), nullable=False, index=True),
    # the work that came of it; nothing: it was silent
    Column("interaction_id", Text, ForeignKey("interaction.id"), unique=True),
    moment("left_at"),
    Column("seconds", Double, nullable=False),
    # of that, so much is louder than silence
    Column("sound_s", Double, nullable=False),
)
