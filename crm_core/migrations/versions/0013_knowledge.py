"""Knowledge articles with their texts, votes and uses; memos to agents; the customers' portal.

The list of categories begins with five words that administrators may change.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_CATEGORIES = (
    ("howto", "How to", "操作說明", "操作说明"),
    ("fault", "Faults", "故障排除", "故障排除"),
    ("billing", "Bills and payment", "帳單與付款", "账单与付款"),
    ("delivery", "Delivery and returns", "配送與退換貨", "配送与退换货"),
    ("account", "Account and data", "帳號與個人資料", "账号与个人资料"),
)


def upgrade() -> None:
    op.create_table(
        "article",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("languages", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("product_ids", sa.Text(), nullable=True),
        sa.Column("keywords", sa.Text(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("reviewer_id", sa.Text(), nullable=True),
        sa.Column("review_at", sa.Double(), nullable=True),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("source_case_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Text(), nullable=True),
        sa.Column("team_id", sa.Text(), nullable=True),
        sa.Column("territory", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_review_at"), ["review_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_source_case_id"), ["source_case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_territory"), ["territory"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_article_slug",
            ["slug"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "article_file",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_file")),
    )
    with op.batch_alter_table("article_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_file_article_id"), ["article_id"], unique=False)

    op.create_table(
        "article_text",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("published", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.Double(), nullable=True),
        sa.Column("submitted_by", sa.Text(), nullable=True),
        sa.Column("changed_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "language", name=op.f("pk_article_text")),
    )
    with op.batch_alter_table("article_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_text_state"), ["state"], unique=False)

    op.create_table(
        "article_use",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=True),
        sa.Column("interaction_id", sa.Text(), nullable=True),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_use")),
    )
    with op.batch_alter_table("article_use", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_article_use_article_id_kind"), ["article_id", "kind"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_article_use_case_id"), ["case_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_use_interaction_id"), ["interaction_id"], unique=False)

    op.create_table(
        "article_version",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "language", "version", name=op.f("pk_article_version")),
    )
    op.create_table(
        "article_vote",
        sa.Column("article_id", sa.Text(), nullable=False),
        sa.Column("voter", sa.Text(), nullable=False),
        sa.Column("helpful", sa.Boolean(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "voter", name=op.f("pk_article_vote")),
    )
    op.create_table(
        "memo",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("shown_from", sa.Double(), nullable=True),
        sa.Column("shown_until", sa.Double(), nullable=True),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        sa.Column("row_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("deleted_at", sa.Double(), nullable=True),
        sa.Column(
            "custom",
            sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("owner_id", sa.Text(), nullable=True),
        sa.Column("team_id", sa.Text(), nullable=True),
        sa.Column("territory", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memo")),
    )
    with op.batch_alter_table("memo", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_memo_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_memo_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_memo_shown_from"), ["shown_from"], unique=False)
        batch_op.create_index(batch_op.f("ix_memo_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_memo_territory"), ["territory"], unique=False)
        batch_op.create_index(batch_op.f("ix_memo_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "memo_read",
        sa.Column("memo_id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("memo_id", "user_id", name=op.f("pk_memo_read")),
    )
    op.create_table(
        "portal_correction",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=True),
        sa.Column("changes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_portal_correction_party_id_party"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_correction")),
    )
    with op.batch_alter_table("portal_correction", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portal_correction_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portal_correction_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_portal_correction_party_id"), ["party_id"], unique=False)

    op.create_table(
        "portal_link",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Text(), nullable=True),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_portal_link_party_id_party"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_portal_link")),
    )
    with op.batch_alter_table("portal_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portal_link_address"), ["address"], unique=False)
        batch_op.create_index(batch_op.f("ix_portal_link_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portal_link_party_id"), ["party_id"], unique=False)

    op.create_table(
        "portal_session",
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.Column("peer", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_portal_session_party_id_party"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_portal_session")),
    )
    with op.batch_alter_table("portal_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_portal_session_expires_at"), ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_portal_session_party_id"), ["party_id"], unique=False)
    _add_categories()
    _add_case_type()


def downgrade() -> None:
    op.execute("UPDATE support_case SET type_id = 'case-type-request' WHERE type_id = 'case-type-erasure'")
    op.execute("DELETE FROM case_type WHERE id = 'case-type-erasure'")
    op.execute("DELETE FROM code_value WHERE list = 'article_category'")
    for kind in ("article", "memo"):
        op.execute(f"DELETE FROM search_document WHERE kind = '{kind}'")  # noqa: S608 - two words of ours
    with op.batch_alter_table("portal_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portal_session_party_id"))
        batch_op.drop_index(batch_op.f("ix_portal_session_expires_at"))

    op.drop_table("portal_session")
    with op.batch_alter_table("portal_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portal_link_party_id"))
        batch_op.drop_index(batch_op.f("ix_portal_link_expires_at"))
        batch_op.drop_index(batch_op.f("ix_portal_link_address"))

    op.drop_table("portal_link")
    with op.batch_alter_table("portal_correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_portal_correction_party_id"))
        batch_op.drop_index(batch_op.f("ix_portal_correction_owner_id"))
        batch_op.drop_index(batch_op.f("ix_portal_correction_at"))

    op.drop_table("portal_correction")
    op.drop_table("memo_read")
    with op.batch_alter_table("memo", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_memo_updated_at"))
        batch_op.drop_index(batch_op.f("ix_memo_territory"))
        batch_op.drop_index(batch_op.f("ix_memo_team_id"))
        batch_op.drop_index(batch_op.f("ix_memo_shown_from"))
        batch_op.drop_index(batch_op.f("ix_memo_product_id"))
        batch_op.drop_index(batch_op.f("ix_memo_owner_id"))

    op.drop_table("memo")
    op.drop_table("article_vote")
    op.drop_table("article_version")
    with op.batch_alter_table("article_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_use_interaction_id"))
        batch_op.drop_index(batch_op.f("ix_article_use_case_id"))
        batch_op.drop_index(batch_op.f("ix_article_use_article_id_kind"))

    op.drop_table("article_use")
    with op.batch_alter_table("article_text", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_text_state"))

    op.drop_table("article_text")
    with op.batch_alter_table("article_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_article_file_article_id"))

    op.drop_table("article_file")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_article_slug",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_article_updated_at"))
        batch_op.drop_index(batch_op.f("ix_article_territory"))
        batch_op.drop_index(batch_op.f("ix_article_team_id"))
        batch_op.drop_index(batch_op.f("ix_article_state"))
        batch_op.drop_index(batch_op.f("ix_article_source_case_id"))
        batch_op.drop_index(batch_op.f("ix_article_review_at"))
        batch_op.drop_index(batch_op.f("ix_article_owner_id"))

    op.drop_table("article")


def _add_categories() -> None:
    names = ("list", "code", "label_en", "label_zh_tw", "label_zh_cn", "position")
    stamps = ("created_at", "updated_at")
    table = sa.table("code_value", *(sa.column(name) for name in ("id", *names, *stamps)))
    rows = [
        dict(zip(names, ("article_category", *words, position), strict=True))
        | {"id": f"article_category-{words[0]}", "created_at": 0.0, "updated_at": 0.0}
        for position, words in enumerate(_CATEGORIES)
    ]
    op.bulk_insert(table, rows)


def _add_case_type() -> None:
    """What customers ask for in the portal is a kind of case of its own, so that it can be found, counted and given to somebody."""
    texts = {
        "id": "case-type-erasure",
        "code": "erasure",
        "name": "Erasure of personal data",
        "label_zh_tw": "個人資料刪除申請",
        "label_zh_cn": "个人信息删除申请",
        "kind": "request",
        "severity": "high",
        "priority": "normal",
    }
    table = sa.table(
        "case_type",
        *(sa.column(name, sa.Text()) for name in texts),
        sa.column("position", sa.BigInteger()),
        sa.column("active", sa.Boolean()),
        sa.column("is_default", sa.Boolean()),
        sa.column("created_at", sa.Double()),
        sa.column("updated_at", sa.Double()),
    )
    rest = {"position": 4, "active": True, "is_default": False, "created_at": 0.0, "updated_at": 0.0}
    op.bulk_insert(table, [texts | rest])
