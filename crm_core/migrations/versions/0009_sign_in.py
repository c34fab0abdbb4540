"""Second factors, identities at a provider, API tokens; what an administrator keeps of a user and of a session."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def _user_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("service", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("password_changed_at", sa.Double(), nullable=True),
        sa.Column("signed_in_at", sa.Double(), nullable=True),
        sa.Column("removed_at", sa.Double(), nullable=True),
    )


def _session_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("seen_at", sa.Double(), nullable=True),
        sa.Column("way", sa.Text(), nullable=False, server_default="password"),
        sa.Column("strong", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def upgrade() -> None:
    for column in _user_columns():
        op.add_column("user_account", column)
    op.create_index("ix_user_account_email", "user_account", ["email"], unique=True)
    for column in _session_columns():
        op.add_column("session", column)
    _factors()
    _identities()
    _tokens()


def downgrade() -> None:
    for table in (
        "api_token",
        "user_identity",
        "pending_sign_in",
        "totp_role",
        "recovery_code",
        "user_totp",
    ):
        op.drop_table(table)
    for column in reversed(_session_columns()):
        op.drop_column("session", column.name)
    op.drop_index("ix_user_account_email", "user_account")
    for column in reversed(_user_columns()):
        op.drop_column("user_account", column.name)


def _factors() -> None:
    op.create_table(
        "user_totp",
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("confirmed_at", sa.Double(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("failures", sa.Integer(), nullable=False, server_default="0"),
        _of_user("user_totp"),
        sa.PrimaryKeyConstraint("user_id", name="pk_user_totp"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_sha256", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=True),
        _of_user("recovery_code"),
        sa.PrimaryKeyConstraint("code_sha256", name="pk_recovery_code"),
    )
    op.create_index("ix_recovery_code_user_id", "recovery_code", ["user_id"])
    op.create_table(
        "totp_role",
        sa.Column("role", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("role", name="pk_totp_role"),
    )
    op.create_table(
        "pending_sign_in",
        sa.Column("ticket_sha256", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("way", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        _of_user("pending_sign_in"),
        sa.PrimaryKeyConstraint("ticket_sha256", name="pk_pending_sign_in"),
    )
    op.create_index("ix_pending_sign_in_user_id", "pending_sign_in", ["user_id"])
    op.create_index("ix_pending_sign_in_expires_at", "pending_sign_in", ["expires_at"])


def _identities() -> None:
    op.create_table(
        "user_identity",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("linked_at", sa.Double(), nullable=False),
        sa.Column("used_at", sa.Double(), nullable=True),
        _of_user("user_identity"),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_user_identity"),
    )
    op.create_index("ix_user_identity_user_id", "user_identity", ["user_id"])


def _tokens() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_sha256", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.Column("used_at", sa.Double(), nullable=True),
        sa.Column("used_from", sa.Text(), nullable=True),
        _of_user("api_token"),
        sa.PrimaryKeyConstraint("id", name="pk_api_token"),
    )
    op.create_index("ix_api_token_user_id", "api_token", ["user_id"])
    op.create_index("ix_api_token_token_sha256", "api_token", ["token_sha256"], unique=True)


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["user_account.id"], name=f"fk_{table}_user_id_user_account", ondelete="CASCADE"
    )
