"""What somebody may do, from the roles they have: those given to them, else the built-in one of their workplace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from config.errors import Kind, Refused
from crm_core.access.model import Action, FieldRight, Rights, Role, Scope, Scopes
from crm_core.entities.org_unit import ORG_UNIT, below
from crm_core.records import known
from crm_core.records.tables import table_of
from crm_core.tables import user_account, user_role
from crm_core.tables.base import metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Somebody's rights, and the rows that are theirs by where they stand: their unit with all below, their territories."""

    rights: Rights
    teams: tuple[str, ...]
    territories: tuple[str, ...]


def standing_of(conn: Connection, user_id: str, workplace: str) -> Standing:
    """`workplace` is the user's built-in role: agent, supervisor or admin."""
    account = user_account.c
    row = conn.execute(
        select(account.team_id, account.territories).where(account.id == user_id)
    ).one_or_none()
    teams = () if row is None or row.team_id is None else _with_all_below(conn, row.team_id)
    territories = () if row is None else row.territories
    return Standing(rights=rights_of(conn, user_id, workplace), teams=teams, territories=territories)


def rights_of(conn: Connection, user_id: str, workplace: str) -> Rights:
    """Roles that were given replace the built-in one; of several, the widest counts. One that is gone allows nothing: rights never grow
    because a role went."""
    role, given = metadata.tables["role"].c, user_role.c
    query = (
        select(role.based_on, role.scopes, role.fields, role.deleted_at, role.id)
        .select_from(user_role)
        .outerjoin(metadata.tables["role"], given.role_id == role.id)
        .where(given.user_id == user_id)
    )
    rows = conn.execute(query).all()
    if not rows:
        return Rights(roles=(built_in(workplace),))
    there = [row for row in rows if row.id is not None and row.deleted_at is None]
    return Rights(roles=tuple(_made(row) for row in there))


def rights_of_all(conn: Connection) -> dict[str, Rights]:
    """Of everybody to whom roles were given; all others have what is built in for their workplace."""
    role, given, account = metadata.tables["role"].c, user_role.c, user_account.c
    query = (
        select(account.id, role.based_on, role.scopes, role.fields)
        .join(user_role, given.user_id == account.id)
        .join(metadata.tables["role"], given.role_id == role.id)
        .where(role.deleted_at.is_(None))
    )
    found: dict[str, list[Role]] = {}
    for row in conn.execute(query):
        found.setdefault(row.id, []).append(_made(row))
    return {user_id: Rights(roles=tuple(theirs)) for user_id, theirs in found.items()}


def built_in(workplace: str) -> Role:
    """What declarations allow to one of the three built-in roles."""
    scopes = {entity.name: entity.rights.get(workplace, {}) for entity in known.every()}
    return Role(scopes=scopes)


def roles_of(conn: Connection, user_id: str) -> tuple[str, ...]:
    """The ids of the roles that were given to a user."""
    query = select(user_role.c.role_id).where(user_role.c.user_id == user_id).order_by(user_role.c.role_id)
    return tuple(conn.execute(query).scalars())


def give(conn: Connection, user_id: str, role_ids: Sequence[str]) -> None:
    """These roles and no others. `Refused` for roles that there are not."""
    role = metadata.tables["role"].c
    found = set(
        conn.execute(select(role.id).where(role.id.in_(role_ids), role.deleted_at.is_(None))).scalars()
    )
    for role_id in role_ids:
        if role_id not in found:
            raise Refused("role.unknown", Kind.INVALID, pointer="/roles", given=role_id[:100])
    conn.execute(delete(user_role).where(user_role.c.user_id == user_id))
    if found:
        conn.execute(insert(user_role), [{"user_id": user_id, "role_id": each} for each in sorted(found)])


def _made(row: Any) -> Role:
    """A role that administrators made: the built-in one, with what they changed in it."""
    scopes: dict[str, Scopes] = {
        **built_in(row.based_on).scopes,
    }
    for entity, changed in (row.scopes or {}).items():
        read = {Action(action): Scope[word.upper()] for action, word in changed.items()}
        scopes[entity] = {**scopes.get(entity, {}), **read}
    fields = {entity: _field_rights(named) for entity, named in (row.fields or {}).items()}
    return Role(scopes=scopes, fields=fields)


def _field_rights(named: Mapping[str, str]) -> dict[str, FieldRight]:
    return {name: FieldRight[word.upper()] for name, word in named.items()}


def _with_all_below(conn: Connection, unit_id: str) -> tuple[str, ...]:
    unit: Any = table_of(ORG_UNIT).c
    path = conn.execute(select(unit.path).where(unit.id == unit_id)).scalar()
    if path is None:
        return (unit_id,)
    return tuple(conn.execute(select(unit.id).where(below(unit.path, path)).order_by(unit.path)).scalars())
