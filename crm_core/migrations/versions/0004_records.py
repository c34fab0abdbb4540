"""What every record has; rights, custom fields, code lists, departments, views; the audit chain.

The words that a case, a contact point and a document of search may have grow from now on, so their checks go.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# tables whose words may grow: SQLite copies them, PostgreSQL only drops the rule
_GROWING = (
    ("search_document", "ck_search_document_kind", "kind IN ('party', 'case', 'letter', 'note')"),
    ("contact_point", "ck_contact_point_kind", "kind IN ('phone', 'email')"),
    ("support_case", "ck_support_case_status", "status IN ('open', 'pending', 'solved')"),
)
_CODES = (
    ("party_tier", "standard", "Standard", "一般", "普通"),
    ("party_tier", "silver", "Silver", "銀卡", "银卡"),
    ("party_tier", "gold", "Gold", "金卡", "金卡"),
    ("party_tier", "platinum", "Platinum", "白金", "白金"),
    ("party_tier", "vip", "VIP", "VIP", "VIP"),
    ("currency", "TWD", "TWD", "新臺幣", "新台币"),
    ("currency", "CNY", "CNY", "人民幣", "人民币"),
    ("currency", "HKD", "HKD", "港幣", "港元"),
    ("currency", "USD", "USD", "美元", "美元"),
    ("currency", "EUR", "EUR", "歐元", "欧元"),
    ("currency", "JPY", "JPY", "日圓", "日元"),
)


def upgrade() -> None:
    op.create_table(
        "answered_request",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_answered_request")),
    )
    with op.batch_alter_table("answered_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answered_request_at"), ["at"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_at"), ["at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_event_entity_object_id"), ["entity", "object_id"], unique=False
        )

    op.create_table(
        "audit_head",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "code_value",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("label_zh_tw", sa.Text(), nullable=True),
        sa.Column("label_zh_cn", sa.Text(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.Double(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_value")),
    )
    with op.batch_alter_table("code_value", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_value_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_code_value_list_code",
            ["list", "code"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "custom_field",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("label_zh_tw", sa.Text(), nullable=True),
        sa.Column("label_zh_cn", sa.Text(), nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("searched", sa.Boolean(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.Column("codes", sa.Text(), nullable=True),
        sa.Column("refers", sa.Text(), nullable=True),
        sa.Column("section", sa.Text(), nullable=True),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("retired_at", sa.Double(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_custom_field")),
    )
    with op.batch_alter_table("custom_field", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_custom_field_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_custom_field_entity_name",
            ["entity", "name"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "org_unit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("head_id", sa.Text(), nullable=True),
        sa.Column("path", sa.Text(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_unit")),
    )
    with op.batch_alter_table("org_unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_org_unit_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_org_unit_path"), ["path"], unique=False)
        batch_op.create_index(batch_op.f("ix_org_unit_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_org_unit_code",
            ["code"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "product",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("warranty_months", sa.BigInteger(), nullable=True),
        sa.Column("sold_until", sa.Text(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_product_code",
            ["code"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "role",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("based_on", sa.Text(), nullable=False),
        sa.Column("scopes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("fields", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
    )
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_role_name",
            ["name"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "saved_view",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("filter", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("sort", sa.Text(), nullable=True),
        sa.Column("columns", sa.Text(), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_view_entity"), ["entity"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_view_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_view_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_view_territory"), ["territory"], unique=False)
        batch_op.create_index(batch_op.f("ix_saved_view_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "audit_detail",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["audit_event.seq"], name=op.f("fk_audit_detail_seq_audit_event")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_detail")),
    )
    op.create_table(
        "user_role",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("role_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_user_role_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "role_id", name=op.f("pk_user_role")),
    )
    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.add_column(sa.Column("updated_at", sa.Double(), nullable=False, server_default="0"))
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
        batch_op.add_column(sa.Column("owner_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("team_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("territory", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_party_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_territory"), ["territory"], unique=False)
        batch_op.create_index(batch_op.f("ix_party_updated_at"), ["updated_at"], unique=False)

    with op.batch_alter_table("support_case", schema=None) as batch_op:
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
        batch_op.add_column(sa.Column("owner_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("team_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("territory", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_support_case_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_case_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_case_territory"), ["territory"], unique=False)
        batch_op.create_index(batch_op.f("ix_support_case_updated_at"), ["updated_at"], unique=False)

    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("team_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("territories", sa.Text(), server_default="[]", nullable=False))
        batch_op.create_index(batch_op.f("ix_user_account_team_id"), ["team_id"], unique=False)

    op.execute("UPDATE party SET updated_at = created_at")
    for table, name, _ in _GROWING:
        with op.batch_alter_table(table, table_kwargs=_kwargs(table)) as batch_op:
            batch_op.drop_constraint(name, type_="check")
    _add_codes()


def downgrade() -> None:
    op.execute("DELETE FROM contact_point WHERE kind NOT IN ('phone', 'email')")
    op.execute("DELETE FROM search_document WHERE kind NOT IN ('party', 'case', 'letter', 'note')")
    op.execute("UPDATE support_case SET status = 'open' WHERE status NOT IN ('open', 'pending', 'solved')")
    for table, name, rule in _GROWING:
        with op.batch_alter_table(table, table_kwargs=_kwargs(table)) as batch_op:
            batch_op.create_check_constraint(name, rule)
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_account_team_id"))
        batch_op.drop_column("territories")
        batch_op.drop_column("team_id")

    with op.batch_alter_table("support_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_case_updated_at"))
        batch_op.drop_index(batch_op.f("ix_support_case_territory"))
        batch_op.drop_index(batch_op.f("ix_support_case_team_id"))
        batch_op.drop_index(batch_op.f("ix_support_case_owner_id"))
        batch_op.drop_column("territory")
        batch_op.drop_column("team_id")
        batch_op.drop_column("owner_id")
        batch_op.drop_column("custom")
        batch_op.drop_column("deleted_at")
        batch_op.drop_column("row_version")

    with op.batch_alter_table("party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_party_updated_at"))
        batch_op.drop_index(batch_op.f("ix_party_territory"))
        batch_op.drop_index(batch_op.f("ix_party_team_id"))
        batch_op.drop_index(batch_op.f("ix_party_owner_id"))
        batch_op.drop_column("territory")
        batch_op.drop_column("team_id")
        batch_op.drop_column("owner_id")
        batch_op.drop_column("custom")
        batch_op.drop_column("deleted_at")
        batch_op.drop_column("row_version")
        batch_op.drop_column("updated_at")

    op.drop_table("user_role")
    op.drop_table("audit_detail")
    with op.batch_alter_table("saved_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_view_updated_at"))
        batch_op.drop_index(batch_op.f("ix_saved_view_territory"))
        batch_op.drop_index(batch_op.f("ix_saved_view_team_id"))
        batch_op.drop_index(batch_op.f("ix_saved_view_owner_id"))
        batch_op.drop_index(batch_op.f("ix_saved_view_entity"))

    op.drop_table("saved_view")
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_role_name",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_role_updated_at"))

    op.drop_table("role")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_product_code",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_product_updated_at"))
        batch_op.drop_index(batch_op.f("ix_product_name"))

    op.drop_table("product")
    with op.batch_alter_table("org_unit", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_org_unit_code",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_org_unit_updated_at"))
        batch_op.drop_index(batch_op.f("ix_org_unit_path"))
        batch_op.drop_index(batch_op.f("ix_org_unit_parent_id"))

    op.drop_table("org_unit")
    with op.batch_alter_table("custom_field", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_custom_field_entity_name",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_custom_field_updated_at"))

    op.drop_table("custom_field")
    with op.batch_alter_table("code_value", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_code_value_list_code",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_code_value_updated_at"))

    op.drop_table("code_value")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_entity_object_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_at"))
        batch_op.drop_index(batch_op.f("ix_audit_event_actor_id"))

    op.drop_table("audit_event")
    with op.batch_alter_table("answered_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answered_request_at"))

    op.drop_table("answered_request")


def _kwargs(table: str) -> dict[str, bool]:
    return {"sqlite_autoincrement": True} if table == "search_document" else {}


def _add_codes() -> None:
    columns = (
        "id",
        "list",
        "code",
        "label_en",
        "label_zh_tw",
        "label_zh_cn",
        "position",
        "created_at",
        "updated_at",
    )
    table = sa.table("code_value", *(sa.column(name) for name in columns))
    rows = [
        dict(zip(columns, (f"{code[0]}-{code[1]}", *code, position, 0.0, 0.0), strict=True))
        for position, code in enumerate(_CODES)
    ]
    op.bulk_insert(table, rows)
