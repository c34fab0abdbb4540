"""A user's second factor: a TOTP secret, sealed, and recovery codes, of which only hashes are kept."""

import base64
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from config.errors import Kind, Refused
from crm_core import totp
from crm_core.sealing import Seal
from crm_core.tables import recovery_code, totp_role, user_totp
from crm_core.users import ROLES

RECOVERY_CODES = 10
_RECOVERY_BYTES = 10  # 80 bits: far too many for guessing even the hashes
MOST_WRONG_CODES = 100
"""In a row; then only a recovery code helps (NIST SP 800-63B, 5.2.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """`since`: when the first code was given; None while the user has none."""

    since: float | None
    recovery_codes_left: int
    required: bool


def factor_of(conn: Connection, user_id: str, role: str) -> Factor:
    """How it stands with a user's second factor."""
    since = conn.execute(
        select(user_totp.c.confirmed_at).where(user_totp.c.user_id == user_id)
    ).scalar_one_or_none()
    left = select(func.count()).where(recovery_code.c.user_id == user_id, recovery_code.c.used_at.is_(None))
    return Factor(
        since=since,
        recovery_codes_left=conn.execute(left).scalar_one() if since is not None else 0,
        required=role in required_roles(conn),
    )


def has_factor(conn: Connection, user_id: str) -> bool:
    """Whether a code is asked for at sign-in."""
    query = select(user_totp.c.user_id).where(
        user_totp.c.user_id == user_id, user_totp.c.confirmed_at.is_not(None)
    )
    return conn.execute(query).first() is not None


def begin(conn: Connection, user_id: str, secret: str, seal: Seal, now: float) -> None:
    """Keep a secret that counts once a code of it has been given. `Refused` when the user has a second factor."""
    if has_factor(conn, user_id):
        raise Refused("totp.exists")
    conn.execute(delete(user_totp).where(user_totp.c.user_id == user_id))
    sealed = seal.close(secret, purpose=_purpose(user_id))
    conn.execute(insert(user_totp).values(user_id=user_id, secret=sealed, created_at=now))


def confirm(conn: Connection, user_id: str, code: str, seal: Seal, now: float) -> tuple[str, ...]:
    """The user's app shows our codes: from now on they count. The recovery codes, which are never shown again."""
    row = _row(conn, user_id)
    if row is None or row.confirmed_at is not None:
        raise Refused("totp.not_begun")
    secret = seal.open_own(row.secret, purpose=_purpose(user_id))
    step = totp.matching_step(secret, _tidy(code), now, after=0)
    if step is None:
        raise Refused("totp.wrong", Kind.INVALID, pointer="/code")
    _change(conn, user_id, confirmed_at=now, last_step=step)
    return renew_recovery_codes(conn, user_id)


def take(conn: Connection, user_id: str, code: str, seal: Seal, now: float) -> bool:
    """Whether this code is right, a TOTP code or a recovery code; a right one is used up by it."""
    row = _row(conn, user_id)
    if row is None or row.confirmed_at is None:
        return False
    given = _tidy(code)
    if len(given) != totp.DIGITS:
        return _take_recovery_code(conn, user_id, given, now)
    if row.failures >= MOST_WRONG_CODES:
        raise Refused("totp.locked", Kind.FORBIDDEN)
    secret = seal.open_own(row.secret, purpose=_purpose(user_id))
    step = totp.matching_step(secret, given, now, after=row.last_step)
    if step is None:
        _change(conn, user_id, failures=row.failures + 1)
        return False
    _change(conn, user_id, last_step=step, failures=0)
    return True


def renew_recovery_codes(conn: Connection, user_id: str) -> tuple[str, ...]:
    """Fresh recovery codes; those from before are void."""
    conn.execute(delete(recovery_code).where(recovery_code.c.user_id == user_id))
    codes = tuple(_new_code() for _ in range(RECOVERY_CODES))
    conn.execute(
        insert(recovery_code), [{"code_sha256": _hash(user_id, code), "user_id": user_id} for code in codes]
    )
    return codes


def forget(conn: Connection, user_id: str) -> bool:
    """No second factor any more; whether there was one."""
    conn.execute(delete(recovery_code).where(recovery_code.c.user_id == user_id))
    return conn.execute(delete(user_totp).where(user_totp.c.user_id == user_id)).rowcount > 0


def required_roles(conn: Connection) -> tuple[str, ...]:
    """The roles whose users must have a second factor."""
    found = set(conn.execute(select(totp_role.c.role)).scalars())
    return tuple(role for role in ROLES if role in found)


def require_for(conn: Connection, roles: Iterable[str]) -> None:
    """From now on these roles and no others. Who has none yet is asked to set one up at once."""
    wanted = tuple(dict.fromkeys(roles))
    for role in wanted:
        if role not in ROLES:
            raise Refused("user.role_unknown", Kind.INVALID, pointer="/roles", given=role)
    conn.execute(delete(totp_role))
    if wanted:
        conn.execute(insert(totp_role), [{"role": role} for role in wanted])


def _take_recovery_code(conn: Connection, user_id: str, given: str, now: float) -> bool:
    used = (
        update(recovery_code)
        .where(
            recovery_code.c.code_sha256 == _hash(user_id, given),
            recovery_code.c.user_id == user_id,
            recovery_code.c.used_at.is_(None),
        )
        .values(used_at=now)
    )
    if conn.execute(used).rowcount == 0:
        return False
    _change(conn, user_id, failures=0)
    return True


def _row(conn: Connection, user_id: str) -> Any:
    return conn.execute(select(user_totp).where(user_totp.c.user_id == user_id)).one_or_none()


def _change(conn: Connection, user_id: str, **values: object) -> None:
    conn.execute(update(user_totp).where(user_totp.c.user_id == user_id).values(**values))


def _new_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _tidy(code: str) -> str:
    return "".join(letter for letter in code if letter.isalnum()).lower()


def _hash(user_id: str, code: str) -> str:
    return hashlib.sha256(f"{user_id}\n{_tidy(code)}".encode()).hexdigest()


def _purpose(user_id: str) -> str:
    return f"totp {user_id}"
