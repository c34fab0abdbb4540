"""Where a user stands: the roles given to them, their department, their territories. What follows from it is `crm_core.access`."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from config.errors import Kind, Refused
from crm_core import people
from crm_core.access import roles
from crm_core.records import codes
from crm_core.tables import user_account
from crm_core.tables.base import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Without roles the built-in one of the workplace counts. `team` is a department, by id and name."""

    roles: tuple[str, ...]
    team: tuple[str, str] | None
    territories: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleName:
    """A role that may be given; `based_on` is the built-in one that it changes."""

    id: str
    name: str
    based_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """A word of the code list."""

    code: str
    label_en: str
    label_zh_tw: str
    label_zh_cn: str


def place_of(conn: Connection, user_id: str) -> Place:
    """Where a user stands. `Refused` for one that there is not."""
    account, unit = user_account.c, metadata.tables["org_unit"].c
    query = (
        select(account.team_id, account.territories, unit.name)
        .outerjoin(metadata.tables["org_unit"], unit.id == account.team_id)
        .where(account.id == user_id)
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        raise Refused("user.unknown", Kind.MISSING, id=user_id)
    team = None if row.team_id is None else (row.team_id, row.name or row.team_id)
    return Place(roles=roles.roles_of(conn, user_id), team=team, territories=row.territories)


def set_place(
    conn: Connection,
    user_id: str,
    *,
    role_ids: Sequence[str],
    team_id: str | None,
    territories: Sequence[str],
) -> None:
    """All of it anew; it counts with the user's next request. `Refused` for what there is not, and for removed users."""
    people.present(conn, user_id)
    before = place_of(conn, user_id)
    if team_id is not None and not _is_unit(conn, team_id):
        raise Refused("team.unknown", Kind.INVALID, pointer="/team_id", given=team_id[:100])
    for code in territories:
        if code not in before.territories and not codes.offered(conn, "territory", code):
            raise Refused("territory.unknown", Kind.INVALID, pointer="/territories", given=code[:100])
    roles.give(conn, user_id, tuple(dict.fromkeys(role_ids)))
    values = {"team_id": team_id, "territories": tuple(dict.fromkeys(territories))}
    conn.execute(update(user_account).where(user_account.c.id == user_id).values(**values))


def offered_roles(conn: Connection) -> list[RoleName]:
    """Every role that administrators made, by name."""
    role = metadata.tables["role"].c
    query = select(role.id, role.name, role.based_on).where(role.deleted_at.is_(None)).order_by(role.name)
    return [RoleName(id=row.id, name=row.name, based_on=row.based_on) for row in conn.execute(query)]


def offered_territories(conn: Connection) -> list[Territory]:
    """The words of the code list that are not retired, in its order."""
    word = metadata.tables["code_value"].c
    query = (
        select(word.code, word.label_en, word.label_zh_tw, word.label_zh_cn)
        .where(word.list == "territory", word.retired_at.is_(None), word.deleted_at.is_(None))
        .order_by(word.position, word.code)
    )
    return [
        Territory(
            code=row.code,
            label_en=row.label_en,
            label_zh_tw=row.label_zh_tw or row.label_en,
            label_zh_cn=row.label_zh_cn or row.label_en,
        )
        for row in conn.execute(query)
    ]


def _is_unit(conn: Connection, unit_id: str) -> bool:
    unit = metadata.tables["org_unit"].c
    query = select(unit.id).where(unit.id == unit_id, unit.deleted_at.is_(None))
    return conn.execute(query).first() is not None
