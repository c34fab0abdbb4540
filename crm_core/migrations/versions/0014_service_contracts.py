"""Service contracts, assets, purchases; what is remembered of numbers; how customers identify themselves.

The words for how well a party fits grow from now on, so their check goes.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# a table whose words may grow: SQLite copies it, PostgreSQL only drops the rule
_GROWING = ("interaction_match", "ck_interaction_match_strength", "strength IN ('exact', 'national', 'tail')")
_CODES = (
    ("basic", "Basic", "基本", "基础"),
    ("standard", "Standard", "標準", "标准"),
    ("premium", "Premium", "尊榮", "尊享"),
)


def upgrade() -> None:
    op.create_table(
        "asset",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("serial_number", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Text(), nullable=True),
        sa.Column("bought_on", sa.Text(), nullable=True),
        sa.Column("installed_on", sa.Text(), nullable=True),
        sa.Column("warranty_until", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("serial_digits", sa.Text(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_asset")),
    )
    with op.batch_alter_table("asset", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_asset_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_asset_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_asset_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_asset_serial_digits"), ["serial_digits"], unique=False)
        batch_op.create_index(batch_op.f("ix_asset_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_asset_territory"), ["territory"], unique=False)
        batch_op.create_index(batch_op.f("ix_asset_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_asset_warranty_until"), ["warranty_until"], unique=False)
        batch_op.create_index(
            "uq_asset_serial_number",
            ["serial_number"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "contract_line",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("service_contract_id", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("asset_id", sa.Text(), nullable=True),
        sa.Column("warranty_until", sa.Text(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_line")),
    )
    with op.batch_alter_table("contract_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contract_line_asset_id"), ["asset_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contract_line_product_id"), ["product_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_contract_line_service_contract_id"), ["service_contract_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_contract_line_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "purchase",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=True),
        sa.Column("product_id", sa.Text(), nullable=True),
        sa.Column("item", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Double(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("bought_at", sa.Double(), nullable=False),
        sa.Column("number_digits", sa.Text(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
    )
    with op.batch_alter_table("purchase", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_purchase_bought_at"), ["bought_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_number"), ["number"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_number_digits"), ["number_digits"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_party_id"), ["party_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_purchase_party_id_bought_at"), ["party_id", "bought_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_purchase_product_id"), ["product_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_territory"), ["territory"], unique=False)
        batch_op.create_index(batch_op.f("ix_purchase_updated_at"), ["updated_at"], unique=False)

    op.create_table(
        "service_contract",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=True),
        sa.Column("activities", sa.Text(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Text(), nullable=False),
        sa.Column("ends_on", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("renewal_notice_days", sa.BigInteger(), nullable=True),
        sa.Column("auto_renew", sa.Boolean(), nullable=True),
        sa.Column("renew_months", sa.BigInteger(), nullable=True),
        sa.Column("max_calls", sa.BigInteger(), nullable=True),
        sa.Column("max_minutes", sa.BigInteger(), nullable=True),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("counted", sa.Text(), nullable=False),
        sa.Column("when_over", sa.Text(), nullable=False),
        sa.Column("over_queue_id", sa.Text(), nullable=True),
        sa.Column("begins_at", sa.Double(), nullable=True),
        sa.Column("over_at", sa.Double(), nullable=True),
        sa.Column("review_at", sa.Double(), nullable=True),
        sa.Column("reminded_for", sa.Text(), nullable=True),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_contract")),
    )
    with op.batch_alter_table("service_contract", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_service_contract_ends_on"), ["ends_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_contract_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_contract_party_id"), ["party_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_contract_review_at"), ["review_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_contract_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_contract_team_id"), ["team_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_contract_territory"), ["territory"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_contract_updated_at"), ["updated_at"], unique=False)
        batch_op.create_index(
            "uq_service_contract_number",
            ["number"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )

    op.create_table(
        "identification_try",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_identification_try_party_id_party"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identification_try")),
    )
    with op.batch_alter_table("identification_try", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_identification_try_party_id_at"), ["party_id", "at"], unique=False
        )

    op.create_table(
        "party_pin",
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("customer_number", sa.Text(), nullable=False),
        sa.Column("pin_hash", sa.Text(), nullable=False),
        sa.Column("set_by", sa.Text(), nullable=True),
        sa.Column("set_at", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_party_pin_party_id_party"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_party_pin")),
        sa.UniqueConstraint("customer_number", name=op.f("uq_party_pin_customer_number")),
    )
    op.create_table(
        "remembered_number",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("normal", sa.Text(), nullable=False),
        sa.Column("party_id", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("trusted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=True),
        sa.Column("user_name", sa.Text(), server_default="", nullable=False),
        sa.Column("interaction_id", sa.Text(), nullable=True),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("undone_at", sa.Double(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["party_id"], ["party.id"], name=op.f("fk_remembered_number_party_id_party"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_number")),
    )
    with op.batch_alter_table("remembered_number", schema=None) as batch_op:
        batch_op.create_index(
            "ix_remembered_number_live",
            ["normal", "kind"],
            unique=False,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_remembered_number_party_id"), ["party_id"], unique=False)
        batch_op.create_index(
            "uq_remembered_number",
            ["normal", "kind", "party_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    with op.batch_alter_table("interaction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("service_contract_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("over_limit", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("told", sa.Text(), nullable=True))
        batch_op.create_index(
            "ix_interaction_of_contract",
            ["service_contract_id", "enqueued_at"],
            unique=False,
            sqlite_where=sa.text("service_contract_id IS NOT NULL"),
            postgresql_where=sa.text("service_contract_id IS NOT NULL"),
        )

    with op.batch_alter_table("queue_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("identify", sa.Text(), server_default="never", nullable=False))

    with op.batch_alter_table("sla_policy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("match_contract", sa.Text(), nullable=True))

    with op.batch_alter_table("support_case", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asset_id", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("service_contract_id", sa.Text(), nullable=True))
        batch_op.create_index(batch_op.f("ix_support_case_asset_id"), ["asset_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_support_case_service_contract_id"), ["service_contract_id"], unique=False
        )

    table, name, _ = _GROWING
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(name, type_="check")
    _add_codes()


def downgrade() -> None:
    table, name, rule = _GROWING
    op.execute("DELETE FROM interaction_match WHERE strength NOT IN ('exact', 'national', 'tail')")
    op.execute("DELETE FROM code_value WHERE list = 'service_level'")
    with op.batch_alter_table(table) as batch_op:
        batch_op.create_check_constraint(name, rule)
    with op.batch_alter_table("support_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_support_case_service_contract_id"))
        batch_op.drop_index(batch_op.f("ix_support_case_asset_id"))
        batch_op.drop_column("service_contract_id")
        batch_op.drop_column("asset_id")

    with op.batch_alter_table("sla_policy", schema=None) as batch_op:
        batch_op.drop_column("match_contract")

    with op.batch_alter_table("queue_entry", schema=None) as batch_op:
        batch_op.drop_column("identify")

    with op.batch_alter_table("interaction", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_interaction_of_contract",
            sqlite_where=sa.text("service_contract_id IS NOT NULL"),
            postgresql_where=sa.text("service_contract_id IS NOT NULL"),
        )
        batch_op.drop_column("told")
        batch_op.drop_column("over_limit")
        batch_op.drop_column("service_contract_id")

    with op.batch_alter_table("remembered_number", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_remembered_number",
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_remembered_number_party_id"))
        batch_op.drop_index(
            "ix_remembered_number_live",
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )

    op.drop_table("remembered_number")
    op.drop_table("party_pin")
    with op.batch_alter_table("identification_try", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identification_try_party_id_at"))

    op.drop_table("identification_try")
    with op.batch_alter_table("service_contract", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_service_contract_number",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_service_contract_updated_at"))
        batch_op.drop_index(batch_op.f("ix_service_contract_territory"))
        batch_op.drop_index(batch_op.f("ix_service_contract_team_id"))
        batch_op.drop_index(batch_op.f("ix_service_contract_state"))
        batch_op.drop_index(batch_op.f("ix_service_contract_review_at"))
        batch_op.drop_index(batch_op.f("ix_service_contract_party_id"))
        batch_op.drop_index(batch_op.f("ix_service_contract_owner_id"))
        batch_op.drop_index(batch_op.f("ix_service_contract_ends_on"))

    op.drop_table("service_contract")
    with op.batch_alter_table("purchase", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_purchase_updated_at"))
        batch_op.drop_index(batch_op.f("ix_purchase_territory"))
        batch_op.drop_index(batch_op.f("ix_purchase_team_id"))
        batch_op.drop_index(batch_op.f("ix_purchase_product_id"))
        batch_op.drop_index(batch_op.f("ix_purchase_party_id_bought_at"))
        batch_op.drop_index(batch_op.f("ix_purchase_party_id"))
        batch_op.drop_index(batch_op.f("ix_purchase_owner_id"))
        batch_op.drop_index(batch_op.f("ix_purchase_number_digits"))
        batch_op.drop_index(batch_op.f("ix_purchase_number"))
        batch_op.drop_index(batch_op.f("ix_purchase_bought_at"))

    op.drop_table("purchase")
    with op.batch_alter_table("contract_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_line_updated_at"))
        batch_op.drop_index(batch_op.f("ix_contract_line_service_contract_id"))
        batch_op.drop_index(batch_op.f("ix_contract_line_product_id"))
        batch_op.drop_index(batch_op.f("ix_contract_line_asset_id"))

    op.drop_table("contract_line")
    with op.batch_alter_table("asset", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_asset_serial_number",
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_asset_warranty_until"))
        batch_op.drop_index(batch_op.f("ix_asset_updated_at"))
        batch_op.drop_index(batch_op.f("ix_asset_territory"))
        batch_op.drop_index(batch_op.f("ix_asset_team_id"))
        batch_op.drop_index(batch_op.f("ix_asset_serial_digits"))
        batch_op.drop_index(batch_op.f("ix_asset_product_id"))
        batch_op.drop_index(batch_op.f("ix_asset_party_id"))
        batch_op.drop_index(batch_op.f("ix_asset_owner_id"))

    op.drop_table("asset")


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
        dict(zip(columns, (f"service_level-{code[0]}", "service_level", *code, place, 0.0, 0.0), strict=True))
        for place, code in enumerate(_CODES)
    ]
    op.bulk_insert(table, rows)
