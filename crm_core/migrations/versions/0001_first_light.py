"""The tables of first light.

Column types stand here as the databases know them; the meaning is in `crm_core.tables`.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLES = (
    "counter",
    "lease",
    "login_failure",
    "queue",
    "user_account",
    "agent_skill",
    "disposition",
    "queue_entry",
    "queue_need",
    "session",
    "party",
    "contact_point",
    "support_case",
    "fact",
    "interaction",
    "interaction_match",
    "segment",
    "offer",
    "agent_state",
    "letter",
    "letter_raw",
    "attachment",
    "outbox",
)


def upgrade() -> None:
    _desk()
    _people()
    _work()
    _mail()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _where(condition: str) -> Any:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _desk() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "login_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_login_failure"),
    )
    op.create_index("ix_login_failure_address_at", "login_failure", ["address", "at"])
    op.create_index("ix_login_failure_at", "login_failure", ["at"])
    op.create_index("ix_login_failure_login_at", "login_failure", ["login", "at"])
    op.create_table(
        "queue",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("ring_s", sa.Double(), nullable=False),
        sa.Column("wrap_up_s", sa.Double(), nullable=False),
        sa.Column("mail_while_talking", sa.Boolean(), nullable=False),
        sa.Column("answer_within_s", sa.Double(), nullable=False),
        sa.Column("mail_address", sa.Text(), nullable=True),
        sa.CheckConstraint("language IN ('en', 'zh-TW', 'zh-CN')", name="ck_queue_language"),
        sa.PrimaryKeyConstraint("id", name="pk_queue"),
        sa.UniqueConstraint("name", name="uq_queue_name"),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("theme", sa.Text(), server_default="system", nullable=False),
        sa.Column("density", sa.Text(), server_default="comfortable", nullable=False),
        sa.Column("extension", sa.Text(), nullable=True),
        sa.Column("letters_at_once", sa.Integer(), server_default="1", nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("density IN ('comfortable', 'compact')", name="ck_user_account_density"),
        sa.CheckConstraint("language IN ('en', 'zh-TW', 'zh-CN')", name="ck_user_account_language"),
        sa.CheckConstraint("role IN ('agent', 'supervisor', 'admin')", name="ck_user_account_role"),
        sa.CheckConstraint("theme IN ('system', 'light', 'dark')", name="ck_user_account_theme"),
        sa.PrimaryKeyConstraint("id", name="pk_user_account"),
        sa.UniqueConstraint("extension", name="uq_user_account_extension"),
        sa.UniqueConstraint("login", name="uq_user_account_login"),
    )
    op.create_table(
        "agent_skill",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_agent_skill_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "skill", name="pk_agent_skill"),
    )
    op.create_table(
        "disposition",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("label_zh_tw", sa.Text(), nullable=False),
        sa.Column("label_zh_cn", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queue.id"], name="fk_disposition_queue_id_queue", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code", name="pk_disposition"),
    )
    op.create_index("ix_disposition_queue_id", "disposition", ["queue_id"])
    op.create_table(
        "queue_entry",
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queue.id"], name="fk_queue_entry_queue_id_queue", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("medium", "address", name="pk_queue_entry"),
    )
    op.create_index("ix_queue_entry_queue_id", "queue_entry", ["queue_id"])
    op.create_table(
        "queue_need",
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queue.id"], name="fk_queue_need_queue_id_queue", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("queue_id", "skill", name="pk_queue_need"),
    )
    op.create_table(
        "session",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name="fk_session_user_id_user_account", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_session"),
    )
    op.create_index("ix_session_expires_at", "session", ["expires_at"])
    op.create_index("ix_session_user_id", "session", ["user_id"])


def _people() -> None:
    op.create_table(
        "party",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sought", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.CheckConstraint("kind IN ('person', 'organisation')", name="ck_party_kind"),
        sa.ForeignKeyConstraint(["organisation_id"], ["party.id"], name="fk_party_organisation_id_party"),
        sa.PrimaryKeyConstraint("id", name="pk_party"),
    )
    op.create_index("ix_party_organisation_id", "party", ["organisation_id"])
    op.create_index("ix_party_sought_id", "party", ["sought", "id"])
    op.create_table(
        "contact_point",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("normal", sa.Text(), nullable=False),
        sa.Column("national", sa.Text(), nullable=True),
        sa.Column("digits_reversed", sa.Text(), nullable=True),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("kind IN ('phone', 'email')", name="ck_contact_point_kind"),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name="fk_contact_point_party_id_party", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_contact_point"),
    )
    op.create_index("ix_contact_point_digits_reversed", "contact_point", ["digits_reversed"])
    op.create_index("ix_contact_point_national", "contact_point", ["national"])
    op.create_index("ix_contact_point_normal", "contact_point", ["normal"])
    op.create_index(
        "ix_contact_point_party_id_kind_normal", "contact_point", ["party_id", "kind", "normal"], unique=True
    )


def _work() -> None:
    op.create_table(
        "support_case",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'pending', 'solved')", name="ck_support_case_status"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_support_case_party_id_party"),
        sa.PrimaryKeyConstraint("id", name="pk_support_case"),
        sa.UniqueConstraint("number", name="uq_support_case_number"),
    )
    op.create_index("ix_support_case_party_id_updated_at", "support_case", ["party_id", "updated_at"])
    op.create_table(
        "fact",
        sa.Column("seq", SEQUENCE, nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("offer_id", sa.Text(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_fact"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_fact_at_of_agents", "fact", ["at"], **_where("interaction_id IS NULL"))
    op.create_index("ix_fact_interaction_id", "fact", ["interaction_id"])
    op.create_table(
        "interaction",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("medium", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("priority_points", sa.Integer(), server_default="0", nullable=False),
        sa.Column("customer_address", sa.Text(), server_default="", nullable=False),
        sa.Column("customer_name", sa.Text(), server_default="", nullable=False),
        sa.Column("entry_address", sa.Text(), server_default="", nullable=False),
        sa.Column("subject", sa.Text(), server_default="", nullable=False),
        sa.Column("enqueued_at", sa.Double(), nullable=False),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("ended_by", sa.Text(), nullable=True),
        sa.Column("wrap_up_until", sa.Double(), nullable=True),
        sa.Column("closed_at", sa.Double(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("match", sa.Text(), server_default="pending", nullable=False),
        sa.Column("party_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.CheckConstraint("direction IN ('in', 'out')", name="ck_interaction_direction"),
        sa.CheckConstraint("match IN ('pending', 'none', 'one', 'many')", name="ck_interaction_match"),
        sa.CheckConstraint("outcome IN ('handled', 'abandoned')", name="ck_interaction_outcome"),
        sa.CheckConstraint(
            "state IN ('new', 'waiting', 'offered', 'connected', 'wrap_up', 'closed')",
            name="ck_interaction_state",
        ),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name="fk_interaction_case_id_support_case"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_interaction_party_id_party"),
        sa.PrimaryKeyConstraint("id", name="pk_interaction"),
    )
    op.create_index("ix_interaction_case_id", "interaction", ["case_id"])
    op.create_index("ix_interaction_closed_at", "interaction", ["closed_at"])
    op.create_index("ix_interaction_open", "interaction", ["medium"], **_where("state <> 'closed'"))
    op.create_index("ix_interaction_party_id_enqueued_at", "interaction", ["party_id", "enqueued_at"])
    op.create_table(
        "interaction_match",
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("strength", sa.Text(), nullable=False),
        sa.CheckConstraint("strength IN ('exact', 'national', 'tail')", name="ck_interaction_match_strength"),
        sa.ForeignKeyConstraint(
            ["interaction_id"],
            ["interaction.id"],
            name="fk_interaction_match_interaction_id_interaction",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name="fk_interaction_match_party_id_party", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("interaction_id", "position", name="pk_interaction_match"),
    )
    op.create_index("ix_interaction_match_party_id", "interaction_match", ["party_id"])
    op.create_table(
        "segment",
        sa.Column("id", SEQUENCE, nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("rang_at", sa.Double(), nullable=True),
        sa.Column("answered_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('queue', 'agent')", name="ck_segment_kind"),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name="fk_segment_interaction_id_interaction"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_segment"),
    )
    op.create_index("ix_segment_interaction_id_kind", "segment", ["interaction_id", "kind"])
    op.create_index(
        "uq_segment_open", "segment", ["interaction_id", "kind"], unique=True, **_where("ended_at IS NULL")
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("offered_at", sa.Double(), nullable=False),
        sa.Column("deadline", sa.Double(), nullable=False),
        sa.Column("rang_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("passed_over", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name="fk_offer_interaction_id_interaction"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_offer"),
    )
    op.create_index("ix_offer_interaction_id", "offer", ["interaction_id"])
    op.create_index("uq_offer_live_agent", "offer", ["agent_id"], unique=True, **_where("ended_at IS NULL"))
    op.create_index(
        "uq_offer_live_interaction", "offer", ["interaction_id"], unique=True, **_where("ended_at IS NULL")
    )
    op.create_table(
        "agent_state",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("status_since", sa.Double(), nullable=True),
        sa.Column("status_seq", SEQUENCE, nullable=True),
        sa.Column("console", sa.Boolean(), nullable=True),
        sa.Column("console_seq", SEQUENCE, nullable=True),
        sa.Column("device", sa.Text(), nullable=True),
        sa.Column("device_seq", SEQUENCE, nullable=True),
        sa.PrimaryKeyConstraint("agent_id", name="pk_agent_state"),
    )


def _mail() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("spool_id", sa.Text(), nullable=True),
        sa.Column("interaction_id", sa.Text(), nullable=True),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("party_id", sa.Text(), nullable=True),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("envelope_to", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Double(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("in_reply_to", sa.Text(), nullable=False),
        sa.Column("reference_ids", sa.Text(), nullable=False),
        sa.Column("from_address", sa.Text(), nullable=False),
        sa.Column("from_name", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("cc", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("date", sa.Double(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.CheckConstraint("direction IN ('in', 'out')", name="ck_letter_direction"),
        sa.ForeignKeyConstraint(["author_id"], ["user_account.id"], name="fk_letter_author_id_user_account"),
        sa.ForeignKeyConstraint(["case_id"], ["support_case.id"], name="fk_letter_case_id_support_case"),
        sa.ForeignKeyConstraint(
            ["interaction_id"], ["interaction.id"], name="fk_letter_interaction_id_interaction"
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_letter_party_id_party"),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.UniqueConstraint("spool_id", name="uq_letter_spool_id"),
    )
    op.create_index("ix_letter_case_id", "letter", ["case_id"])
    op.create_index("ix_letter_interaction_id", "letter", ["interaction_id"])
    op.create_index("ix_letter_message_id", "letter", ["message_id"])
    op.create_index("ix_letter_party_id", "letter", ["party_id"])
    op.create_index(
        "uq_letter_message_id_out", "letter", ["message_id"], unique=True, **_where("direction = 'out'")
    )
    op.create_table(
        "letter_raw",
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name="fk_letter_raw_letter_id_letter", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("letter_id", name="pk_letter_raw"),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["letter_id"], ["letter.id"], name="fk_attachment_letter_id_letter", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_letter_id_position", "attachment", ["letter_id", "position"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("envelope_from", sa.Text(), nullable=False),
        sa.Column("to", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.Double(), nullable=False),
        sa.Column("tried_at", sa.Double(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed')", name="ck_outbox_state"),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name="fk_outbox_letter_id_letter"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("letter_id", name="uq_outbox_letter_id"),
    )
    op.create_index("ix_outbox_state_due_at", "outbox", ["state", "due_at"])
