"""Tokens with which programs use the API: 256 bit, shown once, kept as a hash, revoked by being forgotten."""

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, Select, delete, func, insert, or_, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.paging import columns
from crm_core.tables import api_token, user_account
from crm_core.users import USER_COLUMNS, User

PREFIX = "tl_"
"""So that scanners of repositories recognise one that leaked."""
_BYTES = 32
_HINT = len(PREFIX) + 5
SCOPES = ("read", "write", "forms")
"""`forms` sends what was filled in on a site of ours, and nothing else."""
MOST_OF_A_USER = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """`hint` is how it begins. `expires_at` None: never."""

    id: str
    user_id: str
    name: str
    hint: str
    scope: str
    created_at: float
    created_by: str
    expires_at: float | None
    used_at: float | None
    used_from: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who comes with a token, and with which."""

    user: User
    token: ApiToken


_COLUMNS = tuple(api_token.c[name] for name in ApiToken.__dataclass_fields__)


def make(  # noqa: PLR0917 - what a token is made of
    conn: Connection, user_id: str, name: str, scope: str, now: float, expires_at: float | None, maker: str
) -> tuple[ApiToken, str]:
    """A new token of this user, and the token itself, which is nowhere else."""
    if scope not in SCOPES:
        raise Refused("token.scope_unknown", Kind.INVALID, pointer="/scope", given=scope)
    if expires_at is not None and expires_at <= now:
        raise Refused("token.expired", Kind.INVALID, pointer="/expires_at")
    count = select(func.count()).where(api_token.c.user_id == user_id)
    if conn.execute(count).scalar_one() >= MOST_OF_A_USER:
        raise Refused("token.too_many", at_most=MOST_OF_A_USER)
    text = PREFIX + secrets.token_urlsafe(_BYTES)
    made = ApiToken(
        id=new_id(),
        user_id=user_id,
        name=name,
        hint=text[:_HINT],
        scope=scope,
        created_at=now,
        created_by=maker,
        expires_at=expires_at,
        used_at=None,
        used_from=None,
    )
    fields = {field: getattr(made, field) for field in ApiToken.__dataclass_fields__}
    conn.execute(insert(api_token).values(token_sha256=_hash(text), **fields))
    return made, text


def bearer_of(conn: Connection, text: str, now: float) -> Bearer | None:
    """The active user whose unexpired token this is."""
    query = (
        select(*USER_COLUMNS, *(column.label(f"token_{column.name}") for column in _COLUMNS))
        .join(api_token, api_token.c.user_id == user_account.c.id)
        .where(
            api_token.c.token_sha256 == _hash(text),
            or_(api_token.c.expires_at.is_(None), api_token.c.expires_at > now),
            user_account.c.active,
        )
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    fields = columns(row)
    return Bearer(
        user=User(**{name: fields[name] for name in User.__dataclass_fields__}),
        token=ApiToken(**{name: fields[f"token_{name}"] for name in ApiToken.__dataclass_fields__}),
    )


def used(conn: Connection, token_id: str, now: float, address: str) -> None:
    """Keep when and from where it was used last."""
    conn.execute(
        update(api_token).where(api_token.c.id == token_id).values(used_at=now, used_from=address[:200])
    )


def tokens_of(conn: Connection, user_id: str) -> list[ApiToken]:
    """A user's tokens, expired ones too, newest first."""
    rows = conn.execute(_all().where(api_token.c.user_id == user_id).order_by(api_token.c.id.desc()))
    return [ApiToken(**columns(row)) for row in rows]


def revoke(conn: Connection, user_id: str, token_id: str) -> ApiToken:
    """It opens nothing from now on. `Refused` when this user has no such token."""
    mine = (api_token.c.id == token_id, api_token.c.user_id == user_id)
    row = conn.execute(_all().where(*mine)).one_or_none()
    if row is None:
        raise Refused("token.unknown", Kind.MISSING, id=token_id)
    conn.execute(delete(api_token).where(*mine))
    return ApiToken(**columns(row))


def revoke_all(conn: Connection, user_id: str) -> None:
    conn.execute(delete(api_token).where(api_token.c.user_id == user_id))


def _all() -> Select[tuple[object, ...]]:
    return select(*_COLUMNS)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
