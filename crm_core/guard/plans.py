"""Which dial plan holds for whom: the records, read into what `plan.judge` needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from crm_core import calendars
from crm_core.guard import words
from crm_core.guard.plan import Limits, Plan
from crm_core.sla.calendar import Calendar
from crm_core.tables import user_account, user_role
from crm_core.tables.base import metadata

_NEVER = Calendar(name="", zone="UTC", week=((),) * 7)
"""A plan whose calendar is gone opens no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plans:
    """All that are in use, and whose they are: by (kind of use, id). Empty: the settings decide."""

    plans: Mapping[str, Plan] = field(default_factory=dict)
    uses: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def of_person(self, user_id: str, roles: Sequence[str]) -> tuple[Plan, ...]:
        """Their own, else those of their roles, else everybody's; of several one that allows it is enough, as with rights. None: the settings'."""
        own = self._named(("person", user_id))
        return own or self._named(*(("role", each) for each in roles)) or self._named(("people", ""))

    def of_queue(self, queue_id: str) -> tuple[Plan, ...]:
        """By which its customers are called back, and its callers put through by a flow."""
        return self._named(("queue", queue_id)) or self._named(("queues", ""))

    def _named(self, *uses: tuple[str, str]) -> tuple[Plan, ...]:
        ids = dict.fromkeys(self.uses[each] for each in uses if each in self.uses)
        return tuple(self.plans[each] for each in ids if each in self.plans)


def read(conn: Connection, zone: str) -> Plans:
    """`zone`: where the organisation is, for the hours of the night and the beginning of days."""
    uses = _uses(conn)
    return Plans(plans=_plans(conn, set(uses.values()), zone), uses=uses) if uses else Plans()


def of_queues(conn: Connection, otherwise: Plan) -> tuple[Plan, ...]:
    """By which any queue calls out: theirs, and the settings' unless every queue has one."""
    known = read(conn, "UTC")
    theirs = [
        known.plans[plan]
        for (whose, _), plan in known.uses.items()
        if whose in {"queue", "queues"} and plan in known.plans
    ]
    return (*theirs, *(() if ("queues", "") in known.uses else (otherwise,)))


def roles_of(conn: Connection, user_id: str) -> tuple[str, ...]:
    """The roles that were given to somebody, else the built-in one of their workplace."""
    given = select(user_role.c.role_id).where(user_role.c.user_id == user_id).order_by(user_role.c.role_id)
    found = tuple(conn.execute(given).scalars())
    built_in = select(user_account.c.role).where(user_account.c.id == user_id)
    return found or tuple(conn.execute(built_in).scalars())


def _uses(conn: Connection) -> dict[tuple[str, str], str]:
    use = metadata.tables["dial_plan_use"].c
    rows = conn.execute(
        select(use.whose, use.role, use.user_id, use.queue_id, use.plan_id).where(use.deleted_at.is_(None))
    )
    return {(row.whose, row.role or row.user_id or row.queue_id or ""): row.plan_id for row in rows}


def _plans(conn: Connection, ids: set[str], zone: str) -> dict[str, Plan]:
    table = metadata.tables["dial_plan"]
    rows = conn.execute(select(table).where(table.c.id.in_(ids), table.c.deleted_at.is_(None))).all()
    wanted = {row.calendar_id for row in rows} - {None}
    hours = {each.id: each.calendar for each in calendars.list_calendars(conn)} if wanted else {}
    return {row.id: _plan(row, hours, zone) for row in rows}


def _plan(row: Any, hours: Mapping[str, Calendar], zone: str) -> Plan:
    allowed, denied = words.prefixes(row.allowed), words.prefixes(row.denied)
    limits = {name: getattr(row, name) for name in Limits.__dataclass_fields__}
    return Plan(
        id=row.id,
        name=row.name,
        rules=(*((each, True) for each in allowed), *((each, False) for each in denied)),
        limits=Limits(**limits),
        night=words.night(row.night),
        calendar=None if row.calendar_id is None else hours.get(row.calendar_id, _NEVER),
        zone=zone,
        rates=words.rates(row.rates),
        emergency=words.emergency(row.emergency),
    )
