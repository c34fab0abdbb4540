"""Who works here: agents, supervisors and administrators, with what each prefers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from config.errors import Kind, Refused
from config.ids import new_id
from crm_core.paging import columns
from crm_core.tables import user_account

ROLES = ("agent", "supervisor", "admin")
LANGUAGES = ("en", "zh-TW", "zh-CN")
THEMES = ("system", "light", "dark")
DENSITIES = ("comfortable", "compact")


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """`extension` names the agent's phone (`PJSIP/1001`); None for those who take no calls. A `service` user is a program's:
    it has tokens, no password, and is offered nothing."""

    id: str
    login: str
    name: str
    role: str
    language: str
    theme: str
    density: str
    extension: str | None
    active: bool
    email: str | None = None
    service: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A user and the hash to verify a password against."""

    user: User
    password_hash: str


USER_COLUMNS = tuple(user_account.c[name] for name in User.__dataclass_fields__)


def add_user(
    conn: Connection,
    *,
    login: str,
    name: str,
    password_hash: str,
    role: str,
    language: str,
    extension: str | None = None,
    letters_at_once: int = 1,
    chats_at_once: int = 3,
    load_at_most: int = 100,
    record_share: int | None = None,
    email: str | None = None,
    service: bool = False,
    must_change_password: bool = False,
    now: float | None = None,
) -> User:
    """Make an active user; `now` is when the password was set. Logins ignore case. `Refused` for a login or extension that is taken, or unknown words."""
    known_word("role", role, ROLES)
    known_word("language", language, LANGUAGES)
    login = login.strip().casefold()
    if not login:
        raise Refused("user.login_missing", Kind.INVALID, pointer="/login")
    if by_login(conn, login) is not None:
        raise Refused("user.login_taken", pointer="/login", login=login)
    email = email.strip().lower() or None if email else None
    free(conn, extension=extension, email=email)
    user = User(
        id=new_id(),
        login=login,
        name=name,
        role=role,
        language=language,
        theme="system",
        density="comfortable",
        extension=extension,
        active=True,
        email=email,
        service=service,
    )
    values = {field: getattr(user, field) for field in User.__dataclass_fields__}
    conn.execute(
        insert(user_account).values(
            password_hash=password_hash,
            letters_at_once=letters_at_once,
            chats_at_once=chats_at_once,
            load_at_most=load_at_most,
            record_share=record_share,
            must_change_password=must_change_password,
            password_changed_at=now,
            **values,
        )
    )
    return user


def free(
    conn: Connection, *, extension: str | None = None, email: str | None = None, but: str | None = None
) -> None:
    """`Refused` for an extension or an address that somebody other than `but` has."""
    for field, value in (("extension", extension), ("email", email)):
        holder = None if value is None else _one(conn, user_account.c[field] == value)
        if holder is not None and holder.id != but:
            raise Refused(f"user.{field}_taken", pointer=f"/{field}", given=value)


def by_email(conn: Connection, email: str) -> User | None:
    """The user with this address, active or not."""
    return _one(conn, user_account.c.email == email.strip().lower())


def by_id(conn: Connection, user_id: str) -> User | None:
    return _one(conn, user_account.c.id == user_id)


def by_login(conn: Connection, login: str) -> User | None:
    return _one(conn, user_account.c.login == login.strip().casefold())


def credentials(conn: Connection, login: str) -> Credentials | None:
    """What a login is checked against; None for unknown and inactive users and for programs."""
    query = select(*USER_COLUMNS, user_account.c.password_hash).where(
        user_account.c.login == login.strip().casefold(), user_account.c.active, ~user_account.c.service
    )
    row = conn.execute(query).one_or_none()
    return None if row is None else Credentials(user=user_of_row(row), password_hash=row.password_hash)


def list_users(conn: Connection) -> list[User]:
    """All users by login, inactive ones too."""
    return [user_of_row(row) for row in conn.execute(_users().order_by(user_account.c.login))]


def by_ids(conn: Connection, ids: Sequence[str]) -> list[User]:
    """Those of them that there are, by name."""
    query = _users().where(user_account.c.id.in_(ids)).order_by(user_account.c.name, user_account.c.id)
    return [user_of_row(row) for row in conn.execute(query)]


def named(conn: Connection, part: str, *, limit: int) -> list[User]:
    """Active people whose name or login has this part, by name; programs own nothing."""
    row = user_account.c
    part = part.strip().lower()
    has = func.lower(row.name).contains(part, autoescape=True) | row.login.contains(part, autoescape=True)
    rows = conn.execute(_users().where(row.active, ~row.service, has).order_by(row.name, row.id).limit(limit))
    return [user_of_row(each) for each in rows]


def set_preferences(
    conn: Connection,
    user_id: str,
    *,
    language: str | None = None,
    theme: str | None = None,
    density: str | None = None,
) -> User:
    """Change what is given; the user as it is then. `Refused` for unknown users and words."""
    wishes = {"language": language, "theme": theme, "density": density}
    for field, known in (("language", LANGUAGES), ("theme", THEMES), ("density", DENSITIES)):
        if wishes[field] is not None:
            known_word(field, str(wishes[field]), known)
    return change(conn, user_id, **{field: wish for field, wish in wishes.items() if wish is not None})


def set_password(
    conn: Connection, user_id: str, password_hash: str, now: float | None = None, *, must_change: bool = False
) -> User:
    """A new password; `must_change`: somebody else knows it, so it is good for one sign-in."""
    return change(
        conn,
        user_id,
        password_hash=password_hash,
        password_changed_at=now,
        must_change_password=must_change,
    )


def set_active(conn: Connection, user_id: str, *, active: bool) -> User:
    """An inactive user cannot sign in and is offered nothing; history keeps the name."""
    return change(conn, user_id, active=active)


def change(conn: Connection, user_id: str, **values: object) -> User:
    """The user as they are with these columns changed; `Refused` when there is none."""
    if values:
        conn.execute(update(user_account).where(user_account.c.id == user_id).values(**values))
    user = by_id(conn, user_id)
    if user is None:
        raise Refused("user.unknown", Kind.MISSING, id=user_id)
    return user


def known_word(field: str, word: str, known: tuple[str, ...]) -> None:
    """`Refused` for a word that is none of the known ones."""
    if word not in known:
        raise Refused(f"user.{field}_unknown", Kind.INVALID, pointer=f"/{field}", given=word)


def _users() -> Select[Any]:
    return select(*USER_COLUMNS)


def _one(conn: Connection, condition: ColumnElement[bool]) -> User | None:
    row = conn.execute(_users().where(condition)).one_or_none()
    return None if row is None else user_of_row(row)


def user_of_row(row: Any) -> User:
    """Out of a row that has `USER_COLUMNS`."""
    fields = columns(row)
    return User(**{name: fields[name] for name in User.__dataclass_fields__})
