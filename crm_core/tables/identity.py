"""How people and programs prove who they are: second factors, identities at a provider, tokens of the API."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from crm_core.tables.base import Words, metadata, moment


def _owner(name: str = "user_id", *, primary_key: bool = False) -> Column[str]:
    return Column(
        name,
        Text,
        ForeignKey("user_account.id", ondelete="CASCADE"),
        primary_key=primary_key,
        nullable=False,
        index=not primary_key,
    )


user_totp = Table(
    "user_totp",
    metadata,
    _owner(primary_key=True),
    # encrypted: crm_core.sealing
    Column("secret", Text, nullable=False),
    moment("created_at"),
    # None: shown, and no code has been given yet
    moment("confirmed_at", nullable=True),
    # RFC 6238, 5.2: no code counts twice, so none of this step or before it counts
    Column("last_step", BigInteger, nullable=False, server_default="0"),
    # wrong ones in a row
    Column("failures", Integer, nullable=False, server_default="0"),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("code_sha256", Text, primary_key=True),
    _owner(),
    moment("used_at", nullable=True),
)

totp_role = Table(
    "totp_role",
    metadata,
    # users with this role must have a second factor
    Column("role", Text, primary_key=True),
)

pending_sign_in = Table(
    "pending_sign_in",
    metadata,
    # the password was right, the code is to come
    Column("ticket_sha256", Text, primary_key=True),
    _owner(),
    Column("way", Text, nullable=False),
    moment("expires_at", index=True),
)

user_identity = Table(
    "user_identity",
    metadata,
    # OpenID Connect Core 1.0, 2: only both together name somebody for ever
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    _owner(),
    Column("email", Words),
    moment("linked_at"),
    moment("used_at", nullable=True),
)

api_token = Table(
    "api_token",
    metadata,
    Column("id", Text, primary_key=True),
    _owner(),
    Column("name", Words, nullable=False),
    Column("token_sha256", Text, nullable=False),
    # its beginning, by which people tell theirs apart
    Column("hint", Text, nullable=False),
    # read, write
    Column("scope", Text, nullable=False),
    moment("created_at"),
    Column("created_by", Text, nullable=False),
    moment("expires_at", nullable=True),
    moment("used_at", nullable=True),
    Column("used_from", Words),
    Index(None, "token_sha256", unique=True),
)
