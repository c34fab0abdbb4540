"""Whom a queue would rather have for a customer, and how much sooner: what the data says once it is known who they are."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Double,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    select,
    type_coerce,
)

from crm_core.prepared import Prepared
from crm_core.queue_words import points_of
from crm_core.recognition import FORMER
from crm_core.tables import interaction, interaction_match, party, queue, support_case, user_account
from crm_core.tables.work import CASE_IS_OPEN

SOURCES = ("nobody", "last_agent", "owner", "case_owner")
"""last_agent: who last talked or wrote with the customer; owner: whose customer they are, or their organisation is; case_owner: who has the
case that it belongs to, or (where it belongs to none) the customer's open case that was touched last."""

_DAY_S = 86_400.0
_GUESSED = ("tail", FORMER)
"""These strengths of a number are good for showing who it may be, and for no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Users in the order in which they are preferred, for how long they are waited for, the points that the customer's level is worth, and the
    territory whose people it is for (None: everybody's)."""

    agents: tuple[str, ...] = ()
    wait_s: float = 0.0
    points: int = 0
    territory: str | None = None


NOTHING = Wish()


def of_interaction(conn: Connection, interaction_id: str, now: float) -> Wish:
    """What its queue wishes for it: one query by keys. Of a customer who is only guessed nothing counts but the case it belongs to."""
    row = _ASKED.run(conn, {"of_id": interaction_id, "at_now": now}).one_or_none()
    if row is None:
        return NOTHING
    sure = row.match == "one" and row.strength not in _GUESSED
    agents = tuple(dict.fromkeys(_agents(row, sure=sure)))
    tier = row.tier if sure else None
    return Wish(
        agents=agents,
        wait_s=row.preferred_wait_s if agents else 0.0,
        points=dict(points_of(row.tiers)).get(tier, 0) if tier else 0,
        territory=row.territory if sure and row.territory and _has_people(conn, row.territory) else None,
    )


def _has_people(conn: Connection, territory: str) -> bool:
    """Whether anybody could be waited for: a territory that nobody has keeps no customer waiting."""
    written = json.dumps(territory)
    for sign in ("\\", "%", "_"):
        written = written.replace(sign, f"\\{sign}")
    return _PEOPLE.run(conn, {"of_territory": f"%{written}%"}).first() is not None


def _agents(row: Any, *, sure: bool) -> Iterator[str]:
    known = {
        "nobody": (),
        "last_agent": (row.last_agent,) if sure else (),
        "owner": (row.own_owner, row.organisation_owner) if sure else (),
        "case_owner": (row.case_owner,) if sure or row.case_id is not None else (),
    }
    for source in (row.preferred, row.preferred_second, row.preferred_third):
        yield from filter(None, known[source])


def _last_agent() -> Select[Any]:
    """Whoever is no agent any more cannot be waited for: then the one before."""
    earlier, who = interaction.alias("earlier"), user_account.c
    since = bindparam("at_now", type_=Double) - cast(queue.c.preferred_days, Double) * _DAY_S
    return (
        select(earlier.c.agent_id)
        .join(user_account, who.id == earlier.c.agent_id)
        .where(
            earlier.c.party_id == interaction.c.party_id,
            earlier.c.enqueued_at >= since,
            earlier.c.answered_at.is_not(None),
            earlier.c.id != interaction.c.id,
            who.active,
            who.role == "agent",
        )
        .order_by(earlier.c.enqueued_at.desc())
        .limit(1)
        .correlate(interaction, queue)
    )


def _case_owner() -> Any:
    own = (
        select(support_case.c.owner_id)
        .where(support_case.c.id == interaction.c.case_id, CASE_IS_OPEN)
        .correlate(interaction)
    )
    latest = (
        select(support_case.c.owner_id)
        .where(
            support_case.c.party_id == interaction.c.party_id,
            CASE_IS_OPEN,
            support_case.c.deleted_at.is_(None),
            support_case.c.owner_id.is_not(None),
        )
        .order_by(support_case.c.updated_at.desc())
        .limit(1)
        .correlate(interaction)
    )
    belongs = interaction.c.case_id.is_not(None)
    return case((belongs, own.scalar_subquery()), else_=latest.scalar_subquery())


def _asked() -> Select[Any]:
    organisation = party.alias("organisation")
    strength = (
        select(interaction_match.c.strength)
        .where(interaction_match.c.interaction_id == interaction.c.id, interaction_match.c.position == 0)
        .correlate(interaction)
    )
    return (
        select(
            interaction.c.match,
            interaction.c.case_id,
            strength.scalar_subquery().label("strength"),
            queue.c.preferred,
            queue.c.preferred_second,
            queue.c.preferred_third,
            queue.c.preferred_wait_s,
            queue.c.tiers,
            func.coalesce(party.c.tier, organisation.c.tier).label("tier"),
            case(
                (queue.c.territory_wait_s > 0, func.coalesce(party.c.territory, organisation.c.territory))
            ).label("territory"),
            party.c.owner_id.label("own_owner"),
            organisation.c.owner_id.label("organisation_owner"),
            _last_agent().scalar_subquery().label("last_agent"),
            _case_owner().label("case_owner"),
        )
        .join(queue, queue.c.id == interaction.c.queue_id)
        .outerjoin(party, and_(party.c.id == interaction.c.party_id, party.c.deleted_at.is_(None)))
        .outerjoin(organisation, organisation.c.id == party.c.organisation_id)
        .where(interaction.c.id == bindparam("of_id"))
    )


_ASKED = Prepared(_asked())
_PEOPLE = Prepared(
    select(user_account.c.id)
    .where(
        user_account.c.active,
        user_account.c.role == "agent",
        type_coerce(user_account.c.territories, Text).like(
            bindparam("of_territory", type_=Text), escape="\\"
        ),
    )
    .limit(1)
)
