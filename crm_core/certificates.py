"""Skills that end: certificates are good through a day, as the centre's clock on the wall has it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import Connection, select

from crm_core.contracts.dates import day_begins, day_of
from crm_core.tables import agent_skill, user_account

SOON_S = 30 * 86_400.0
"""So long before the end supervisors are told."""
Standing = Literal["good", "soon", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A skill of an active agent that ends soon, or has ended: `valid_until` is the first moment at which it does not count."""

    user_id: str
    name: str
    skill: str
    level: int
    valid_until: float


def end_of(last_day: date, zone_name: str) -> float:
    """The first moment after this day there."""
    return day_begins(last_day + timedelta(days=1), zone_name)


def last_day(valid_until: float, zone_name: str) -> date:
    """The last day on which it counts, be it in part (the centre's zone was another when it was written)."""
    return day_of(valid_until - 1.0, zone_name)


def standing(valid_until: float | None, now: float) -> Standing:
    """How it stands with a skill that may have an end."""
    if valid_until is None or valid_until > now + SOON_S:
        return "good"
    return "soon" if valid_until > now else "expired"


def ending(conn: Connection, now: float) -> list[Ending]:
    """What to renew, or to take away: the earliest end first."""
    query = (
        select(agent_skill, user_account.c.name)
        .join(user_account, user_account.c.id == agent_skill.c.user_id)
        .where(
            agent_skill.c.valid_until <= now + SOON_S,
            user_account.c.role == "agent",
            user_account.c.active,
            ~user_account.c.service,
        )
        .order_by(agent_skill.c.valid_until, user_account.c.name, agent_skill.c.skill)
    )
    return [
        Ending(
            user_id=row.user_id,
            name=row.name,
            skill=row.skill,
            level=row.level,
            valid_until=row.valid_until,
        )
        for row in conn.execute(query)
    ]
