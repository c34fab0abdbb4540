"""What is known of customers: fields, validity of numbers, relations, identifiers, consents; duplicates, merging, repair, segments; jobs."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from crm_core.names import folded

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_CODES = (
    ("industry", "manufacturing", "Manufacturing", "製造業", "制造业"),
    ("industry", "electronics", "Electronics", "電子業", "电子业"),
    ("industry", "retail", "Retail", "零售業", "零售业"),
    ("industry", "finance", "Finance", "金融業", "金融业"),
    ("industry", "logistics", "Logistics", "物流業", "物流业"),
    ("industry", "health", "Health care", "醫療照護", "医疗健康"),
    ("industry", "education", "Education", "教育", "教育"),
    ("industry", "hospitality", "Hotels and restaurants", "餐旅業", "餐饮旅游业"),
    ("industry", "public", "Public sector", "公部門", "公共部门"),
    ("industry", "services", "Other services", "其他服務業", "其他服务业"),
    ("membership_tier", "basic", "Basic", "一般會員", "普通会员"),
    ("membership_tier", "silver", "Silver", "銀卡會員", "银卡会员"),
    ("membership_tier", "gold", "Gold", "金卡會員", "金卡会员"),
    ("identifier_scheme", "erp", "ERP", "ERP", "ERP"),
    ("identifier_scheme", "web_shop", "Web shop", "網路商店", "网店"),
    ("identifier_scheme", "pos", "Till", "門市系統", "门店系统"),
    ("identifier_scheme", "legacy", "Former system", "舊系統", "旧系统"),
    ("consent_purpose", "service", "Service", "客戶服務", "客户服务"),
    ("consent_purpose", "marketing", "Marketing", "行銷", "营销"),
    ("consent_purpose", "survey", "Surveys", "滿意度調查", "满意度调查"),
    ("consent_purpose", "recording", "Recording of calls", "通話錄音", "通话录音"),
)
_DUPLICATE_RULES = (
    ("identifier", "Registration or membership number / 統一編號或會員編號", 90, 5),
    ("email", "E-mail address / 電子郵件地址", 60, 10),
    ("phone", "Phone number / 電話號碼", 60, 10),
    ("name_organisation", "Name and organisation / 姓名與所屬組織", 50, 10),
    ("name_birth", "Name and date of birth / 姓名與出生日期", 80, 5),
)
_REQUIRED = (("person", "contact"), ("organisation", "contact"), ("organisation", "registration_number"))
_STAMPS = ("id", "created_at", "updated_at")


def upgrade() -> None:
    op.create_table(
        "background_job",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("place", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("result", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("started_at", sa.Double(), nullable=True),
        sa.Column("ended_at", sa.Double(), nullable=True),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_background_job")),
    )
    with op.batch_alter_table("background_job", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_background_job_kind_created_at"), ["kind", "created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_background_job_state_created_at"), ["state", "created_at"], unique=False
        )

    op.create_table(
        "call_script",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("traits", sa.Text(), nullable=True),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("queue_id", sa.Text(), nullable=True),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_script")),
    )
    with op.batch_alter_table("call_script", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_script_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("contact_point_id", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.Column("evidence_ref", sa.Text(), nullable=True),
        sa.Column("at", sa.Double(), nullable=True),
        sa.Column("by_id", sa.Text(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_contact_point_id"), ["contact_point_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "duplicate_candidate",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("party_a", sa.Text(), nullable=False),
        sa.Column("party_b", sa.Text(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("found_at", sa.Double(), nullable=False),
        sa.Column("decided_at", sa.Double(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_candidate")),
    )
    with op.batch_alter_table("duplicate_candidate", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_duplicate_candidate_party_a_party_b"), ["party_a", "party_b"], unique=True
        )
        batch_op.create_index(batch_op.f("ix_duplicate_candidate_party_b"), ["party_b"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_duplicate_candidate_state_score_id"), ["state", "score", "id"], unique=False
        )

    op.create_table(
        "duplicate_rule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("most_alike", sa.BigInteger(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_rule")),
    )
    with op.batch_alter_table("duplicate_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duplicate_rule_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_duplicate_rule_key",
            ["key"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "grading_rule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("least", sa.Double(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grading_rule")),
    )
    with op.batch_alter_table("grading_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grading_rule_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "party_identifier",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("normal", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_identifier")),
    )
    with op.batch_alter_table("party_identifier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_identifier_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_identifier_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_party_identifier_normal_scheme",
            ["normal", "scheme"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "party_merge",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("survivor_id", sa.Text(), nullable=False),
        sa.Column("merged_id", sa.Text(), nullable=False),
        sa.Column("survivor_name", sa.Text(), nullable=False),
        sa.Column("merged_name", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=True),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.Double(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_merge")),
    )
    with op.batch_alter_table("party_merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_merge_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_merge_merged_id"), ["merged_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_merge_survivor_id"), ["survivor_id"], unique=False)

    op.create_table(
        "party_segment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("count", sa.BigInteger(), nullable=True),
        sa.Column("refreshed_at", sa.Double(), nullable=True),
        sa.Column("generation", sa.BigInteger(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_segment")),
    )
    with op.batch_alter_table("party_segment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_segment_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_segment_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_segment_territory"), ["territory"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_segment_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_party_segment_name",
            ["name"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "relationship",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("from_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("is_primary", sa.Boolean(), nullable=True),
        sa.Column("valid_from", sa.Text(), nullable=True),
        sa.Column("valid_until", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relationship")),
    )
    with op.batch_alter_table("relationship", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relationship_from_id"), ["from_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_relationship_to_id"), ["to_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_relationship_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "repair_rule",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("lacking", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_rule")),
    )
    with op.batch_alter_table("repair_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_repair_rule_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_repair_rule_kind_lacking",
            ["kind", "lacking"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "party_merge_image",
        sa.Column("merge_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("key", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("before", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("after", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["merge_id"],
            ["party_merge.id"],
            name=op.f("fk_party_merge_image_merge_id_party_merge"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("merge_id", "position", name=op.f("pk_party_merge_image")),
    )
    op.create_table(
        "party_redirect",
        sa.Column("from_id", sa.Text(), nullable=False),
        sa.Column("to_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["to_id"], ["party.id"], name=op.f("fk_party_redirect_to_id_party")),
        sa.PrimaryKeyConstraint("from_id", name=op.f("pk_party_redirect")),
    )
    with op.batch_alter_table("party_redirect", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_party_redirect_to_id"), ["to_id"], unique=False)

    op.create_table(
        "repair_item",
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("lacking", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_repair_item_party_id_party"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_repair_item")),
    )
    with op.batch_alter_table("repair_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_repair_item_since"), ["since"], unique=False)

    op.create_table(
        "segment_member",
        sa.Column("segment_id", sa.Text(), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_segment_member_party_id_party"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("segment_id", "generation", "party_id", name=op.f("pk_segment_member")),
    )
    with op.batch_alter_table("segment_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_segment_member_party_id"), ["party_id"], unique=False)

    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.add_column(sa.Column("is_primary", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("valid_from", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("valid_until", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("verified_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("invalid_since", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("invalid_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("opted_out_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("created_at", sa.Double(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("updated_at", sa.Double(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("row_version", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("deleted_at", sa.Double(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "custom",
                sa.JSON().with_variant(postgresql.JSONB(), "postgresql"),
                server_default=sa.text("'{}'"),
                nullable=False,
            )
        )

    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.add_column(sa.Column("family_name", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("given_name", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("name_order", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("phonetic_name", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("legal_name", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("birth_date", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("gender", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("industry", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("size", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("registration_number", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("website", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("yearly_revenue", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("lifecycle", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("first_contact_at", sa.Double(), nullable=True))
        batch_op.add_column(sa.Column("first_contact_channel", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("membership_number", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("membership_tier", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("membership_until", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("traits", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("preferred_channel", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "contact_times", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True
            )
        )
        batch_op.add_column(sa.Column("time_zone", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("do_not_contact", sa.Boolean(), nullable=True))
        batch_op.create_index(
            "ix_party_membership_number",
            ["membership_number"],
            unique=False,
            sqlite_where=sa.text("membership_number IS NOT NULL"),
            postgresql_where=sa.text("membership_number IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_party_registration_number",
            ["registration_number"],
            unique=False,
            sqlite_where=sa.text("registration_number IS NOT NULL"),
            postgresql_where=sa.text("registration_number IS NOT NULL"),
        )

    _add_rules()
    _compare_names_anew()


def _add_rules() -> None:
    """What a new centre begins with; all of it may be changed."""
    codes = [
        dict(zip(("list", "code", "label_en", "label_zh_tw", "label_zh_cn"), code, strict=True))
        | {"position": place}
        for place, code in enumerate(_CODES)
    ]
    _insert("code_value", codes, "code-{list}-{code}")
    rules = [
        {"key": key, "name": name, "score": score, "most_alike": most, "active": True}
        for key, name, score, most in _DUPLICATE_RULES
    ]
    _insert("duplicate_rule", rules, "duplicate-{key}")
    required = [{"kind": kind, "lacking": lacking, "active": True} for kind, lacking in _REQUIRED]
    _insert("repair_rule", required, "required-{kind}-{lacking}")


def _insert(table: str, rows: Sequence[Mapping[str, object]], named: str) -> None:
    columns = [sa.column(name, sa.Boolean() if name == "active" else None) for name in (*_STAMPS, *rows[0])]
    stamps = {"created_at": 0.0, "updated_at": 0.0}
    op.bulk_insert(sa.table(table, *columns), [{"id": named.format(**row), **stamps, **row} for row in rows])


def _compare_names_anew() -> None:
    """Names are compared without regard to the script from now on."""
    conn = op.get_bind()
    party = sa.table("party", sa.column("id"), sa.column("name"), sa.column("sought"))
    place = ""
    while True:
        rows = conn.execute(
            sa.select(party.c.id, party.c.name, party.c.sought)
            .where(party.c.id > place)
            .order_by(party.c.id)
            .limit(5000)
        ).all()
        changed = [(row.id, folded(row.name)) for row in rows if folded(row.name) != row.sought]
        for row_id, sought in changed:
            conn.execute(sa.update(party).where(party.c.id == row_id).values(sought=sought))
        if len(rows) < 5000:
            return
        place = rows[-1].id


def downgrade() -> None:
    # the older program would take removed numbers for live ones
    op.execute("DELETE FROM contact_point WHERE deleted_at IS NOT NULL")
    lists = sorted({code[0] for code in _CODES})
    op.execute(
        sa.text("DELETE FROM code_value WHERE list IN :lists").bindparams(
            sa.bindparam("lists", lists, expanding=True)
        )
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_party_registration_number",
            sqlite_where=sa.text("registration_number IS NOT NULL"),
            postgresql_where=sa.text("registration_number IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_party_membership_number",
            sqlite_where=sa.text("membership_number IS NOT NULL"),
            postgresql_where=sa.text("membership_number IS NOT NULL"),
        )
        batch_op.drop_column("do_not_contact")
        batch_op.drop_column("time_zone")
        batch_op.drop_column("contact_times")
        batch_op.drop_column("preferred_channel")
        batch_op.drop_column("traits")
        batch_op.drop_column("membership_until")
        batch_op.drop_column("membership_tier")
        batch_op.drop_column("membership_number")
        batch_op.drop_column("first_contact_channel")
        batch_op.drop_column("first_contact_at")
        batch_op.drop_column("lifecycle")
        batch_op.drop_column("yearly_revenue")
        batch_op.drop_column("website")
        batch_op.drop_column("registration_number")
        batch_op.drop_column("size")
        batch_op.drop_column("industry")
        batch_op.drop_column("gender")
        batch_op.drop_column("birth_date")
        batch_op.drop_column("legal_name")
        batch_op.drop_column("phonetic_name")
        batch_op.drop_column("name_order")
        batch_op.drop_column("given_name")
        batch_op.drop_column("family_name")

    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.drop_column("custom")
        batch_op.drop_column("deleted_at")
        batch_op.drop_column("row_version")
        batch_op.drop_column("updated_at")
        batch_op.drop_column("created_at")
        batch_op.drop_column("opted_out_at")
        batch_op.drop_column("invalid_reason")
        batch_op.drop_column("invalid_since")
        batch_op.drop_column("verified_at")
        batch_op.drop_column("valid_until")
        batch_op.drop_column("valid_from")
        batch_op.drop_column("is_primary")

    with op.batch_alter_table("segment_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_segment_member_party_id"))

    op.drop_table("segment_member")
    with op.batch_alter_table("repair_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_repair_item_since"))

    op.drop_table("repair_item")
    with op.batch_alter_table("party_redirect", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_redirect_to_id"))

    op.drop_table("party_redirect")
    op.drop_table("party_merge_image")
    with op.batch_alter_table("repair_rule", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_repair_rule_kind_lacking",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_repair_rule_updated_at"))

    op.drop_table("repair_rule")
    with op.batch_alter_table("relationship", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_relationship_updated_at"))
        batch_op.drop_index(batch_op.f("ix_relationship_to_id"))
        batch_op.drop_index(batch_op.f("ix_relationship_from_id"))

    op.drop_table("relationship")
    with op.batch_alter_table("party_segment", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_party_segment_name",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_party_segment_updated_at"))
        batch_op.drop_index(batch_op.f("ix_party_segment_territory"))
        batch_op.drop_index(batch_op.f("ix_party_segment_team_id"))
        batch_op.drop_index(batch_op.f("ix_party_segment_owner_id"))

    op.drop_table("party_segment")
    with op.batch_alter_table("party_merge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_merge_survivor_id"))
        batch_op.drop_index(batch_op.f("ix_party_merge_merged_id"))
        batch_op.drop_index(batch_op.f("ix_party_merge_at"))

    op.drop_table("party_merge")
    with op.batch_alter_table("party_identifier", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_party_identifier_normal_scheme",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_party_identifier_updated_at"))
        batch_op.drop_index(batch_op.f("ix_party_identifier_party_id"))

    op.drop_table("party_identifier")
    with op.batch_alter_table("grading_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grading_rule_updated_at"))

    op.drop_table("grading_rule")
    with op.batch_alter_table("duplicate_rule", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_duplicate_rule_key",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_duplicate_rule_updated_at"))

    op.drop_table("duplicate_rule")
    with op.batch_alter_table("duplicate_candidate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duplicate_candidate_state_score_id"))
        batch_op.drop_index(batch_op.f("ix_duplicate_candidate_party_b"))
        batch_op.drop_index(batch_op.f("ix_duplicate_candidate_party_a_party_b"))

    op.drop_table("duplicate_candidate")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_updated_at"))
        batch_op.drop_index(batch_op.f("ix_consent_party_id"))
        batch_op.drop_index(batch_op.f("ix_consent_contact_point_id"))

    op.drop_table("consent")
    with op.batch_alter_table("call_script", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_script_updated_at"))

    op.drop_table("call_script")
    with op.batch_alter_table("background_job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_background_job_state_created_at"))
        batch_op.drop_index(batch_op.f("ix_background_job_kind_created_at"))

    op.drop_table("background_job")
